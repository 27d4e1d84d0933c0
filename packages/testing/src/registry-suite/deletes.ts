import { digestOf } from '@ocish/sdk'
import { describe, expect, it } from 'vitest'
import { bytesOf, opened } from '../content.ts'
import { allowed, codeOf, collect, ifAble, sample, type Suite } from './suite.ts'

const { descriptor } = sample.manifests.image

/** Deleting tags, manifests and blobs. */
export function deleteCases({ scene, lacks, single }: Suite): void {
  describe('deleting', () => {
    it('a tag leaves the manifest and the other tags', async () => {
      const { registry, repository, abilities } = await scene()
      await sample.push(registry, repository)
      const { bytes } = sample.manifests.image
      await registry.pushManifest(repository, bytes, { mediaType: descriptor.mediaType, tags: ['other'] })
      await ifAble(abilities.tagDelete, async () => {
        await registry.deleteTag(repository, 'latest')
        await expect(registry.statManifest(repository, 'latest')).toFailWith('MANIFEST_NOT_FOUND')
        expect(await collect(registry.tags(repository))).toStrictEqual(['other'])
        expect((await registry.statManifest(repository, descriptor.digest)).descriptor.digest).toBe(
          descriptor.digest,
        )
      })
    })

    it('a tag twice is MANIFEST_NOT_FOUND', async () => {
      const { registry, repository, abilities } = await scene()
      await sample.push(registry, repository)
      await ifAble(abilities.tagDelete, async () => {
        await registry.deleteTag(repository, 'latest')
        await expect(registry.deleteTag(repository, 'latest')).toFailWith('MANIFEST_NOT_FOUND')
      })
    })

    it('a manifest takes every tag on it along, and no other', async () => {
      const { registry, repository, abilities } = await scene()
      await sample.push(registry, repository)
      const { image, other } = sample.manifests
      await registry.pushManifest(repository, image.bytes, {
        mediaType: descriptor.mediaType,
        tags: ['a', 'b'],
      })
      await registry.pushManifest(repository, other.bytes, {
        mediaType: descriptor.mediaType,
        tags: ['stays'],
      })
      await ifAble(abilities.delete, async () => {
        await registry.deleteManifest(repository, descriptor.digest)
        await expect(registry.openManifest(repository, descriptor.digest)).toFailWith('MANIFEST_NOT_FOUND')
        await expect(registry.openManifest(repository, 'a')).toFailWith('MANIFEST_NOT_FOUND')
        expect(await collect(registry.tags(repository))).toStrictEqual(['stays'])
      })
    })

    it('a manifest twice is MANIFEST_NOT_FOUND', async () => {
      const { registry, repository, abilities } = await scene()
      await sample.push(registry, repository)
      await ifAble(abilities.delete, async () => {
        await registry.deleteManifest(repository, descriptor.digest)
        await expect(registry.deleteManifest(repository, descriptor.digest)).toFailWith('MANIFEST_NOT_FOUND')
      })
    })

    it('a blob makes it unknown; twice is BLOB_NOT_FOUND', async () => {
      const { registry, repository, abilities } = await scene()
      const digest = digestOf(bytesOf('delete me'))
      await registry.pushBlob(repository, { digest, size: 9 }, opened('delete me'))
      await ifAble(abilities.delete, async () => {
        await registry.deleteBlob(repository, digest)
        await expect(registry.statBlob(repository, digest)).toFailWith('BLOB_NOT_FOUND')
        await expect(registry.deleteBlob(repository, digest)).toFailWith('BLOB_NOT_FOUND')
      })
    })

    it.skipIf(single || lacks('isolation'))('a blob leaves it in other repositories', async () => {
      const { registry, repository, another, abilities } = await scene()
      const digest = digestOf(bytesOf('shared'))
      const other = another()
      for (const place of [repository, other])
        await registry.pushBlob(place, { digest, size: 6 }, opened('shared'))
      await ifAble(abilities.delete, async () => {
        await registry.deleteBlob(repository, digest)
        await expect(registry.statBlob(repository, digest)).toFailWith('BLOB_NOT_FOUND')
        expect(await registry.statBlob(other, digest)).toMatchObject({ size: 6 })
      })
    })

    it('what was deleted can be pushed again', async () => {
      const { registry, repository, abilities } = await scene()
      await sample.push(registry, repository)
      await ifAble(abilities.delete, async () => {
        await registry.deleteManifest(repository, descriptor.digest)
        await sample.push(registry, repository)
        expect((await registry.statManifest(repository, 'latest')).descriptor.digest).toBe(descriptor.digest)
      })
    })

    it('T29 refuses digests that are none', async () => {
      const { registry, repository, abilities } = await scene()
      const codes = allowed(abilities.delete, 'DIGEST_INVALID')
      expect(codes).toContain(await codeOf(registry.deleteBlob(repository, 'sha256:../../x')))
      expect(codes).toContain(await codeOf(registry.deleteManifest(repository, 'sha256:../../x')))
    })

    it('does nothing when it was aborted before', async () => {
      const { registry, repository } = await scene()
      await sample.push(registry, repository)
      const options = { signal: AbortSignal.abort() }
      await expect(registry.deleteTag(repository, 'latest', options)).toFailWith('AbortError', 'UNSUPPORTED')
      await expect(registry.deleteManifest(repository, descriptor.digest, options)).toFailWith(
        'AbortError',
        'UNSUPPORTED',
      )
      expect((await registry.statManifest(repository, 'latest')).descriptor.digest).toBe(descriptor.digest)
    })
  })
}
