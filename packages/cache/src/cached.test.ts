import { readdir, stat, writeFile } from 'node:fs/promises'
import { type Descriptor, digestOf, OcishError } from '@ocish/sdk'
import {
  type BlobContent,
  type CallOptions,
  createMemoryRegistry,
  ForwardingRegistry,
  type ListOptions,
  logged,
  type ManifestContent,
  type RangeContent,
  type ReadOptions,
  type Registry,
} from '@ocish/core'
import { content, noise, readAll, temporaryFolder } from '@ocish/testing'
import { describe, expect, it, vi } from 'vitest'
import { cached, type CachedOptions } from './cached.ts'
import { openStore } from './store.ts'

const host = 'registry.example'
const large = noise(3_000_000)
const image = content({
  blobs: { config: { architecture: 'amd64', os: 'linux' }, large },
  manifests: {
    one: { config: 'config', layers: ['large'] },
    two: { config: 'config', layers: ['large'], annotations: { number: 'two' } },
    signature: { artifactType: 'application/vnd.example.signature', layers: ['config'], subject: 'one' },
  },
  tags: { v1: 'one', v2: 'two' },
})
const { one, two, signature } = image.manifests
const blob = image.blobs.large.descriptor

interface Scene extends AsyncDisposable {
  readonly origin: Registry
  /** Calls that reached the origin. */
  readonly calls: string[]
  readonly folder: string
  /** The origin behind the store, as one process sees it. */
  behind(options?: Partial<CachedOptions>): Registry
}

async function scene(): Promise<Scene> {
  const folder = await temporaryFolder()
  const origin = createMemoryRegistry()
  await image.push(origin, 'team/app')
  const calls: string[] = []
  const counted = logged(origin, (call) => calls.push(call.method))
  const store = openStore(folder.path)
  return {
    origin,
    calls,
    folder: folder.path,
    behind: (options) => cached(counted, store, { host, ...options }),
    async [Symbol.asyncDispose]() {
      await store[Symbol.asyncDispose]()
      await folder.remove()
    },
  }
}

/** Cuts the first blob in the middle. */
class Cutting extends ForwardingRegistry {
  readonly starts: number[] = []
  #isCut = false

  override async openBlob(
    repository: string,
    wanted: Descriptor | string,
    options?: CallOptions,
  ): Promise<BlobContent> {
    this.starts.push(0)
    const opened = await super.openBlob(repository, wanted, options)
    if (this.#isCut) return opened
    this.#isCut = true
    const bytes = async function* cut(): AsyncGenerator<Uint8Array> {
      yield large.slice(0, 2_000_000)
      throw new OcishError('NETWORK_FAILED', 'cut')
    }
    return { ...opened, bytes: bytes() }
  }

  override async openRange(
    repository: string,
    digest: string,
    start: number,
    options?: CallOptions,
  ): Promise<RangeContent> {
    this.starts.push(start)
    return await super.openRange(repository, digest, start, options)
  }
}

/** Cannot be reached. */
class Down extends ForwardingRegistry {
  override openManifest(
    _repository: string,
    _reference: string,
    _options?: ReadOptions,
  ): Promise<ManifestContent> {
    return Promise.reject(new OcishError('NETWORK_FAILED', 'down'))
  }

