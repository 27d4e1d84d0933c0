import { type Descriptor, digestOf, emptyDescriptor, encodeManifest, oci, OcishError } from '@ocish/sdk'
import { bytesOf, content, noise, opened, readAll } from '@ocish/testing'
import { describe, expect, it } from 'vitest'
import { copy } from './copy.ts'
import type { CopyOptions, ReferrerFilter } from './copy/options.ts'
import { ForwardingRegistry } from './filter/forwarding.ts'
import { logged } from './filter/logged.ts'
import { createMemoryRegistry, type MemoryRegistryOptions } from './memory.ts'
import { listReferrers } from './referrers.ts'
import type { BlobContent, ManifestContent, Place, Registry } from './registry.ts'

const sample = content({
  blobs: { config: '{"os":"linux"}', one: 'layer one', two: noise(300_000), arm: 'layer arm' },
  manifests: {
    app: { config: 'config', layers: ['one', 'two', 'one'] },
    arm: { layers: ['one', 'arm'] },
    index: {
      manifests: [
        { manifest: 'app', platform: { os: 'linux', architecture: 'amd64' } },
        { manifest: 'arm', platform: { os: 'linux', architecture: 'arm64', variant: 'v8' } },
      ],
    },
    outer: { manifests: ['index', 'arm'] },
    signature: { artifactType: 'application/x.signature', layers: ['one'], subject: 'app' },
    notary: { artifactType: 'application/x.countersignature', subject: 'signature' },
  },
  tags: { v1: 'app', all: 'index', outer: 'outer' },
})
const { app, arm, index, outer, signature, notary } = sample.manifests

interface Scene {
  readonly from: Place
  readonly to: Place
  readonly calls: { readonly from: string[]; readonly to: string[] }
  /** From one to the other. */
  readonly transfer: (reference: string, options?: CopyOptions) => ReturnType<typeof copy>
}

async function scene(options: { readonly target?: MemoryRegistryOptions } = {}): Promise<Scene> {
  const calls: Scene['calls'] = { from: [], to: [] }
  const source = createMemoryRegistry()
  await sample.push(source, 'team/app')
  const target = createMemoryRegistry(options.target)
  const from = { registry: logged(source, ({ method }) => calls.from.push(method)), repository: 'team/app' }
  const to = { registry: logged(target, ({ method }) => calls.to.push(method)), repository: 'copy/app' }
  return { from, to, calls, transfer: (reference, more) => copy(from, reference, to, more) }
}

async function tagsOf({ registry, repository }: Place): Promise<string[]> {
  return Array.fromAsync(registry.tags(repository))
}

