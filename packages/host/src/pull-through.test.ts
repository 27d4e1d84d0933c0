import { openStore, type Store } from '@ocish/cache'
import { collect, createMemoryRegistry, type Registry } from '@ocish/core'
import { createClient } from '@ocish/core/client'
import { serve } from '@ocish/server'
import {
  content,
  counted,
  type CountedRegistry,
  faults,
  noise,
  rawRequest,
  serveFaults,
  temporaryFolder,
  type TemporaryFolder,
} from '@ocish/testing'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { pullThrough } from './pull-through.ts'

const image = content({
  blobs: { big: noise(3 * 1024 * 1024) },
  manifests: { app: { layers: ['big'] }, next: { layers: ['big'], annotations: { next: 'yes' } } },
  tags: { '1': 'app' },
})
let home: TemporaryFolder
let store: Store
let upstream: CountedRegistry
let served: Registry

beforeEach(async () => {
  home = await temporaryFolder()
  store = openStore(home.join('store'))
  const memory = createMemoryRegistry()
  await image.push(memory, 'team/app')
  upstream = counted(memory)
  served = await pullThrough(upstream.registry, store, { host: 'up.example', prefix: '' })
})
afterEach(async () => {
  await store[Symbol.asyncDispose]()
  await home.remove()
})

async function pull(registry: Registry, repository: string = 'team/app'): Promise<number> {
  await registry.openManifest(repository, '1')
  const { bytes } = await registry.openBlob(repository, image.blobs.big.descriptor.digest)
  return (await collect(bytes, { limit: 2 ** 30, what: 'the blob' })).length
}

test('a fleet of clients costs one fetch of each blob', async () => {
  const sizes = await Promise.all(Array.from({ length: 40 }, () => pull(served)))
  expect(new Set(sizes)).toEqual(new Set([3 * 1024 * 1024]))
  expect(upstream.counts['openBlob']).toBe(1)
})

test('a tag that moved is seen at once', async () => {
  await pull(served)
  const { bytes, descriptor } = image.manifests.next
  await upstream.registry.pushManifest('team/app', bytes, { mediaType: descriptor.mediaType, tags: ['1'] })
  expect((await served.openManifest('team/app', '1')).descriptor.digest).toBe(descriptor.digest)
})

test('a namespace is served without its name, and nothing is written', async () => {
  const below = await pullThrough(upstream.registry, store, { host: 'up.example', prefix: 'team' })
  expect(await pull(below, 'app')).toBe(3 * 1024 * 1024)
  const { bytes, descriptor } = image.manifests.next
  await expect(below.pushManifest('app', bytes, { mediaType: descriptor.mediaType, tags: ['2'] })).toFailWith(
    'UNSUPPORTED',
  )
})

test('an upstream that is away is asked a few times however many ask, and what the store has is served', async () => {
  await using server = await serveFaults(upstream.registry)
  await using client = createClient(server.host)
  const through = await pullThrough(client, store, { host: 'up.example', prefix: '' })
  await pull(through)
  server.setRules([{ action: faults.status(503, { retryAfter: 60 }) }])
  server.forget()
  const known = await Promise.all(Array.from({ length: 20 }, () => pull(through)))
  expect(new Set(known)).toEqual(new Set([3 * 1024 * 1024]))
  const unknown = Array.from({ length: 20 }, () => through.openManifest('team/app', 'other'))
  for (const asked of await Promise.allSettled(unknown)) expect(asked.status).toBe('rejected')
  // Those that were under way at once, and nobody else.
  const { length: first } = server.requests
  expect(first).toBeLessThanOrEqual(20)
  for (let ask = 0; ask < 20; ask += 1) {
    await expect(through.openManifest('team/app', 'other')).toFailWith('REGISTRY_UNAVAILABLE')
    expect(await pull(through)).toBe(3 * 1024 * 1024)
  }
  expect(server.requests).toHaveLength(first)
})

test('a client hears when to come back', async () => {
  await using server = await serveFaults(upstream.registry, [
    { action: faults.status(503, { retryAfter: 60 }) },
  ])
  await using client = createClient(server.host)
  await using front = await serve(await pullThrough(client, store, { host: 'up.example', prefix: '' }))
  const answer = await rawRequest(`${front.url}/v2/team/app/manifests/other`)
  expect([answer.status, answer.headers['retry-after']]).toEqual([502, '60'])
})
