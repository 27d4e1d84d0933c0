import { bytesOf } from '@ocish/testing'
import { digestOf, oci } from '@ocish/sdk'
import { describe, expect, it } from 'vitest'
import { createClient } from './client.ts'
import type { ClientOptions } from './options.ts'
import {
  refusal,
  type Reply,
  type ScriptedServer,
  scripted,
  type Script,
  type Seen,
} from './scripted-server.test-kit.ts'

const blob = bytesOf('the content of a blob '.repeat(100))
const digest = digestOf(blob)
const expected = { digest, size: blob.length }
const manifest = bytesOf(
  JSON.stringify({
    schemaVersion: 2,
    mediaType: oci.index,
    manifests: [],
    subject: { mediaType: oci.manifest, digest, size: 1 },
  }),
)

// oxlint-disable-next-line typescript/require-await
async function* source(): AsyncGenerator<Uint8Array> {
  yield blob.subarray(0, 100)
  yield blob.subarray(100)
}

function shape(server: ScriptedServer): readonly string[] {
  return server.requests.map(
    ({ method, target }) => `${method} ${target.replace(digest, 'DIGEST').replace('/v2/team/app', '')}`,
  )
}

async function push(
  script: Script,
  options: ClientOptions = {},
  expectation: object = expected,
): Promise<ScriptedServer> {
  const server = await scripted(script)
  await using client = createClient(server.host, { backoff: 0.001, ...options })
  await client.pushBlob('team/app', expectation, source)
  return server
}

const session: Reply = { status: 202, headers: { location: '/upload/1?_state=a%3D%2F' } }

describe('pushing a blob', () => {
  it('is one POST and one PUT with its length; the query of the session stays as it is', async () => {
    const server = await push(({ method }) => (method === 'POST' ? session : { status: 201 }))
    expect(shape(server)).toStrictEqual([
      'POST /blobs/uploads/',
      'PUT /upload/1?_state=a%3D%2F&digest=DIGEST',
    ])
    const [post, put] = server.requests
    expect(post?.headers['content-length']).toBe('0')
    expect(put?.headers).toMatchObject({
      'content-length': String(blob.length),
      'content-type': 'application/octet-stream',
    })
    expect(new Uint8Array(put?.body ?? [])).toStrictEqual(blob)
  })

  it('of unknown size is one PATCH and an empty PUT', async () => {
    const server = await push(
      ({ method }) =>
        method === 'POST'
          ? session
          : method === 'PATCH'
            ? { status: 202, headers: { location: '/upload/2' } }
            : { status: 201 },
      {},
      {},
    )
    expect(shape(server)).toStrictEqual([
      'POST /blobs/uploads/',
      'PATCH /upload/1?_state=a%3D%2F',
      'PUT /upload/2?digest=DIGEST',
    ])
    expect(server.requests[1]?.headers['transfer-encoding']).toBe('chunked')
  })

  it('that breaks is looked for, and sent again when it is not there', async () => {
    let puts = 0
    const server = await push(({ method }, response): Reply | undefined => {
      if (method === 'POST') return session
      if (method === 'HEAD') return { status: 404 }
      if (puts++ > 0) return { status: 201 }
      response.destroy()
      return undefined
    })
    expect(server.requests.map(({ method }) => method)).toStrictEqual([
      'POST',
      'PUT',
      'HEAD',
      'DELETE',
      'POST',
      'PUT',
    ])
  })

  it('that breaks after it took effect is done', async () => {
    const server = await push(({ method }, response): Reply | undefined => {
      if (method === 'POST') return session
      if (method === 'HEAD') return { headers: { 'content-length': String(blob.length) } }
      response.destroy()
      return undefined
    })
    expect(server.requests.map(({ method }) => method)).toStrictEqual(['POST', 'PUT', 'HEAD'])
  })

  it('whose session is lost gets a new one', async () => {
    let posts = 0
    const server = await push(({ method }) => {
      if (method === 'POST') return { status: 202, headers: { location: `/upload/${++posts}` } }
      return posts === 1 ? refusal(404, 'BLOB_UPLOAD_UNKNOWN') : { status: 201 }
    })
    expect(posts).toBe(2)
    expect(server.requests.at(-1)?.path).toBe('/upload/2')
  })

  it('that is too large for a proxy goes in chunks', async () => {
    let received = 0
    const server = await push((seen): Reply => {
      const { method, body } = seen
      if (method === 'POST') return session
      if (method === 'PUT')
        return body.length > 0
          ? { status: 413, body: '<html><title>Too large</title></html>' }
          : { status: 201 }
      if (method === 'PATCH') received += body.length
      return {
        status: method === 'GET' ? 204 : 202,
        headers: { location: '/upload/1', range: `0-${Math.max(0, received - 1)}` },
      }
    })
    expect(server.requests.map(({ method }) => method)).toStrictEqual(['POST', 'PUT', 'GET', 'PATCH', 'PUT'])
    expect(server.requests[3]?.headers['content-range']).toBe(`0-${blob.length - 1}`)
  })

  it.each([
    ['another digest', { digest: digestOf(bytesOf('x')), size: blob.length }, 'DIGEST_MISMATCH'],
    ['less', { digest, size: blob.length - 1 }, 'SIZE_MISMATCH'],
    ['more', { digest, size: blob.length + 1 }, 'SIZE_MISMATCH'],
  ])(
    'that is not what was promised (%s) never arrives whole, and is not tried again',
    async (_, expectation, code) => {
      const bodies: number[] = []
      const server = await scripted(({ method, body }): Reply => {
        if (method === 'PUT') bodies.push(body.length)
        return method === 'POST' ? session : { status: method === 'PUT' ? 201 : 204 }
      })
      await using client = createClient(server.host)
      await expect(client.pushBlob('team/app', expectation, source)).toFailWith(code)
      expect(bodies).toStrictEqual([])
      expect(server.requests.filter(({ method }) => method === 'POST')).toHaveLength(1)
    },
  )

  it('of which the source fails says what the source said', async () => {
    const server = await scripted(({ method }) => (method === 'POST' ? session : { status: 201 }))
    await using client = createClient(server.host)
    // oxlint-disable-next-line typescript/require-await
    const failing = async function* (): AsyncGenerator<Uint8Array> {
      yield blob.subarray(0, 5)
      throw new RangeError('the disk is on fire')
    }
    await expect(client.pushBlob('team/app', expected, failing)).rejects.toThrow('the disk is on fire')
  })

  it('T42 that nobody takes is a timeout', async () => {
    const server = await scripted(({ method }) => (method === 'POST' ? session : { status: 204 }))
    await using client = createClient(server.host, { timeouts: { headers: 0.3 }, retries: 0 })
    const abort = new AbortController()
    const stalled = async function* (): AsyncGenerator<Uint8Array> {
      yield blob.subarray(0, 5)
      abort.abort()
      await new Promise(() => undefined)
    }
    const pushing = client.pushBlob('team/app', expected, stalled, { signal: abort.signal })
    await expect(pushing).rejects.toThrow(/abort/)
  })

  it('to a registry that calls it by another digest fails', async () => {
    const headers = { 'docker-content-digest': digestOf(bytesOf('x')) }
    await expect(push(({ method }) => (method === 'POST' ? session : { status: 201, headers }))).toFailWith(
      'DIGEST_MISMATCH',
    )
  })

  it('without a Location is a fault of the registry', async () => {
    await expect(push(() => ({ status: 202 }))).toFailWith('REGISTRY_PROTOCOL')
  })
})

