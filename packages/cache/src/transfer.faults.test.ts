import { readdir } from 'node:fs/promises'
import {
  copy,
  type CopyResult,
  createMemoryRegistry,
  hasCode,
  type Registry,
  type TransferEvent,
} from '@ocish/core'
import { createClient } from '@ocish/core/client'
import {
  content,
  type FaultRule,
  type FaultServer,
  faults,
  noise,
  readAll,
  serveFaults,
  temporaryFolder,
} from '@ocish/testing'
import { describe, expect, it, onTestFinished } from 'vitest'
import { openLayout } from './layout.ts'
import { openStore } from './store.ts'

const MiB = 2 ** 20
/** Large enough for the fast body path, and no multiple of anything. */
const large = noise(9 * MiB + 17)
const sample = content({
  blobs: { config: '{}', large, small: noise(3000, 2) },
  manifests: { app: { config: 'config', layers: ['large', 'small'] } },
  tags: { v1: 'app' },
})
const blob = sample.blobs.large.descriptor
const body = { route: 'blob' as const, method: 'GET', target: new RegExp(blob.digest) }

interface Scene {
  readonly server: FaultServer
  readonly target: Registry
  readonly events: TransferEvent[]
  readonly run: () => Promise<CopyResult>
}

const targets: Record<string, (folder: string) => Promise<Registry>> = {
  layout: (folder) => openLayout(folder, { access: 'write' }),
  store: (folder) => Promise.resolve(openStore(folder)),
  memory: () => Promise.resolve(createMemoryRegistry()),
}

/** `bodyIdle` in seconds; a machine under load is silent for some tenths of a second, too. */
async function scene(
  open: (folder: string) => Promise<Registry>,
  rules: readonly FaultRule[],
  bodyIdle = 30,
): Promise<Scene> {
  const origin = createMemoryRegistry()
  await sample.push(origin, 'app')
  const server = await serveFaults(origin, rules)
  const folder = await temporaryFolder()
  const target = await open(folder.path)
  const client = createClient(server.host, { backoff: 0.001, timeouts: { bodyIdle } })
  onTestFinished(async () => {
    await client[Symbol.asyncDispose]()
    await target[Symbol.asyncDispose]()
    await server.close()
    await folder[Symbol.asyncDispose]()
  })
  const events: TransferEvent[] = []
  const run = (): Promise<CopyResult> =>
    copy(
      { registry: client, repository: 'app' },
      'v1',
      { registry: target, repository: 'app' },
      {
        tags: ['v1'],
        onTransfer: (event) => events.push(event),
      },
    )
  return { server, target, events, run }
}

async function isWhole(target: Registry): Promise<boolean> {
  const manifest = await target.openManifest('app', 'v1')
  for (const { descriptor, bytes } of Object.values(sample.blobs)) {
    const found = await target.openBlob('app', descriptor)
    if (Buffer.compare(await readAll(found.bytes), bytes) !== 0) return false
  }
  return Buffer.compare(manifest.bytes, sample.manifests.app.bytes) === 0
}

async function hasNothing(target: Registry): Promise<void> {
  const error: unknown = await target.openManifest('app', 'v1').catch((problem: unknown) => problem)
  expect(hasCode(error, 'MANIFEST_NOT_FOUND', 'REPOSITORY_NOT_FOUND')).toBe(true)
}

/** Requests for the large blob, as what they asked for. */
function asked({ requests }: FaultServer): readonly (string | undefined)[] {
  return requests
    .filter(
      ({ target, method, origin }) =>
        method === 'GET' && target.includes(blob.digest) && origin === 'registry',
    )
    .map(({ headers }) => headers['range'] as string | undefined)
}

function sent({ requests }: FaultServer): number {
  return requests.filter(({ route }) => route === 'blob').reduce((sum, request) => sum + request.sent, 0)
}

