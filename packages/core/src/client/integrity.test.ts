import type { ServerResponse } from 'node:http'
import { gzipSync } from 'node:zlib'
import { bytesOf, readAll } from '@ocish/testing'
import { digestOf, oci } from '@ocish/sdk'
import { describe, expect, it } from 'vitest'
import { createClient } from './client.ts'
import { type Reply, type ScriptedServer, scripted, type Seen } from './scripted-server.test-kit.ts'

const blob = bytesOf('the content of a blob, long enough to be cut into pieces '.repeat(200))
const digest = digestOf(blob)
const other = bytesOf(
  JSON.stringify({ schemaVersion: 2, mediaType: oci.index, manifests: [], annotations: { a: 'b' } }),
)
const manifest = bytesOf(JSON.stringify({ schemaVersion: 2, mediaType: oci.index, manifests: [] }))
const manifestDigest = digestOf(manifest)
const asIndex = { 'content-type': oci.index }

async function openManifest(reference: string, reply: Reply): Promise<unknown> {
  const server = await scripted(() => reply)
  await using client = createClient(server.host, { retries: 0 })
  return await client.openManifest('team/app', reference)
}

async function readBlob(
  server: ScriptedServer,
  what: Parameters<ReturnType<typeof createClient>['openBlob']>[1] = digest,
): Promise<Uint8Array> {
  await using client = createClient(server.host, { backoff: 0.001, timeouts: { bodyIdle: 0.2 } })
  const { bytes } = await client.openBlob('team/app', what)
  return await readAll(bytes)
}

describe('a manifest asked by digest', () => {
  it.each([
    ['its own digest', digestOf(other)],
    ['the digest that was asked for', manifestDigest],
    ['no digest', undefined],
  ])('T28 is refused when another one comes under %s', async (_, told) => {
    const headers = { ...asIndex, ...(told === undefined ? {} : { 'docker-content-digest': told }) }
    await expect(openManifest(manifestDigest, { headers, body: other })).toFailWith('DIGEST_MISMATCH')
  })

  it('T28 by tag is refused when the registry claims another digest', async () => {
    const headers = { ...asIndex, 'docker-content-digest': digestOf(other) }
    await expect(openManifest('v1', { headers, body: manifest })).toFailWith('DIGEST_MISMATCH')
  })

  it('is taken when the claim is of an algorithm that was not asked for', async () => {
    // Distribution answers a sha512 request with the sha256 value.
    const sha512 = digestOf(manifest, 'sha512')
    const headers = { ...asIndex, 'docker-content-digest': manifestDigest }
    expect(await openManifest(sha512, { headers, body: manifest })).toMatchObject({
      descriptor: { digest: sha512 },
    })
  })

  it.each([
    'sha256:../..',
    'sha256:ABC',
    `md5:${'a'.repeat(31)}`,
    `sha256:${'a'.repeat(63)}`,
    `sha256:${'A'.repeat(64)}`,
    `sha256:${'a'.repeat(1_000_000)}`,
    'a b',
    '../x',
    'a\r\nb',
    '',
    't'.repeat(129),
  ])('T29 is never asked for as %.40s', async (reference) => {
    const server = await scripted(() => ({ headers: asIndex, body: manifest }))
    await using client = createClient(server.host)
    const codes = ['DIGEST_INVALID', 'REFERENCE_INVALID']
    const error: unknown = await client
      .openManifest('team/app', reference)
      .catch((problem: unknown) => problem)
    expect(codes).toContain((error as { code?: string }).code)
    expect(server.requests).toHaveLength(0)
  })

  it('T29 a claimed digest that is none is no digest', async () => {
    const headers = { ...asIndex, 'docker-content-digest': 'sha256:../../etc/passwd' }
    expect(await openManifest('v1', { headers, body: manifest })).toMatchObject({
      descriptor: { digest: manifestDigest },
    })
  })

  it.each(['../x', 'UPPER', 'a//b', 'a b', '', 'a'.repeat(300)])(
    'T29 a repository %.20j is refused before any request',
    async (repository) => {
      const server = await scripted(() => ({ headers: asIndex, body: manifest }))
      await using client = createClient(server.host)
      await expect(client.openManifest(repository, 'v1')).toFailWith('REFERENCE_INVALID')
      expect(server.requests).toHaveLength(0)
    },
  )

  it.each([
    [
      'layers and manifests at once',
      { schemaVersion: 2, mediaType: oci.index, manifests: [], layers: [] },
      oci.index,
    ],
    [
      'a mediaType that the Content-Type denies',
      { schemaVersion: 2, mediaType: oci.index, manifests: [] },
      oci.manifest,
    ],
    [
      'a mediaType that a Content-Type of the future denies',
      { mediaType: oci.index },
      'application/vnd.future+json',
    ],
    ['no object', [], oci.index],
    ['an image as Content-Type, but no config', { schemaVersion: 2, manifests: [] }, oci.manifest],
  ])('T30 with %s is refused', async (_, body, type) => {
    const reply = { headers: { 'content-type': type }, body: JSON.stringify(body) }
    await expect(openManifest('v1', reply)).toFailWith('MANIFEST_INVALID')
  })

  it.each([2 ** 62, -1, 1.5, '10', null, Infinity])(
    'T36 with the size %j in a descriptor is refused',
    async (size) => {
      const descriptor = { mediaType: oci.manifest, digest, size: '@' }
      const body = JSON.stringify({
        schemaVersion: 2,
        mediaType: oci.index,
        manifests: [descriptor],
      }).replace('"@"', size === Infinity ? '1e999' : JSON.stringify(size))
      await expect(openManifest('v1', { headers: asIndex, body })).toFailWith('MANIFEST_INVALID')
    },
  )

  it('may be of a type of the future, and is carried as it is', async () => {
    const body = '{"mediaType":"application/vnd.future+json", "x": 1}'
    const reply = { headers: { 'content-type': 'application/vnd.future+json; charset=utf-8' }, body }
    expect(await openManifest('v1', reply)).toMatchObject({
      descriptor: { mediaType: 'application/vnd.future+json' },
    })
  })

  it.each(['application/json', 'application/octet-stream', 'text/plain', undefined])(
    'without a type (%s) says it itself',
    async (type) => {
      const reply = { headers: type === undefined ? {} : { 'content-type': type }, body: manifest }
      expect(await openManifest('v1', reply)).toMatchObject({ descriptor: { mediaType: oci.index } })
    },
  )

  it('that is a web page is an error that says so', async () => {
    const reply = {
      headers: { 'content-type': 'text/html' },
      body: '<!doctype html><title>Please sign in</title>',
    }
    await expect(openManifest('v1', reply)).toFailWith('REGISTRY_PROTOCOL')
  })

  it('of Docker schema 1 is not supported', async () => {
    const headers = { 'content-type': 'application/vnd.docker.distribution.manifest.v1+prettyjws' }
    await expect(openManifest('v1', { headers, body: '{"schemaVersion":1}' })).toFailWith('UNSUPPORTED')
  })
})

