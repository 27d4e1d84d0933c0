import { describe, expect, it } from 'vitest'
import { digestOf } from '@ocish/sdk'
import { bytesOf, opened } from '../content.ts'
import { sample, type Suite } from './suite.ts'

/** Names, abilities, `commit`, and the writes of a read-only registry. */
export function lifeCases({ scene }: Suite): void {
  describe('a registry', () => {
    it('has a name', async () => {
      const { registry } = await scene()
      expect(registry.name).not.toBe('')
    })

    it('declares every ability', async () => {
      const { abilities } = await scene()
      const names = [
        'mount',
        'range',
        'referrers',
        'tagDelete',
        'delete',
        'readOnly',
        'concurrentWrites',
      ] as const
      for (const name of [...names, 'deferredDigest', 'chunked', 'pump'] as const) {
        expect([true, false, 'unknown']).toContain(abilities[name])
      }
    })

    it('can be committed, also when nothing was written', async () => {
      const { registry } = await scene()
      await registry.commit()
      await expect(registry.commit()).resolves.toBeUndefined()
    })
  })
}

/** Every write answers UNSUPPORTED and changes nothing. */
export function readOnlyCases({ scene }: Suite): void {
  describe('a read-only registry', () => {
    it('says so', async () => {
      const { abilities } = await scene()
      expect(abilities).toMatchObject({
        readOnly: true,
        mount: false,
        delete: false,
        tagDelete: false,
        chunked: false,
      })
    })

    it('T54 refuses every write, of latest too, and stays as it was', async () => {
      const { registry, repository, fill } = await scene()
      await sample.push(fill, repository)
      const { image, other } = sample.manifests
      const { mediaType, digest } = image.descriptor
      const blob = { digest: digestOf(bytesOf('x')), size: 1 }
      await expect(registry.pushBlob(repository, blob, opened('x'))).toFailWith('UNSUPPORTED')
      await expect(registry.startUpload(repository)).toFailWith('UNSUPPORTED')
      await expect(registry.resumeUpload(repository, 'any')).toFailWith('UNSUPPORTED')
      await expect(
        registry.pushManifest(repository, other.bytes, { mediaType, tags: ['latest'] }),
      ).toFailWith('UNSUPPORTED')
      await expect(registry.pushManifest(repository, other.bytes, { mediaType, tags: ['new'] })).toFailWith(
        'UNSUPPORTED',
      )
      await expect(registry.deleteTag(repository, 'latest')).toFailWith('UNSUPPORTED')
      await expect(registry.deleteManifest(repository, digest)).toFailWith('UNSUPPORTED')
      await expect(registry.deleteBlob(repository, sample.blobs.layer.descriptor.digest)).toFailWith(
        'UNSUPPORTED',
      )
      expect((await registry.statManifest(repository, 'latest')).descriptor.digest).toBe(digest)
      await expect(registry.statManifest(repository, 'new')).toFailWith('MANIFEST_NOT_FOUND')
    })
  })
}
