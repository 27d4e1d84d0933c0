import { digestOf } from '@ocish/sdk'
import { bytesOf, content } from '@ocish/testing'
import { describe, expect, it } from 'vitest'
import { algorithms, expectError, type Harness, pushBlob, useServer } from './harness.test-kit.ts'

const index = 'application/vnd.oci.image.index.v1+json'
const emptyIndex = JSON.stringify({ schemaVersion: 2, mediaType: index, manifests: [] })

async function tag({ send }: Harness, repository: string, tags: readonly string[]): Promise<void> {
  for (const name of tags) {
    const headers = { 'content-type': index }
    await send(`/v2/${repository}/manifests/${name}`, { method: 'PUT', headers, body: emptyIndex })
  }
}

/** The target of a `rel="next"` link. */
function nextOf(link: string | string[] | undefined): string | undefined {
  return /^<([^>]+)>; rel="next"$/.exec(String(link))?.[1]
}

describe('lists', () => {
  const harness = useServer()
  const { send, fresh } = harness
  const tagsOf = async (path: string): Promise<string[]> =>
    ((await send(path)).json() as { tags: string[] }).tags

  it('/v2/ answers with and without the slash, also to HEAD', async () => {
    for (const path of ['/v2/', '/v2']) {
      expect((await send(path)).status).toBe(200)
      expect((await send(path, { method: 'HEAD' })).status).toBe(200)
    }
  })

  it('the tags of a repository nobody wrote to are 404', async () => {
    expectError(await send(`/v2/${fresh()}/tags/list`), 404, 'NAME_UNKNOWN')
  })

  it('tags are sorted by bytes and paged by exactly n', async () => {
    const repository = fresh()
    await tag(harness, repository, ['b', 'B', 'a', '_x', '10', '9'])
    expect((await send(`/v2/${repository}/tags/list`)).json()).toStrictEqual({
      name: repository,
      tags: ['10', '9', 'B', '_x', 'a', 'b'],
    })
    const first = await send(`/v2/${repository}/tags/list?n=4`)
    expect((first.json() as { tags: string[] }).tags).toStrictEqual(['10', '9', 'B', '_x'])
    const next = nextOf(first.headers['link']) ?? ''
    const second = await send(next)
    expect((second.json() as { tags: string[] }).tags).toStrictEqual(['a', 'b'])
    expect(second.headers['link']).toBeUndefined()
    const exact = await send(`/v2/${repository}/tags/list?n=6`)
    expect(exact.headers['link']).toBeUndefined()
  })

  it('last is exclusive and need not exist', async () => {
    const repository = fresh()
    await tag(harness, repository, ['a', 'b', 'c', 'd'])
    expect(await tagsOf(`/v2/${repository}/tags/list?last=b`)).toStrictEqual(['c', 'd'])
    expect(await tagsOf(`/v2/${repository}/tags/list?last=bb&n=1`)).toStrictEqual(['c'])
    expect(await tagsOf(`/v2/${repository}/tags/list?last=zz`)).toStrictEqual([])
  })

  it('n=0 is an empty page without a link', async () => {
    const repository = fresh()
    await tag(harness, repository, ['a'])
    const answer = await send(`/v2/${repository}/tags/list?n=0`)
    expect((answer.json() as { tags: string[] }).tags).toStrictEqual([])
    expect(answer.headers['link']).toBeUndefined()
  })

  it.each(['-1', 'abc', '1.5', '', '9'.repeat(20)])('T41 n=%s is 400', async (n) => {
    const repository = fresh()
    await tag(harness, repository, ['a'])
    expectError(await send(`/v2/${repository}/tags/list?n=${n}`), 400, 'PAGINATION_NUMBER_INVALID')
    expectError(await send(`/v2/_catalog?n=${n}`), 400, 'PAGINATION_NUMBER_INVALID')
  })

  it('T41 a huge n is cut to the limit', async () => {
    const repository = fresh()
    await tag(harness, repository, ['a', 'b'])
    expect(await tagsOf(`/v2/${repository}/tags/list?n=1000000000000`)).toStrictEqual(['a', 'b'])
    expect((await send('/v2/_catalog?n=1000000000000')).status).toBe(200)
  })

  it('a list has an ETag and answers 304 to it', async () => {
    const repository = fresh()
    await tag(harness, repository, ['a'])
    const { headers } = await send(`/v2/${repository}/tags/list`)
    const condition = { 'if-none-match': headers.etag ?? '' }
    expect((await send(`/v2/${repository}/tags/list`, { headers: condition })).status).toBe(304)
    await tag(harness, repository, ['b'])
    expect((await send(`/v2/${repository}/tags/list`, { headers: condition })).status).toBe(200)
  })

  it('the catalog lists repositories in pages', async () => {
    const repositories = [fresh(), fresh(), fresh()]
    for (const repository of repositories) await tag(harness, repository, ['a'])
    const names: string[] = []
    for (let path: string | undefined = '/v2/_catalog?n=2'; path !== undefined;) {
      const answer = await send(path)
      names.push(...(answer.json() as { repositories: string[] }).repositories)
      path = nextOf(answer.headers['link'])
    }
    expect(names).toStrictEqual([...new Set(names)].toSorted())
    for (const repository of repositories) expect(names).toContain(repository)
  })

  it('extensions are an empty list', async () => {
    expect((await send('/v2/_oci/ext/discover')).json()).toStrictEqual({ extensions: [] })
  })
})

