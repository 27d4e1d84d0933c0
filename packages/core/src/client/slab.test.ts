import type { Socket } from 'node:net'
import { digestOf, octetStream } from '@ocish/sdk'
import { createAuthority, freePort, noise } from '@ocish/testing'
import { describe, expect, it } from 'vitest'
import type { Registry } from '../registry.ts'
import { createClient } from './client.ts'
import { parseResponseHead } from './response-head.ts'
import {
  refusal,
  type Reply,
  type Script,
  scripted,
  type ScriptedServer,
} from './scripted-server.test-kit.ts'

const bytes = noise(20_000_001)
const blob = { mediaType: octetStream, digest: digestOf(bytes), size: bytes.length }
const plain: Reply = { body: bytes }

/** What a pump delivers, each slab spoilt as soon as it was taken. */
async function pumped(registry: Registry, start?: number): Promise<Uint8Array> {
  const parts: Uint8Array[] = []
  const sink = async (slab: Uint8Array): Promise<void> => {
    parts.push(new Uint8Array(slab))
    await Promise.resolve()
    slab.fill(0xee)
  }
  if (start === undefined) await registry.pump?.('team/app', blob, sink)
  else await registry.pumpRange?.('team/app', blob, start, sink)
  return Buffer.concat(parts)
}

async function open(script: Script): Promise<{ readonly server: ScriptedServer; readonly client: Registry }> {
  const server = await scripted(script)
  return { server, client: createClient(server.host, { backoff: 0.001 }) }
}

function ranged(start: number): Reply {
  const body = bytes.slice(start)
  return {
    status: 206,
    headers: { 'content-range': `bytes ${start}-${bytes.length - 1}/${bytes.length}` },
    body,
  }
}

