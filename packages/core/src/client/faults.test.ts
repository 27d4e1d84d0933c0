import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { bytesOf, readAll } from '@ocish/testing'
import { digestOf, hasCode, isOcishError, oci } from '@ocish/sdk'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { Retry } from '../registry.ts'
import { createClient } from './client.ts'
import { HostQueue } from './host-queue.ts'
import type { ClientOptions, RetryEvent } from './options.ts'
import { parseRetryAfter } from './retry.ts'
import { refusal, type Reply, scripted, type Script } from './scripted-server.test-kit.ts'
import { parseWarnings } from './warning.ts'
import { parseWireErrors } from './wire-error.ts'

const manifest = bytesOf(JSON.stringify({ schemaVersion: 2, mediaType: oci.index, manifests: [] }))
const served: Reply = { headers: { 'content-type': oci.index }, body: manifest }

async function open(
  script: Script,
  options: ClientOptions = {},
): Promise<{ requests: number; retries: RetryEvent[] }> {
  const server = await scripted(script)
  const retries: RetryEvent[] = []
  await using client = createClient(server.host, {
    backoff: 0.001,
    onRetry: (event) => retries.push(event),
    ...options,
  })
  await client.openManifest('team/app', 'v1')
  return { requests: server.requests.length, retries }
}

async function failure(
  script: Script,
  options: ClientOptions = {},
): Promise<{ error: unknown; requests: number }> {
  let requests = 0
  const counting: Script = (seen, response) => {
    requests += 1
    return script(seen, response)
  }
  const error: unknown = await open(counting, options).catch((problem: unknown) => problem)
  return { error, requests }
}

