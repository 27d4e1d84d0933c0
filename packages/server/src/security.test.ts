import { createMemoryRegistry, type Registry } from '@ocish/core'
import { digestOf } from '@ocish/sdk'
import { bytesOf, content, type RawAnswer, rawRequest, type RawRequestOptions } from '@ocish/testing'
import { once } from 'node:events'
import { createConnection } from 'node:net'
import { describe, expect, it } from 'vitest'
import type { RequestRecord } from './request-log.ts'
import { serve, type Server } from './serve.ts'

const built = content({
  manifests: { one: { manifests: [] }, two: { manifests: [], annotations: { a: 'b' } } },
  tags: { latest: 'one' },
})
const { mediaType } = built.manifests.two.descriptor

async function filled(): Promise<Registry> {
  const registry = createMemoryRegistry()
  await built.push(registry, 'team/app')
  return registry
}

function sendTo(server: Server): (path: string, options?: RawRequestOptions) => Promise<RawAnswer> {
  return (path, options) => rawRequest(server.url + path, options)
}

describe('a registry on loopback and web pages (T53)', () => {
  it.each([
    'evil.example',
    'evil.example:5000',
    '127.0.0.1.evil.example',
    'localhost.evil.example',
    '10.0.0.1',
  ])('T53 refuses the Host %j', async (host) => {
    await using server = await serve(await filled())
    const answer = await sendTo(server)('/v2/team/app/tags/list', { headers: { host } })
    expect(answer.status).toBe(421)
    expect(answer.headers['access-control-allow-origin']).toBeUndefined()
  })

  it.each(['localhost', 'LOCALHOST:1234', '127.0.0.1', '127.9.9.9:80', '[::1]:5000'])(
    'takes the Host %j',
    async (host) => {
      await using server = await serve(await filled())
      expect((await sendTo(server)('/v2/', { headers: { host } })).status).toBe(200)
    },
  )

  it('takes a Host that was allowed', async () => {
    await using server = await serve(await filled(), { hosts: ['Registry.test'] })
    expect((await sendTo(server)('/v2/', { headers: { host: 'registry.test:80' } })).status).toBe(200)
  })

  it.each(['POST', 'PUT', 'PATCH', 'DELETE'])('T53 refuses %s with an Origin', async (method) => {
    await using server = await serve(await filled())
    const headers = { origin: 'https://evil.example' }
    const answer = await sendTo(server)('/v2/team/app/manifests/latest', { method, headers })
    expect(answer.status).toBe(403)
    expect((await sendTo(server)('/v2/team/app/manifests/latest')).status).toBe(200)
  })

  it.each(['0.0.0.0:0', ':0', '[::]:0'])(
    'T53 does not listen on %s without being told to',
    async (address) => {
      await expect(serve(await filled(), { address })).toFailWith('ADDRESS_REFUSED')
      await using server = await serve(await filled(), { address, allowRemote: true })
      expect(server.port).toBeGreaterThan(0)
    },
  )

  it.each(['127.0.0.1', 'x y:1', '127.0.0.1:99999', 'http://127.0.0.1:0'])(
    'refuses the address %j',
    async (address) => {
      await expect(serve(await filled(), { address })).toFailWith('ADDRESS_INVALID')
    },
  )

  it('says that a port is taken', async () => {
    await using server = await serve(await filled())
    await expect(serve(await filled(), { address: server.host })).toFailWith('ADDRESS_IN_USE')
  })

  it('listens on IPv6 loopback', async () => {
    await using server = await serve(await filled(), { address: '[::1]:0' })
    expect((await sendTo(server)('/v2/')).status).toBe(200)
    expect(server.url).toBe(`http://[::1]:${server.port}`)
  })
})