describe('a large body', () => {
  it('arrives in slabs that are used again, by one request', async () => {
    const { server, client } = await open(() => plain)
    expect(Buffer.compare(await pumped(client), bytes)).toBe(0)
    expect(server.requests).toHaveLength(1)
    await client[Symbol.asyncDispose]()
  })

  it('follows another on its connection, of whatever size it is', async () => {
    const { server, client } = await open(() => plain)
    expect(digestOf(await pumped(client))).toBe(blob.digest)
    expect(digestOf(await pumped(client))).toBe(blob.digest)
    const [one, many] = await Promise.all([pumped(client), pumped(client)])
    expect([digestOf(one), digestOf(many)]).toEqual([blob.digest, blob.digest])
    expect(server.connections).toBe(2)
    await client[Symbol.asyncDispose]()
  })

  it('needs a new connection where the server says so', async () => {
    const { server, client } = await open(() => ({ ...plain, headers: { connection: 'close' } }))
    expect(digestOf(await pumped(client))).toBe(blob.digest)
    expect(digestOf(await pumped(client))).toBe(blob.digest)
    expect(server.connections).toBe(2)
    await client[Symbol.asyncDispose]()
  })

  it('is asked for again where the connection was closed while it lay idle', async () => {
    let asked = 0
    const { server, client } = await open((_, response) => {
      asked += 1
      if (asked !== 2) return plain
      response.destroy()
      return undefined
    })
    expect(digestOf(await pumped(client))).toBe(blob.digest)
    expect(digestOf(await pumped(client))).toBe(blob.digest)
    expect([server.requests.length, server.connections]).toEqual([3, 2])
    await client[Symbol.asyncDispose]()
  })

  it('that is followed by bytes nobody asked for ends its connection', async () => {
    let first: Socket | undefined
    const { server, client } = await open((_, response) => {
      first ??= response.socket ?? undefined
      return plain
    })
    await pumped(client)
    const closed = new Promise((resolve) => first?.once('close', resolve))
    first?.write('HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n')
    await closed
    expect(digestOf(await pumped(client))).toBe(blob.digest)
    expect(server.connections).toBe(2)
    await client[Symbol.asyncDispose]()
  })

  it('is the same bytes by the simple path', async () => {
    const { client } = await open(() => plain)
    const parts = await Array.fromAsync((await client.openBlob('team/app', blob)).bytes)
    expect(Buffer.compare(Buffer.concat(parts), await pumped(client))).toBe(0)
    await client[Symbol.asyncDispose]()
  })

  it('arrives over TLS, only from who is trusted', async () => {
    const authority = createAuthority()
    const server = await scripted(() => plain, { tls: authority.issue(['127.0.0.1']) })
    await using client = createClient(server.host, { ca: authority.cert })
    expect(Buffer.compare(await pumped(client), bytes)).toBe(0)
    expect(Buffer.compare(await pumped(client), bytes)).toBe(0)
    expect(server.connections).toBe(1)
    await using stranger = createClient(server.host, { plainHttp: false, retries: 0 })
    await expect(pumped(stranger)).toFailWith('NETWORK_TLS')
  })

  it('arrives from a byte on', async () => {
    const { server, client } = await open(() => ranged(5_000_000))
    expect(Buffer.compare(await pumped(client, 5_000_000), bytes.subarray(5_000_000))).toBe(0)
    expect(server.requests[0]?.headers.range).toBe('bytes=5000000-')
    expect(await pumped(client, bytes.length)).toHaveLength(0)
    await client[Symbol.asyncDispose]()
  })

  it('arrives several at a time', async () => {
    const { client } = await open(() => plain)
    const all = await Promise.all([pumped(client), pumped(client), pumped(client)])
    expect(all.every((one) => digestOf(one) === blob.digest)).toBe(true)
    await client[Symbol.asyncDispose]()
  })

  it('that is not plain is asked for in the usual way, from then on', async () => {
    const { server, client } = await open((_, response) => {
      response.writeHead(200)
      response.end(bytes)
    })
    expect(digestOf(await pumped(client))).toBe(blob.digest)
    expect(digestOf(await pumped(client))).toBe(blob.digest)
    expect(server.requests).toHaveLength(3)
    await client[Symbol.asyncDispose]()
  })

  it.each([429, 503])('T42 that a chunked %i puts off is not asked for at once', async (status) => {
    let isFirst = true
    const server = await scripted((_, response) => {
      if (!isFirst) return plain
      isFirst = false
      response.writeHead(status, { 'retry-after': '3600' })
      response.end('{}')
      return undefined
    })
    await using client = createClient(server.host, { backoff: 0.001, maxWait: 1 })
    await expect(pumped(client)).toFailWith(status === 429 ? 'REGISTRY_RATE_LIMITED' : 'REGISTRY_UNAVAILABLE')
    expect(server.requests).toHaveLength(1)
  })

  it('that is not there is the usual error, with what the registry says', async () => {
    const { client } = await open(() => refusal(403, 'DENIED', 'not for you'))
    const error: unknown = await pumped(client).catch((problem: unknown) => problem)
    expect(error).toMatchObject({ code: 'REGISTRY_DENIED', message: expect.stringContaining('not for you') })
    await client[Symbol.asyncDispose]()
  })

  it('of wrong bytes is refused at its end, of another length before it begins', async () => {
    const wrong = noise(bytes.length, 9)
    const { client } = await open(() => ({ body: wrong }))
    await expect(pumped(client)).toFailWith('DIGEST_MISMATCH')
    await client[Symbol.asyncDispose]()
    const { client: other } = await open(() => ({ body: bytes.subarray(1) }))
    await expect(pumped(other)).toFailWith('SIZE_MISMATCH')
    await other[Symbol.asyncDispose]()
  })

  it('ends with the reason of an abort, and with the client', async () => {
    const { client } = await open(() => plain)
    const abort = new AbortController()
    const aborted = client.pump?.('team/app', blob, () => abort.abort(), { signal: abort.signal })
    await expect(aborted ?? Promise.resolve()).toFailWith('AbortError')
    const failed = client.pump?.('team/app', blob, () => {
      throw new RangeError('the sink is full')
    })
    await expect(failed ?? Promise.resolve()).rejects.toThrow('the sink is full')
    await client[Symbol.asyncDispose]()
  })
})

it('nobody listens: that is the usual error', async () => {
  await using client = createClient(`127.0.0.1:${await freePort()}`, { retries: 0 })
  await expect(pumped(client)).toFailWith('NETWORK_FAILED')
})

describe('the head of an answer', () => {
  const parse = (text: string): ReturnType<typeof parseResponseHead> =>
    parseResponseHead(Buffer.from(text, 'latin1'))

  it('is read once it is whole, past interim ones', () => {
    expect(parse('HTTP/1.1 200 OK\r\nA: b\r\n')).toBeUndefined()
    const head = parse(
      'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 206\r\nA:  b \r\nLink: x\r\nlink: y\r\n\r\nbody',
    )
    expect(head).toMatchObject({ status: 206, headers: { a: 'b', link: ['x', 'y'] } })
    expect(head?.length).toBe(67)
  })

  it.each([
    'HTTP/2 200 OK\r\n\r\n',
    'HTTP/1.1 99 no\r\n\r\n',
    '<html>\r\n\r\n',
    'HTTP/1.1 200 OK\r\nno colon\r\n\r\n',
    'HTTP/1.1 200 OK\r\nA: b\r\n folded\r\n\r\n',
    'HTTP/1.1 200 OK\r\nA : b\r\n\r\n',
    'HTTP/1.1 200 OK\r\nA: b\nB: c\r\n\r\n',
  ])('that is not one is refused: %j', (text) => {
    expect(() => parse(text)).toThrow('not HTTP')
  })
})