  // oxlint-disable-next-line require-yield
  override async *tags(_repository: string, _options?: ListOptions): AsyncGenerator<string> {
    throw new OcishError('NETWORK_FAILED', 'down')
  }
}

describe('a registry behind a store', () => {
  it('P17 is not asked again for what was seen', async () => {
    await using test = await scene()
    const first = test.behind()
    await first.openManifest('team/app', 'v1')
    await first.openManifest('team/app', two.descriptor.digest)
    await readAll((await first.openBlob('team/app', image.blobs.config.descriptor)).bytes)
    await Array.fromAsync(first.tags('team/app'))
    await Array.fromAsync(first.repositories())
    await Array.fromAsync(first.referrers('team/app', one.descriptor.digest))
    test.calls.length = 0
    const again = test.behind()
    expect((await again.openManifest('team/app', 'v1')).bytes).toStrictEqual(one.bytes)
    expect((await again.statManifest('team/app', 'v1')).descriptor).toMatchObject(one.descriptor)
    expect((await again.openManifest('team/app', two.descriptor.digest)).bytes).toStrictEqual(two.bytes)
    await readAll((await again.openBlob('team/app', image.blobs.config.descriptor)).bytes)
    expect(await Array.fromAsync(again.tags('team/app'))).toStrictEqual(['v1', 'v2'])
    expect(await Array.fromAsync(again.repositories())).toStrictEqual(['team/app'])
    const referrers = await Array.fromAsync(again.referrers('team/app', one.descriptor.digest))
    expect(referrers).toMatchObject([signature.descriptor])
    expect(test.calls).toStrictEqual([])
  })

  it('asks again, with the ETag, for a tag that is not fresh', async () => {
    await using test = await scene()
    const registry = test.behind({ freshFor: 0 })
    await registry.openManifest('team/app', 'v1')
    expect((await registry.openManifest('team/app', 'v1')).bytes).toStrictEqual(one.bytes)
    expect((await registry.statManifest('team/app', 'v1')).age).toBe(0)
    await test.origin.pushManifest('team/app', two.bytes, { ...two.descriptor, tags: ['v1'] })
    expect((await registry.openManifest('team/app', 'v1')).bytes).toStrictEqual(two.bytes)
    await test.origin.deleteTag('team/app', 'v1')
    await expect(registry.openManifest('team/app', 'v1')).toFailWith('MANIFEST_NOT_FOUND')
    const offline = test.behind({ offline: true })
    await expect(offline.openManifest('team/app', 'v1')).toFailWith('NETWORK_FAILED')
    expect(test.calls.filter((call) => call === 'openManifest')).toHaveLength(4)
  })

  it('knows what it wrote itself', async () => {
    await using test = await scene()
    const registry = test.behind()
    expect(await Array.fromAsync(registry.tags('team/app'))).toStrictEqual(['v1', 'v2'])
    await registry.pushManifest('team/app', one.bytes, { ...one.descriptor, tags: ['v3'] })
    expect(await Array.fromAsync(registry.tags('team/app'))).toStrictEqual(['v1', 'v2', 'v3'])
    test.calls.length = 0
    expect((await registry.openManifest('team/app', 'v3')).bytes).toStrictEqual(one.bytes)
    await registry.deleteTag('team/app', 'v3')
    expect(await Array.fromAsync(registry.tags('team/app'))).toStrictEqual(['v1', 'v2'])
    await expect(registry.openManifest('team/app', 'v3')).toFailWith('MANIFEST_NOT_FOUND')
    expect(test.calls).toStrictEqual(['deleteTag', 'tags', 'openManifest'])
  })

  it('gives a stale list at once and asks behind', async () => {
    await using test = await scene()
    await Array.fromAsync(test.behind().tags('team/app'))
    await test.origin.pushManifest('team/app', one.bytes, { ...one.descriptor, tags: ['v3'] })
    const registry = test.behind({ freshFor: -1, staleFor: 3600 })
    expect(await Array.fromAsync(registry.tags('team/app'))).toStrictEqual(['v1', 'v2'])
    await registry[Symbol.asyncDispose]()
    expect(await Array.fromAsync(test.behind().tags('team/app'))).toStrictEqual(['v1', 'v2', 'v3'])
  })

  it('gives a stale tag at once and asks behind, by its ETag', async () => {
    await using test = await scene()
    await test.behind().openManifest('team/app', 'v1')
    await test.origin.pushManifest('team/app', two.bytes, { ...two.descriptor, tags: ['v1'] })
    test.calls.length = 0
    const registry = test.behind({ freshFor: 0, staleFor: 3600 })
    const all = await Promise.all([1, 2, 3].map(() => registry.openManifest('team/app', 'v1')))
    expect(all.map(({ descriptor }) => descriptor.digest)).toStrictEqual(all.map(() => one.descriptor.digest))
    await registry[Symbol.asyncDispose]()
    expect(test.calls).toStrictEqual(['openManifest'])
    const later = test.behind({ freshFor: 3600 })
    expect((await later.statManifest('team/app', 'v1')).descriptor.digest).toBe(two.descriptor.digest)
    expect(test.calls).toStrictEqual(['openManifest'])
  })

  it('what somebody else has learnt is asked for; what claims to be of the future, too', async () => {
    await using test = await scene()
    const as = (who: string): Registry => test.behind({ freshFor: 3600, asker: async () => who })
    const read = async (registry: Registry): Promise<readonly string[]> => {
      test.calls.length = 0
      await Array.fromAsync(registry.tags('team/app'))
      await registry.openManifest('team/app', 'v1')
      return [...test.calls]
    }
    expect(await read(as('ann'))).toStrictEqual(['tags', 'openManifest'])
    expect(await read(as('ann'))).toStrictEqual([])
    expect(await read(as('bob'))).toStrictEqual(['tags', 'openManifest'])
    expect(await read(as('bob'))).toStrictEqual([])
    const now = vi.spyOn(Date, 'now').mockReturnValue(Date.now() - 60_000)
    try {
      expect(await read(as('bob'))).toStrictEqual(['tags', 'openManifest'])
    } finally {
      now.mockRestore()
    }
  })

  it('is not asked offline', async () => {
    await using test = await scene()
    await test.behind().openManifest('team/app', 'v1')
    test.calls.length = 0
    const offline = test.behind({ offline: true, freshFor: 0 })
    expect((await offline.openManifest('team/app', 'v1')).bytes).toStrictEqual(one.bytes)
    await expect(offline.openManifest('team/app', 'v2')).toFailWith('NETWORK_FAILED')
    await expect(offline.openBlob('team/app', blob)).toFailWith('NETWORK_FAILED')
    await expect(offline.deleteTag('team/app', 'v1')).toFailWith('NETWORK_FAILED')
    expect(await Array.fromAsync(offline.tags('team/app'))).toStrictEqual(['v1'])
    expect(test.calls).toStrictEqual([])
  })

  it('may be down for what the store has', async () => {
    await using test = await scene()
    await test.behind().openManifest('team/app', 'v1')
    await Array.fromAsync(test.behind().tags('team/app'))
    await using store = openStore(test.folder)
    let told = 0
    const options = { host, freshFor: -1, staleOnError: true, onStale: () => void (told += 1) }
    const registry = cached(new Down(test.origin), store, options)
    expect((await registry.openManifest('team/app', 'v1')).bytes).toStrictEqual(one.bytes)
    expect(await Array.fromAsync(registry.tags('team/app'))).toStrictEqual(['v1', 'v2'])
    await expect(registry.openManifest('team/app', 'v2')).toFailWith('NETWORK_FAILED')
    expect(told).toBe(1)
    const strict = cached(new Down(test.origin), store, { host, freshFor: -1 })
    await expect(strict.openManifest('team/app', 'v1')).toFailWith('NETWORK_FAILED')
  })

  it('mounts from where the store has seen a blob', async () => {
    await using test = await scene()
    const registry = test.behind()
    await registry.openManifest('team/app', 'v1')
    const { mounted } = await registry.mountBlob('team/copy', blob.digest)
    expect(mounted).toMatchObject({ digest: blob.digest })
    expect(await test.origin.statBlob('team/copy', blob.digest)).toMatchObject({ size: large.length })
  })

  it('completes names that were seen without asking', async () => {
    await using test = await scene()
    await Array.fromAsync(test.behind().tags('team/app'))
    await test.behind().openManifest('team/app', 'v1')
    test.calls.length = 0
    await using store = openStore(test.folder)
    expect(await store.complete({ host, repository: 'team/app' }, 'v', 10)).toStrictEqual(['v1', 'v2'])
    expect(await store.complete({ host, repository: 'team/app' }, 'v', 1)).toStrictEqual(['v1'])
    expect(await store.complete({ host, repository: 'team/app' }, 'x', 10)).toStrictEqual([])
    expect(await store.complete({ host }, 'te', 10)).toStrictEqual(['team/app'])
    expect(await store.complete({ host: 'other.example' }, '', 10)).toStrictEqual([])
    expect(await store.locations(host, blob.digest)).toStrictEqual(['team/app'])
    expect(test.calls).toStrictEqual([])
  })

  it('T32 is asked again for a manifest that was damaged in the store', async () => {
    await using test = await scene()
    const registry = test.behind()
    await registry.openManifest('team/app', 'v1')
    await writeFile(
      `${test.folder}/blobs/${one.descriptor.digest.replace(':', '/')}`,
      one.bytes.map((byte) => byte ^ 1),
    )
    expect((await registry.openManifest('team/app', 'v1')).bytes).toStrictEqual(one.bytes)
  })
})

describe('a download through a store', () => {
  it('goes on where it was cut, in another process too', async () => {
    await using test = await scene()
    const cutting = new Cutting(test.origin)
    await using first = openStore(test.folder)
    const read = async (store: typeof first): Promise<Uint8Array> =>
      await readAll((await cached(cutting, store, { host }).openBlob('team/app', blob)).bytes)
    await expect(read(first)).toFailWith('NETWORK_FAILED')
    const partial = `${test.folder}/ingest/${blob.digest.replace(':', '-')}`
    expect((await stat(partial)).size).toBe(2_000_000)
    await using second = openStore(test.folder)
    expect(digestOf(await read(second))).toBe(blob.digest)
    expect(cutting.starts).toStrictEqual([0, 2_000_000])
    expect(await readdir(`${test.folder}/ingest`)).toStrictEqual([])
  })

  it('that was left early keeps what arrived', async () => {
    await using test = await scene()
    const registry = test.behind()
    for await (const chunk of (await registry.openBlob('team/app', blob)).bytes) {
      expect(chunk.length).toBeGreaterThan(0)
      break
    }
    const partial = `${test.folder}/ingest/${blob.digest.replace(':', '-')}`
    expect((await stat(partial)).size).toBeGreaterThan(0)
    expect(digestOf(await readAll((await registry.openBlob('team/app', blob)).bytes))).toBe(blob.digest)
    expect(test.calls).toStrictEqual(['openBlob', 'openRange'])
  })

  it('T35 begins again after a partial file that turns out wrong', async () => {
    await using test = await scene()
    await using store = openStore(test.folder)
    await Array.fromAsync(store.repositories())
    const partial = `${test.folder}/ingest/${blob.digest.replace(':', '-')}`
    const upload = await store.startUpload('team/app')
    await upload.cancel()
    await writeFile(partial, noise(1_000_000, 9))
    const registry = test.behind()
    await expect(registry.openBlob('team/app', blob).then((opened) => opened.bytes)).toFailWith(
      'DIGEST_MISMATCH',
    )
    await expect(stat(partial)).rejects.toThrow('ENOENT')
    expect(digestOf(await readAll((await registry.openBlob('team/app', blob)).bytes))).toBe(blob.digest)
  })

  it('is one for two that want the same blob at once', async () => {
    await using test = await scene()
    await using one1 = openStore(test.folder)
    await using two2 = openStore(test.folder)
    const counted: string[] = []
    const origin = logged(test.origin, (call) => counted.push(call.method))
    const read = async (store: typeof one1): Promise<string> =>
      digestOf(await readAll((await cached(origin, store, { host }).openBlob('team/app', blob)).bytes))
    expect(await Promise.all([read(one1), read(two2), read(one1)])).toStrictEqual(Array(3).fill(blob.digest))
    expect(counted).toStrictEqual(['openBlob'])
  })

  it('is not kept when the caller says so', async () => {
    await using test = await scene()
    const registry = test.behind({ keepBlob: ({ size }) => size < 1000 })
    for (const _ of [1, 2]) await readAll((await registry.openBlob('team/app', blob)).bytes)
    expect(test.calls).toStrictEqual(['openBlob', 'openBlob'])
  })
})
