import { digestOf } from '@ocish/sdk'
import { type FaultRule, type FaultServer, faults, noise, serveFaults } from '@ocish/testing'
import { describe, expect, it, onTestFinished } from 'vitest'
import { fromBytes } from '../bytes.ts'
import { createMemoryRegistry } from '../memory.ts'
import type { Registry } from '../registry.ts'
import { createClient } from './client.ts'
import type { ClientOptions, UploadMemory } from './options.ts'

const bytes = noise(3_000_000)
const blob = { digest: digestOf(bytes), size: bytes.length }

interface Scene {
  readonly registry: Registry
  readonly server: FaultServer
  readonly client: (options?: ClientOptions) => Registry
  /** Method, status and bytes of the requests on uploads so far. */
  readonly log: () => readonly string[]
}

async function scene(rules: readonly FaultRule[]): Promise<Scene> {
  const registry = createMemoryRegistry()
  const server = await serveFaults(registry, rules)
  onTestFinished(() => server.close())
  const client = (options: ClientOptions = {}): Registry => {
    const made = createClient(server.host, { backoff: 0.001, resumableFrom: 1_000_000, ...options })
    onTestFinished(() => made[Symbol.asyncDispose]())
    return made
  }
  const log = (): readonly string[] =>
    server.requests
      .filter(({ route }) => route === 'upload')
      // What a connection brought before it was cut differs by what was on its way.
      .map(({ method, received, status }) => (status === 0 ? `${method} cut` : `${method} ${received}`))
  return { registry, server, client, log }
}

function memory(): UploadMemory & { readonly entries: Map<string, string> } {
  const entries = new Map<string, string>()
  return {
    entries,
    get: (key) => Promise.resolve(entries.get(key)),
    set: (key, id) => Promise.resolve(void entries.set(key, id)),
    delete: (key) => Promise.resolve(void entries.delete(key)),
  }
}

const cut: FaultRule = { route: 'upload', method: 'PUT', nth: 1, action: faults.resetRequestAfter(1_800_000) }

describe('a large upload', () => {
  it('goes on where it was cut, and says so', async () => {
    const { registry, client, log } = await scene([cut])
    const reasons: string[] = []
    const started: number[] = []
    await client().pushBlob('app', blob, () => fromBytes(bytes), {
      onRetry: ({ reason }) => reasons.push(reason),
      openFrom: (start) => {
        started.push(start)
        return fromBytes(bytes.slice(start))
      },
    })
    expect(log()).toEqual(['PUT cut', 'GET 0', 'PATCH 1200000', 'PUT 0'])
    expect(reasons).toEqual(['the upload goes on at byte 1800000'])
    expect(started).toEqual([1_800_000])
    expect(await registry.statBlob('app', blob.digest)).toMatchObject({ size: blob.size })
  })

  it('goes on from a source that can only begin at its beginning', async () => {
    const { registry, client, log } = await scene([cut])
    await client().pushBlob('app', blob, () => fromBytes(bytes))
    expect(log()).toEqual(['PUT cut', 'GET 0', 'PATCH 1200000', 'PUT 0'])
    expect(await registry.statBlob('app', blob.digest)).toMatchObject({ size: blob.size })
  })

  it('goes on as often as it moves', async () => {
    const again = [1, 2, 3, 4].map((nth) => ({
      route: 'upload' as const,
      method: 'PATCH',
      nth,
      action: faults.resetRequestAfter(200_000),
    }))
    const { registry, client } = await scene([cut, ...again])
    await client().pushBlob('app', blob, () => fromBytes(bytes))
    expect(await registry.statBlob('app', blob.digest)).toMatchObject({ size: blob.size })
  })

  it('begins again where its session is lost, and says so', async () => {
    const lost = { route: 'upload' as const, method: 'GET', action: faults.loseSession }
    const { registry, client, server, log } = await scene([cut, lost])
    const reasons: string[] = []
    await client().pushBlob('app', blob, () => fromBytes(bytes), {
      onRetry: ({ reason }) => reasons.push(reason),
    })
    expect(log()).toEqual(['PUT cut', 'GET 0', 'DELETE 0', 'PUT 3000000'])
    expect(reasons).toEqual([`the upload begins again: ${server.host} kept nothing of it`])
    expect(await registry.statBlob('app', blob.digest)).toMatchObject({ size: blob.size })
  })

  it('gives up when nothing comes through', async () => {
    const never = { route: 'upload' as const, method: 'PUT', action: faults.resetRequestAfter(0) }
    const { client, server } = await scene([never])
    await expect(client().pushBlob('app', blob, () => fromBytes(bytes))).toFailWith('NETWORK_FAILED')
    expect(server.requests.filter(({ method }) => method === 'PUT')).toHaveLength(3)
  })

  it('is found complete when only the answer got lost', async () => {
    const { client, log } = await scene([
      { route: 'upload', method: 'PUT', nth: 1, action: faults.lostReply },
    ])
    await client().pushBlob('app', blob, () => fromBytes(bytes))
    expect(log()).toEqual(['PUT cut'])
  })

  it('of other content than promised never completes, and leaves no session', async () => {
    const { client, log } = await scene([])
    const wrong = fromBytes(noise(3_000_000, 2))
    await expect(client().pushBlob('app', blob, () => wrong)).toFailWith('DIGEST_MISMATCH')
    expect(log().at(-1)).toBe('DELETE 0')
  })

  it('goes on in another process, moving the rest alone (P16)', async () => {
    const { registry, client, log } = await scene([
      cut,
      { route: 'upload', method: 'GET', nth: 1, action: faults.resetAtOnce },
      { route: 'blob', method: 'HEAD', nth: 1, action: faults.status(403) },
    ])
    const uploads = memory()
    // The first process: it dies of the cut, because nothing else answers either.
    await expect(client({ uploads, retries: 0 }).pushBlob('app', blob, () => fromBytes(bytes))).toFailWith(
      'NETWORK_FAILED',
    )
    expect(uploads.entries.size).toBe(1)
    await client({ uploads }).pushBlob('app', blob, () => fromBytes(bytes))
    const patched = log().find((line) => line.startsWith('PATCH'))
    expect(patched).toBe('PATCH 1200000')
    expect(uploads.entries.size).toBe(0)
    expect(await registry.statBlob('app', blob.digest)).toMatchObject({ size: blob.size })
  })

  it('is not abandoned by an abort when it is remembered, else it is', async () => {
    for (const uploads of [memory(), undefined]) {
      const { client } = await scene([])
      const abort = new AbortController()
      const aborting = async function* (): AsyncGenerator<Uint8Array> {
        yield bytes.slice(0, 1_000_000)
        await Promise.resolve()
        abort.abort()
        yield bytes.slice(1_000_000)
      }
      const pushed = client(uploads === undefined ? {} : { uploads }).pushBlob('app', blob, aborting, {
        signal: abort.signal,
      })
      await expect(pushed).toFailWith('AbortError')
      expect(uploads?.entries.size ?? 0).toBe(uploads === undefined ? 0 : 1)
    }
  })
})