describe('a HEAD of a manifest', () => {
  const facts = {
    ...asIndex,
    'docker-content-digest': manifestDigest,
    'content-length': String(manifest.length),
  }

  async function stat(
    script: (seen: Seen) => Reply,
    reference = 'v1',
  ): Promise<readonly [unknown, readonly string[]]> {
    const server = await scripted(script)
    await using client = createClient(server.host)
    const { descriptor } = await client.statManifest('team/app', reference)
    return [descriptor, server.requests.map(({ method }) => method)]
  }

  it('that says everything is the only request', async () => {
    const [descriptor, methods] = await stat(() => ({ headers: facts }))
    expect(descriptor).toStrictEqual({ mediaType: oci.index, digest: manifestDigest, size: manifest.length })
    expect(methods).toStrictEqual(['HEAD'])
  })

  it.each([
    ['no digest', { headers: { ...asIndex, 'content-length': '5' } }],
    [
      'a digest nobody can verify',
      { headers: { ...facts, 'docker-content-digest': `md5:${'a'.repeat(32)}` } },
    ],
    ['405', { status: 405 }],
    ['400', { status: 400 }],
  ])('that answers %s is followed by a GET', async (_, head) => {
    const [descriptor, methods] = await stat(({ method }) =>
      method === 'HEAD' ? head : { headers: asIndex, body: manifest },
    )
    expect(descriptor).toMatchObject({ digest: manifestDigest })
    expect(methods).toStrictEqual(['HEAD', 'GET'])
  })

  it('T28 that claims another digest than the one asked for is refused', async () => {
    await expect(stat(() => ({ headers: facts }), digestOf(other))).toFailWith('DIGEST_MISMATCH')
  })
})

describe('a blob', () => {
  it('T49 is hashed as it comes: nothing is asked for or taken compressed', async () => {
    const zipped = gzipSync(blob)
    const server = await scripted(() => ({ body: zipped, headers: { 'content-encoding': 'gzip' } }))
    expect(await readBlob(server, digestOf(zipped))).toStrictEqual(new Uint8Array(zipped))
    expect(server.requests[0]?.headers['accept-encoding']).toBe('identity')
  })

  it.each([
    ['longer', Buffer.concat([blob, Buffer.from('x')])],
    ['shorter', Buffer.from(blob).subarray(1)],
  ])('T36 %s than its descriptor is refused by its Content-Length', async (_, body) => {
    const server = await scripted(() => ({ body }))
    const descriptor = { mediaType: oci.layer, digest, size: blob.length }
    await expect(readBlob(server, descriptor)).toFailWith('SIZE_MISMATCH')
  })

  it('that does not end where its descriptor says is cut', async () => {
    const server = await scripted((_, response) => {
      response.writeHead(200)
      response.write(blob)
      response.write('more')
    })
    await expect(readBlob(server, { mediaType: oci.layer, digest, size: blob.length })).toFailWith(
      'SIZE_MISMATCH',
    )
  })

  it('T32 with one wrong bit fails after its last byte', async () => {
    const wrong = Buffer.from(blob)
    wrong[100] = (wrong[100] ?? 0) ^ 1
    const server = await scripted(() => ({ body: wrong }))
    await expect(readBlob(server)).toFailWith('DIGEST_MISMATCH')
  })

  it('without a length is measured, and verified', async () => {
    const server = await scripted((_, response) => {
      response.writeHead(200)
      response.end(blob)
    })
    expect(await readBlob(server)).toStrictEqual(blob)
  })

  it('that its descriptor carries costs no request', async () => {
    const server = await scripted(() => ({ status: 500 }))
    const data = Buffer.from(blob).toString('base64')
    expect(await readBlob(server, { mediaType: oci.layer, digest, size: blob.length, data })).toStrictEqual(
      blob,
    )
    expect(server.requests).toHaveLength(0)
  })
})

