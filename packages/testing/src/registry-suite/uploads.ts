import { digestOf, OcishError } from '@ocish/sdk'
import { describe, expect, it } from 'vitest'
import { bytesOf, noise, opened, readAll } from '../content.ts'
import { allowed, codeOf, ifAble, type Suite } from './suite.ts'

const chunk = noise(100_000, 3)
const whole = noise(300_000, 4)

/** Chunked uploads: `startUpload`, `resumeUpload` and what `Upload` promises. */
export function uploadCases({ scene, lacks, single }: Suite): void {
  describe('chunked uploads', () => {
    it('build a blob chunk by chunk and count what the registry holds', async () => {
      const { registry, repository, abilities } = await scene()
      await ifAble(abilities.chunked, async () => {
        const upload = await registry.startUpload(repository)
        expect(upload.offset).toBe(0)
        for (const [index, start] of [0, 100_000, 200_000].entries()) {
          await upload.write(whole.slice(start, start + 100_000))
          expect(upload.offset).toBe((index + 1) * 100_000)
        }
        const digest = digestOf(whole)
        expect(await upload.commit(digest)).toMatchObject({ digest, size: whole.length })
        expect(digestOf(await readAll((await registry.openBlob(repository, digest)).bytes))).toBe(digest)
      })
    })

    it('take a stream as a chunk', async () => {
      const { registry, repository, abilities } = await scene()
      await ifAble(abilities.chunked, async () => {
        const upload = await registry.startUpload(repository)
        await upload.write(opened(whole.slice(0, 1000), whole.slice(1000))())
        expect(upload.offset).toBe(whole.length)
        expect(await upload.commit(digestOf(whole))).toMatchObject({ size: whole.length })
      })
    })

    it('say how small a chunk may be, if at all', async () => {
      const { registry, repository, abilities } = await scene()
      await ifAble(abilities.chunked, async () => {
        const upload = await registry.startUpload(repository)
        expect(upload.minimumChunk ?? 1).toBeGreaterThan(0)
        await upload.cancel()
      })
    })

    it('can be committed empty', async () => {
      const { registry, repository, abilities } = await scene()
      await ifAble(abilities.chunked, async () => {
        const upload = await registry.startUpload(repository)
        const digest = digestOf(new Uint8Array())
        expect(await upload.commit(digest)).toMatchObject({ digest, size: 0 })
      })
    })

    it('do not disturb each other', async () => {
      const { registry, repository, abilities } = await scene()
      await ifAble(abilities.chunked, async () => {
        const uploads = await Promise.all([1, 2, 3].map(() => registry.startUpload(repository)))
        expect(new Set(uploads.map((upload) => upload.id)).size).toBe(3)
        await Promise.all(uploads.map((upload, index) => upload.write(noise(5000, index + 1))))
        const digests = await Promise.all(
          uploads.map((upload, index) => upload.commit(digestOf(noise(5000, index + 1)))),
        )
        expect(digests.map((descriptor) => descriptor.size)).toStrictEqual([5000, 5000, 5000])
      })
    })

    it.skipIf(lacks('sha512'))('can be started for sha512', async () => {
      const { registry, repository, abilities } = await scene()
      await ifAble(abilities.chunked, async () => {
        const upload = await registry.startUpload(repository, { algorithm: 'sha512' })
        await upload.write(chunk)
        const digest = digestOf(chunk, 'sha512')
        expect(await upload.commit(digest)).toMatchObject({ digest, size: chunk.length })
        expect(await registry.statBlob(repository, digest)).toMatchObject({ digest })
      })
    })

    it.skipIf(lacks('sha512'))('may be committed under sha512 though nobody said so before', async () => {
      const { registry, repository, abilities } = await scene()
      await ifAble(abilities.chunked, async () => {
        const upload = await registry.startUpload(repository)
        await upload.write(chunk)
        const digest = digestOf(chunk, 'sha512')
        expect(await upload.commit(digest)).toMatchObject({ digest })
      })
    })

    it('carry a push when a mount left a session', async () => {
      const { registry, repository, abilities } = await scene()
      await ifAble(abilities.chunked, async () => {
        const upload = await registry.startUpload(repository)
        const digest = digestOf(chunk)
        await registry.pushBlob(repository, { digest, size: chunk.length }, opened(chunk), { upload })
        expect(await registry.statBlob(repository, digest)).toMatchObject({ size: chunk.length })
      })
    })
  })

  describe('resuming an upload', () => {
    it('goes on where the registry is', async () => {
      const { registry, repository, abilities } = await scene()
      await ifAble(abilities.chunked, async () => {
        const first = await registry.startUpload(repository)
        await first.write(whole.slice(0, 120_000))
        const second = await registry.resumeUpload(repository, first.id)
        expect(second.offset).toBe(120_000)
        await second.write(whole.slice(120_000))
        const digest = digestOf(whole)
        expect(await second.commit(digest)).toMatchObject({ digest, size: whole.length })
      })
    })

    it.skipIf(lacks('uploadOffsets'))('goes on after a chunk that broke off', async () => {
      const { registry, repository, abilities } = await scene()
      await ifAble(abilities.chunked, async () => {
        const first = await registry.startUpload(repository)
        await first.write(whole.slice(0, 50_000))
        const broken = async function* breaking(): AsyncGenerator<Uint8Array> {
          yield whole.slice(50_000, 80_000)
          throw new OcishError('FILE_FAILED', 'cannot read on')
        }
        await expect(first.write(broken())).toFailWith('FILE_FAILED')
        const second = await registry.resumeUpload(repository, first.id)
        expect(second.offset).toBeGreaterThanOrEqual(50_000)
        expect(second.offset).toBeLessThanOrEqual(80_000)
        await second.write(whole.slice(second.offset))
        expect(await second.commit(digestOf(whole))).toMatchObject({ size: whole.length })
      })
    })

    it.skipIf(lacks('uploadOffsets'))('goes on after an abort', async () => {
      const { registry, repository, abilities } = await scene()
      await ifAble(abilities.chunked, async () => {
        const first = await registry.startUpload(repository)
        await first.write(whole.slice(0, 50_000))
        await expect(first.write(chunk, { signal: AbortSignal.abort() })).toFailWith('AbortError')
        const second = await registry.resumeUpload(repository, first.id)
        expect(second.offset).toBe(50_000)
        await second.cancel()
      })
    })

    it.skipIf(lacks('uploadOffsets'))('refuses the chunk of a handle that was overtaken', async () => {
      const { registry, repository, abilities } = await scene()
      await ifAble(abilities.chunked, async () => {
        const first = await registry.startUpload(repository)
        const second = await registry.resumeUpload(repository, first.id)
        await first.write(chunk)
        const isLive = second.offset === chunk.length
        expect(isLive || (await codeOf(second.write(chunk))) === 'UPLOAD_RANGE_INVALID').toBe(true)
        const third = await registry.resumeUpload(repository, first.id)
        expect(third.offset).toBe(chunk.length)
        expect(await third.commit(digestOf(chunk))).toMatchObject({ size: chunk.length })
      })
    })

    it('answers UPLOAD_NOT_FOUND for a session nobody started', async () => {
      const { registry, repository, abilities } = await scene()
      const code = await codeOf(registry.resumeUpload(repository, 'b0f4e6f6-6a5c-4c8b-9f0e-3d2f1a0b9c8d'))
      expect(allowed(abilities.chunked, 'UPLOAD_NOT_FOUND')).toContain(code)
    })

    it.each(['', '..', '../../../etc/passwd', 'a/b', '%2e%2e', 'a\0b'])(
      'T29 refuses the id %j',
      async (id) => {
        const { registry, repository } = await scene()
        await expect(registry.resumeUpload(repository, id)).toFailWith('UPLOAD_NOT_FOUND', 'UNSUPPORTED')
      },
    )

    it.skipIf(single)('belongs to its repository', async () => {
      const { registry, repository, another, abilities } = await scene()
      await ifAble(abilities.chunked, async () => {
        const { id } = await registry.startUpload(repository)
        await expect(registry.resumeUpload(another(), id)).toFailWith('UPLOAD_NOT_FOUND')
      })
    })
  })

  describe('the end of an upload', () => {
    it('is a failed commit: the session and the bytes are gone', async () => {
      const { registry, repository, abilities } = await scene()
      await ifAble(abilities.chunked, async () => {
        const upload = await registry.startUpload(repository)
        await upload.write(chunk)
        const wrong = digestOf(bytesOf('something else'))
        await expect(upload.commit(wrong)).toFailWith('DIGEST_MISMATCH')
        await expect(registry.resumeUpload(repository, upload.id)).toFailWith('UPLOAD_NOT_FOUND')
        await expect(registry.statBlob(repository, wrong)).toFailWith('BLOB_NOT_FOUND')
        await expect(registry.statBlob(repository, digestOf(chunk))).toFailWith('BLOB_NOT_FOUND')
      })
    })

    it('is a commit: nothing can be written any more', async () => {
      const { registry, repository, abilities } = await scene()
      await ifAble(abilities.chunked, async () => {
        const upload = await registry.startUpload(repository)
        await upload.write(chunk)
        await upload.commit(digestOf(chunk))
        await expect(upload.write(chunk)).toFailWith('UPLOAD_NOT_FOUND')
        await expect(registry.resumeUpload(repository, upload.id)).toFailWith('UPLOAD_NOT_FOUND')
      })
    })

    it('is a cancel, which may be repeated', async () => {
      const { registry, repository, abilities } = await scene()
      await ifAble(abilities.chunked, async () => {
        const upload = await registry.startUpload(repository)
        await upload.write(chunk)
        await upload.cancel()
        await upload.cancel()
        await expect(registry.resumeUpload(repository, upload.id)).toFailWith('UPLOAD_NOT_FOUND')
        await expect(registry.statBlob(repository, digestOf(chunk))).toFailWith('BLOB_NOT_FOUND')
      })
    })

    it('is not a commit with a digest that is none', async () => {
      const { registry, repository, abilities } = await scene()
      await ifAble(abilities.chunked, async () => {
        const upload = await registry.startUpload(repository)
        await upload.write(chunk)
        await expect(upload.commit('sha256:../../x')).toFailWith('DIGEST_INVALID')
        expect(await upload.commit(digestOf(chunk))).toMatchObject({ size: chunk.length })
      })
    })
  })
}

