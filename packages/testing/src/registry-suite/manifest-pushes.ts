import { digestOf } from '@ocish/sdk'
import { describe, expect, it } from 'vitest'
import { bytesOf, content } from '../content.ts'
import { collect, core, sample, type Suite } from './suite.ts'

const image = sample.manifests.image
const mediaType = image.descriptor.mediaType

/** Pushing manifests: tags, bytes, sizes, and on conditions. */
export function manifestPushCases({ scene, lacks }: Suite): void {
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