describe('a chunked upload', () => {
  /** Keeps what it gets; `lose` decides which PATCH answers get lost, and how much of the chunk is kept then. */
  async function keeping(
    lose: (patch: number) => number | undefined,
  ): Promise<ScriptedServer & { readonly content: () => Buffer }> {
    let content = Buffer.alloc(0)
    let patches = 0
    const server = await scripted((seen: Seen, response): Reply | undefined => {
      const { method, headers, body } = seen
      const state = (): Record<string, string> => ({
        location: `/upload/${content.length}`,
        range: `0-${Math.max(0, content.length - 1)}`,
      })
      if (method === 'POST') return { status: 202, headers: { location: '/upload/0' } }
      if (method === 'GET') return { status: 204, headers: state() }
      if (method !== 'PATCH') return { status: 201 }
      const start = Number(headers['content-range']?.split('-')[0])
      if (start !== content.length) return { status: 416, headers: state() }
      const kept = lose(++patches)
      content = Buffer.concat([content, kept === undefined ? body : body.subarray(0, kept)])
      if (kept === undefined) return { status: 202, headers: state() }
      response.destroy()
      return undefined
    })
    return Object.assign(server, { content: () => content })
  }

  it.each([0, 1, 10, blob.length])('goes on after a chunk of which %i bytes arrived', async (kept) => {
    const server = await keeping((patch) => (patch === 1 ? kept : undefined))
    await using client = createClient(server.host)
    const upload = await client.startUpload('team/app')
    await upload.write(blob)
    expect(upload.offset).toBe(blob.length)
    await upload.commit(digest)
    expect(new Uint8Array(server.content())).toStrictEqual(blob)
  })

  it('is taken up by its id', async () => {
    const server = await keeping(() => undefined)
    await using first = createClient(server.host)
    const begun = await first.startUpload('team/app')
    await begun.write(blob.subarray(0, 500))
    await using second = createClient(server.host)
    const upload = await second.resumeUpload('team/app', begun.id)
    expect(upload.offset).toBe(500)
    await upload.write(blob.subarray(500))
    expect(new Uint8Array(server.content())).toStrictEqual(blob)
  })

  it.each(['0-0', '0--1', undefined])('that is empty may say so as %s', async (range) => {
    const headers = { location: '/upload/1', ...(range === undefined ? {} : { range }) }
    const server = await scripted(({ method }) => (method === 'POST' ? session : { status: 204, headers }))
    await using client = createClient(server.host)
    const { id } = await client.startUpload('team/app')
    expect((await client.resumeUpload('team/app', id)).offset).toBe(0)
  })

  it('obeys the smallest chunk, within reason', async () => {
    const minimum = 5 * 1024 * 1024
    const sizes: number[] = []
    const server = await scripted(({ method, body }): Reply => {
      if (method === 'PATCH') sizes.push(body.length)
      return { status: 202, headers: { location: '/upload/1', 'oci-chunk-min-length': String(minimum) } }
    })
    await using client = createClient(server.host)
    const upload = await client.startUpload('team/app')
    expect(upload.minimumChunk).toBe(minimum)
    // oxlint-disable-next-line typescript/require-await
    const large = async function* (): AsyncGenerator<Uint8Array> {
      for (let at = 0; at < 7; at++) yield new Uint8Array(1024 * 1024)
    }
    await upload.write(large())
    expect(sizes).toStrictEqual([minimum, 2 * 1024 * 1024])
    const greedy = await scripted(() => ({
      status: 202,
      headers: { location: '/u', 'oci-chunk-min-length': '999999999999' },
    }))
    await using other = createClient(greedy.host)
    await expect(other.startUpload('team/app')).toFailWith('LIMIT_EXCEEDED')
  })

  it('cut smaller where the registry takes less at a time', async () => {
    const limit = 4 * 1024 * 1024
    let received = 0
    const server = await scripted(({ method, body }): Reply => {
      if (method === 'POST') return session
      if (body.length > limit) return { status: 416, body: 'request body is too large, the limit is 4.00MiB' }
      received += body.length
      return {
        status: method === 'GET' ? 204 : 202,
        headers: { location: '/upload/1', range: `0-${Math.max(0, received - 1)}` },
      }
    })
    await using client = createClient(server.host)
    const upload = await client.startUpload('team/app')
    await upload.write(new Uint8Array(limit * 2 + 10))
    expect(received).toBe(limit * 2 + 10)
  })

  it('can be told to use another algorithm', async () => {
    const server = await scripted(() => session)
    await using client = createClient(server.host)
    await client.startUpload('team/app', { algorithm: 'sha512' })
    expect(server.requests[0]?.target).toContain('digest-algorithm=sha512')
  })
})

