import { type Descriptor, digestOf, OcishError } from '@ocish/sdk'
import { describe, expect, it } from 'vitest'
import { bytesOf, content, noise, opened, readAll } from '../content.ts'
import { hostileDigests, ifAble, type Suite } from './suite.ts'

const large = noise(3 * 1024 * 1024 + 17)

function pieces(bytes: Uint8Array, size = 65_536): Uint8Array[] {
  return Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) =>
    bytes.slice(index * size, (index + 1) * size),
  )
}

/** Pushing and reading whole blobs. */
export function blobCases({ scene, lacks, single }: Suite): void {
  describe('blobs', () => {
    it('opens what was pushed, with digest and size before the first byte', async () => {
      const { registry, repository } = await scene()
      const digest = digestOf(bytesOf('hello'))
      const pushed = await registry.pushBlob(repository, { digest, size: 5 }, opened('hello'))
      expect(pushed).toMatchObject({ digest, size: 5 })
      const blob = await registry.openBlob(repository, digest)
      expect(blob.descriptor).toMatchObject({ digest, size: 5 })
      expect(await readAll(blob.bytes)).toStrictEqual(bytesOf('hello'))
    })

    it('keeps an empty blob', async () => {
      const { registry, repository } = await scene()
      const digest = digestOf(new Uint8Array())
      await registry.pushBlob(repository, { digest, size: 0 }, opened())
      const blob = await registry.openBlob(repository, digest)
      expect(blob.descriptor.size).toBe(0)
      expect(await readAll(blob.bytes)).toHaveLength(0)
    })

    it('keeps a blob of several megabytes in many chunks', async () => {
      const { registry, repository } = await scene()
      const digest = digestOf(large)
      await registry.pushBlob(repository, { digest, size: large.length }, opened(...pieces(large)))
      const blob = await registry.openBlob(repository, digest)
      expect(digestOf(await readAll(blob.bytes))).toBe(digest)
    })

    it('takes a push that knows the digest but no size', async () => {
      const { registry, repository } = await scene()
      const digest = digestOf(bytesOf('no size'))
      const pushed = await registry.pushBlob(repository, { digest }, opened('no ', 'size'))
      expect(pushed).toMatchObject({ digest, size: 7 })
    })

    it('says digest and size without sending the blob', async () => {
      const { registry, repository } = await scene()
      const digest = digestOf(bytesOf('stat me'))
      await registry.pushBlob(repository, { digest, size: 7 }, opened('stat me'))
      expect(await registry.statBlob(repository, digest)).toMatchObject({ digest, size: 7 })
    })

    it('answers BLOB_NOT_FOUND for a blob it does not have', async () => {
      const { registry, repository } = await scene()
      const digest = digestOf(bytesOf('nobody pushed this'))
      await expect(registry.openBlob(repository, digest)).toFailWith('BLOB_NOT_FOUND')
      await expect(registry.statBlob(repository, digest)).toFailWith('BLOB_NOT_FOUND')
    })

    it('takes the same blob twice', async () => {
      const { registry, repository } = await scene()
      const digest = digestOf(bytesOf('twice'))
      for (const _ of [1, 2]) await registry.pushBlob(repository, { digest, size: 5 }, opened('twice'))
      expect(await readAll((await registry.openBlob(repository, digest)).bytes)).toStrictEqual(
        bytesOf('twice'),
      )
    })

    it('takes one blob from eight pushes at once', async () => {
      const { registry, repository, abilities } = await scene()
      const digest = digestOf(large)
      const push = (): Promise<Descriptor> =>
        registry.pushBlob(repository, { digest, size: large.length }, opened(...pieces(large)))
      const pushes = abilities.concurrentWrites ? Array.from({ length: 8 }, push) : [push()]
      const pushed = await Promise.all(pushes)
      expect(new Set(pushed.map((descriptor) => descriptor.digest))).toStrictEqual(new Set([digest]))
      expect(digestOf(await readAll((await registry.openBlob(repository, digest)).bytes))).toBe(digest)
    })

    it('takes different blobs at once', async () => {
      const { registry, repository, abilities } = await scene()
      const blobs = Array.from({ length: abilities.concurrentWrites ? 12 : 1 }, (_, index) =>
        noise(50_000, index + 1),
      )
      await Promise.all(
        blobs.map((bytes) =>
          registry.pushBlob(repository, { digest: digestOf(bytes), size: bytes.length }, opened(bytes)),
        ),
      )
      for (const bytes of blobs) {
        const blob = await registry.openBlob(repository, digestOf(bytes))
        expect(Buffer.compare(await readAll(blob.bytes), bytes)).toBe(0)
      }
    })

    it.skipIf(single || lacks('isolation'))(
      'shows a blob only in the repository it was pushed to',
      async () => {
        const { registry, repository, another } = await scene()
        const digest = digestOf(bytesOf('mine'))
        await registry.pushBlob(repository, { digest, size: 4 }, opened('mine'))
        const other = another()
        await expect(registry.openBlob(other, digest)).toFailWith('BLOB_NOT_FOUND')
        await expect(registry.statBlob(other, digest)).toFailWith('BLOB_NOT_FOUND')
      },
    )

    it.skipIf(lacks('sha512'))('keeps a blob under its sha512 digest', async () => {
      const { registry, repository } = await scene()
      const digest = digestOf(bytesOf('long digest'), 'sha512')
      await registry.pushBlob(repository, { digest, size: 11 }, opened('long digest'))
      const blob = await registry.openBlob(repository, digest)
      expect(blob.descriptor.digest).toBe(digest)
      expect(await readAll(blob.bytes)).toStrictEqual(bytesOf('long digest'))
    })

    it('owns its bytes: changing what was pushed or read changes nothing', async () => {
      const { registry, repository } = await scene()
      const source = bytesOf('immutable')
      const digest = digestOf(source)
      await registry.pushBlob(repository, { digest, size: 9 }, async function* open() {
        yield source
      })
      source.fill(0)
      for await (const chunk of (await registry.openBlob(repository, digest)).bytes) chunk.fill(0)
      expect(await readAll((await registry.openBlob(repository, digest)).bytes)).toStrictEqual(
        bytesOf('immutable'),
      )
    })
  })

  describe('a blob without a digest', () => {
    it('is taken where deferredDigest is declared', async () => {
      const { registry, repository, abilities } = await scene()
      await ifAble(abilities.deferredDigest, async () => {
        const digest = digestOf(bytesOf('learnt at the end'))
        const pushed = await registry.pushBlob(repository, {}, opened('learnt ', 'at the end'))
        expect(pushed).toMatchObject({ digest, size: 17 })
        expect(await registry.statBlob(repository, digest)).toMatchObject({ digest, size: 17 })
      })
    })

    it('still has to have the size that was said', async () => {
      const { registry, repository } = await scene()
      const push = registry.pushBlob(repository, { size: 99 }, opened('short'))
      await expect(push).toFailWith('SIZE_MISMATCH', 'UNSUPPORTED')
    })
  })

  describe('a push that fails leaves nothing', () => {
    it('when the bytes have another digest', async () => {
      const { registry, repository } = await scene()
      const digest = digestOf(bytesOf('expected'))
      const push = registry.pushBlob(repository, { digest, size: 8 }, opened('otherone'))
      await expect(push).toFailWith('DIGEST_MISMATCH')
      await expect(registry.statBlob(repository, digest)).toFailWith('BLOB_NOT_FOUND')
      await expect(registry.statBlob(repository, digestOf(bytesOf('otherone')))).toFailWith('BLOB_NOT_FOUND')
    })

    it.each([
      ['fewer', 'shor'],
      ['more', 'longer'],
    ])('when there are %s bytes than said', async (_, text) => {
      const { registry, repository } = await scene()
      const digest = digestOf(bytesOf(text))
      await expect(registry.pushBlob(repository, { digest, size: 5 }, opened(text))).toFailWith(
        'SIZE_MISMATCH',
      )
      await expect(registry.statBlob(repository, digest)).toFailWith('BLOB_NOT_FOUND')
    })

    it('when the source fails in the middle; its error comes through', async () => {
      const { registry, repository } = await scene()
      const digest = digestOf(large)
      const open = async function* failing(): AsyncGenerator<Uint8Array> {
        yield large.slice(0, 100_000)
        throw new OcishError('FILE_FAILED', 'cannot read on')
      }
      await expect(registry.pushBlob(repository, { digest, size: large.length }, open)).toFailWith(
        'FILE_FAILED',
      )
      await expect(registry.statBlob(repository, digest)).toFailWith('BLOB_NOT_FOUND')
    })

    it('when it is aborted in the middle', async () => {
      const { registry, repository } = await scene()
      const digest = digestOf(large)
      const controller = new AbortController()
      const open = async function* aborting(): AsyncGenerator<Uint8Array> {
        yield large.slice(0, 100_000)
        controller.abort()
        yield large.slice(100_000)
      }
      const options = { signal: controller.signal }
      const push = registry.pushBlob(repository, { digest, size: large.length }, open, options)
      await expect(push).toFailWith('AbortError')
      await expect(registry.statBlob(repository, digest)).toFailWith('BLOB_NOT_FOUND')
    })

    it('when it was aborted before', async () => {
      const { registry, repository } = await scene()
      const digest = digestOf(bytesOf('never'))
      const options = { signal: AbortSignal.abort() }
      await expect(registry.pushBlob(repository, { digest, size: 5 }, opened('never'), options)).toFailWith(
        'AbortError',
      )
      await expect(registry.statBlob(repository, digest)).toFailWith('BLOB_NOT_FOUND')
    })
  })

  describe('digests that are none (T29)', () => {
    it.each(hostileDigests.map((digest) => [digest.slice(0, 40), digest]))(
      'T29 refuses %s',
      async (_, digest) => {
        const { registry, repository } = await scene()
        await expect(registry.statBlob(repository, digest)).toFailWith('DIGEST_INVALID')
        await expect(registry.openBlob(repository, digest)).toFailWith('DIGEST_INVALID')
        await expect(registry.pushBlob(repository, { digest, size: 1 }, opened('x'))).toFailWith(
          'DIGEST_INVALID',
        )
      },
    )

    it('T29 vouches for no algorithm it cannot compute', async () => {
      const { registry, repository } = await scene()
      const digest = 'md5:d41d8cd98f00b204e9800998ecf8427e'
      await expect(registry.openBlob(repository, digest)).toFailWith('DIGEST_INVALID', 'BLOB_NOT_FOUND')
      await expect(registry.pushBlob(repository, { digest }, opened())).toFailWith('DIGEST_INVALID')
    })
  })
}

