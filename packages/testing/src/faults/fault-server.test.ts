import { createMemoryRegistry, type Registry } from '@ocish/core'
import { digestOf } from '@ocish/sdk'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { content, noise } from '../content.ts'
import { rawRequest, type RawAnswer, type RawRequestOptions } from '../raw-request.ts'
import { type FaultServer, serveFaults } from './fault-server.ts'
import * as faults from './faults.ts'
import { personalities } from './personalities.ts'
import type { FaultRule } from './rule.ts'

const bytes = noise(200_000)
const built = content({
  blobs: { layer: bytes, config: {} },
  manifests: { image: { config: 'config', layers: ['layer'] } },
  tags: { a: 'image', b: 'image', c: 'image' },
})
const digest = digestOf(bytes)
const blobPath = `/v2/team/app/blobs/${digest}`

describe('serveFaults', () => {
  let registry: Registry
  let server: FaultServer
  beforeAll(async () => {
    registry = createMemoryRegistry()
    await built.push(registry, 'team/app')
    server = await serveFaults(registry)
  })
  afterAll(() => server.close())

  const send = async (
    rules: readonly FaultRule[],
    path: string,
    options?: RawRequestOptions,
  ): Promise<RawAnswer> => {
    server.setRules(rules)
    server.forget()
    return await rawRequest(server.url + path, options)
  }

  it('passes on what no rule is about, and logs it', async () => {
    const answer = await send([], blobPath, { headers: { authorization: 'Bearer secret' } })
    expect(Buffer.compare(answer.body, bytes)).toBe(0)
    expect(server.requests).toHaveLength(1)
    expect(server.requests[0]).toMatchObject({
      method: 'GET',
      route: 'blob',
      status: 200,
      sent: bytes.length,
      faults: [],
    })
    expect(server.requests[0]?.headers['authorization']).toMatch(/^Bearer #[0-9a-f]{8}$/)
  })

  it('cuts, after so many bytes', async () => {
    await expect(send([{ action: faults.resetAfter(1000) }], blobPath)).rejects.toThrow(/aborted|ECONNRESET/)
    expect(server.requests[0]).toMatchObject({ sent: 1000 })
    await expect(send([{ action: faults.resetAtOnce }], blobPath)).rejects.toThrow(/hang up|ECONNRESET/)
  })

  it('truncates properly, lengthens, shortens and corrupts', async () => {
    expect((await send([{ action: faults.truncateAfter(1000) }], blobPath)).body).toHaveLength(1000)
    expect((await send([{ action: faults.lengthen(5) }], blobPath)).body).toHaveLength(bytes.length + 5)
    expect((await send([{ action: faults.lengthen(-5) }], blobPath)).body).toHaveLength(bytes.length - 5)
    const { body } = await send([{ action: faults.corruptAt(70_000) }], blobPath)
    expect(body).toHaveLength(bytes.length)
    expect(body.findIndex((byte, index) => byte !== bytes[index])).toBe(70_000)
  })

  it('stalls: what came stays all there is', async () => {
    const controller = new AbortController()
    const pending = send([{ action: faults.stallAfter(100) }], blobPath, { signal: controller.signal })
    await expect.poll(() => server.requests[0]?.sent).toBe(100)
    controller.abort()
    await expect(pending).rejects.toThrow(/abort/)
  })

  it('meets the nth request only', async () => {
    const action = faults.status(503, { retryAfter: 7 })
    const first = await send([{ route: 'blob', nth: 2, action }], blobPath)
    const second = await rawRequest(server.url + blobPath)
    const third = await rawRequest(server.url + blobPath)
    expect([first.status, second.status, third.status]).toStrictEqual([200, 503, 200])
    expect(second.headers['retry-after']).toBe('7')
    expect(server.count({ method: 'GET', route: 'blob' })).toBe(3)
  })

  it('redirects to a second origin that serves the same', async () => {
    const answer = await send([{ action: faults.redirect() }], blobPath)
    expect(answer.status).toBe(307)
    const target = answer.headers.location ?? ''
    expect(new URL(target).origin).toBe(server.otherUrl)
    expect((await rawRequest(target)).body).toHaveLength(bytes.length)
    expect(server.count({ origin: 'other' })).toBe(1)
  })

  it('loses a reply after the registry did what was asked', async () => {
    const path = '/v2/team/lost/blobs/uploads/'
    await expect(
      send([{ action: faults.lostReply }], `${path}?digest=${digest}`, { method: 'POST', body: bytes }),
    ).rejects.toThrow(/hang up|ECONNRESET/)
    expect(await registry.statBlob('team/lost', digest)).toMatchObject({ size: bytes.length })
  })

  it('breaks a chunk in the middle; the registry keeps what came', async () => {
    const session = await send([], '/v2/team/app/blobs/uploads/', { method: 'POST' })
    const location = session.headers.location ?? ''
    const chunk = { method: 'PATCH', body: bytes }
    await expect(send([{ action: faults.resetRequestAfter(5000) }], location, chunk)).rejects.toThrow(
      /hang up|ECONNRESET|EPIPE/,
    )
    const status = await send([], location)
    expect(status.headers['range']).toBe('0-4999')
  })

  it('plays with lists: loops, foreign links, ignored numbers', async () => {
    const tags = '/v2/team/app/tags/list?n=2'
    expect((await send([{ action: faults.loopLink }], tags)).headers['link']).toBe(`<${tags}>; rel="next"`)
    expect((await send([{ action: faults.foreignLink() }], tags)).headers['link']).toContain(server.otherUrl)
    const all = await send([{ action: faults.ignoreQuery('n', 'last') }], tags)
    expect(all.json()).toMatchObject({ tags: ['a', 'b', 'c'] })
  })

  it('refuses mounts in every way', async () => {
    const path = `/v2/team/other/blobs/uploads/?mount=${digest}&from=team/app`
    const mount = async (action: FaultRule['action']): Promise<number> =>
      (await send([{ action }], path, { method: 'POST' })).status
    expect(await mount(faults.refuseMount(202))).toBe(202)
    expect(await mount(faults.refuseMount(403))).toBe(403)
    expect(await mount(faults.refuseMount(500))).toBe(500)
    expect((await send([], path, { method: 'POST' })).status).toBe(201)
  })

  it('sends html, other headers and statuses, endless bodies', async () => {
    expect((await send([{ action: faults.html() }], blobPath)).headers['content-type']).toBe('text/html')
    const dropped = await send([{ action: faults.dropHeaders('docker-content-digest') }], blobPath, {
      method: 'HEAD',
    })
    expect(dropped.headers['docker-content-digest']).toBeUndefined()
    const controller = new AbortController()
    const pending = send([{ action: faults.endless() }], blobPath, { signal: controller.signal })
    await expect.poll(() => server.requests[0]?.sent ?? 0).toBeGreaterThan(2 * bytes.length)
    controller.abort()
    await expect(pending).rejects.toThrow(/abort/)
  })

  it('T28 T34 lies about content, and lets things happen in between', async () => {
    const path = '/v2/team/app/manifests/a'
    const lie = await send([{ route: 'manifest', action: faults.replaceBody(bytes) }], path)
    expect(lie.headers['docker-content-digest']).toBe(built.manifests.image.descriptor.digest)
    expect(digestOf(lie.body)).toBe(digest)
    const gone = faults.before(() => registry.deleteTag('team/app', 'c'))
    const rules = [{ route: 'manifest', nth: 2, action: gone }] as const
    expect((await send(rules, '/v2/team/app/manifests/c')).status).toBe(200)
    expect((await rawRequest(`${server.url}/v2/team/app/manifests/c`)).status).toBe(404)
  })

  it('has the personality of CNCF Distribution 2.8', async () => {
    const rules = personalities['distribution-2.8']
    expect((await send(rules, `/v2/team/app/referrers/${digest}`)).headers['content-type']).toBe('text/plain')
    const post = await send(rules, `/v2/team/single/blobs/uploads/?digest=${digest}`, {
      method: 'POST',
      body: bytes,
    })
    expect(post.status).toBe(202)
    await expect(registry.statBlob('team/single', digest)).toFailWith('BLOB_NOT_FOUND')
    expect((await send(rules, '/v2/team/app/manifests/a', { method: 'DELETE' })).codes).toStrictEqual([
      'DIGEST_INVALID',
    ])
  })
})