describe.each(algorithms)('referrers under %s', (algorithm) => {
  const harness = useServer()
  const { send, fresh } = harness
  const data = content({
    algorithm,
    blobs: { layer: 'layer', config: { os: 'linux' }, empty: '{}' },
    manifests: {
      image: { config: 'config', layers: ['layer'] },
      sbom: { artifactType: 'application/spdx+json', subject: 'image', annotations: { a: '1', b: '' } },
      configTyped: { config: 'config', subject: 'image' },
      bundle: { manifests: [], subject: 'image', annotations: { c: '3' } },
      typedBundle: { artifactType: 'a/bundle', manifests: [], subject: 'image' },
    },
  })
  const subject = data.manifests.image.descriptor.digest

  interface Listed {
    readonly schemaVersion: number
    readonly mediaType: string
    readonly manifests: readonly { readonly digest: string; readonly artifactType?: string }[]
  }

  async function filled(): Promise<string> {
    const repository = fresh()
    for (const { bytes } of Object.values(data.blobs)) await pushBlob(harness, repository, bytes, algorithm)
    for (const { bytes, descriptor } of Object.values(data.manifests)) {
      const headers = { 'content-type': descriptor.mediaType }
      await send(`/v2/${repository}/manifests/${descriptor.digest}`, { method: 'PUT', headers, body: bytes })
    }
    return repository
  }

  it('of anything in a repository nobody wrote to are an empty index', async () => {
    const answer = await send(`/v2/${fresh()}/referrers/${subject}`)
    expect(answer.status).toBe(200)
    expect(answer.headers['content-type']).toBe(index)
    expect(answer.json()).toStrictEqual({ schemaVersion: 2, mediaType: index, manifests: [] })
  })

  it('have type, size, digest, artifact type and annotations', async () => {
    const answer = await send(`/v2/${await filled()}/referrers/${subject}`)
    expect(answer.headers['content-type']).toBe(index)
    const { sbom, configTyped, bundle, typedBundle } = data.manifests
    const { digest, mediaType, size } = configTyped.descriptor
    const expected = [
      { ...sbom.descriptor, annotations: { a: '1', b: '' } },
      { digest, mediaType, size, artifactType: 'application/vnd.oci.image.config.v1+json' },
      { ...bundle.descriptor, annotations: { c: '3' } },
      typedBundle.descriptor,
    ]
    const { manifests } = answer.json() as Listed
    expect(manifests).toHaveLength(4)
    expect(manifests).toEqual(expect.arrayContaining(expected))
  })

  it('are filtered, and the header says so; an empty filter is one', async () => {
    const repository = await filled()
    const filter = encodeURIComponent('application/spdx+json')
    const answer = await send(`/v2/${repository}/referrers/${subject}?artifactType=${filter}`)
    expect(answer.headers['oci-filters-applied']).toBe('artifactType')
    const { manifests } = answer.json() as Listed
    expect(manifests.map(({ digest }) => digest)).toStrictEqual([data.manifests.sbom.descriptor.digest])
    const empty = await send(`/v2/${repository}/referrers/${subject}?artifactType=`)
    expect(empty.headers['oci-filters-applied']).toBe('artifactType')
    expect((empty.json() as Listed).manifests).toStrictEqual([])
  })

  it('come in pages that keep the filter', async () => {
    const repository = await filled()
    const found: string[] = []
    for (let path: string | undefined = `/v2/${repository}/referrers/${subject}?n=3`; path !== undefined;) {
      const answer = await send(path)
      found.push(...(answer.json() as Listed).manifests.map(({ digest }) => digest))
      path = nextOf(answer.headers['link'])
    }
    expect(new Set(found).size).toBe(4)
    expect(found).toHaveLength(4)
    const filtered = await send(`/v2/${repository}/referrers/${subject}?n=1&artifactType=a%2Fbundle`)
    expect((filtered.json() as Listed).manifests).toHaveLength(1)
    expect(filtered.headers['link']).toBeUndefined()
  })

  it('outlive the subject and go with the referrer', async () => {
    const repository = await filled()
    const remove = (digest: string): Promise<unknown> =>
      send(`/v2/${repository}/manifests/${digest}`, { method: 'DELETE' })
    await remove(subject)
    await remove(data.manifests.sbom.descriptor.digest)
    const { manifests } = (await send(`/v2/${repository}/referrers/${subject}`)).json() as Listed
    expect(manifests).toHaveLength(3)
  })

  it('of what is no digest are 400', async () => {
    expectError(await send(`/v2/${fresh()}/referrers/sha256:bad`), 400, 'DIGEST_INVALID')
    const unknown = digestOf(bytesOf('x'), algorithm).replace(/^sha\d+/, 'other')
    expectError(await send(`/v2/${fresh()}/referrers/${unknown}`), 400, 'DIGEST_INVALID')
  })
})
