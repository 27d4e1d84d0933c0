import { createServer } from 'node:http'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { digestOf, oci, octetStream } from '@ocish/sdk'
import { bytesOf, noise, readAll } from '@ocish/testing'
import { describe, expect, it, onTestFinished } from 'vitest'
import { fromBytes } from '../bytes.ts'
import { createClient } from './client.ts'
import { statusFailure } from './retry.ts'
import { refusal, type Reply, scripted } from './scripted-server.test-kit.ts'

// specs/distribution.md §5, by its numbers; what is not here has its tests where the part is:
// 1 3–8 10–13 16 22 25: cache transfer.faults · 14 redirect · 15 29 auth · 17 18 20: uploads, resumable-upload · 23: faults (T37)
// 24: lists · 26–28 36: integrity, copy · 30 31: connection · 34: limits.e2e, transfer.kill · 35: layout-writers

const bytes = noise(400_000)
const blob = { mediaType: octetStream, digest: digestOf(bytes), size: bytes.length }
const manifest = bytesOf(JSON.stringify({ schemaVersion: 2, mediaType: oci.index, manifests: [] }))
const served: Reply = {
  headers: { 'content-type': oci.index, 'docker-content-digest': digestOf(manifest) },
  body: manifest,
}

describe('fault', () => {
  it('2 a body that is closed before its Content-Length goes on where it ended', async () => {
    const server = await scripted(({ headers }, response) => {
      const start = Number(/^bytes=(\d+)-$/.exec(headers.range ?? '')?.[1] ?? 0)
      const isFirst = headers.range === undefined
      response.writeHead(isFirst ? 200 : 206, {
        'content-length': bytes.length - start,
        ...(!isFirst && { 'content-range': `bytes ${start}-${bytes.length - 1}/${bytes.length}` }),
      })
      if (isFirst) response.write(bytes.subarray(0, 150_000), () => response.socket?.end())
      else response.end(bytes.subarray(start))
    })
    await using client = createClient(server.host, { backoff: 0.001 })
    const content = await client.openBlob('team/app', blob)
    expect(digestOf(await readAll(content.bytes))).toBe(blob.digest)
    expect(server.requests.map(({ headers }) => headers.range)).toEqual([undefined, 'bytes=150000-'])
  })

  it('9 a 429 that says nothing is given two seconds, a 503 the usual pause', () => {
    expect(statusFailure(429, undefined, 5)).toMatchObject({ limit: 5, retryAfter: 2 })
    expect(statusFailure(503, undefined, 5)?.retryAfter).toBeUndefined()
  })

  it('19 a digest that the registry refuses is sent again in a new session', async () => {
    let puts = 0
    const server = await scripted(({ method }): Reply => {
      if (method === 'POST') return { status: 202, headers: { location: `/upload/${puts}` } }
      if (method !== 'PUT') return { status: 204 }
      puts += 1
      return puts === 1 ? refusal(400, 'DIGEST_INVALID') : { status: 201 }
    })
    await using client = createClient(server.host)
    await client.pushBlob('team/app', blob, () => fromBytes(bytes))
    const asked = server.requests.map(({ method, path }) => `${method} ${path}`)
    const post = 'POST /v2/team/app/blobs/uploads/'
    expect(asked.filter((line) => !line.startsWith('DELETE'))).toEqual([
      post,
      'PUT /upload/0',
      post,
      'PUT /upload/1',
    ])
  })

  it('21 an answer that comes before the body was sent is the answer', async () => {
    const server = createServer((request, response) => {
      if (request.method === 'POST')
        response.writeHead(202, { location: '/upload/1', 'content-length': 0 }).end()
      else if (request.method === 'PUT') {
        const text = JSON.stringify({ errors: [{ code: 'DENIED', message: 'the quota is used up' }] })
        response.writeHead(403, {
          'content-type': 'application/json',
          'content-length': text.length,
          connection: 'close',
        })
        response.end(text)
      } else response.writeHead(204).end()
    })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    onTestFinished(() => {
      server.closeAllConnections()
      server.close()
    })
    await using client = createClient(`127.0.0.1:${(server.address() as AddressInfo).port}`, { retries: 0 })
    const large = noise(16 * 1024 * 1024)
    const pushed = client.pushBlob('team/app', { digest: digestOf(large), size: large.length }, () =>
      fromBytes(large),
    )
    await expect(pushed).rejects.toMatchObject({
      code: 'REGISTRY_DENIED',
      message: expect.stringContaining('the quota is used up'),
    })
  })

  it('32 a connection that is closed as it is used again costs one more request, for a session too', async () => {
    const used = new WeakSet<object>()
    const server = await scripted(({ method }, response): Reply | undefined => {
      const socket = response.socket!
      if (used.has(socket)) {
        response.destroy()
        return undefined
      }
      used.add(socket)
      return method === 'POST' ? { status: 202, headers: { location: '/upload/1' } } : served
    })
    await using client = createClient(server.host, { backoff: 0.001 })
    await client.openManifest('team/app', 'v1')
    await client.openManifest('team/app', 'v1')
    const upload = await client.startUpload('team/app')
    expect(upload.id).toContain('/upload/1')
  })

  it('33 a header of 20 KiB is read, one of 100 KiB is a fault of the registry', async () => {
    let size = 20 * 1024
    const server = await scripted((): Reply => ({
      ...served,
      headers: { ...served.headers, 'x-long': 'x'.repeat(size) },
    }))
    await using client = createClient(server.host, { retries: 0 })
    expect((await client.openManifest('team/app', 'v1')).bytes).toEqual(manifest)
    size = 100 * 1024
    await expect(client.openManifest('team/app', 'v1')).toFailWith('REGISTRY_PROTOCOL')
  })
})