describe('copying', () => {
  it('moves an artifact byte for byte, and tags it', async () => {
    const { to, transfer } = await scene()
    const result = await transfer('v1', { tags: ['v1', 'latest'] })
    expect(result.descriptor.digest).toBe(app.descriptor.digest)
    expect(await tagsOf(to)).toEqual(['latest', 'v1'])
    const manifest = await to.registry.openManifest(to.repository, 'latest')
    expect(manifest.bytes).toEqual(app.bytes)
    const blob = await to.registry.openBlob(to.repository, sample.blobs.two.descriptor)
    expect(await readAll(blob.bytes)).toEqual(sample.blobs.two.bytes)
    expect(result.moved).toEqual({ manifests: 1, blobs: 3, bytes: 14 + 9 + 300_000 })
  })

  it('asks what a cold copy needs and nothing more (P19)', async () => {
    const { calls, transfer } = await scene()
    await transfer('v1', { tags: ['v1'] })
    expect(calls.from.toSorted()).toEqual(['openBlob', 'openBlob', 'openBlob', 'openManifest'])
    expect(calls.to.toSorted()).toEqual([
      ...Array.from({ length: 3 }, () => 'pushBlob'),
      'pushManifest',
      ...Array.from({ length: 3 }, () => 'statBlob'),
      'statManifest',
    ])
    expect(calls.to[0]).toBe('statManifest')
    expect(calls.to.at(-1)).toBe('pushManifest')
  })

  it.each([
    ['by tag', 'v1', ['v1']],
    ['by digest', app.descriptor.digest, []],
  ])('costs two requests when it is there already, %s (P11)', async (_, reference, tags) => {
    const { calls, transfer } = await scene()
    await transfer(reference, { tags })
    calls.from.length = 0
    calls.to.length = 0
    const result = await transfer(reference, { tags })
    expect([calls.from, calls.to]).toEqual([['openManifest'], ['statManifest']])
    expect(result.existing.manifests).toBe(1)
    expect(result.moved).toEqual({ manifests: 0, blobs: 0, bytes: 0 })
  })

  it('writes children before parents and the root last', async () => {
    const { to, transfer } = await scene()
    const written: string[] = []
    await transfer('outer', { tags: ['t'], postCopy: ({ digest }) => void written.push(digest) })
    const at = (piece: { readonly descriptor: Descriptor }): number =>
      written.indexOf(piece.descriptor.digest)
    expect(at(sample.blobs.two)).toBeLessThan(at(app))
    expect(at(app)).toBeLessThan(at(index))
    expect(at(arm)).toBeLessThan(at(index))
    expect(at(index)).toBeLessThan(at(outer))
    expect(written.at(-1)).toBe(outer.descriptor.digest)
    expect(new Set(written).size).toBe(written.length)
    expect(await tagsOf(to)).toEqual(['t'])
  })

  it('ends the subtree at what is there', async () => {
    const { calls, transfer } = await scene()
    await transfer(arm.descriptor.digest)
    calls.from.length = 0
    calls.to.length = 0
    const result = await transfer('all', { tags: ['all'] })
    expect(result.existing.manifests).toBe(1)
    expect(calls.from.filter((method) => method === 'openManifest')).toHaveLength(2)
  })

  it('mounts within one registry, with as few requests as can be (P12)', async () => {
    const { from, calls } = await scene()
    const mounted: string[] = []
    const to = { registry: from.registry, repository: 'other/app' }
    const result = await copy(from, 'v1', to, { tags: ['v1'], mounted: (_, name) => void mounted.push(name) })
    expect(calls.from).toEqual([
      'openManifest',
      'statManifest',
      'mountBlob',
      'mountBlob',
      'mountBlob',
      'pushManifest',
    ])
    expect(mounted).toEqual(['team/app', 'team/app', 'team/app'])
    expect(result.mounted.bytes).toBe(14 + 9 + 300_000)
  })

  it('goes on in the session that a refused mount leaves', async () => {
    const { to, calls, transfer } = await scene()
    const result = await transfer('v1', { mountFrom: () => ['somewhere/else'] })
    expect(result.moved.blobs).toBe(3)
    expect(calls.to).not.toContain('statBlob')
    await to.registry.openBlob(to.repository, sample.blobs.two.descriptor)
  })

  it('only sets the tag within one repository', async () => {
    const { from, calls } = await scene()
    await copy(from, 'v1', from, { tags: ['stable'] })
    expect(calls.from).toEqual(['openManifest', 'statManifest', 'pushManifest'])
    expect(await tagsOf(from)).toContain('stable')
  })

  it('copies what an index has for a platform', async () => {
    const { to, transfer } = await scene()
    const result = await transfer('all', { tags: ['arm'], platform: { os: 'linux', architecture: 'arm64' } })
    expect(result.descriptor.digest).toBe(arm.descriptor.digest)
    expect(result.source.digest).toBe(index.descriptor.digest)
    expect((await to.registry.openManifest(to.repository, 'arm')).bytes).toEqual(arm.bytes)
    const failing = transfer('all', { platform: { os: 'windows', architecture: 'amd64' } })
    await expect(failing).toFailWith('PLATFORM_NOT_FOUND')
  })

  it('skips what a hook refuses, and only that', async () => {
    const { to, transfer } = await scene({ target: { sparse: true } })
    const skipped: string[] = []
    await transfer('all', {
      preCopy: ({ digest }) => (digest === arm.descriptor.digest ? 'skip' : undefined),
      skipped: ({ digest }, reason) => void skipped.push(`${reason} ${digest}`),
    })
    expect(skipped).toEqual([`hook ${arm.descriptor.digest}`])
    await expect(to.registry.statBlob(to.repository, sample.blobs.arm.descriptor.digest)).toFailWith(
      'BLOB_NOT_FOUND',
    )
  })

  it('tells progress for each blob, to its last byte', async () => {
    const { transfer } = await scene()
    const done = new Map<string, number>()
    const ends: string[] = []
    await transfer('v1', {
      onTransfer: (event) => {
        if (event.type === 'moving') done.set(event.descriptor.digest, event.done)
        if (event.type === 'done') ends.push(`${event.how} ${event.descriptor.digest}`)
      },
    })
    expect(done.get(sample.blobs.two.descriptor.digest)).toBe(300_000)
    expect(ends).toHaveLength(4)
  })

  it.each([1, 2, 16])('comes to the same with %d at a time', async (concurrency) => {
    const { to, transfer } = await scene()
    await transfer('outer', { tags: ['t'], concurrency })
    expect((await to.registry.statManifest(to.repository, 't')).descriptor.digest).toBe(
      outer.descriptor.digest,
    )
  })

  it('leaves layers that live elsewhere, unless asked', async () => {
    const foreign = {
      mediaType: oci.foreignLayerGzip,
      digest: digestOf(bytesOf('far')),
      size: 3,
      urls: ['https://x.test/l'],
    }
    const bytes = encodeManifest({
      form: 'image',
      mediaType: oci.manifest,
      config: emptyDescriptor,
      layers: [foreign],
    })
    const { from, to, transfer } = await scene()
    await from.registry.pushBlob(from.repository, emptyDescriptor, opened('{}'))
    await from.registry.pushManifest(from.repository, bytes, { mediaType: oci.manifest, tags: ['win'] })
    expect((await transfer('win', { tags: ['win'] })).skipped).toEqual({ manifests: 0, blobs: 1, bytes: 3 })
    const again = copy(from, 'win', { ...to, repository: 'again' }, { includeForeign: true })
    await expect(again).toFailWith('BLOB_NOT_FOUND')
  })

  it('takes inline content from the descriptor', async () => {
    const { from, calls, transfer } = await scene()
    const bytes = encodeManifest({
      form: 'image',
      mediaType: oci.manifest,
      config: emptyDescriptor,
      layers: [],
    })
    await from.registry.pushBlob(from.repository, emptyDescriptor, opened('{}'))
    await from.registry.pushManifest(from.repository, bytes, { mediaType: oci.manifest, tags: ['tiny'] })
    calls.from.length = 0
    await transfer('tiny')
    expect(calls.from).toEqual(['openManifest'])
  })
})

