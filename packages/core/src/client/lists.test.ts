import { bytesOf } from '@ocish/testing'
import { digestOf, oci } from '@ocish/sdk'
import { describe, expect, it } from 'vitest'
import { createClient } from './client.ts'
import { json, refusal, type Reply, scripted, type Script } from './scripted-server.test-kit.ts'

const manifest = bytesOf(JSON.stringify({ schemaVersion: 2, mediaType: oci.index, manifests: [] }))

describe('a list', () => {
  const collect = async (list: AsyncIterable<string>): Promise<readonly string[]> => Array.fromAsync(list)

  async function tags(
    script: Script,
    options: Parameters<ReturnType<typeof createClient>['tags']>[1] = {},
  ): Promise<readonly string[]> {
    const server = await scripted(script)
    await using client = createClient(server.host, { retries: 0, maxPages: 20 })
    return await collect(client.tags('team/app', options))
  }

  it('follows relative and absolute links of its own host', async () => {
    const server = await scripted(({ query }): Reply => {
      const last = query.get('last')
      if (last === null) return json({ tags: ['a'] }, { link: '</v2/team/app/tags/list?last=a>; rel=next' })
      if (last === 'a')
        return json({ tags: ['b'] }, { link: `<${server.url}/v2/team/app/tags/list?last=b>; rel="next"` })
      return json({ tags: ['c'] })
    })
    await using client = createClient(server.host)
    expect(await collect(client.tags('team/app'))).toStrictEqual(['a', 'b', 'c'])
  })

  it('T25 stops at a link to another host', async () => {
    const other = await scripted(() => json({ tags: ['stolen'] }), { hostname: '127.0.0.2' })
    const link = { link: `<${other.url}/v2/team/app/tags/list?last=a>; rel="next"` }
    const asked: (string | null)[] = []
    // It has the page as well: whoever takes the path of the link alone would find it.
    const pages: Script = ({ query }) => {
      asked.push(query.get('last'))
      return asked.length === 1 ? json({ tags: ['a'] }, link) : json({ tags: ['b'] })
    }
    await expect(tags(pages)).toFailWith('REGISTRY_PROTOCOL')
    expect(asked).toEqual([null])
    expect(other.requests).toHaveLength(0)
  })

  it('T25 stops at a link to itself', async () => {
    const link = { link: '</v2/team/app/tags/list>; rel="next"' }
    await expect(tags(() => json({ tags: ['a'] }, link))).toFailWith('REGISTRY_PROTOCOL')
  })

  it('stops at a page that brings nothing new', async () => {
    let page = 0
    await expect(
      tags(() => json({ tags: ['a'] }, { link: `</v2/team/app/tags/list?page=${++page}>; rel="next"` })),
    ).toFailWith('REGISTRY_PROTOCOL')
    expect(page).toBe(2)
  })

  it('T38 stops at the limit of pages', async () => {
    let page = 0
    await expect(
      tags(() =>
        json({ tags: [`t${page}`] }, { link: `</v2/team/app/tags/list?page=${++page}>; rel="next"` }),
      ),
    ).toFailWith('LIMIT_EXCEEDED')
    expect(page).toBe(20)
  })

  it.each([
    [{ tags: null }, []],
    [{}, []],
    [{ tags: ['b', null, '', 'a', 'b', 7] }, ['a', 'b']],
  ])('tolerates %j', async (body, expected) => {
    expect(await tags(() => json(body))).toStrictEqual(expected)
  })

  it('is cut at `last` where the registry takes no notice of it', async () => {
    expect(await tags(() => json({ tags: ['c', 'a', 'b'] }), { last: 'a' })).toStrictEqual(['b', 'c'])
  })

  it('is asked for whole where the registry does not know `last`', async () => {
    expect(
      await tags(({ query }) => (query.has('last') ? { status: 404 } : json({ tags: ['a', 'c'] })), {
        last: 'b',
      }),
    ).toStrictEqual(['c'])
  })

  it('takes the first page’s path where a link has lost its beginning', async () => {
    const script: Script = ({ path, query }) => {
      if (path !== '/v2/team/app/tags/list') return { status: 404 }
      return query.has('last')
        ? json({ tags: ['b'] })
        : json({ tags: ['a'] }, { link: '</v2/app/tags/list?last=a>; rel="next"' })
    }
    expect(await tags(script)).toStrictEqual(['a', 'b'])
  })

  it('says that it is unchanged', async () => {
    const script: Script = ({ headers }) =>
      headers['if-none-match'] === '"e"' ? { status: 304 } : json({ tags: ['a'] }, { etag: '"e"' })
    await expect(tags(script, { ifNoneMatch: '"e"' })).toFailWith('NOT_MODIFIED')
    const pages: unknown[] = []
    await tags(script, { onPage: (page) => pages.push(page) })
    expect(pages).toStrictEqual([{ count: 1, etag: '"e"' }])
  })

  it('that is a web page is an error', async () => {
    await expect(
      tags(() => ({ headers: { 'content-type': 'text/html' }, body: '<html></html>' })),
    ).toFailWith('REGISTRY_PROTOCOL')
  })
})

describe('referrers', () => {
  const subject = digestOf(manifest)
  const entry = (artifactType: string, size: number): object => ({
    mediaType: oci.manifest,
    digest: digestOf(bytesOf(artifactType)),
    size,
    artifactType,
  })

  async function referrers(script: Script, artifactType?: string): Promise<readonly (string | undefined)[]> {
    const server = await scripted(script)
    await using client = createClient(server.host, { retries: 0 })
    const list = client.referrers('team/app', subject, artifactType === undefined ? {} : { artifactType })
    return (await Array.fromAsync(list)).map((descriptor) => descriptor.artifactType)
  }

  const index = (manifests: unknown, headers: Readonly<Record<string, string>> = {}): Reply =>
    json({ schemaVersion: 2, mediaType: oci.index, manifests }, { 'content-type': oci.index, ...headers })

  it.each([404, 400, 405, 501])('are UNSUPPORTED where the API answers %i', async (status) => {
    await expect(referrers(() => ({ status, body: '404 page not found' }))).toFailWith('UNSUPPORTED')
  })

  it('are UNSUPPORTED where something else answers', async () => {
    await expect(referrers(() => json({}))).toFailWith('UNSUPPORTED')
  })

  it('are none of a repository that does not exist', async () => {
    expect(await referrers(() => refusal(404, 'NAME_UNKNOWN'))).toStrictEqual([])
    expect(await referrers(() => index(null))).toStrictEqual([])
  })

  it('are filtered here where the registry did not', async () => {
    const all = [entry('a/b+c', 1), entry('d', 2)]
    const seen: (string | null)[] = []
    expect(
      await referrers(({ query }) => (seen.push(query.get('artifactType')), index(all)), 'a/b+c'),
    ).toStrictEqual(['a/b+c'])
    expect(
      await referrers(() => index([entry('x', 1)], { 'oci-filters-applied': 'foo, artifactType' }), 'a'),
    ).toStrictEqual(['x'])
    expect(seen).toStrictEqual(['a/b+c'])
  })
})