describe('a passing failure', () => {
  it.each([408, 425, 429, 499, 500, 502, 503, 504, 507, 522])(
    'of status %i is tried again',
    async (status) => {
      let left = 2
      const headers = { 'retry-after': '0' }
      const { requests, retries } = await open(() => (left-- > 0 ? { status, headers } : served))
      expect(requests).toBe(3)
      expect(retries.map(({ attempt }) => attempt)).toStrictEqual([1, 2])
    },
  )

  it.each([501, 404, 418])('is not what status %i is', async (status) => {
    const { requests } = await failure(() => ({ status }))
    expect(requests).toBe(1)
  })

  it('of 500 is not believed for long', async () => {
    const { error, requests } = await failure(() => ({ status: 500 }))
    expect(requests).toBe(3)
    expect(hasCode(error, 'REGISTRY_UNAVAILABLE')).toBe(true)
  })

  it('T43 that asks for longer than the limit is an error at once', async () => {
    const { error, requests } = await failure(() => ({
      status: 429,
      headers: { 'retry-after': '1000000000' },
    }))
    expect(requests).toBe(1)
    expect(error).toMatchObject({ code: 'REGISTRY_RATE_LIMITED', exit: 5 })
  })

  it.each([
    ['7', 7],
    [' 7 ', 7],
    ['Sun, 22 Nov 2026 00:00:10 GMT', 10],
    ['Sun, 22 Nov 2026 00:00:00 GMT', 0],
    ['-1', undefined],
    ['1e9', undefined],
    ['soon', undefined],
    ['9'.repeat(400), undefined],
  ])('reads Retry-After: %.40s', (text, seconds) => {
    expect(parseRetryAfter(text, Date.UTC(2026, 10, 22))).toBe(seconds)
  })

  it('of the connection before the answer is tried again', async () => {
    let left = 2
    const { requests } = await open((_, response) => {
      if (left-- === 0) return served
      response.destroy()
      return undefined
    })
    expect(requests).toBe(3)
  })

  it('of a host that broke off a transfer and now refuses connections is tried again: it may be starting', async () => {
    const blob = { mediaType: oci.index, digest: digestOf(manifest), size: manifest.length }
    const before = createServer((_, response) => {
      response.writeHead(200, { 'content-length': String(manifest.length) })
      response.write(manifest.subarray(0, 5), () => {
        before.close()
        before.closeAllConnections()
      })
    })
    before.listen(0, '127.0.0.1')
    await once(before, 'listening')
    const { port } = before.address() as AddressInfo
    const after = createServer((_, response) => response.end(manifest))
    onTestFinished(() => void after.close())
    const reasons: string[] = []
    const onRetry = ({ reason }: Retry): void => {
      reasons.push(reason)
      if (reasons.length === 3) after.listen(port, '127.0.0.1')
    }
    await using client = createClient(`127.0.0.1:${port}`, { backoff: 0.05 })
    const { bytes } = await client.openBlob('team/app', blob, { onRetry })
    expect(digestOf(await readAll(bytes))).toBe(blob.digest)
    expect(reasons.slice(0, 3)).toStrictEqual([
      'the connection broke',
      'it refused the connection',
      'it refused the connection',
    ])
    const elsewhere = createClient('127.0.0.1:1', { onRetry: ({ reason }) => reasons.push(reason) })
    await expect(elsewhere.openManifest('team/app', 'v1')).toFailWith('NETWORK_FAILED')
    expect(reasons).toHaveLength(3)
  })

  it('of the connection in the middle of a manifest is tried again', async () => {
    let left = 2
    const { requests } = await open((_, response) => {
      if (left-- === 0) return served
      response.writeHead(200, { 'content-type': oci.index, 'content-length': String(manifest.length) })
      response.write(manifest.subarray(0, 5), () => response.destroy())
      return undefined
    })
    expect(requests).toBe(3)
  })

  it('stops at the limit of retries', async () => {
    const { error, requests } = await failure((_, response) => void response.destroy(), { retries: 2 })
    expect(requests).toBe(3)
    expect(hasCode(error, 'NETWORK_FAILED')).toBe(true)
  })

  it('runs eight at a time, sixteen where the way is long, until the host asks for a pause', async () => {
    const queue = new HostQueue()
    const entered: (() => void)[] = []
    const enter = (): void => void queue.enter('small', undefined).then((leave) => entered.push(leave))
    const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))
    for (let number = 0; number < 40; number += 1) enter()
    await settle()
    expect(entered).toHaveLength(8)
    queue.answered(12)
    await settle()
    expect(entered).toHaveLength(16)
    queue.failed(0)
    for (const leave of entered.splice(0, 10)) leave()
    await settle()
    expect(entered).toHaveLength(8)
    queue.answered(3)
    await settle()
    expect(entered).toHaveLength(8)
  })

  it('runs as many as it is told, however long the way', async () => {
    const queue = new HostQueue(2)
    queue.answered(80)
    await Promise.all([queue.enter('read', undefined), queue.enter('read', undefined)])
    const abort = new AbortController()
    const third = queue.enter('read', abort.signal)
    abort.abort()
    await expect(third).rejects.toThrow(/abort/)
  })

  it('pauses every request to the host', async () => {
    const queue = new HostQueue(8)
    await queue.ready(undefined)
    queue.failed(3600)
    const abort = new AbortController()
    const paused = Promise.all([queue.ready(abort.signal), queue.ready(abort.signal)])
    abort.abort()
    await expect(paused).rejects.toThrow(/abort/)
  })

  it('T42 waits as long as Retry-After says, tells, and ends at once when the caller gives up', async () => {
    const server = await scripted(() => ({ status: 503, headers: { 'retry-after': '100' } }))
    const abort = new AbortController()
    const waits: number[] = []
    const onRetry = ({ seconds }: RetryEvent): void => {
      waits.push(seconds)
      setImmediate(() => abort.abort())
    }
    await using client = createClient(server.host, { onRetry })
    await expect(client.openManifest('team/app', 'v1', { signal: abort.signal })).rejects.toThrow(/abort/)
    expect(waits).toStrictEqual([100])
  })

  it('T42 of a server that never answers is a timeout', async () => {
    const { error } = await failure(() => undefined, { timeouts: { headers: 0.2 }, retries: 0 })
    expect(error).toMatchObject({ code: 'NETWORK_TIMEOUT', exit: 5 })
  })

  it('T42 of a server that drips is a timeout', async () => {
    const { error } = await failure(
      (_, response) => {
        response.writeHead(200, { 'content-type': oci.index })
        const drip = setInterval(() => response.write(' '), 20)
        response.on('close', () => clearInterval(drip))
      },
      { timeouts: { answer: 0.2 }, retries: 0 },
    )
    expect(error).toMatchObject({ code: 'NETWORK_TIMEOUT' })
  })

  it('of a delete that took effect is no failure', async () => {
    let deletes = 0
    const server = await scripted((_, response): Reply | undefined => {
      if (deletes++ > 0) return { status: 404 }
      response.destroy()
      return undefined
    })
    await using client = createClient(server.host, { backoff: 0.001 })
    await client.deleteManifest('team/app', digestOf(manifest))
    await expect(client.deleteManifest('team/app', digestOf(manifest))).toFailWith('MANIFEST_NOT_FOUND')
  })
})

describe('T37 an endless body', () => {
  const endless =
    (status: number): Script =>
    (_, response) => {
      response.writeHead(status, { 'content-type': oci.index })
      const chunk = Buffer.alloc(64 * 1024, 0x20)
      const more = (): void => {
        while (!response.destroyed && response.write(chunk));
      }
      response.on('drain', more)
      more()
    }

  it.each(['manifest', 'tags', 'referrers', 'repositories', 'error'] as const)(
    'of %s is cut',
    async (what) => {
      const server = await scripted(endless(what === 'error' ? 404 : 200))
      await using client = createClient(server.host, {
        retries: 0,
        limits: { manifest: 1e6, page: 1e6, error: 1e5 },
      })
      const first = async (list: AsyncIterable<unknown>): Promise<unknown> =>
        list[Symbol.asyncIterator]().next()
      const calls = {
        manifest: () => client.openManifest('team/app', 'v1'),
        tags: () => first(client.tags('team/app')),
        referrers: () => first(client.referrers('team/app', digestOf(manifest))),
        repositories: () => first(client.repositories()),
        error: () => client.openManifest('team/app', 'v1'),
      }
      await expect(calls[what]()).toFailWith(what === 'error' ? 'MANIFEST_NOT_FOUND' : 'LIMIT_EXCEEDED')
    },
  )

  it('is refused by its Content-Length before it is read', async () => {
    const { error } = await failure((_, response) => {
      response.writeHead(200, { 'content-type': oci.index, 'content-length': String(2 ** 40) })
      response.flushHeaders()
    })
    expect(error).toMatchObject({ code: 'LIMIT_EXCEEDED', details: { limit: 8 * 1024 * 1024 } })
  })

  it('of brackets is no stack overflow', async () => {
    const { error } = await failure(() => ({ headers: { 'content-type': oci.index }, body: '['.repeat(4e6) }))
    expect(hasCode(error, 'LIMIT_EXCEEDED')).toBe(true)
  })
})

