import { createMemoryRegistry } from '@ocish/core'
import { digestOf, OcishError } from '@ocish/sdk'
import { content, createAuthority, noise, opened, rawRequest } from '@ocish/testing'
import { once } from 'node:events'
import { request as httpRequest } from 'node:http'
import { describe, expect, it } from 'vitest'
import type { RequestRecord } from './request-log.ts'
import { serve } from './serve.ts'

const bytes = noise(3_000_000)
const digest = digestOf(bytes)

describe('serve', () => {
  it('takes a free loopback port and says where it is', async () => {
    await using server = await serve(createMemoryRegistry())
    expect(server.host).toBe(`127.0.0.1:${server.port}`)
    expect(server.url).toBe(`http://${server.host}`)
    const answer = await rawRequest(`${server.url}/v2/`)
    expect(answer.status).toBe(200)
    expect(answer.headers['docker-distribution-api-version']).toBe('registry/2.0')
  })

  it('serves HTTPS, and asks for a client certificate where that is set', async () => {
    const authority = createAuthority()
    const tls = authority.issue(['127.0.0.1'])
    await using server = await serve(createMemoryRegistry(), { tls })
    expect((await rawRequest(`${server.url}/v2/`, { ca: authority.cert })).status).toBe(200)
    await using closed = await serve(createMemoryRegistry(), { tls: { ...tls, clientCa: authority.cert } })
    await expect(rawRequest(`${closed.url}/v2/`, { ca: authority.cert })).rejects.toThrow(
      /certificate|ECONNRESET|hang up/,
    )
  })

  it('answers the requests under way before it closes', async () => {
    const registry = createMemoryRegistry()
    await registry.pushBlob('a', { digest, size: bytes.length }, opened(bytes))
    const server = await serve(registry)
    const request = httpRequest(`${server.url}/v2/a/blobs/${digest}`).end()
    const [response] = await once(request, 'response')
    const closed = server.close()
    const chunks: Uint8Array[] = []
    for await (const chunk of response) chunks.push(chunk as Uint8Array)
    await closed
    expect(digestOf(Buffer.concat(chunks))).toBe(digest)
    await expect(rawRequest(`${server.url}/v2/`)).rejects.toThrow(/ECONNREFUSED/)
    await server.close()
  })

  it('cuts what does not end', async () => {
    const server = await serve(createMemoryRegistry())
    const headers = { 'content-type': 'a/b', 'content-length': '10', expect: '100-continue' }
    const request = httpRequest(`${server.url}/v2/a/manifests/x`, { method: 'PUT', headers })
    const failed = once(request, 'error')
    request.flushHeaders()
    await once(request, 'continue')
    await server.close({ drain: 0 })
    const [error] = (await failed) as [Error]
    expect(error.message).toMatch(/ECONNRESET|hang up/)
  })
})

describe('bodies that break', () => {
  it('what arrived of a chunk stays, and the upload goes on from there', async () => {
    const records: RequestRecord[] = []
    await using server = await serve(createMemoryRegistry(), { onRequest: (record) => records.push(record) })
    const session = await rawRequest(`${server.url}/v2/a/blobs/uploads/`, { method: 'POST' })
    const location = server.url + (session.headers.location ?? '')
    const request = httpRequest(location, {
      method: 'PATCH',
      headers: { 'content-length': String(bytes.length) },
    })
    request.on('error', () => undefined)
    await new Promise<void>((resolve) => request.write(bytes.subarray(0, 1_500_000), () => resolve()))
    request.destroy()
    await expect.poll(() => records.length).toBe(2)
    const status = await rawRequest(location)
    const offset = Number(/^0-(\d+)$/.exec(String(status.headers['range']))?.[1]) + 1
    expect(offset).toBeGreaterThan(1000)
    expect(offset).toBeLessThanOrEqual(1_500_000)
    const headers = { 'content-range': `${offset}-${bytes.length - 1}` }
    const rest = { method: 'PATCH', headers, body: bytes.subarray(offset) }
    expect((await rawRequest(location, rest)).status).toBe(202)
    expect((await rawRequest(`${location}?digest=${digest}`, { method: 'PUT' })).status).toBe(201)
  })

  it('a stored blob that has changed never arrives whole', async () => {
    const registry = createMemoryRegistry()
    await registry.pushBlob('a', { digest, size: bytes.length }, opened(bytes))
    const damaged = new Proxy(registry, {
      get: (target, name): unknown =>
        name === 'openBlob'
          ? async () => ({
              descriptor: { mediaType: 'x/y', digest, size: bytes.length },
              bytes: (async function* damage() {
                yield bytes.subarray(0, 1_000_000)
                yield bytes.subarray(1_000_000)
                throw new OcishError('DIGEST_MISMATCH', 'the content has changed')
              })(),
            })
          : Reflect.get(target, name, target),
    })
    await using server = await serve(damaged)
    await expect(rawRequest(`${server.url}/v2/a/blobs/${digest}`)).rejects.toThrow(/aborted|ECONNRESET/)
  })
})

