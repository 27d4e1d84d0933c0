import { digestOf, encodeManifest, oci, octetStream } from '@ocish/sdk'
import { type FaultRule, type FaultServer, faults, noise, personalities, serveFaults } from '@ocish/testing'
import { describe, expect, it, onTestFinished } from 'vitest'
import { fromBytes } from '../bytes.ts'
import { copy } from '../copy.ts'
import { createMemoryRegistry } from '../memory.ts'
import { serveDistribution3 } from '../fixtures/distribution-3.ts'
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

interface Memory extends UploadMemory {
  readonly entries: ReadonlyMap<string, string>
  /** The keys of uploads, without what is known of hosts. */
  readonly sessions: () => readonly string[]
}

function memory(): Memory {
  const entries = new Map<string, string>()
  return {
    entries,
    sessions: () => [...entries.keys()].filter((key) => key.includes('@')),
    get: (key) => Promise.resolve(entries.get(key)),
    set: (key, id) => Promise.resolve(void entries.set(key, id)),
    delete: (key) => Promise.resolve(void entries.delete(key)),
  }
}

/** The first PATCH is the question whether uploads are kept. */
const cut: FaultRule = {
  route: 'upload',
  method: 'PATCH',
  nth: 2,
  action: faults.resetRequestAfter(1_800_000),
}

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
    expect(log()).toEqual(['PATCH 1', 'PATCH cut', 'GET 0', 'PATCH 1200000', 'PUT 0'])
    expect(reasons).toEqual(['the upload goes on at byte 1800000'])
    expect(started).toEqual([1_800_000])
    expect(await registry.statBlob('app', blob.digest)).toMatchObject({ size: blob.size })
  })

  it('goes on from a source that can only begin at its beginning', async () => {
    const { registry, client, log } = await scene([cut])
    await client().pushBlob('app', blob, () => fromBytes(bytes))
    expect(log()).toEqual(['PATCH 1', 'PATCH cut', 'GET 0', 'PATCH 1200000', 'PUT 0'])
    expect(await registry.statBlob('app', blob.digest)).toMatchObject({ size: blob.size })
  })

  it('goes on as often as it moves', async () => {
    const again = [3, 4, 5, 6].map((nth) => ({
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
    const source = createMemoryRegistry()
    await source.pushBlob('app', blob, () => fromBytes(bytes))
    const config = { mediaType: octetStream, ...blob }
    const manifest = encodeManifest({ form: 'image', mediaType: oci.manifest, config, layers: [] })
    await source.pushManifest('app', manifest, { mediaType: oci.manifest, tags: ['1'] })
    const target = { registry: client(), repository: 'app' }
    const { notices } = await copy({ registry: source, repository: 'app' }, '1', target)
    expect(log()).toEqual(['PATCH 1', 'PATCH cut', 'GET 0', 'PUT 3000000'])
    expect(notices).toEqual([`${blob.digest}: the upload begins again: ${server.host} kept nothing of it`])
    expect(await registry.statBlob('app', blob.digest)).toMatchObject({ size: blob.size })
  })

  it('below the size from which it goes on begins again, and says so as well', async () => {
    const { server, client } = await scene([
      { route: 'upload', method: 'PUT', nth: 1, action: faults.resetRequestAfter(100_000) },
    ])
    const starts: (true | undefined)[] = []
    await client({ resumableFrom: 10_000_000 }).pushBlob('app', blob, () => fromBytes(bytes), {
      onRetry: ({ fromStart }) => starts.push(fromStart),
    })
    expect(starts).toEqual([true])
    expect(server.count({ route: 'upload', method: 'PUT' })).toBe(2)
  })

  it('gives up when nothing comes through', async () => {
    const never = [2, 3, 4, 5].map((nth) => ({
      route: 'upload' as const,
      method: 'PATCH',
      nth,
      action: faults.resetRequestAfter(0),
    }))
    const { client, server } = await scene(never)
    await expect(client().pushBlob('app', blob, () => fromBytes(bytes))).toFailWith('NETWORK_FAILED')
    expect(server.requests.filter(({ method }) => method === 'PATCH')).toHaveLength(4)
  })

  it('is found complete when only the answer got lost', async () => {
    const { client, log } = await scene([
      { route: 'upload', method: 'PUT', nth: 1, action: faults.lostReply },
    ])
    await client().pushBlob('app', blob, () => fromBytes(bytes))
    expect(log()).toEqual(['PATCH 1', 'PATCH 3000000', 'PUT cut'])
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
    expect(uploads.sessions()).toHaveLength(1)
    await client({ uploads }).pushBlob('app', blob, () => fromBytes(bytes))
    expect(log().filter((line) => line.startsWith('PATCH'))).toEqual([
      'PATCH 1',
      'PATCH cut',
      'PATCH 1200000',
    ])
    expect(uploads.sessions()).toHaveLength(0)
    expect(await registry.statBlob('app', blob.digest)).toMatchObject({ size: blob.size })
  })

  it('begins again in another process where the session is lost, and says so', async () => {
    const { client, server, log } = await scene([
      { route: 'upload', method: 'GET', action: faults.loseSession },
    ])
    const uploads = memory()
    const old = `${server.url}/v2/app/blobs/uploads/00000000000000000000000000000000`
    await uploads.set(`${server.host}/app@${blob.digest}`, old)
    const reasons: string[] = []
    await client({ uploads }).pushBlob('app', blob, () => fromBytes(bytes), {
      onRetry: ({ reason }) => reasons.push(reason),
    })
    expect(log()).toEqual(['GET 0', 'PATCH 1', 'PATCH 3000000', 'PUT 0'])
    expect(reasons).toEqual([`the upload begins again: ${server.host} kept nothing of it`])
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
      expect(uploads?.sessions() ?? []).toHaveLength(uploads === undefined ? 0 : 1)
    }
  })

  it('asks once for a host whether it keeps what arrives, also across processes', async () => {
    const { client, log } = await scene([])
    const uploads = memory()
    const others = [1, 2, 3].map((seed) => noise(1_500_000 + seed, seed))
    const first = client({ uploads })
    await Promise.all(others.map((each) => push(first, each)))
    await push(client({ uploads }), bytes)
    expect(log().filter((line) => line === 'PATCH 1')).toHaveLength(1)
    expect(log().filter((line) => line === 'PUT 0')).toHaveLength(4)
  })

  it.each([
    ['distribution-2.8', ['PATCH 1', 'DELETE 0', 'PUT 3000000']],
    ['gar', ['PATCH 0', 'DELETE 0', 'PUT 3000000']],
    // Refuses the question as one of the place, and then the size.
    ['ghcr', ['PATCH 1', 'PATCH 0', 'GET 0', 'GET 0', 'DELETE 0', 'PUT 3000000']],
  ] as const)('is one PUT at %s, which keeps nothing or takes no large PATCH', async (name, asked) => {
    const rules = name === 'ghcr' ? [smallChunks] : personalities[name]
    const { client, log } = await scene(rules)
    const uploads = memory()
    await push(client({ uploads }), bytes)
    expect(log()).toEqual(asked)
    const before = log().length
    await push(client({ uploads }), noise(2_000_000, 7))
    expect(log().slice(before)).toEqual(['PUT 2000000'])
  })

  it('goes through a proxy with a limit in chunks, from where it is', async () => {
    const { registry, client, log } = await scene([cut, tooLarge])
    await client().pushBlob('app', blob, () => fromBytes(bytes))
    expect(log()).toEqual(['PATCH 1', 'PATCH cut', 'GET 0', 'PATCH 0', 'GET 0', 'PATCH 1200000', 'PUT 0'])
    expect(await registry.statBlob('app', blob.digest)).toMatchObject({ size: blob.size })
  })
})

