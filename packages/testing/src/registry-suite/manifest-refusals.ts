import { digestOf } from '@ocish/sdk'
import { describe, expect, it } from 'vitest'
import { bytesOf } from '../content.ts'
import { collect, sample, type Suite } from './suite.ts'

const image = sample.manifests.image
const mediaType = image.descriptor.mediaType

/** Manifests that a registry refuses. */
export function manifestRefusalCases({ scene, lacks }: Suite): void {
  describe('a manifest that is refused', () => {
    const config = {
      mediaType: 'application/vnd.oci.image.config.v1+json',
      digest: digestOf(bytesOf('{}')),
      size: 2,
    }
    const refusals: readonly (readonly [string, string, string])[] = [
      ['no JSON', '<html>sign in</html>', mediaType],
      ['no object', '[]', mediaType],
      ['cut', '{"schemaVersion": 2', mediaType],
      [
        'of another type than it says',
        Buffer.from(image.bytes).toString(),
        'application/vnd.oci.image.index.v1+json',
      ],
      ['of an unknown type', JSON.stringify({ schemaVersion: 2, mediaType: 'text/plain' }), 'text/plain'],
    ]
    it.each(refusals)('is %s', async (_, text, type) => {
      const { registry, repository } = await scene()
      await sample.push(registry, repository)
      const push = registry.pushManifest(repository, bytesOf(text), { mediaType: type, tags: ['bad'] })
      await expect(push).toFailWith('MANIFEST_INVALID')
      expect(await collect(registry.tags(repository))).toStrictEqual(['latest'])
    })

    it.skipIf(lacks('strictManifests'))('is an image and an index at once (T30)', async () => {
      const { registry, repository } = await scene()
      await sample.push(registry, repository)
      const both = bytesOf(JSON.stringify({ schemaVersion: 2, mediaType, config, layers: [], manifests: [] }))
      await expect(registry.pushManifest(repository, both, { mediaType, tags: ['bad'] })).toFailWith(
        'MANIFEST_INVALID',
      )
    })

    it('has another digest than it is pushed under (T28)', async () => {
      const { registry, repository } = await scene()
      await sample.push(registry, repository)
      const { digest } = sample.manifests.other.descriptor
      await expect(
        registry.pushManifest(repository, image.bytes, { mediaType, digest, tags: ['bad'] }),
      ).toFailWith('DIGEST_MISMATCH')
      expect(await collect(registry.tags(repository))).toStrictEqual(['latest'])
    })

    it.skipIf(lacks('referenceChecks'))('refers to blobs that are missing', async () => {
      const { registry, repository } = await scene()
      await expect(registry.pushManifest(repository, image.bytes, { mediaType })).toFailWith(
        'MANIFEST_REFERS_TO_MISSING',
      )
    })

    it.skipIf(lacks('referenceChecks', 'sparse'))(
      'refers to manifests that are missing, unless it is sparse',
      async () => {
        const { registry, repository } = await scene()
        const { bytes, descriptor } = sample.manifests.index
        const options = { mediaType: descriptor.mediaType, tags: ['sparse'] }
        await expect(registry.pushManifest(repository, bytes, options)).toFailWith(
          'MANIFEST_REFERS_TO_MISSING',
        )
        await registry.pushManifest(repository, bytes, { ...options, sparse: true })
        expect((await registry.statManifest(repository, 'sparse')).descriptor.digest).toBe(descriptor.digest)
      },
    )
  })
}