describe('what cannot be sent', () => {
  it('a stored media type that is no header is 500, and the server goes on', async () => {
    const strange = new Proxy(createMemoryRegistry(), {
      get: (target, name): unknown =>
        name === 'openManifest'
          ? () =>
              Promise.resolve({
                descriptor: { mediaType: 'a/b\r\nset-cookie: x', digest, size: 2 },
                bytes: new Uint8Array(2),
              })
          : Reflect.get(target, name, target),
    })
    await using server = await serve(strange)
    const answer = await rawRequest(`${server.url}/v2/a/manifests/latest`)
    expect([answer.status, answer.headers['set-cookie']]).toStrictEqual([500, undefined])
    expect((await rawRequest(`${server.url}/v2/`)).status).toBe(200)
  })
})

describe('registries that do less', () => {
  const built = content({
    blobs: { layer: bytes, config: {} },
    manifests: {
      image: { config: 'config', layers: ['layer'] },
      note: { artifactType: 'a/b', subject: 'image' },
    },
    tags: { latest: 'image' },
  })

  it('without chunked uploads get whole blobs from a spool', async () => {
    const registry = createMemoryRegistry({ abilities: { chunked: false, mount: false } })
    await using server = await serve(registry)
    const session = await rawRequest(`${server.url}/v2/a/blobs/uploads/?mount=${digest}&from=b`, {
      method: 'POST',
    })
    expect(session.status).toBe(202)
    const location = server.url + (session.headers.location ?? '')
    await rawRequest(location, { method: 'PATCH', body: bytes.subarray(0, 1_000_000) })
    const put = { method: 'PUT', body: bytes.subarray(1_000_000) }
    expect((await rawRequest(`${location}?digest=${digest}`, put)).status).toBe(201)
    expect(await registry.statBlob('a', digest)).toMatchObject({ size: bytes.length })
    const wrong = await rawRequest(`${server.url}/v2/a/blobs/uploads/`, { method: 'POST' })
    const closing = await rawRequest(`${server.url}${wrong.headers.location ?? ''}?digest=${digest}`, {
      method: 'PUT',
    })
    expect(closing.codes).toContainEqual(expect.stringMatching(/SIZE_INVALID|DIGEST_INVALID/))
  })

  it('without ranges are read from the beginning', async () => {
    const registry = createMemoryRegistry({ abilities: { range: false } })
    await built.push(registry, 'a')
    await using server = await serve(registry)
    const headers = { range: 'bytes=1000000-1000099' }
    const answer = await rawRequest(`${server.url}/v2/a/blobs/${digest}`, { headers })
    expect(answer.status).toBe(206)
    expect(Buffer.compare(answer.body, bytes.subarray(1_000_000, 1_000_100))).toBe(0)
  })

  it('without referrers are 404 there, and no push says OCI-Subject', async () => {
    const registry = createMemoryRegistry({ abilities: { referrers: false } })
    await built.push(registry, 'a')
    await using server = await serve(registry)
    const subject = built.manifests.image.descriptor.digest
    expect((await rawRequest(`${server.url}/v2/a/referrers/${subject}`)).status).toBe(404)
    const { bytes: body, descriptor } = built.manifests.note
    const headers = { 'content-type': descriptor.mediaType }
    const answer = await rawRequest(`${server.url}/v2/a/manifests/note`, { method: 'PUT', headers, body })
    expect([answer.status, answer.headers['oci-subject']]).toStrictEqual([201, undefined])
  })
})
