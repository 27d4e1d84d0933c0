import { type Descriptor, digestOf, docker } from '@ocish/sdk'
import { describe, expect, it } from 'vitest'
import { bytesOf, content } from '../content.ts'
import { allowed, both, codeOf, collect, core, ifAble, type Suite } from './suite.ts'

const built = content({
  blobs: { layer: 'a layer', config: { os: 'linux' } },
  manifests: {
    image: { config: 'config', layers: ['layer'] },
    sbom: {
      artifactType: 'application/spdx+json',
      subject: 'image',
      layers: ['layer'],
      annotations: { tool: 'syft', empty: '' },
    },
    signature: { artifactType: 'application/vnd.test.signature', subject: 'image', layers: ['layer'] },
    plain: { config: 'config', subject: 'image', layers: ['layer'] },
    bundle: { manifests: [], subject: 'image', annotations: { kind: 'index' } },
  },
  tags: { latest: 'image' },
})
const subject = built.manifests.image.descriptor.digest

function byDigest(descriptors: readonly Descriptor[]): Descriptor[] {
  return descriptors.toSorted((a, b) => (a.digest < b.digest ? -1 : 1))
}

/** `referrers`, and what a push says about its subject. */
export function referrerCases({ scene }: Suite): void {
  describe('referrers', () => {
    it('are listed with artifact type and annotations', async () => {
      const { registry, repository, fill, abilities } = await scene()
      await built.push(fill, repository)
      await ifAble(abilities.referrers, async () => {
        const listed = await collect(registry.referrers(repository, subject))
        const { sbom, signature, plain, bundle } = built.manifests
        expect(
          byDigest(listed).map((descriptor) => ({
            ...descriptor,
            annotations: { ...descriptor.annotations },
          })),
        ).toStrictEqual(
          byDigest([
            {
              ...core(sbom.descriptor),
              artifactType: 'application/spdx+json',
              annotations: { tool: 'syft', empty: '' },
            },
            {
              ...core(signature.descriptor),
              artifactType: 'application/vnd.test.signature',
              annotations: {},
            },
            {
              ...core(plain.descriptor),
              artifactType: 'application/vnd.oci.image.config.v1+json',
              annotations: {},
            },
            { ...core(bundle.descriptor), annotations: { kind: 'index' } },
          ]),
        )
      })
    })

    it('are filtered by artifact type', async () => {
      const { registry, repository, fill, abilities } = await scene()
      await built.push(fill, repository)
      await ifAble(abilities.referrers, async () => {
        const filtered = async (artifactType: string): Promise<string[]> =>
          (await collect(registry.referrers(repository, subject, { artifactType }))).map(
            ({ digest }) => digest,
          )
        expect(await filtered('application/spdx+json')).toStrictEqual([
          built.manifests.sbom.descriptor.digest,
        ])
        expect(await filtered('application/vnd.oci.image.config.v1+json')).toStrictEqual([
          built.manifests.plain.descriptor.digest,
        ])
        expect(await filtered('application/none')).toStrictEqual([])
      })
    })

    it('of something nobody knows are none', async () => {
      const { registry, repository, fill, abilities } = await scene()
      await built.push(fill, repository)
      await ifAble(abilities.referrers, async () => {
        expect(await collect(registry.referrers(repository, digestOf(bytesOf('unknown'))))).toStrictEqual([])
      })
    })

    it('of a repository nobody wrote to are none', async () => {
      const { registry, another, abilities } = await scene()
      await ifAble(abilities.referrers, async () => {
        expect(await collect(registry.referrers(another(), subject))).toStrictEqual([])
      })
    })

    it('come in pages, each once', async () => {
      const { registry, repository, fill, abilities } = await scene()
      await built.push(fill, repository)
      await ifAble(abilities.referrers, async () => {
        const listed = await collect(registry.referrers(repository, subject, { pageSize: 1 }))
        expect(new Set(listed.map(({ digest }) => digest)).size).toBe(4)
        expect(listed).toHaveLength(4)
      })
    })

    it('T29 are not looked for under a digest that is none', async () => {
      const { registry, repository, fill, abilities } = await scene()
      await built.push(fill, repository)
      const code = await codeOf(registry.referrers(repository, 'sha256:../../x'))
      expect(allowed(abilities.referrers, 'DIGEST_INVALID')).toContain(code)
    })

    it('T47 keep annotations named __proto__ as data', async () => {
      const { registry, repository, fill, abilities } = await scene()
      await built.push(fill, repository)
      const json = `{"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","artifactType":"a/proto",
        "manifests":[],"subject":${JSON.stringify(core(built.manifests.image.descriptor))},
        "annotations":{"__proto__":"x","constructor":"y"}}`
      await fill.pushManifest(repository, bytesOf(json), {
        mediaType: 'application/vnd.oci.image.index.v1+json',
      })
      await ifAble(abilities.referrers, async () => {
        const [found] = await collect(registry.referrers(repository, subject, { artifactType: 'a/proto' }))
        expect(Object.entries(found?.annotations ?? {})).toStrictEqual([
          ['__proto__', 'x'],
          ['constructor', 'y'],
        ])
      })
    })

    it('do not begin when they were aborted before', async () => {
      const { registry, repository, fill, abilities } = await scene()
      await built.push(fill, repository)
      const listing = registry.referrers(repository, subject, { signal: AbortSignal.abort() })
      expect(['AbortError', ...allowed(abilities.referrers, 'AbortError')]).toContain(await codeOf(listing))
    })
  })
}