describe('a mount', () => {
  it('is one request, and its session is used when it is refused', async () => {
    const server = await scripted(({ method }) => (method === 'POST' ? session : { status: 201 }))
    await using client = createClient(server.host)
    const { mounted, upload } = await client.mountBlob('team/app', digest, 'team/base')
    expect(mounted).toBeUndefined()
    await client.pushBlob('team/app', expected, source, upload === undefined ? {} : { upload })
    expect(shape(server)).toStrictEqual([
      'POST /blobs/uploads/?mount=DIGEST&from=team%2Fbase',
      'PUT /upload/1?_state=a%3D%2F&digest=DIGEST',
    ])
  })

  it('costs nothing more where the size is known', async () => {
    const server = await scripted(() => ({ status: 201 }))
    await using client = createClient(server.host)
    const { mounted } = await client.mountBlob('team/app', digest, 'team/base', { size: 5 })
    expect(mounted).toMatchObject({ digest, size: 5 })
    expect(server.requests).toHaveLength(1)
  })

  it.each([400, 403, 404, 405])('that is answered %i is only refused', async (status) => {
    const server = await scripted(() => ({ status }))
    await using client = createClient(server.host)
    expect(await client.mountBlob('team/app', digest)).toStrictEqual({})
  })
})

describe('pushing a manifest', () => {
  const mediaType = oci.index
  const indexed = digestOf(manifest)

  async function pushed(
    tags: readonly string[],
    script: Script,
    more: object = {},
  ): Promise<readonly [readonly string[], unknown]> {
    const server = await scripted(script)
    await using client = createClient(server.host)
    const result = await client.pushManifest('team/app', manifest, { mediaType, tags, ...more })
    const requests = server.requests.map(
      ({ method, target }) =>
        `${method} ${target.replace('/v2/team/app/manifests/', '').replace(indexed, 'DIGEST')}`,
    )
    return [requests, result]
  }

  it('sends the exact bytes under their type', async () => {
    const server = await scripted(() => ({ status: 201 }))
    await using client = createClient(server.host)
    await client.pushManifest('team/app', manifest, { mediaType, tags: ['v1'] })
    expect(server.requests[0]?.headers['content-type']).toBe(oci.index)
    expect(new Uint8Array(server.requests[0]?.body ?? [])).toStrictEqual(manifest)
  })

  it('without tags goes by digest, with one by tag', async () => {
    expect((await pushed([], () => ({ status: 201 })))[0]).toStrictEqual(['PUT DIGEST'])
    expect((await pushed(['v1'], () => ({ status: 201 })))[0]).toStrictEqual(['PUT v1'])
  })

  it('with several tags is one request where the registry takes them', async () => {
    const script: Script = ({ query }) => ({ status: 201, headers: { 'oci-tag': query.getAll('tag') } })
    expect((await pushed(['a', 'b'], script))[0]).toStrictEqual(['PUT DIGEST?tag=a&tag=b'])
  })

  it('pushes one by one what the registry did not confirm', async () => {
    expect((await pushed(['a', 'b'], () => ({ status: 201, headers: { 'oci-tag': 'a' } })))[0]).toStrictEqual(
      ['PUT DIGEST?tag=a&tag=b', 'PUT b'],
    )
    expect((await pushed(['a', 'b'], () => ({ status: 201 })))[0]).toStrictEqual([
      'PUT DIGEST?tag=a&tag=b',
      'PUT a',
      'PUT b',
    ])
    const refusing: Script = ({ query }) => ({ status: query.has('tag') ? 414 : 201 })
    expect((await pushed(['a', 'b'], refusing))[0]).toStrictEqual([
      'PUT DIGEST?tag=a&tag=b',
      'PUT a',
      'PUT b',
    ])
  })

  it('under sha512 keeps that digest for its tag', async () => {
    const script: Script = ({ query }) => ({ status: 201, headers: { 'oci-tag': query.getAll('tag') } })
    const sha512 = digestOf(manifest, 'sha512')
    const [requests] = await pushed(['a'], script, { digest: sha512 })
    expect(requests).toStrictEqual([`PUT ${sha512}?tag=a`])
  })

  it('tells which subject the registry indexed, if it is the manifest’s', async () => {
    const told =
      (subject: string): Script =>
      () => ({ status: 201, headers: { 'oci-subject': subject } })
    expect((await pushed(['v1'], told(digest)))[1]).toMatchObject({ subject: digest })
    expect((await pushed(['v1'], told(indexed)))[1]).not.toHaveProperty('subject')
  })

  it('to a registry that computes another digest fails', async () => {
    await expect(
      pushed(['v1'], () => ({ status: 201, headers: { 'docker-content-digest': digest } })),
    ).toFailWith('DIGEST_MISMATCH')
  })

  it.each([
    [refusal(400, 'MANIFEST_BLOB_UNKNOWN'), 'MANIFEST_REFERS_TO_MISSING'],
    [refusal(400, 'BLOB_UNKNOWN'), 'MANIFEST_REFERS_TO_MISSING'],
    [refusal(400, 'MANIFEST_INVALID'), 'MANIFEST_INVALID'],
    [refusal(400, 'MANIFEST_INVALID', 'http: request body too large'), 'LIMIT_EXCEEDED'],
    [{ status: 413 }, 'LIMIT_EXCEEDED'],
    [{ status: 412 }, 'PRECONDITION_FAILED'],
    [refusal(400, 'DIGEST_INVALID'), 'DIGEST_MISMATCH'],
    [refusal(415, 'MANIFEST_INVALID'), 'MANIFEST_INVALID'],
  ])('that is refused with %j is one error', async (reply, code) => {
    await expect(pushed(['v1'], () => reply)).toFailWith(code)
  })

  it('with a condition is never sent twice', async () => {
    let puts = 0
    const server = await scripted((_, response) => {
      puts += 1
      response.destroy()
    })
    await using client = createClient(server.host, { backoff: 0.001 })
    const pushing = client.pushManifest('team/app', manifest, { mediaType, tags: ['v1'], ifMatch: '"x"' })
    await expect(pushing).toFailWith('NETWORK_FAILED')
    expect(puts).toBe(1)
  })

  it('never deletes what it cannot: a tag alone in Distribution 2.8', async () => {
    const server = await scripted(() => refusal(400, 'DIGEST_INVALID'))
    await using client = createClient(server.host)
    await expect(client.deleteTag('team/app', 'v1')).toFailWith('UNSUPPORTED')
  })
})
