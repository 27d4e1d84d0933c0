import { digestOf, docker } from '@ocish/sdk'
import { describe, expect, it } from 'vitest'
import { bytesOf, content } from '../content.ts'
import { codeOf, collect, core, hostileDigests, sample, type Suite } from './suite.ts'

const image = sample.manifests.image
const mediaType = image.descriptor.mediaType

/** Pushing manifests. */
export function manifestCases({ scene, lacks }: Suite): void {
  describe('pushing a manifest', () => {
    it('says digest, size and tags', async () => {
      const { registry, repository } = await scene()
      await content({ blobs: { layer: 'a layer', config: { architecture: 'amd64', os: 'linux' } } }).push(
        registry,
        repository,
      )
      const pushed = await registry.pushManifest(repository, image.bytes, { mediaType, tags: ['v1'] })
      expect(core(pushed.descriptor)).toStrictEqual(core(image.descriptor))
      expect(pushed.tags).toStrictEqual(['v1'])
    })

    it('keeps the exact bytes, whatever they look like (T48)', async () => {
      const { registry, repository } = await scene()
      const built = content({
        blobs: { layer: 'a layer', config: {} },
        manifests: { image: { config: 'config', layers: ['layer'] } },
      })
      await built.push(registry, repository)
      const json = Buffer.from(built.manifests.image.bytes).toString()
      const odd = bytesOf(
        `\n\t ${json.slice(0, -1)} , "x-unknown" : 1e3,"\\u00fc\u2028" :"\u{1F433}", "big": 12345678901234567890 }\r\n`,
      )
      const pushed = await registry.pushManifest(repository, odd, { mediaType, tags: ['odd'] })
      expect(pushed.descriptor.digest).toBe(digestOf(odd))
      expect(Buffer.compare((await registry.openManifest(repository, 'odd')).bytes, odd)).toBe(0)
    })

    it('by digest makes no tag', async () => {
      const { registry, repository } = await scene()
      await sample.push(registry, repository)
      const { digest } = sample.manifests.other.descriptor
      expect((await registry.openManifest(repository, digest)).bytes).toStrictEqual(
        sample.manifests.other.bytes,
      )
      expect(await collect(registry.tags(repository))).toStrictEqual(['latest'])
    })

    it('can set several tags at once', async () => {
      const { registry, repository } = await scene()
      await sample.push(registry, repository)
      const pushed = await registry.pushManifest(repository, image.bytes, {
        mediaType,
        tags: ['a', 'b', 'c'],
      })
      expect([...pushed.tags].toSorted()).toStrictEqual(['a', 'b', 'c'])
      for (const tag of ['a', 'b', 'c']) {
        expect((await registry.statManifest(repository, tag)).descriptor.digest).toBe(image.descriptor.digest)
      }
    })

    it('moves a tag, and repeating it changes nothing', async () => {
      const { registry, repository } = await scene()
      await sample.push(registry, repository)
      const { bytes, descriptor } = sample.manifests.other
      for (const _ of [1, 2]) await registry.pushManifest(repository, bytes, { mediaType, tags: ['latest'] })
      expect((await registry.statManifest(repository, 'latest')).descriptor.digest).toBe(descriptor.digest)
      expect((await registry.statManifest(repository, image.descriptor.digest)).descriptor.size).toBe(
        image.bytes.length,
      )
    })

    it('twelve times at once loses no tag', async () => {
      const { registry, repository, abilities } = await scene()
      await sample.push(registry, repository)
      const tags = Array.from({ length: abilities.concurrentWrites ? 12 : 1 }, (_, index) => `t${index}`)
      await Promise.all(
        tags.map((tag) => registry.pushManifest(repository, image.bytes, { mediaType, tags: [tag] })),
      )
      expect(await collect(registry.tags(repository))).toStrictEqual([...tags, 'latest'].toSorted())
    })

    it('owns its bytes', async () => {
      const { registry, repository } = await scene()
      await sample.push(registry, repository)
      const bytes = image.bytes.slice()
      await registry.pushManifest(repository, bytes, { mediaType, tags: ['mine'] })
      bytes.fill(0x20)
      const first = await registry.openManifest(repository, 'mine')
      first.bytes.fill(0x20)
      expect((await registry.openManifest(repository, 'mine')).bytes).toStrictEqual(image.bytes)
    })

    it('takes one of nearly four megabytes and refuses one above eight', async () => {
      const { registry, repository } = await scene()
      const sized = (megabytes: number): ReturnType<typeof content<'config', 'big', never>> =>
        content({
          blobs: { config: {} },
          manifests: {
            big: { config: 'config', annotations: { filler: 'x'.repeat(megabytes * 1_000_000) } },
          },
        })
      const fits = sized(3.9)
      await fits.push(registry, repository)
      const { digest, size } = fits.manifests.big.descriptor
      expect((await registry.openManifest(repository, digest)).descriptor.size).toBe(size)
      await expect(sized(8.5).push(registry, repository)).toFailWith('LIMIT_EXCEEDED')
    })

    it('does nothing when it was aborted before', async () => {
      const { registry, repository } = await scene()
      await sample.push(registry, repository)
      const options = { mediaType, tags: ['never'], signal: AbortSignal.abort() }
      await expect(registry.pushManifest(repository, image.bytes, options)).toFailWith('AbortError')
      expect(await collect(registry.tags(repository))).toStrictEqual(['latest'])
    })
  })

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

  describe.skipIf(lacks('conditionalWrites'))('a conditional push', () => {
    it('with ifMatch moves the tag only from where it was read', async () => {
      const { registry, repository } = await scene()
      await sample.push(registry, repository)
      const { etag = '' } = await registry.statManifest(repository, 'latest')
      const { bytes } = sample.manifests.other
      await registry.pushManifest(repository, bytes, { mediaType, tags: ['latest'], ifMatch: etag })
      const again = registry.pushManifest(repository, image.bytes, {
        mediaType,
        tags: ['latest'],
        ifMatch: etag,
      })
      await expect(again).toFailWith('PRECONDITION_FAILED')
      const { descriptor } = await registry.statManifest(repository, 'latest')
      expect(descriptor.digest).toBe(sample.manifests.other.descriptor.digest)
    })

    it('with ifMatch makes no new tag', async () => {
      const { registry, repository } = await scene()
      await sample.push(registry, repository)
      const { etag = '' } = await registry.statManifest(repository, 'latest')
      const push = registry.pushManifest(repository, image.bytes, { mediaType, tags: ['new'], ifMatch: etag })
      await expect(push).toFailWith('PRECONDITION_FAILED')
    })

    it('with ifNoneMatch: * only makes a new tag', async () => {
      const { registry, repository } = await scene()
      await sample.push(registry, repository)
      const { bytes } = sample.manifests.other
      const push = (tag: string): Promise<unknown> =>
        registry.pushManifest(repository, bytes, { mediaType, tags: [tag], ifNoneMatch: '*' })
      await push('fresh')
      await expect(push('latest')).toFailWith('PRECONDITION_FAILED')
      expect((await registry.statManifest(repository, 'latest')).descriptor.digest).toBe(
        image.descriptor.digest,
      )
    })

    it('lets one of many win', async () => {
      const { registry, repository } = await scene()
      await sample.push(registry, repository)
      const push = (): Promise<unknown> =>
        registry.pushManifest(repository, image.bytes, { mediaType, tags: ['race'], ifNoneMatch: '*' })
      const results = await Promise.allSettled([push(), push(), push(), push()])
      expect(results.filter((result) => result.status === 'fulfilled')).toHaveLength(1)
    })
  })
}

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
