import { digestOf } from '@ocish/sdk'
import {
  content,
  describeWith,
  dockerRegistry,
  type DockerRegistry,
  nginx,
  noise,
  readAll,
} from '@ocish/testing'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createClient } from './client/client.ts'
import { copy } from './copy.ts'
import { createMemoryRegistry } from './memory.ts'
import type { Registry } from './registry.ts'

const sample = content({
  blobs: { config: '{}', large: noise(6_000_001) },
  manifests: { app: { config: 'config', layers: ['large'] } },
  tags: { v1: 'app' },
})
const { large } = sample.blobs

describeWith(['docker-registry', 'nginx'], 'copying through nginx', () => {
  let server: DockerRegistry
  beforeAll(async () => {
    server = await dockerRegistry()
  })
  afterAll(() => server.close())

  async function source(): Promise<Registry> {
    const memory = createMemoryRegistry()
    await sample.push(memory, 'app')
    return memory
  }

  /** The digest of the large blob as it comes back. */
  async function thereAndBack(client: Registry, repository: string): Promise<string> {
    await copy(
      { registry: await source(), repository: 'app' },
      'v1',
      { registry: client, repository },
      { tags: ['v1'] },
    )
    const { bytes } = await client.openBlob(repository, large.descriptor)
    return digestOf(await readAll(bytes))
  }

  it.each([true, false])('moves a graph there and back, unbuffered: %s', async (unbuffered) => {
    await using proxy = await nginx(server.url, { unbuffered })
    await using client = createClient(proxy.host)
    const repository = `through/${unbuffered ? 'streams' : 'buffers'}`
    expect(await thereAndBack(client, repository)).toBe(large.descriptor.digest)
  })

  it('goes in chunks where a request may be too small for a blob (client_max_body_size)', async () => {
    await using proxy = await nginx(server.url, { clientMaxBodySize: '4m' })
    const asked: string[] = []
    await using client = createClient(proxy.host, {
      onTrace: (event) => event.type === 'request' && asked.push(event.method),
    })
    expect(await thereAndBack(client, 'through/chunks')).toBe(large.descriptor.digest)
    expect(asked.filter((method) => method === 'PATCH')).toHaveLength(2)
  })

  it('says so where not even chunks fit', async () => {
    await using proxy = await nginx(server.url, { clientMaxBodySize: '1m' })
    await using client = createClient(proxy.host)
    await expect(thereAndBack(client, 'through/nothing')).rejects.toMatchObject({
      code: 'LIMIT_EXCEEDED',
      details: { side: 'destination' },
    })
  })

  it('tries again what nginx answers with a page of its own (502), and names it in the end', async () => {
    await using proxy = await nginx('http://127.0.0.1:1')
    const waits: string[] = []
    await using client = createClient(proxy.host, { backoff: 0.001, retries: 2 })
    const target = { registry: createMemoryRegistry(), repository: 'app' }
    const copied = copy({ registry: client, repository: 'app' }, 'v1', target, {
      onTransfer: (event) => event.type === 'retrying' && waits.push(event.reason),
    })
    await expect(copied).rejects.toMatchObject({
      code: 'REGISTRY_UNAVAILABLE',
      message: expect.stringContaining('502'),
      details: { side: 'source' },
    })
    expect(waits).toEqual(['it answered 502', 'it answered 502'])
  })
})