describe.each(Object.entries(targets))('a faulty source, copied into a %s', (name, open) => {
  it.each<readonly [string, readonly FaultRule[]]>([
    ['1 is reset in the middle of a body', [{ ...body, nth: [1, 2], action: faults.resetAfter(4 * MiB) }]],
    ['11 stalls', [{ ...body, nth: 1, action: faults.stallAfter(4 * MiB) }]],
  ])('%s: the rest alone is asked for', async (_, rules) => {
    const { server, target, events, run } = await scene(open, rules, 0.3)
    await run()
    expect(await isWhole(target)).toBe(true)
    expect(asked(server)[0]).toBeUndefined()
    expect(asked(server)[1]).toMatch(/^bytes=[1-9]\d*-$/)
    expect(
      events.some((event) => event.type === 'retrying' && event.descriptor?.digest === blob.digest),
    ).toBe(true)
  })

  it('13 is redirected to another origin: the copy is whole', async () => {
    const { server, target, run } = await scene(open, [{ ...body, action: faults.redirect() }])
    await run()
    expect(await isWhole(target)).toBe(true)
    expect(server.count({ method: 'GET', origin: 'other' })).toBe(1)
  })

  it('3 ends a chunked body early: the copy is whole', async () => {
    const { target, run } = await scene(open, [
      { ...body, nth: [1, 2], action: faults.truncateAfter(4 * MiB) },
    ])
    await run()
    expect(await isWhole(target)).toBe(true)
  })

  it('sends the whole to who asks for a range', async () => {
    const { target, run } = await scene(open, [
      { ...body, nth: 1, action: faults.resetAfter(2 * MiB) },
      { ...body, action: faults.ignoreHeader('range') },
    ])
    await run()
    expect(await isWhole(target)).toBe(true)
  })

  it('refuses a range with a body of another length', async () => {
    const { target, run } = await scene(open, [
      { ...body, nth: 1, action: faults.resetAfter(2 * MiB) },
      { ...body, nth: 2, action: faults.brokenRangeAnswer(large.length) },
    ])
    await run()
    expect(await isWhole(target)).toBe(true)
  })

  it('4 sends wrong bytes once: all of it is asked for again, from the beginning', async () => {
    const { server, target, run } = await scene(open, [
      { ...body, nth: 1, action: faults.corruptAt(5 * MiB) },
    ])
    await run()
    expect(await isWhole(target)).toBe(true)
    expect(asked(server)).toEqual([undefined, undefined])
  })

  it('4 sends wrong bytes twice: that is final, says who, what and how often, and leaves nothing', async () => {
    const { server, target, run } = await scene(open, [{ ...body, action: faults.corruptAt(5 * MiB) }])
    const error: unknown = await run().catch((problem: unknown) => problem)
    expect(error).toMatchObject({
      code: 'DIGEST_MISMATCH',
      details: { side: 'source', descriptor: { digest: blob.digest }, attempts: 2 },
    })
    expect(asked(server)).toHaveLength(2)
    await expect(target.statBlob('app', blob.digest)).toFailWith('BLOB_NOT_FOUND')
    await hasNothing(target)
  })

  it.each([5, -5])('5 sends a body that is %i bytes longer', async (by) => {
    const { server, run } = await scene(open, [{ ...body, action: faults.lengthen(by) }])
    await expect(run()).rejects.toMatchObject({ code: 'SIZE_MISMATCH', details: { side: 'source' } })
    expect(asked(server)).toHaveLength(1)
  })

  it.each([
    ['6 fails', faults.status(500)],
    ['7 is not available, and says when', faults.status(503, { retryAfter: 0 })],
    ['8 limits the rate, and says when', faults.status(429, { retryAfter: 0 })],
    ['10 is reset before its answer', faults.resetAtOnce],
  ])('%s: it is asked again, and that is told', async (_, action) => {
    const { target, events, run } = await scene(open, [
      { route: 'manifest', nth: 1, action },
      { ...body, nth: 1, action },
    ])
    await run()
    expect(await isWhole(target)).toBe(true)
    const retries = events.filter((event) => event.type === 'retrying')
    expect(retries.map(({ descriptor }) => descriptor?.digest)).toEqual([undefined, blob.digest])
  })

  it.each<readonly [string, FaultRule, string]>([
    ['6 fails for good', { ...body, action: faults.status(502) }, 'REGISTRY_UNAVAILABLE'],
    [
      '8 asks for too long a pause',
      { ...body, action: faults.status(429, { retryAfter: 9999 }) },
      'REGISTRY_RATE_LIMITED',
    ],
    ['12 is redirected in a circle', { ...body, action: faults.redirectLoop }, 'REDIRECT_REFUSED'],
    ['25 sends a web page', { route: 'manifest', action: faults.html() }, 'REGISTRY_PROTOCOL'],
    ['is cut and never gets further', { ...body, action: faults.resetAfter(0) }, 'NETWORK_FAILED'],
  ])('%s: the error says that it is the source', async (_, rule, code) => {
    const { target, run } = await scene(open, [rule])
    await expect(run()).rejects.toMatchObject({ code, details: { side: 'source' } })
    await hasNothing(target)
  })

  it('22 never ends: it is cut at the size', async () => {
    const { run } = await scene(open, [{ ...body, action: faults.endless() }])
    await expect(run()).rejects.toMatchObject({ code: 'SIZE_MISMATCH', details: { side: 'source' } })
  })

  it.skipIf(name === 'memory')('is given up in the middle: the next run asks for the rest', async () => {
    const { server, target, run } = await scene(open, [
      { ...body, nth: [1, 2, 3, 4, 5], action: faults.resetAfter(0) },
    ])
    server.setRules([
      { ...body, nth: 1, action: faults.resetAfter(6 * MiB) },
      { ...body, nth: [2, 3, 4, 5, 6], action: faults.resetAfter(0) },
    ])
    await expect(run()).rejects.toMatchObject({ code: 'NETWORK_FAILED' })
    server.forget()
    await run()
    expect(await isWhole(target)).toBe(true)
    expect(asked(server)).toHaveLength(1)
    // A reset takes with it what the kernel still held, so how much is left is not always the same.
    expect(sent(server)).toBeLessThan(large.length - MiB)
  })
})

