import { type DigestAlgorithm, digestOf } from '@ocish/sdk'
import { bytesOf, content, noise, type RawAnswer } from '@ocish/testing'
import { describe, expect, it } from 'vitest'
import { algorithms, expectError, type Harness, locationOf, pushBlob, useServer } from './harness.test-kit.ts'

interface Data {
  readonly blobs: Readonly<Record<string, { readonly bytes: Uint8Array }>>
  readonly manifests: Readonly<Record<string, { readonly bytes: Uint8Array; readonly descriptor: Described }>>
}

interface Described {
  readonly mediaType: string
  readonly digest: string
}

/** The data sets of the acceptance list, children before parents. */
function dataSet(algorithm: DigestAlgorithm): Data {
  const foreign = {
    mediaType: 'application/vnd.oci.image.layer.nondistributable.v1.tar+gzip',
    digest: digestOf(bytesOf('never pushed'), algorithm),
    size: 12,
  }
  const elsewhere = {
    mediaType: 'application/vnd.oci.image.manifest.v1+json',
    digest: digestOf(bytesOf('no such manifest'), algorithm),
    size: 16,
  }
  const filler = Object.fromEntries(
    Array.from({ length: 390 }, (_, index) => [`org.example.filler.${index}`, 'x'.repeat(10_000)]),
  )
  return content({
    algorithm,
    blobs: { layer: noise(500, 31), config: { architecture: 'amd64', os: 'linux' }, empty: '{}' },
    manifests: {
      image: {
        config: 'config',
        layers: ['layer', { blob: 'layer', mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip' }],
      },
      large: { config: 'config', layers: ['layer'], annotations: filler },
      index: { manifests: ['image'] },
      nested: { manifests: ['index', 'image'] },
      emptyIndex: { manifests: [] },
      artifact: { artifactType: 'application/vnd.test', layers: ['layer'] },
      artifactIndex: { artifactType: 'application/vnd.test', manifests: ['artifact'] },
      noLayers: { artifactType: 'application/vnd.test', annotations: { only: 'this' } },
      withSubject: { artifactType: 'application/vnd.test', subject: 'image', layers: ['layer'] },
      configTyped: { config: 'config', subject: 'image', layers: ['layer'] },
      indexWithSubject: { manifests: [], subject: 'image' },
      missingSubject: { artifactType: 'application/vnd.test', subject: elsewhere },
      inline: { config: { blob: 'config', inline: true }, layers: [{ blob: 'layer', inline: true }] },
      foreign: { config: 'config', extra: { layers: [foreign] } },
      custom: { config: 'config', layers: ['layer'], extra: { 'x-unknown': { a: [1, null, 'b'] } } },
    },
  })
}

function put(
  { send }: Harness,
  repository: string,
  reference: string,
  { bytes, descriptor }: Data['manifests'][string],
): Promise<RawAnswer> {
  const headers = { 'content-type': descriptor.mediaType }
  return send(`/v2/${repository}/manifests/${reference}`, { method: 'PUT', headers, body: bytes })
}

/** Fills a repository: blobs, and every manifest by digest. */
async function fill(harness: Harness, repository: string, algorithm: DigestAlgorithm): Promise<Data> {
  const data = dataSet(algorithm)
  for (const { bytes } of Object.values(data.blobs)) await pushBlob(harness, repository, bytes, algorithm)
  for (const piece of Object.values(data.manifests)) {
    expect((await put(harness, repository, piece.descriptor.digest, piece)).status).toBe(201)
  }
  return data
}

describe.each(algorithms)('manifests under %s', (algorithm) => {
  const harness = useServer()
  const { send, fresh } = harness
  const names = Object.keys(dataSet(algorithm).manifests)
  let shared: Promise<{ readonly repository: string; readonly data: Data }> | undefined
  /** A repository that holds everything; the tests only add to it. */
  const filled = (): Promise<{ readonly repository: string; readonly data: Data }> => {
    const repository = fresh()
    shared ??= fill(harness, repository, algorithm).then((data) => ({ repository, data }))
    return shared
  }

  it.each(names)('%s: by digest, by tag, HEAD and GET', async (name) => {
    const { repository, data } = await filled()
    const piece = data.manifests[name]
    if (piece === undefined) throw new Error(name)
    const { digest, mediaType } = piece.descriptor
    const byDigest = await put(harness, repository, digest, piece)
    expect(byDigest.status).toBe(201)
    expect(byDigest.headers['docker-content-digest']).toBe(digest)
    expect(Buffer.compare((await send(locationOf(byDigest))).body, piece.bytes)).toBe(0)
    // A tag beside a digest keeps that digest; a push by tag alone is sha256.
    const tagged = await put(harness, repository, `${digest}?tag=${name}`, piece)
    expect(tagged.headers['oci-tag']).toBe(name)
    for (const reference of [digest, name]) {
      const path = `/v2/${repository}/manifests/${reference}`
      const get = await send(path)
      expect(Buffer.compare(get.body, piece.bytes)).toBe(0)
      for (const answer of [await send(path, { method: 'HEAD' }), get]) {
        expect(answer.status).toBe(200)
        expect(answer.headers['content-type']).toBe(mediaType)
        expect(answer.headers['content-length']).toBe(String(piece.bytes.length))
        expect(answer.headers['docker-content-digest']).toBe(digest)
      }
    }
  })

  it('every one can be untagged and deleted', async () => {
    const repository = fresh()
    const data = await fill(harness, repository, algorithm)
    const status = async (method: string, reference: string): Promise<number> =>
      (await send(`/v2/${repository}/manifests/${reference}`, { method })).status
    for (const piece of Object.values(data.manifests).toReversed()) {
      const { digest } = piece.descriptor
      await put(harness, repository, `${digest}?tag=one`, piece)
      expect([await status('DELETE', 'one'), await status('HEAD', 'one')]).toStrictEqual([202, 404])
      expect(await status('HEAD', digest)).toBe(200)
      expect([await status('DELETE', digest), await status('HEAD', digest)]).toStrictEqual([202, 404])
      expect(await status('DELETE', digest)).toBe(404)
    }
  })

  it('says OCI-Subject when there is one', async () => {
    const { repository, data } = await filled()
    const { manifests } = data
    const { withSubject, image, missingSubject } = manifests
    if (withSubject === undefined || image === undefined || missingSubject === undefined)
      throw new Error('data')
    const answer = await put(harness, repository, withSubject.descriptor.digest, withSubject)
    expect(answer.headers['oci-subject']).toBe(image.descriptor.digest)
    const missing = await put(harness, repository, missingSubject.descriptor.digest, missingSubject)
    expect(missing.headers['oci-subject']).toBe(digestOf(bytesOf('no such manifest'), algorithm))
    expect(
      (await put(harness, repository, image.descriptor.digest, image)).headers['oci-subject'],
    ).toBeUndefined()
  })

  it('takes several tags in the query and names each (end-7b)', async () => {
    const { repository, data } = await filled()
    const image = data.manifests['image']
    if (image === undefined) throw new Error('data')
    const answer = await put(harness, repository, `${image.descriptor.digest}?tag=a&tag=b&tag=a`, image)
    expect(answer.headers['oci-tag']).toBe('a, b')
    for (const tag of ['a', 'b']) {
      const head = await send(`/v2/${repository}/manifests/${tag}`, { method: 'HEAD' })
      expect(head.headers['docker-content-digest']).toBe(image.descriptor.digest)
    }
  })

  it('refuses bytes that do not match the digest', async () => {
    const { repository, data } = await filled()
    const { image, index } = data.manifests
    if (image === undefined || index === undefined) throw new Error('data')
    const answer = await put(harness, repository, index.descriptor.digest, image)
    expectError(answer, 400, 'DIGEST_INVALID')
  })

  it('lists every missing blob', async () => {
    const { manifests } = dataSet(algorithm)
    const image = manifests['image']
    if (image === undefined) throw new Error('data')
    const answer = await put(harness, fresh(), image.descriptor.digest, image)
    expect(answer.status).toBe(400)
    expect(new Set(answer.codes)).toStrictEqual(new Set(['MANIFEST_BLOB_UNKNOWN']))
    expect(answer.codes.length).toBeGreaterThanOrEqual(2)
  })

  it('a digest delete takes the tags along', async () => {
    const repository = fresh()
    const { manifests } = await fill(harness, repository, algorithm)
    const image = manifests['image']
    if (image === undefined) throw new Error('data')
    await put(harness, repository, `${image.descriptor.digest}?tag=a&tag=b`, image)
    const before = (await send(`/v2/${repository}/tags/list`)).json() as { tags: string[] }
    await send(`/v2/${repository}/manifests/${image.descriptor.digest}`, { method: 'DELETE' })
    const after = (await send(`/v2/${repository}/tags/list`)).json() as { tags: string[] }
    expect([before.tags, after.tags]).toStrictEqual([['a', 'b'], []])
  })
})

describe('manifests that are refused', () => {
  const harness = useServer()
  const { send, fresh } = harness
  const index = 'application/vnd.oci.image.index.v1+json'
  const valid = { schemaVersion: 2, mediaType: index, manifests: [] }
  const push = (body: string, type = index, reference = 'tag'): Promise<RawAnswer> =>
    send(`/v2/${fresh()}/manifests/${reference}`, { method: 'PUT', headers: { 'content-type': type }, body })

  it.each([
    ['no JSON', '<html>'],
    ['a list', '[]'],
    ['another schema version', JSON.stringify({ ...valid, schemaVersion: 3 })],
    ['a repeated member', '{"schemaVersion":2,"manifests":[],"manifests":[]}'],
    ['T30 an image and an index at once', JSON.stringify({ ...valid, layers: [] })],
    [
      'another type than the header',
      JSON.stringify({ ...valid, mediaType: 'application/vnd.oci.image.manifest.v1+json' }),
    ],
    [
      'a negative size',
      JSON.stringify({
        ...valid,
        manifests: [{ mediaType: index, digest: digestOf(bytesOf('x')), size: -1 }],
      }),
    ],
  ])('%s is 400 MANIFEST_INVALID', async (_, body) => {
    expectError(await push(body), 400, 'MANIFEST_INVALID')
  })

  it('an unknown media type is 400', async () => {
    expectError(await push(JSON.stringify({ ...valid, mediaType: 'a/b' }), 'a/b'), 400, 'MANIFEST_INVALID')
  })

  it('parameters of the Content-Type are ignored', async () => {
    expect((await push(JSON.stringify(valid), `${index}; charset=utf-8`)).status).toBe(201)
  })

  it('a digest that is none is 400 to push and 400 or 404 to read', async () => {
    for (const digest of ['sha256:baddigeststring', 'sha256:..', `sha256:${'A'.repeat(64)}`]) {
      expectError(await push(JSON.stringify(valid), index, digest), 400, 'DIGEST_INVALID')
      expect([400, 404]).toContain((await send(`/v2/${fresh()}/manifests/${digest}`)).status)
    }
  })

  it.each(['-dash', '.dot', 'a'.repeat(129), 'with%20space'])(
    'the tag %s is 400 to push and 404 to read',
    async (tag) => {
      expectError(await push(JSON.stringify(valid), index, tag), 400, 'TAG_INVALID')
      expectError(await send(`/v2/${fresh()}/manifests/${tag}`), 404, 'MANIFEST_UNKNOWN')
    },
  )

  it('T41 five megabytes are 413, announced or not, and the connection stays sane', async () => {
    const large = noise(5 * 1024 * 1024)
    const headers = { 'content-type': index }
    const announced = await send(`/v2/${fresh()}/manifests/tag`, { method: 'PUT', headers, body: large })
    expectError(announced, 413, 'SIZE_INVALID')
    const stream = async function* stream(): AsyncGenerator<Uint8Array> {
      yield large
    }
    const streamed = await send(`/v2/${fresh()}/manifests/tag`, { method: 'PUT', headers, body: stream() })
    expectError(streamed, 413, 'SIZE_INVALID')
  })

  it('a missing manifest is 404 by tag and by digest', async () => {
    const repository = fresh()
    for (const reference of ['missing', digestOf(bytesOf('missing'))]) {
      for (const method of ['GET', 'DELETE']) {
        const answer = await send(`/v2/${repository}/manifests/${reference}`, { method })
        expect(answer.status).toBe(404)
      }
    }
  })
})

describe('conditions on manifests', () => {
  const harness = useServer()
  const { send, fresh } = harness
  const index = 'application/vnd.oci.image.index.v1+json'
  const body = (which: string): string =>
    JSON.stringify({ schemaVersion: 2, mediaType: index, manifests: [], annotations: { which } })
  const push = (path: string, which: string, conditions: Record<string, string>): Promise<RawAnswer> =>
    send(path, { method: 'PUT', headers: { 'content-type': index, ...conditions }, body: body(which) })

  it('If-None-Match with the ETag is 304 in every spelling', async () => {
    const path = `/v2/${fresh()}/manifests/tag`
    await push(path, 'one', {})
    const { headers } = await send(path)
    const etag = headers.etag ?? ''
    for (const tag of [etag, etag.replaceAll('"', ''), `W/${etag}`]) {
      expect((await send(path, { headers: { 'if-none-match': tag } })).status).toBe(304)
      expect((await send(path, { method: 'HEAD', headers: { 'if-none-match': tag } })).status).toBe(304)
    }
  })

  it('If-Match moves a tag only from where it was', async () => {
    const path = `/v2/${fresh()}/manifests/tag`
    expect((await push(path, 'one', { 'if-match': '"x"' })).status).toBe(412)
    await push(path, 'one', {})
    const { headers } = await send(path)
    expect((await push(path, 'two', { 'if-match': '"x"' })).status).toBe(412)
    expect((await push(path, 'two', { 'if-match': headers.etag ?? '' })).status).toBe(201)
    expect((await push(path, 'three', { 'if-match': headers.etag ?? '' })).status).toBe(412)
    expect((await send(path)).text).toBe(body('two'))
  })

  it('If-None-Match: * only makes a new tag', async () => {
    const path = `/v2/${fresh()}/manifests/tag`
    expect((await push(path, 'one', { 'if-none-match': '*' })).status).toBe(201)
    expect((await push(path, 'two', { 'if-none-match': '*' })).status).toBe(412)
    expect((await send(path)).text).toBe(body('one'))
  })
})

describe('sparse manifests', () => {
  const { send, fresh } = useServer({ sparse: true })

  it('are taken where the option says so', async () => {
    const { manifests } = dataSet('sha256')
    const nested = manifests['nested']
    const headers = { 'content-type': nested?.descriptor.mediaType ?? '' }
    const path = `/v2/${fresh()}/manifests/sparse`
    expect((await send(path, { method: 'PUT', headers, body: nested?.bytes ?? '' })).status).toBe(201)
    expect((await send(path)).body).toStrictEqual(nested?.bytes)
  })
})