describe('a large upload to CNCF Distribution 3', () => {
  const options = { backoff: 0.001, resumableFrom: 1_000_000 }

  it('goes on in one PATCH where the connection was cut', async () => {
    await using server = await serveDistribution3({ cut: { nth: 2, after: 1_800_000 } })
    await using client = createClient(server.host, options)
    const reasons: string[] = []
    await client.pushBlob('app', blob, () => fromBytes(bytes), {
      onRetry: ({ reason }) => reasons.push(reason),
    })
    // The question, the cut, the status, the rest, the commit.
    expect(server.requests).toEqual(['PATCH 0', 'PATCH 1800000', 'GET 0', 'PATCH 1200000', 'PUT 0'])
    expect(reasons).toEqual(['the upload goes on at byte 1800000'])
    expect(server.blobs.get(blob.digest)?.equals(bytes)).toBe(true)
  })

  it('goes on in the next process, whose address of the session is old', async () => {
    await using server = await serveDistribution3({ cut: { nth: 2, after: 1_800_000 } })
    const uploads = memory()
    await using first = createClient(server.host, { ...options, uploads })
    const abort = new AbortController()
    const pushed = first.pushBlob('app', blob, () => fromBytes(bytes), {
      signal: abort.signal,
      onRetry: () => abort.abort(),
    })
    await expect(pushed).toFailWith('AbortError')
    await using second = createClient(server.host, { ...options, uploads })
    await push(second, bytes)
    expect(server.requests.slice(-3)).toEqual(['GET 0', 'PATCH 1200000', 'PUT 0'])
    expect(server.requests.filter((line) => line === 'PATCH 0')).toHaveLength(1)
    expect(server.blobs.has(blob.digest)).toBe(true)
    expect(uploads.sessions()).toHaveLength(0)
  })
})

/** GHCR's limit at a size that a test can afford. */
const smallChunks: FaultRule = {
  route: 'upload',
  method: 'PATCH',
  nth: [2, 3, 4, 5],
  action: faults.status(416, { wire: 'UNKNOWN' }),
}

const tooLarge: FaultRule = { route: 'upload', method: 'PATCH', nth: 3, action: faults.status(413) }

async function push(registry: Registry, content: Uint8Array): Promise<void> {
  const described = { digest: digestOf(content), size: content.length }
  await registry.pushBlob('app', described, () => fromBytes(content))
}