describe('a faulty destination', () => {
  const rules: readonly (readonly [string, readonly FaultRule[]])[] = [
    ['refuses a mount with 202', [{ route: 'uploads', target: /mount=/, action: faults.refuseMount(202) }]],
    ['refuses a mount with 403', [{ route: 'uploads', target: /mount=/, action: faults.refuseMount(403) }]],
    ['refuses a mount with 401', [{ route: 'uploads', target: /mount=/, action: faults.refuseMount(401) }]],
    ['refuses a mount with 500', [{ route: 'uploads', target: /mount=/, action: faults.refuseMount(500) }]],
    ['16 loses a session', [{ route: 'upload', nth: 1, action: faults.loseSession }]],
    ['17 loses an answer', [{ route: 'upload', method: 'PUT', nth: 1, action: faults.lostReply }]],
    ['cuts an upload', [{ route: 'upload', method: 'PUT', nth: 1, action: faults.resetRequestAfter(1000) }]],
    [
      'is busy',
      [
        {
          route: ['uploads', 'upload', 'manifest'],
          nth: [1, 3],
          action: faults.status(503, { retryAfter: 0 }),
        },
      ],
    ],
    [
      'loses the answer to a manifest',
      [{ route: 'manifest', method: 'PUT', nth: 1, action: faults.lostReply }],
    ],
  ]

  it.each(rules)('%s: the copy is whole', async (_, faulty) => {
    const origin = createMemoryRegistry()
    await sample.push(origin, 'app')
    await using server = await serveFaults(createMemoryRegistry(), faulty)
    await using client = createClient(server.host, { backoff: 0.001 })
    await copy(
      { registry: origin, repository: 'app' },
      'v1',
      { registry: client, repository: 'app' },
      {
        tags: ['v1'],
        mountFrom: () => ['elsewhere'],
      },
    )
    expect(await isWhole(client)).toBe(true)
  })

  it('that refuses says so, with its side and the descriptor', async () => {
    const origin = createMemoryRegistry()
    await sample.push(origin, 'app')
    const denied = { route: 'uploads' as const, action: faults.status(403, { wire: 'DENIED' }) }
    await using server = await serveFaults(createMemoryRegistry(), [denied])
    await using client = createClient(server.host)
    const copied = copy({ registry: origin, repository: 'app' }, 'v1', {
      registry: client,
      repository: 'app',
    })
    await expect(copied).rejects.toMatchObject({ code: 'REGISTRY_DENIED', details: { side: 'destination' } })
  })
})

it('leaves no unfinished file behind', async () => {
  await using folder = await temporaryFolder()
  const origin = createMemoryRegistry()
  await sample.push(origin, 'app')
  await using server = await serveFaults(origin, [{ ...body, nth: 1, action: faults.resetAfter(MiB) }])
  await using client = createClient(server.host, { backoff: 0.001 })
  {
    await using layout = await openLayout(folder.path, { access: 'write' })
    await copy({ registry: client, repository: 'app' }, 'v1', {
      registry: layout,
      repository: layout.repository,
    })
  }
  expect((await readdir(folder.path)).toSorted()).toEqual(['blobs', 'index.json', 'oci-layout'])
})