describe('an error of the registry', () => {
  it.each([
    [refusal(404, 'MANIFEST_UNKNOWN'), 'MANIFEST_NOT_FOUND', 3],
    [refusal(404, 'NAME_UNKNOWN'), 'REPOSITORY_NOT_FOUND', 3],
    [{ status: 404, body: '404 page not found' }, 'MANIFEST_NOT_FOUND', 3],
    [{ status: 404 }, 'MANIFEST_NOT_FOUND', 3],
    [refusal(401, 'UNAUTHORIZED'), 'REGISTRY_UNAUTHORIZED', 4],
    [refusal(403, 'DENIED'), 'REGISTRY_DENIED', 4],
    [refusal(405, 'UNSUPPORTED'), 'UNSUPPORTED', 6],
    [refusal(400, 'TAG_INVALID'), 'REGISTRY_REJECTED', 6],
    [refusal(429, 'TOOMANYREQUESTS'), 'REGISTRY_RATE_LIMITED', 5],
    [{ status: 502, body: '<html><title>Bad gateway</title></html>' }, 'REGISTRY_UNAVAILABLE', 5],
    [{ status: 400, body: 'Client sent an HTTP request to an HTTPS server.\n' }, 'NETWORK_TLS', 5],
  ] as const)('%j is one of ours', async (reply, code, exit) => {
    const { error } = await failure(() => reply, { retries: 0 })
    expect(error).toMatchObject({ code, exit })
  })

  it('keeps the wire codes, and nothing that moves a terminal', async () => {
    const { error } = await failure(() =>
      refusal(404, 'MANIFEST_UNKNOWN', 'no\u001B[2J\u202Esuch\u0007 thing\n'),
    )
    expect(error).toMatchObject({
      details: { status: 404, wire: [{ code: 'MANIFEST_UNKNOWN', message: 'no [2J such thing' }] },
    })
  })

  it('names what a refused manifest refers to, each reason once', async () => {
    const missing = ['a', 'b'].map((digit) => `sha256:${digit.repeat(64)}`)
    const body = (details: readonly unknown[]): string =>
      JSON.stringify({
        errors: details.map((detail) => ({ code: 'MANIFEST_BLOB_UNKNOWN', message: 'blob unknown', detail })),
      })
    for (const details of [missing, missing.map((digest) => ({ digest }))]) {
      const { error } = await failure(() => ({ status: 400, body: body(details) }), { retries: 0 })
      expect((error as Error).message).toContain(`(blob unknown: ${missing.join(', ')})`)
    }
  })

  it('without a credential says so and how to sign in', async () => {
    const { error } = await failure(() => ({
      status: 401,
      headers: { 'www-authenticate': 'Basic realm="r"' },
    }))
    expect(isOcishError(error) && error.hint).toMatch(/^Run login 127\.0\.0\.1:\d+\.$/)
    expect(String(error)).toContain('no credential was found for it')
  })

  it.each(['', 'null', '[]', '{"errors":null}', '{"errors":[null,1,"x"]}', '{"errors":{}}', 'x'])(
    'in the body %j is none',
    (body) => {
      expect(parseWireErrors(bytesOf(body))).toStrictEqual([])
    },
  )
})

describe('a warning', () => {
  it('is handed on once', async () => {
    const server = await scripted(() => ({
      ...served,
      headers: { ...served.headers, warning: ['299 - "soon \\"gone\\""', '199 - "no"'] },
    }))
    const warnings: string[] = []
    await using client = createClient(server.host, { onWarning: (text) => warnings.push(text) })
    await client.openManifest('team/app', 'v1')
    await client.openManifest('team/app', 'v1')
    expect(warnings).toStrictEqual(['soon "gone"'])
  })

  it.each([
    ['299 - unquoted', []],
    ['299 - "a", 299 - "b"', ['a', 'b']],
    ['299 agent "x"', []],
    ['299 - "a\u001B[31mb\u202E"', ['a[31mb']],
    [`299 - "${'x'.repeat(8000)}"`, []],
    ['299 - "', []],
  ])('T43 is read from %.40j', (value, texts) => {
    expect(parseWarnings([value])).toStrictEqual(texts)
  })
})
