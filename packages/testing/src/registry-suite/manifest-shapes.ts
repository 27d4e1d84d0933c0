import { digestOf, docker } from '@ocish/sdk'
import { describe, expect, it } from 'vitest'
import { bytesOf, content } from '../content.ts'
import { core, sample, type Suite } from './suite.ts'

const image = sample.manifests.image
const mediaType = image.descriptor.mediaType

/** Every shape of manifest is taken and given back as it came. */
export function manifestShapeCases({ scene, lacks }: Suite): void {
  describe('every shape of manifest', () => {
    it('an index, nested and empty', async () => {
      const { registry, repository } = await scene()
      const built = content({
        manifests: { inner: { manifests: [] }, outer: { manifests: ['inner'] } },
        tags: { nested: 'outer' },
      })
      await built.push(registry, repository)
      const { descriptor } = await registry.openManifest(repository, 'nested')
      expect(core(descriptor)).toStrictEqual(core(built.manifests.outer.descriptor))
    })

    it("Docker's manifest and list, under their own types", async () => {
      const { registry, repository } = await scene()
      const layer = { blob: 'layer', mediaType: docker.layerGzip } as const
      const built = content({
        blobs: { layer: 'docker layer', config: {} },
        manifests: {
          image: {
            mediaType: docker.manifest,
            config: { blob: 'config', mediaType: docker.config },
            layers: [layer],
          },
          list: {
            mediaType: docker.list,
            manifests: [{ manifest: 'image', platform: { os: 'linux', architecture: 'amd64' } }],
          },
        },
        tags: { one: 'image', many: 'list' },
      })
      await built.push(registry, repository)
      expect((await registry.openManifest(repository, 'one')).descriptor.mediaType).toBe(docker.manifest)
      expect((await registry.openManifest(repository, 'many')).descriptor.mediaType).toBe(docker.list)
    })

    it('an artifact with the empty configuration and without layers', async () => {
      const { registry, repository } = await scene()
      const built = content({
        manifests: { note: { artifactType: 'application/vnd.test.note', annotations: { text: 'hi' } } },
        tags: { note: 'note' },
      })
      await built.push(registry, repository)
      expect((await registry.openManifest(repository, 'note')).bytes).toStrictEqual(
        built.manifests.note.bytes,
      )
    })

    it('a subject that is not there', async () => {
      const { registry, repository } = await scene()
      const subject = { mediaType, digest: digestOf(bytesOf('elsewhere')), size: 9 }
      const built = content({ manifests: { note: { artifactType: 'a/b', subject } }, tags: { note: 'note' } })
      await built.push(registry, repository)
      expect((await registry.statManifest(repository, 'note')).descriptor.size).toBeGreaterThan(0)
    })

    it('T47 annotations named __proto__ and constructor', async () => {
      const { registry, repository } = await scene()
      const json = JSON.stringify({
        schemaVersion: 2,
        mediaType: 'application/vnd.oci.image.index.v1+json',
        manifests: [],
      })
      const bytes = bytesOf(
        `${json.slice(0, -1)},"annotations":{"__proto__":"a","constructor":"b","toString":"c"}}`,
      )
      const index = 'application/vnd.oci.image.index.v1+json'
      await registry.pushManifest(repository, bytes, { mediaType: index, tags: ['proto'] })
      expect((await registry.openManifest(repository, 'proto')).bytes).toStrictEqual(bytes)
      expect(({} as { a?: string }).a).toBeUndefined()
    })

    it.skipIf(lacks('foreignLayers'))('layers that are elsewhere and were never pushed', async () => {
      const { registry, repository } = await scene()
      const layer = {
        mediaType: 'application/vnd.oci.image.layer.nondistributable.v1.tar+gzip',
        digest: digestOf(bytesOf('windows')),
        size: 7,
        urls: ['https://layers.example.com/windows'],
      }
      const built = content({
        blobs: { config: {} },
        manifests: { win: { config: 'config', extra: { layers: [layer] } } },
      })
      await built.push(registry, repository)
      const { digest } = built.manifests.win.descriptor
      expect((await registry.statManifest(repository, digest)).descriptor.digest).toBe(digest)
    })

    it.skipIf(lacks('sha512'))('all of it under sha512, also when it is read by tag', async () => {
      const { registry, repository } = await scene()
      const built = content({
        algorithm: 'sha512',
        blobs: { layer: 'a layer', config: {} },
        manifests: { image: { config: 'config', layers: ['layer'] }, index: { manifests: ['image'] } },
        tags: { long: 'index' },
      })
      await built.push(registry, repository)
      const { digest } = built.manifests.index.descriptor
      expect((await registry.openManifest(repository, 'long')).descriptor.digest).toBe(digest)
      expect((await registry.openManifest(repository, digest)).descriptor.digest).toBe(digest)
    })
  })
}
