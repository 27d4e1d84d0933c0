import { digestOf } from '@ocish/sdk'
import { createAuthority, noise, opened } from '@ocish/testing'
import { describe, expect, it } from 'vitest'
import type { Feed } from '../registry.ts'
import { createClient } from './client.ts'
import {
  refusal,
  type Reply,
  type Script,
  scripted,
  type ScriptedServer,
} from './scripted-server.test-kit.ts'

const slabSize = 1024 * 1024

/** Delivers by one slab, spoilt as soon as it was taken, in pieces of these sizes and then in whole ones. */
function feedOf(bytes: Uint8Array, ...sizes: readonly number[]): Feed {
  return async (start, sink) => {
    const slab = new Uint8Array(slabSize)
    const wanted = [...sizes]
    for (let at = start; at < bytes.length;) {
      const part = slab.subarray(0, Math.min(wanted.shift() ?? slabSize, bytes.length - at))
      part.set(bytes.subarray(at, at + part.length))
      at += part.length
      await sink(part)
      slab.fill(0xee)
    }
  }
}

const registry: Script = ({ method, target }): Reply => {
  if (method === 'POST') return { status: 202, headers: { location: `${target}session` } }
  return { status: method === 'PUT' ? 201 : 404 }
}

const never = (): never => {
  throw new Error('the plain way was taken')
}

function received(server: ScriptedServer): Uint8Array {
  return Buffer.concat(server.requests.filter(({ method }) => method === 'PUT').map(({ body }) => body))
}

describe('an upload that is fed', () => {
  const sizes = [0, 1, 100_000, 262_144, 300_000, 30_000_001]

  it.each(sizes)('of %i bytes arrives although its memory is used again', async (size) => {
    const bytes = noise(size)
    const server = await scripted(registry)
    await using client = createClient(server.host)
    const feed = feedOf(bytes, 10, 70_000, 262_143, 262_144, 262_145, 1)
    await client.pushBlob('team/app', { digest: digestOf(bytes), size }, never, { feed })
    expect(Buffer.compare(received(server), bytes)).toBe(0)
  })

  it('arrives over TLS', async () => {
    const bytes = noise(30_000_001)
    const authority = createAuthority()
    const server = await scripted(registry, { tls: authority.issue(['127.0.0.1']) })
    await using client = createClient(server.host, { ca: authority.cert })
    const expected = { digest: digestOf(bytes), size: bytes.length }
    await client.pushBlob('team/app', expected, never, { feed: feedOf(bytes, 10, 300_000) })
    expect(Buffer.compare(received(server), bytes)).toBe(0)
  })

  it.each([
    ['DIGEST_MISMATCH', noise(2_000_000).fill(1, 5, 6)],
    ['SIZE_MISMATCH', noise(1_999_999)],
    ['SIZE_MISMATCH', noise(2_000_001)],
  ])('ends as %s before it is complete', async (code, bytes) => {
    const server = await scripted(registry)
    await using client = createClient(server.host)
    const expected = { digest: digestOf(noise(2_000_000)), size: 2_000_000 }
    const pushed = client.pushBlob('team/app', expected, never, { feed: feedOf(bytes) })
    await expect(pushed).toFailWith(code)
    expect(server.requests.map(({ method }) => method)).not.toContain('PUT')
  })

  it('takes no place in the line before it has something to send', async () => {
    const server = await scripted(registry)
    await using client = createClient(server.host, { concurrency: 1 })
    const bytes = noise(300_000)
    const expected = { digest: digestOf(bytes), size: bytes.length }
    const gate = Promise.withResolvers<void>()
    const asked = Promise.withResolvers<void>()
    const slow: Feed = async (start, sink) => {
      asked.resolve()
      await gate.promise
      await feedOf(bytes)(start, sink)
    }
    const first = client.pushBlob('team/app', expected, never, { feed: slow })
    await asked.promise
    await client.pushBlob('team/app', expected, never, { feed: feedOf(bytes) })
    gate.resolve()
    await first
    expect(Buffer.compare(received(server), Buffer.concat([bytes, bytes]))).toBe(0)
  })

  it('lets go of its source when there is no session', async () => {
    const server = await scripted(() => refusal(403, 'DENIED'))
    await using client = createClient(server.host)
    const bytes = noise(2_000_000)
    const ended = Promise.withResolvers<unknown>()
    const feed: Feed = (start, sink) => {
      const feeding = feedOf(bytes)(start, sink)
      feeding.catch(ended.resolve)
      return feeding
    }
    const expected = { digest: digestOf(bytes), size: bytes.length }
    await expect(client.pushBlob('team/app', expected, never, { feed })).toFailWith('REGISTRY_DENIED')
    expect(await ended.promise).toBeInstanceOf(Error)
  })

  it('goes in chunks that are its own where a proxy refuses a large request', async () => {
    const bytes = noise(9_000_000)
    const chunks: Buffer[] = []
    let offset = 0
    const small: Script = ({ method, target, body }): Reply => {
      if (method === 'PUT' && body.length > 0) return { status: 413 }
      if (method === 'PATCH') {
        chunks.push(body)
        offset += body.length
      }
      const location = target.endsWith('/uploads/') ? `${target}session` : target
      const range = `0-${Math.max(0, offset - 1)}`
      return { status: method === 'PUT' ? 201 : method === 'GET' ? 204 : 202, headers: { location, range } }
    }
    const server = await scripted(small)
    await using client = createClient(server.host)
    const expected = { digest: digestOf(bytes), size: bytes.length }
    await client.pushBlob('team/app', expected, opened(bytes), { feed: feedOf(bytes) })
    expect(Buffer.compare(Buffer.concat(chunks), bytes)).toBe(0)
  })
})