describe('copying with referrers', () => {
  it.each([
    ['the API', {}],
    ['the tag schema', { abilities: { referrers: false } }],
  ] as const)('brings them to all depths, where the target has %s', async (_, target) => {
    const { to, transfer } = await scene({ target })
    const result = await transfer('v1', { tags: ['v1'], referrers: true })
    expect(result.referrers).toBe(2)
    const referrers = await Array.fromAsync(listReferrers(to, app.descriptor.digest))
    expect(referrers.map(({ digest, artifactType }) => [digest, artifactType])).toEqual([
      [signature.descriptor.digest, 'application/x.signature'],
    ])
    const deeper = await Array.fromAsync(listReferrers(to, signature.descriptor.digest))
    expect(deeper.map(({ digest }) => digest)).toEqual([notary.descriptor.digest])
  })

  it.each<[ReferrerFilter, number]>([
    [{ artifactType: 'application/x.signature' }, 1],
    [{ artifactType: ['application/x.signature', 'application/x.countersignature'] }, 2],
    [{ artifactType: ['application/x.other', 'application/x.countersignature'] }, 0],
    [{ except: ['application/x.countersignature'] }, 1],
    [{ except: ['application/x.signature'] }, 0],
    [{ except: ['application/x.other'] }, 2],
  ])('brings those that fit %j, at each depth', async (referrers, count) => {
    const { transfer } = await scene()
    expect((await transfer('v1', { tags: ['v1'], referrers })).referrers).toBe(count)
  })

  it('brings new ones of what is there already, and those of children', async () => {
    const { to, transfer } = await scene()
    await transfer('all', { tags: ['all'] })
    const result = await transfer('all', { tags: ['all'], referrers: true })
    expect(result.moved.manifests).toBe(2)
    const found = await Array.fromAsync(listReferrers(to, app.descriptor.digest))
    expect(found.map(({ digest }) => digest)).toEqual([signature.descriptor.digest])
  })

  it('T38 gives up on referrers without end', async () => {
    const { from, to } = await scene()
    let listed = 0
    class Endless extends ForwardingRegistry {
      override async *referrers(): AsyncGenerator<Descriptor> {
        for (;;) yield { ...signature.descriptor, digest: digestOf(bytesOf(`${listed++}`)) }
      }
    }
    const endless = { ...from, registry: new Endless(from.registry) }
    await expect(copy(endless, 'v1', to, { referrers: true })).toFailWith('LIMIT_EXCEEDED')
    expect(listed).toBeLessThan(10_100)
  })

  it('T39 ends with referrers that name each other or themselves', async () => {
    const { from, to } = await scene()
    class Circular extends ForwardingRegistry {
      override async *referrers(): AsyncGenerator<Descriptor> {
        yield app.descriptor
        yield signature.descriptor
      }
    }
    const registry = new Circular(from.registry)
    const result = await copy({ ...from, registry }, 'v1', to, { tags: ['v1'], referrers: true })
    expect(result.moved.manifests).toBe(2)
  })
})

