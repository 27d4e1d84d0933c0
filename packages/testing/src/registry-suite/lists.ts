import { describe, expect, it } from 'vitest'
import { hasCode } from '@ocish/sdk'
import { codeOf, collect, sample, type Scene, type Suite } from './suite.ts'

const { bytes, descriptor } = sample.manifests.image
const mediaType = descriptor.mediaType

async function tagged({ fill, repository }: Scene, tags: readonly string[]): Promise<void> {
  await sample.push(fill, repository)
  await fill.pushManifest(repository, bytes, { mediaType, tags })
}

/** `tags` and `repositories`. */
export function listCases({ scene, lacks, single }: Suite): void {
  describe('tags', () => {
    it('come sorted by bytes', async () => {
      const place = await scene()
      await tagged(place, ['v10', 'v2', 'Zeta', '_under', '0', 'v1.0-rc.1'])
      expect(await collect(place.registry.tags(place.repository))).toStrictEqual([
        '0',
        'Zeta',
        '_under',
        'latest',
        'v1.0-rc.1',
        'v10',
        'v2',
      ])
    })

    it('come after the one that is named, whether it exists or not', async () => {
      const place = await scene()
      await tagged(place, ['a', 'b', 'c'])
      const after = (last: string): Promise<string[]> =>
        collect(place.registry.tags(place.repository, { last }))
      expect(await after('b')).toStrictEqual(['c', 'latest'])
      expect(await after('bb')).toStrictEqual(['c', 'latest'])
      expect(await after('zzz')).toStrictEqual([])
    })

    it('come in pages, each once', async () => {
      const place = await scene()
      const tags = Array.from({ length: 50 }, (_, index) => `t${String(index).padStart(3, '0')}`)
      await tagged(place, tags)
      let paged = 0
      const onPage = (page: { readonly count: number }): void => {
        paged += page.count
      }
      const listed = await collect(place.registry.tags(place.repository, { pageSize: 7, onPage }))
      expect(listed).toStrictEqual(['latest', ...tags])
      expect([0, listed.length]).toContain(paged)
    })

    it('may be left early', async () => {
      const place = await scene()
      await tagged(place, ['a', 'b', 'c'])
      for await (const tag of place.registry.tags(place.repository, { pageSize: 2 })) {
        expect(tag).toBe('a')
        break
      }
    })

    it('of a repository nobody wrote to are REPOSITORY_NOT_FOUND', async () => {
      const { registry, another } = await scene()
      await expect(registry.tags(another())).toFailWith('REPOSITORY_NOT_FOUND')
    })

    it('answer NOT_MODIFIED for the ETag they gave', async () => {
      const place = await scene()
      await tagged(place, ['a'])
      let etag: string | undefined
      await collect(place.registry.tags(place.repository, { onPage: (page) => (etag = page.etag) }))
      const again = collect(place.registry.tags(place.repository, { ifNoneMatch: etag ?? '"none"' }))
      expect(await codeOf(again)).toBe(etag === undefined ? undefined : 'NOT_MODIFIED')
    })

    it('do not begin when they were aborted before', async () => {
      const place = await scene()
      await tagged(place, ['a'])
      const options = { signal: AbortSignal.abort() }
      await expect(place.registry.tags(place.repository, options)).toFailWith('AbortError')
    })
  })

  describe.skipIf(single || lacks('catalog'))('repositories', () => {
    it('are those that hold something, sorted by bytes', async () => {
      const place = await scene()
      const written = [place.repository, place.another(), place.another()]
      for (const repository of written) await sample.push(place.fill, repository)
      const listed = await repositories(place)
      expect(listed?.filter((name) => written.includes(name)) ?? written.toSorted()).toStrictEqual(
        written.toSorted(),
      )
      expect(listed?.toSorted() ?? []).toStrictEqual(listed ?? [])
    })

    it('come after the one that is named, in pages', async () => {
      const place = await scene()
      const written = [place.repository, place.another(), place.another()].toSorted()
      for (const repository of written) await sample.push(place.fill, repository)
      const listed = await repositories(place, { last: written[0] ?? '', pageSize: 1 })
      expect(listed?.filter((name) => written.includes(name)) ?? written.slice(1)).toStrictEqual(
        written.slice(1),
      )
    })
  })
}

/** Undefined where the registry has no list of repositories. */
async function repositories(
  { registry }: Scene,
  options: { readonly last?: string; readonly pageSize?: number } = {},
): Promise<string[] | undefined> {
  try {
    return await collect(registry.repositories(options))
  } catch (error) {
    if (hasCode(error, 'UNSUPPORTED')) return undefined
    throw error
  }
}