/** `mountBlob`. */
export function mountCases({ scene, lacks, single }: Suite): void {
  describe('mounting', () => {
    it.skipIf(single)('makes a blob of another repository readable here', async () => {
      const { registry, repository, another, abilities } = await scene()
      const source = another()
      const digest = digestOf(bytesOf('mount me'))
      await registry.pushBlob(source, { digest, size: 8 }, opened('mount me'))
      await ifAble(abilities.mount, async () => {
        const result = await registry.mountBlob(repository, digest, source)
        expect(result.mounted !== undefined || abilities.mount !== true).toBe(true)
        await result.upload?.cancel()
        const code = await codeOf(registry.statBlob(repository, digest))
        expect(code).toBe(result.mounted === undefined ? 'BLOB_NOT_FOUND' : undefined)
      })
    })

    it.skipIf(single)('without a source is an answer either way', async () => {
      const { registry, repository, another, abilities } = await scene()
      const digest = digestOf(bytesOf('mount me from anywhere'))
      await registry.pushBlob(another(), { digest, size: 22 }, opened('mount me from anywhere'))
      await ifAble(abilities.mount, async () => {
        const result = await registry.mountBlob(repository, digest)
        await result.upload?.cancel()
        const code = await codeOf(registry.statBlob(repository, digest))
        expect(code).toBe(result.mounted === undefined ? 'BLOB_NOT_FOUND' : undefined)
      })
    })

    it.skipIf(lacks('isolation'))(
      'of a blob that is not there is refused, not an error; the session is usable',
      async () => {
        const { registry, repository, another, abilities } = await scene()
        const digest = digestOf(bytesOf('push me instead'))
        await ifAble(abilities.mount, async () => {
          const { mounted, upload } = await registry.mountBlob(repository, digest, another())
          expect(mounted).toBeUndefined()
          await registry.pushBlob(repository, { digest, size: 15 }, opened('push me instead'), {
            ...(upload !== undefined && { upload }),
          })
          expect(await registry.statBlob(repository, digest)).toMatchObject({ size: 15 })
        })
      },
    )
  })
}