describe('a broken download', () => {
  /** Sends `size` bytes of what was asked for and breaks. */
  function breaking(
    pieces: number,
    answer: (start: number) => Reply,
  ): (seen: Seen, response: ServerResponse) => Reply | undefined {
    let breaks = 0
    return ({ headers }, response) => {
      const start = Number(/^bytes=(\d+)-$/.exec(headers.range ?? '')?.[1] ?? 0)
      if (breaks >= pieces) return answer(start)
      breaks += 1
      const status = start === 0 ? 200 : 206
      const range = start === 0 ? {} : { 'content-range': `bytes ${start}-${blob.length - 1}/${blob.length}` }
      response.writeHead(status, { 'content-length': String(blob.length - start), ...range })
      response.write(blob.subarray(start, start + 1000), () => response.destroy())
      return undefined
    }
  }

  it('goes on where it broke, as often as there is progress', async () => {
    const server = await scripted(
      breaking(8, (start) => ({
        status: 206,
        headers: { 'content-range': `bytes ${start}-${blob.length - 1}/${blob.length}` },
        body: blob.subarray(start),
      })),
    )
    expect(await readBlob(server)).toStrictEqual(blob)
    expect(server.requests).toHaveLength(9)
    expect(server.requests.at(-1)?.headers.range).toMatch(/^bytes=[1-9]\d*-$/)
  })

  it.each([
    ['200 and the whole blob', (): Reply => ({ body: blob })],
    ['416', (start: number): Reply => (start > 0 ? { status: 416 } : { body: blob })],
    [
      'another range',
      (start: number): Reply =>
        start > 0
          ? { status: 206, headers: { 'content-range': `bytes 5-9/${blob.length}` }, body: 'wrong' }
          : { body: blob },
    ],
  ])('is put together when the registry answers the range with %s', async (_, answer) => {
    const server = await scripted(breaking(1, answer))
    expect(await readBlob(server)).toStrictEqual(blob)
  })

  it('T43 of which the ranges lie fails by its digest', async () => {
    const server = await scripted(
      breaking(1, (start) => ({
        status: 206,
        headers: { 'content-range': `bytes ${start}-${blob.length - 1}/${blob.length}` },
        body: Buffer.alloc(blob.length - start),
      })),
    )
    await expect(readBlob(server)).toFailWith('DIGEST_MISMATCH')
  })

  it('ends after five tries that brought nothing', async () => {
    const server = await scripted((_, response) => {
      response.writeHead(200, { 'content-length': String(blob.length) })
      response.flushHeaders()
      response.destroy()
    })
    await expect(readBlob(server)).toFailWith('NETWORK_FAILED')
    expect(server.requests.length).toBeLessThanOrEqual(10)
  })

  it('T42 that stalls is taken up again', async () => {
    let stalls = 0
    const server = await scripted(({ headers }, response): Reply | undefined => {
      if (stalls++ > 0) {
        expect(headers.range).toBe('bytes=10-')
        return { body: blob }
      }
      response.writeHead(200, { 'content-length': String(blob.length) })
      response.write(blob.subarray(0, 10))
      return undefined
    })
    expect(await readBlob(server)).toStrictEqual(blob)
  })

  it('T42 ends at once when the caller gives up, and closes the connection', async () => {
    const closed = Promise.withResolvers<void>()
    const server = await scripted((_, response) => {
      response.on('close', () => closed.resolve())
      response.writeHead(200, { 'content-length': String(blob.length) })
      response.write(blob.subarray(0, 10))
    })
    await using client = createClient(server.host)
    const abort = new AbortController()
    const { bytes } = await client.openBlob('team/app', digest, { signal: abort.signal })
    const reading = (async () => {
      for await (const _ of bytes) abort.abort()
    })()
    await expect(reading).rejects.toThrow(/abort/)
    await closed.promise
  })

  it('closes the connection when its reader leaves early', async () => {
    const closed = Promise.withResolvers<void>()
    const server = await scripted((_, response) => {
      response.on('close', () => closed.resolve())
      response.writeHead(200, { 'content-length': String(blob.length) })
      response.write(blob.subarray(0, 10))
    })
    await using client = createClient(server.host)
    const { bytes } = await client.openBlob('team/app', digest)
    for await (const _ of bytes) break
    await expect(closed.promise).resolves.toBeUndefined()
  })
})
