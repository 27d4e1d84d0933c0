import { digestOf } from '@ocish/sdk'
import { faults, noise, personalities, serveFaults } from '@ocish/testing'
import { describe, expect, it, onTestFinished } from 'vitest'
import { fromBytes } from '../bytes.ts'
import { createMemoryRegistry } from '../memory.ts'
import { createClient } from './client.ts'
import type { ClientOptions } from './options.ts'
import { refusal, type Reply, type ScriptedServer, scripted } from './scripted-server.test-kit.ts'

const mib = 1024 * 1024
const content = noise(9 * mib + 5)
const blob = { digest: digestOf(content), size: content.length }
const chunks = [`PATCH ${4 * mib}`, `PATCH ${4 * mib}`, `PATCH ${mib + 5}`]

interface Proxied extends ScriptedServer {
  /** Method and bytes of each request on an upload. */
  readonly log: () => readonly string[]
  readonly pushed: () => Buffer
}

/** A registry behind what answers any body of more than 4 MiB itself: with a reply, by closing the connection, or never. */
async function behind(proxy: Reply | 'closed' | 'silent'): Promise<Proxied> {
  let received = Buffer.alloc(0)
  const server = await scripted(({ method, body }, response): Reply | undefined => {
    if (body.length > 4 * mib) {
      if (proxy === 'closed') response.destroy()
      return typeof proxy === 'string' ? undefined : proxy
    }
    if (method === 'HEAD') return { status: 404 }
    if (method === 'POST') received = Buffer.alloc(0)
    if (method === 'PUT' || method === 'DELETE') return { status: method === 'PUT' ? 201 : 204 }
    received = Buffer.concat([received, body])
    const headers = { location: '/upload/1', range: `0-${Math.max(0, received.length - 1)}` }
    return { status: method === 'GET' ? 204 : 202, headers }
  })
  const log = (): readonly string[] =>
    server.requests
      .filter(({ method }) => method === 'PUT' || method === 'PATCH')
      .map(({ method, body }) => `${method} ${body.length}`)
  return Object.assign(server, { log, pushed: () => received })
}

async function push(host: string, options: ClientOptions): Promise<readonly string[]> {
  const reasons: string[] = []
  await using client = createClient(host, { backoff: 0.001, ...options })
  const onRetry = ({ reason }: { readonly reason: string }): number => reasons.push(reason)
  await client.pushBlob('app', blob, () => fromBytes(content), { onRetry })
  return reasons
}

describe.each([
  ['small enough to begin again', {}],
  ['large enough to be resumed', { resumableFrom: mib }],
] as const)('an upload %s', (_, options) => {
  it.each([
    ['closes the connection', 'closed'],
    ['never answers', 'silent'],
    ['answers 408', { status: 408 }],
    ['answers 504', { status: 504 }],
  ] as const)('goes in chunks after what stands before the registry %s', async (_what, proxy) => {
    const server = await behind(proxy)
    const timeouts = proxy === 'silent' ? { timeouts: { headers: 1 } } : {}
    const reasons = await push(server.host, { ...options, ...timeouts })
    const whole = `PUT ${blob.size}`
    // Where uploads may be resumed, one byte asks whether they are.
    expect(server.log().filter((line) => line !== 'PATCH 1')).toEqual([whole, ...chunks, 'PUT 0'])
    expect(server.pushed().equals(content)).toBe(true)
    expect(reasons).toEqual([`the upload begins again, in chunks: ${server.host} kept nothing of it`])
  })

  it('goes as a whole again where the registry takes no chunks', async () => {
    const registry = createMemoryRegistry()
    const cut = { route: 'upload' as const, method: 'PUT', nth: 1, action: faults.resetRequestAfter(mib) }
    const server = await serveFaults(registry, [cut, ...personalities.gar])
    onTestFinished(() => server.close())
    await push(server.host, options)
    expect(server.count({ route: 'upload', method: 'PUT' })).toBe(2)
    expect(await registry.statBlob('app', blob.digest)).toMatchObject({ size: blob.size })
  })

  it('fails with the time-out where chunks do not help', async () => {
    const server = await scripted(({ method, body }): Reply => {
      if (method === 'POST') return { status: 202, headers: { location: '/upload/1' } }
      if (method === 'HEAD') return { status: 404 }
      return body.length > 1 ? { status: 504 } : refusal(416, 'BLOB_UPLOAD_INVALID')
    })
    await expect(push(server.host, { ...options, retries: 0 })).toFailWith('REGISTRY_UNAVAILABLE')
  })
})