describe('paths', () => {
  it.each([
    '/v2/../etc/passwd',
    '/v2/a//b/tags/list',
    '/v2/A/tags/list',
    '/v2/a%2Fb/tags/list',
    '/v2/%2e%2e/tags/list',
    '/v2/a/../b/manifests/x',
    `/v2/${'a'.repeat(256)}/tags/list`,
    '/v2/%zz/tags/list',
    '/etc/passwd',
    '/',
    '/v2/x',
  ])('%s is 400 or 404 with a JSON error', async (path) => {
    await using server = await serve(await filled())
    const answer = await sendTo(server)(path)
    expect([400, 404]).toContain(answer.status)
    expect(answer.codes).toHaveLength(1)
  })

  it.each([
    ['POST', '/v2/a/tags/list'],
    ['PUT', '/v2/a/referrers/sha256:x'],
    ['POST', '/v2/_catalog'],
    ['POST', '/v2/'],
    ['PATCH', '/v2/a/manifests/x'],
    ['POST', `/v2/a/blobs/${digestOf(bytesOf(''))}`],
    ['GET', '/v2/a/blobs/uploads/'],
  ])('%s %s is 405 and says what is allowed', async (method, path) => {
    await using server = await serve(await filled())
    const answer = await sendTo(server)(path, { method })
    expect(answer.status).toBe(405)
    expect(answer.codes).toStrictEqual(['UNSUPPORTED'])
    expect(answer.headers['allow']).toBeDefined()
  })

  it('names may hold the words of the API', async () => {
    const registry = createMemoryRegistry()
    const name = 'blobs/uploads/manifests/tags/list'
    await built.push(registry, name)
    await using server = await serve(registry)
    expect((await sendTo(server)(`/v2/${name}/manifests/latest`)).status).toBe(200)
    expect((await sendTo(server)(`/v2/${name}/tags/list`)).json()).toMatchObject({ tags: ['latest'] })
  })
})

describe('limits', () => {
  it('T41 a target that is too long is 414, headers that are too large are 431', async () => {
    await using server = await serve(await filled())
    expect((await sendTo(server)(`/v2/?${'x'.repeat(9000)}`)).status).toBe(414)
    expect((await sendTo(server)('/v2/', { headers: { 'x-large': 'x'.repeat(40_000) } })).status).toBe(431)
  })

  it('T41 more unfinished uploads than allowed are 429 until one ends', async () => {
    await using server = await serve(await filled(), { limits: { uploads: 3 } })
    const send = sendTo(server)
    const start = (): Promise<RawAnswer> => send('/v2/team/app/blobs/uploads/', { method: 'POST' })
    const started = [await start(), await start(), await start()]
    const refused = await start()
    expect([refused.status, refused.codes[0]]).toStrictEqual([429, 'TOOMANYREQUESTS'])
    expect(refused.headers['retry-after']).toBeDefined()
    await send(started[0]?.headers.location ?? '', { method: 'DELETE' })
    expect((await start()).status).toBe(202)
  })

  it('T41 uploads nobody touches are forgotten', async () => {
    await using server = await serve(await filled(), { limits: { uploads: 2, uploadIdle: 0 } })
    const send = sendTo(server)
    for (let count = 0; count < 20; count += 1) {
      await expect
        .poll(async () => (await send('/v2/team/app/blobs/uploads/', { method: 'POST' })).status)
        .toBe(202)
    }
  })

  it('T41 a blob above the limit is 413', async () => {
    await using server = await serve(await filled(), { limits: { blob: 1000 } })
    const send = sendTo(server)
    const session = await send('/v2/team/app/blobs/uploads/', { method: 'POST' })
    const answer = await send(session.headers.location ?? '', { method: 'PATCH', body: 'x'.repeat(1001) })
    expect(answer.status).toBe(413)
  })

  it('T41 many tags at once are 414', async () => {
    await using server = await serve(await filled())
    const query = Array.from({ length: 51 }, (_, index) => `tag=t${index}`).join('&')
    const { bytes, descriptor } = built.manifests.two
    const path = `/v2/team/app/manifests/${descriptor.digest}?${query}`
    const answer = await sendTo(server)(path, {
      method: 'PUT',
      headers: { 'content-type': mediaType },
      body: bytes,
    })
    expect(answer.status).toBe(414)
  })

  it.each([
    ['in the middle of the headers', 'GET /v2/ HTTP/1.1\r\nHost: loc'],
    [
      'in the middle of a body',
      'PUT /v2/a/manifests/x HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\nx',
    ],
    ['before it says anything', ''],
  ])('T42 a client that stops %s is let go', async (_, text) => {
    await using server = await serve(await filled(), { limits: { idle: 0.1 } })
    const socket = createConnection(server.port, '127.0.0.1')
    socket.on('error', () => undefined)
    socket.write(text)
    socket.resume()
    await once(socket, 'close')
    expect(socket.destroyed).toBe(true)
  })
})