/** Referrers and what changes them. */
export function referrerWriteCases({ scene, lacks }: Suite): void {
  describe('referrers in time', () => {
    it('are announced by the push where the API is declared', async () => {
      const { registry, repository, abilities } = await scene()
      await built.push(registry, repository)
      const { bytes, descriptor } = built.manifests.sbom
      const pushed = await registry.pushManifest(repository, bytes, { mediaType: descriptor.mediaType })
      const expected = abilities.referrers === true ? [subject] : [subject, undefined]
      expect(expected).toContain(pushed.subject)
    })

    it('are kept when they come before their subject', async () => {
      const { registry, repository, abilities } = await scene()
      const { sbom } = built.manifests
      await content({ blobs: { layer: 'a layer', empty: '{}' } }).push(registry, repository)
      await registry.pushManifest(repository, sbom.bytes, { mediaType: sbom.descriptor.mediaType })
      await ifAble(abilities.referrers, async () => {
        const listed = await collect(registry.referrers(repository, subject))
        expect(listed.map(({ digest }) => digest)).toStrictEqual([sbom.descriptor.digest])
      })
    })

    it('go with the manifest that made them', async () => {
      const { registry, repository, abilities } = await scene()
      await built.push(registry, repository)
      await ifAble(both(abilities.referrers, abilities.delete), async () => {
        await registry.deleteManifest(repository, built.manifests.sbom.descriptor.digest)
        const listed = await collect(registry.referrers(repository, subject))
        expect(listed.map(({ digest }) => digest)).not.toContain(built.manifests.sbom.descriptor.digest)
        expect(listed).toHaveLength(3)
      })
    })

    it('outlive their subject', async () => {
      const { registry, repository, abilities } = await scene()
      await built.push(registry, repository)
      await ifAble(both(abilities.referrers, abilities.delete), async () => {
        await registry.deleteManifest(repository, subject)
        expect(await collect(registry.referrers(repository, subject))).toHaveLength(4)
      })
    })

    it.skipIf(lacks('sha512'))('are found under the sha512 digest of their subject', async () => {
      const { registry, repository, abilities } = await scene()
      const long = content({
        algorithm: 'sha512',
        blobs: { config: {} },
        manifests: { image: { config: 'config' }, note: { artifactType: 'a/note', subject: 'image' } },
      })
      await long.push(registry, repository)
      await ifAble(abilities.referrers, async () => {
        const listed = await collect(registry.referrers(repository, long.manifests.image.descriptor.digest))
        expect(listed.map(({ digest }) => digest)).toStrictEqual([long.manifests.note.descriptor.digest])
      })
    })

    it('may be of Docker types', async () => {
      const { registry, repository } = await scene()
      const list = content({
        manifests: { list: { mediaType: docker.list, manifests: [] } },
        tags: { list: 'list' },
      })
      await list.push(registry, repository)
      expect((await registry.statManifest(repository, 'list')).descriptor.mediaType).toBe(docker.list)
    })
  })
}
