import { digestOf } from '@ocish/sdk'
import { describe, expect, it } from 'vitest'
import { bytesOf } from '../content.ts'
import { codeOf, core, hostileDigests, sample, type Suite } from './suite.ts'

const image = sample.manifests.image
const mediaType = image.descriptor.mediaType

/** Reading manifests: also run on read-only registries. */
export function manifestReadCases({ scene }: Suite): void {
  describe('reading a manifest', () => {
    it('by tag and by digest gives the same', async () => {
      const { registry, repository, fill } = await scene()
      await sample.push(fill, repository)
      const byTag = await registry.openManifest(repository, 'latest')
      expect(core(byTag.descriptor)).toStrictEqual(core(image.descriptor))
      expect(byTag.bytes).toStrictEqual(image.bytes)
      const byDigest = await registry.openManifest(repository, image.descriptor.digest)
      expect(core(byDigest.descriptor)).toStrictEqual(core(image.descriptor))
      expect(byDigest.bytes).toStrictEqual(image.bytes)
    })

    it('can be asked for its descriptor alone', async () => {
      const { registry, repository, fill } = await scene()
      await sample.push(fill, repository)
      for (const reference of ['latest', image.descriptor.digest]) {
        const stat = await registry.statManifest(repository, reference)
        expect(core(stat.descriptor)).toStrictEqual(core(image.descriptor))
      }
    })

    it('answers MANIFEST_NOT_FOUND for a tag and a digest it does not have', async () => {
      const { registry, repository, fill } = await scene()
      await sample.push(fill, repository)
      for (const reference of ['missing', digestOf(bytesOf('missing'))]) {
        await expect(registry.openManifest(repository, reference)).toFailWith('MANIFEST_NOT_FOUND')
        await expect(registry.statManifest(repository, reference)).toFailWith('MANIFEST_NOT_FOUND')
      }
    })

    it('answers that a repository nobody wrote to has none', async () => {
      const { registry, another } = await scene()
      await expect(registry.openManifest(another(), 'latest')).toFailWith(
        'MANIFEST_NOT_FOUND',
        'REPOSITORY_NOT_FOUND',
      )
    })

    it.each(
      hostileDigests.filter((digest) => digest.includes(':')).map((digest) => [digest.slice(0, 40), digest]),
    )('T29 refuses %s', async (_, digest) => {
      const { registry, repository, fill } = await scene()
      await sample.push(fill, repository)
      await expect(registry.openManifest(repository, digest)).toFailWith(
        'DIGEST_INVALID',
        'REFERENCE_INVALID',
      )
      await expect(registry.statManifest(repository, digest)).toFailWith(
        'DIGEST_INVALID',
        'REFERENCE_INVALID',
      )
    })

    it.each(['../../etc/passwd', 'a/b', '.', '-dash', 'a'.repeat(129), '', 'white space'])(
      'never takes %j for a tag',
      async (tag) => {
        const { registry, repository, fill } = await scene()
        await sample.push(fill, repository)
        await expect(registry.openManifest(repository, tag)).toFailWith(
          'MANIFEST_NOT_FOUND',
          'REFERENCE_INVALID',
        )
      },
    )

    it('with the ETag it gave answers NOT_MODIFIED', async () => {
      const { registry, repository, fill } = await scene()
      await sample.push(fill, repository)
      const { etag } = await registry.openManifest(repository, 'latest')
      const again = registry.openManifest(repository, 'latest', { ifNoneMatch: etag ?? '"none"' })
      expect(await codeOf(again)).toBe(etag === undefined ? undefined : 'NOT_MODIFIED')
    })

    it('with an ETag that is old gives the new one', async () => {
      const { registry, repository, fill } = await scene()
      await sample.push(fill, repository)
      const { etag = '"none"' } = await registry.statManifest(repository, 'latest')
      const { bytes, descriptor } = sample.manifests.other
      await fill.pushManifest(repository, bytes, { mediaType, tags: ['latest'] })
      const changed = await registry.openManifest(repository, 'latest', { ifNoneMatch: etag })
      expect(changed.descriptor.digest).toBe(descriptor.digest)
    })

    it('does not begin when it was aborted before', async () => {
      const { registry, repository, fill } = await scene()
      await sample.push(fill, repository)
      const options = { signal: AbortSignal.abort() }
      await expect(registry.openManifest(repository, 'latest', options)).toFailWith('AbortError')
      await expect(registry.statManifest(repository, 'latest', options)).toFailWith('AbortError')
    })
  })
}