describe('modes (T54)', () => {
  const put = { method: 'PUT', headers: { 'content-type': mediaType }, body: built.manifests.two.bytes }

  it('T54 read-only refuses every write, of latest too', async () => {
    await using server = await serve(await filled(), { readOnly: true })
    const send = sendTo(server)
    const digest = built.manifests.one.descriptor.digest
    for (const [method, path] of [
      ['PUT', '/v2/team/app/manifests/latest'],
      ['PUT', '/v2/team/app/manifests/new'],
      ['DELETE', '/v2/team/app/manifests/latest'],
      ['DELETE', `/v2/team/app/manifests/${digest}`],
      ['DELETE', `/v2/team/app/blobs/${digest}`],
      ['POST', '/v2/team/app/blobs/uploads/'],
      ['PATCH', '/v2/team/app/blobs/uploads/x'],
    ] as const) {
      const answer = await send(path, { ...put, method })
      expect([method, path, answer.status, answer.codes]).toStrictEqual([method, path, 405, ['UNSUPPORTED']])
    }
    expect((await send('/v2/team/app/manifests/latest')).headers['docker-content-digest']).toBe(digest)
  })

  it('T54 immutable tags stay, latest too; new ones are made, the same content is no change', async () => {
    await using server = await serve(await filled(), { immutableTags: true })
    const send = sendTo(server)
    const moved = await send('/v2/team/app/manifests/latest', put)
    expect([moved.status, moved.codes]).toStrictEqual([409, ['DENIED']])
    const same = await send('/v2/team/app/manifests/latest', { ...put, body: built.manifests.one.bytes })
    expect(same.status).toBe(201)
    expect((await send('/v2/team/app/manifests/new', put)).status).toBe(201)
    const { digest } = built.manifests.two.descriptor
    const both = await send(`/v2/team/app/manifests/${digest}?tag=other&tag=latest`, put)
    expect(both.status).toBe(409)
    for (const reference of ['latest', built.manifests.one.descriptor.digest]) {
      expect((await send(`/v2/team/app/manifests/${reference}`, { method: 'DELETE' })).status).toBe(405)
    }
    const { headers } = await send('/v2/team/app/manifests/latest')
    expect(headers['docker-content-digest']).toBe(built.manifests.one.descriptor.digest)
  })

  it('a registry without deletes says so: 405 for digests and blobs, 400 for tags', async () => {
    const registry = createMemoryRegistry({ abilities: { delete: false, tagDelete: false } })
    await built.push(registry, 'team/app')
    await using server = await serve(registry)
    const remove = async (path: string): Promise<readonly [number, readonly string[]]> => {
      const answer = await sendTo(server)(`/v2/team/app/${path}`, { method: 'DELETE' })
      return [answer.status, answer.codes]
    }
    const { digest } = built.manifests.one.descriptor
    expect(await remove(`manifests/${digest}`)).toStrictEqual([405, ['UNSUPPORTED']])
    expect(await remove(`blobs/${digest}`)).toStrictEqual([405, ['UNSUPPORTED']])
    expect(await remove('manifests/latest')).toStrictEqual([400, ['UNSUPPORTED']])
  })
})

describe('the request log', () => {
  it('says what was asked and answered, without secrets', async () => {
    const records: RequestRecord[] = []
    await using server = await serve(await filled(), { onRequest: (record) => records.push(record) })
    const headers = { authorization: 'Basic c2VjcmV0OnNlY3JldA==', cookie: 'id=secret' }
    await sendTo(server)('/v2/team/app/tags/list?n=1', { headers })
    await expect.poll(() => records.length).toBe(1)
    expect(records[0]).toMatchObject({
      method: 'GET',
      target: '/v2/team/app/tags/list?n=1',
      route: 'tags',
      repository: 'team/app',
      status: 200,
      complete: true,
      received: 0,
    })
    expect(records[0]?.headers.authorization).toMatch(/^Basic #[0-9a-f]{8}$/)
    expect(JSON.stringify(records)).not.toContain('c2VjcmV0')
    expect(JSON.stringify(records)).not.toContain('id=secret')
  })

  it('keeps what went wrong inside out of the answer', async () => {
    const records: RequestRecord[] = []
    const broken = new Proxy(createMemoryRegistry(), {
      get: (target, name): unknown =>
        name === 'tags'
          ? () => {
              throw new Error('/home/somebody/secret')
            }
          : Reflect.get(target, name, target),
    })
    await using server = await serve(broken, { onRequest: (record) => records.push(record) })
    const answer = await sendTo(server)('/v2/team/app/tags/list')
    expect([answer.status, answer.codes]).toStrictEqual([500, ['UNKNOWN']])
    expect(answer.text).not.toContain('somebody')
    await expect.poll(() => String(records[0]?.error)).toContain('somebody')
  })
})