/** Reading: also run on read-only registries. */
export function blobReadCases({ scene }: Suite): void {
  const built = content({
    blobs: { large, small: 'hello world' },
    manifests: { one: { layers: ['large', 'small'] } },
  })
  const { digest } = built.blobs.large.descriptor

  describe('reading a blob', () => {
    it('checks the size of a descriptor', async () => {
      const { registry, repository, fill } = await scene()
      await built.push(fill, repository)
      const blob = await registry.openBlob(repository, built.blobs.small.descriptor)
      expect(await readAll(blob.bytes)).toStrictEqual(bytesOf('hello world'))
    })

    it.each([10, 12, -1, 1.5, Number.NaN, 2 ** 62])('T36 fails for a descriptor of size %d', async (size) => {
      const { registry, repository, fill } = await scene()
      await built.push(fill, repository)
      const descriptor = { ...built.blobs.small.descriptor, size }
      const read = async (): Promise<Uint8Array> =>
        await readAll((await registry.openBlob(repository, descriptor)).bytes)
      await expect(read()).toFailWith('SIZE_MISMATCH')
    })

    it('may be left early', async () => {
      const { registry, repository, fill } = await scene()
      await built.push(fill, repository)
      for await (const chunk of (await registry.openBlob(repository, digest)).bytes) {
        expect(chunk.length).toBeGreaterThan(0)
        break
      }
      expect(await registry.statBlob(repository, digest)).toMatchObject({ size: large.length })
    })

    it('ends with the reason of an abort in the middle', async () => {
      const { registry, repository, fill } = await scene()
      await built.push(fill, repository)
      const controller = new AbortController()
      const { bytes } = await registry.openBlob(repository, digest, { signal: controller.signal })
      const read = async (): Promise<void> => {
        for await (const _ of bytes) controller.abort()
      }
      await expect(read()).toFailWith('AbortError')
    })

    it('does not begin when it was aborted before', async () => {
      const { registry, repository, fill } = await scene()
      await built.push(fill, repository)
      const options = { signal: AbortSignal.abort() }
      await expect(registry.openBlob(repository, digest, options)).toFailWith('AbortError')
      await expect(registry.statBlob(repository, digest, options)).toFailWith('AbortError')
    })

    it('goes through pump where that is declared, into slabs that are used again', async () => {
      const { registry, repository, fill, abilities } = await scene()
      await built.push(fill, repository)
      expect(registry.pump !== undefined).toBe(abilities.pump)
      const received: Uint8Array[] = []
      await registry.pump?.(repository, built.blobs.large.descriptor, (slab) => {
        received.push(slab.slice())
        slab.fill(0xee)
      })
      const whole = Buffer.concat(received)
      expect(abilities.pump ? digestOf(whole) : digest).toBe(digest)
    })

    it('by pump ends with the reason of an abort', async () => {
      const { registry, repository, fill } = await scene()
      await built.push(fill, repository)
      const controller = new AbortController()
      const pumped = registry.pump?.(repository, built.blobs.large.descriptor, () => controller.abort(), {
        signal: controller.signal,
      })
      await expect(pumped ?? Promise.reject(AbortSignal.abort().reason as Error)).toFailWith('AbortError')
    })
  })
}