describe('what goes wrong', () => {
  it('names the side and the descriptor', async () => {
    const { from, to, transfer } = await scene()
    const missing = await transfer('nothing').catch((reason: unknown) => reason)
    expect(missing).toMatchObject({ code: 'MANIFEST_NOT_FOUND', exit: 3, details: { side: 'source' } })
    class Broken extends ForwardingRegistry {
      override pushBlob(): Promise<never> {
        return Promise.reject(new OcishError('REGISTRY_DENIED', 'not for you'))
      }
    }
    const failing = copy(from, 'v1', { ...to, registry: new Broken(to.registry) }, { tags: ['v1'] })
    const error = await failing.catch((reason: unknown) => reason)
    expect(error).toMatchObject({ code: 'REGISTRY_DENIED', exit: 4, details: { side: 'destination' } })
    await expect(to.registry.statManifest(to.repository, 'v1')).toFailWith('REPOSITORY_NOT_FOUND')
  })

  it('T32 finds a flipped bit on the way, and tags nothing', async () => {
    const { from, to } = await scene()
    class Lying extends ForwardingRegistry {
      override async openBlob(repository: string, blob: Descriptor): Promise<BlobContent> {
        const { descriptor, bytes } = await super.openBlob(repository, blob)
        return { descriptor, bytes: flipped(bytes) }
      }
    }
    const lying = { ...from, registry: new Lying(from.registry) }
    await expect(copy(lying, 'v1', to, { tags: ['v1'] })).toFailWith('DIGEST_MISMATCH')
    await expect(to.registry.statManifest(to.repository, 'v1')).toFailWith('REPOSITORY_NOT_FOUND')
  })

  it('T35 writes a manifest below an index only when its blobs have come, however slow they are', async () => {
    const { from, to } = await scene()
    const there = new Set<string>()
    const tooEarly: string[] = []
    class Slow extends ForwardingRegistry {
      override async pushBlob(...args: Parameters<Registry['pushBlob']>): ReturnType<Registry['pushBlob']> {
        // oxlint-disable-next-line no-await-in-loop -- so that everything else has had its turn
        for (let turn = 0; turn < 50; turn += 1) await new Promise(setImmediate)
        const pushed = await super.pushBlob(...args)
        there.add(pushed.digest)
        return pushed
      }
      override pushManifest(
        ...args: Parameters<Registry['pushManifest']>
      ): ReturnType<Registry['pushManifest']> {
        const { layers = [] } = JSON.parse(new TextDecoder().decode(args[1])) as { layers?: Descriptor[] }
        tooEarly.push(...layers.map(({ digest }) => digest).filter((digest) => !there.has(digest)))
        return super.pushManifest(...args)
      }
    }
    await copy(from, 'all', { ...to, registry: new Slow(to.registry) }, { tags: ['all'] })
    expect(there.size).toBeGreaterThan(2)
    expect(tooEarly).toEqual([])
  })

  it('T28 refuses another manifest than the digest names, from a registry that does not look', async () => {
    const { from, to } = await scene()
    class Careless extends ForwardingRegistry {
      override openManifest(repository: string, reference: string): Promise<ManifestContent> {
        return super.openManifest(
          repository,
          reference === app.descriptor.digest ? arm.descriptor.digest : reference,
        )
      }
    }
    const careless = { ...from, registry: new Careless(from.registry) }
    await expect(copy(careless, app.descriptor.digest, to)).toFailWith('DIGEST_MISMATCH')
    await expect(copy(careless, 'all', to)).toFailWith('SIZE_MISMATCH')
  })

  it('T34 copies what the tag pointed to when it was read', async () => {
    const { from, to } = await scene()
    class Moving extends ForwardingRegistry {
      override async openBlob(repository: string, blob: Descriptor): Promise<BlobContent> {
        await this.inner.pushManifest(repository, arm.bytes, { mediaType: oci.manifest, tags: ['v1'] })
        return super.openBlob(repository, blob)
      }
    }
    const result = await copy({ ...from, registry: new Moving(from.registry) }, 'v1', to, { tags: ['v1'] })
    expect(result.descriptor.digest).toBe(app.descriptor.digest)
  })

  it('T39 refuses indexes nested without end', async () => {
    const registry = createMemoryRegistry({ sparse: true })
    let child: Descriptor = app.descriptor
    await sample.push(registry, 'deep')
    for (let depth = 0; depth < 12; depth += 1) {
      const bytes = encodeManifest({ form: 'index', mediaType: oci.index, manifests: [child] })
      child = (await registry.pushManifest('deep', bytes, { mediaType: oci.index, tags: ['deep'] }))
        .descriptor
    }
    const { to } = await scene()
    await expect(copy({ registry, repository: 'deep' }, 'deep', to)).toFailWith('LIMIT_EXCEEDED')
  })

  it('T39 refuses a cycle that the caller makes', async () => {
    const { transfer } = await scene()
    const circle = transfer('outer', {
      successors: ({ manifest }) => (manifest.form === 'index' ? [index.descriptor, outer.descriptor] : []),
    })
    await expect(circle).toFailWith('MANIFEST_INVALID')
  })

  it('stops when it is aborted, in the middle of a blob', async () => {
    const { from, to } = await scene()
    const abort = new AbortController()
    class Stuck extends ForwardingRegistry {
      override async openBlob(repository: string, blob: Descriptor): Promise<BlobContent> {
        const blobContent = await super.openBlob(repository, blob)
        return { descriptor: blobContent.descriptor, bytes: stuck(() => abort.abort()) }
      }
    }
    const registry: Registry = new Stuck(from.registry)
    const copying = copy({ ...from, registry }, 'v1', to, { tags: ['v1'], signal: abort.signal })
    await expect(copying).rejects.toThrow(expect.objectContaining({ name: 'AbortError' }))
    await expect(to.registry.statManifest(to.repository, 'v1')).toFailWith('REPOSITORY_NOT_FOUND')
  })
})

async function* flipped(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  for await (const chunk of bytes) {
    chunk[0] = (chunk[0] ?? 0) ^ 1
    yield chunk
  }
}

/** Says that it has begun, and never ends. */
async function* stuck(begun: () => void): AsyncGenerator<Uint8Array> {
  yield bytesOf('x')
  begun()
  await new Promise(() => {})
}
