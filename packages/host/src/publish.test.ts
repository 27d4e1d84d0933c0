import { createHash } from 'node:crypto'
import { readdir } from 'node:fs/promises'
import { gzipSync, zstdCompressSync } from 'node:zlib'
import {
  createMemoryRegistry,
  listReferrers,
  logged,
  type Place,
  type Registry,
  type TransferEvent,
} from '@ocish/core'
import { type Descriptor, emptyDescriptor, type PackedManifest, type Part, parseManifest } from '@ocish/sdk'
import { noise, temporaryFolder } from '@ocish/testing'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { publishPacked, type PublishOptions } from './publish.ts'

let folder: Awaited<ReturnType<typeof temporaryFolder>>
let calls: string[]
let registry: Registry
let to: Place

beforeEach(async () => {
  folder = await temporaryFolder()
  calls = []
  use(createMemoryRegistry())
})

afterEach(async () => {
  await folder.remove()
})

function use(inner: Registry): void {
  registry = logged(inner, (call) => calls.push(call.method))
  to = { registry, repository: 'team/app' }
}

function options(given: Partial<PublishOptions> = {}): PublishOptions {
  return {
    tags: ['v1'],
    dryRun: false,
    signal: new AbortController().signal,
    concurrency: 3,
    progress: () => undefined,
    spoolFolder: async () => folder.path,
    exclusive: async (_, act) => act(),
    ...given,
  }
}

function part(
  bytes: string | Uint8Array,
  more: Partial<Part> = {},
): Part & { readonly opened: () => number } {
  let times = 0
  return {
    mediaType: 'application/x.part',
    open: async function* open() {
      times += 1
      const all = Buffer.from(bytes)
      for (let at = 0; at < all.length; at += 65_536) yield new Uint8Array(all.subarray(at, at + 65_536))
    },
    opened: () => times,
    ...more,
  }
}

function sha256(bytes: string | Uint8Array): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`
}

async function manifestAt(reference: string): Promise<ReturnType<typeof parseManifest>> {
  const { bytes, descriptor } = await registry.openManifest('team/app', reference)
  return parseManifest(bytes, descriptor.mediaType)
}

describe('a packed manifest', () => {
  it('is sent after its parts, tagged last, and says what was measured', async () => {
    const published = await publishPacked(
      { artifactType: 'application/x.type', layers: [part('one'), part('two')] },
      to,
      options(),
    )
    const manifest = await manifestAt('v1')
    expect(manifest).toMatchObject({
      artifactType: 'application/x.type',
      config: emptyDescriptor,
      layers: [
        { mediaType: 'application/x.part', digest: sha256('one'), size: 3 },
        { mediaType: 'application/x.part', digest: sha256('two'), size: 3 },
      ],
    })
    expect(published).toEqual({
      digest: (await registry.statManifest('team/app', 'v1')).descriptor.digest,
      mediaType: 'application/vnd.oci.image.manifest.v1+json',
      size: (await registry.statManifest('team/app', 'v1')).descriptor.size,
      tags: ['v1'],
    })
    const sent = calls.filter((method) => method.startsWith('push'))
    expect(sent).toEqual(['pushBlob', 'pushBlob', 'pushBlob', 'pushManifest'])
  })

  it('hands digest, size and the digest of the uncompressed bytes to configuration, annotations and manifest', async () => {
    const tar = noise(200_000)
    const layers = [
      part(gzipSync(tar), { mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip' }),
      part(zstdCompressSync(tar), { mediaType: 'application/vnd.oci.image.layer.v1.tar+zstd' }),
      part(tar, { mediaType: 'application/vnd.oci.image.layer.v1.tar' }),
      part(gzipSync(tar), { mediaType: 'application/vnd.docker.image.rootfs.diff.tar.gzip' }),
    ]
    let seen: readonly string[] = []
    const packed: PackedManifest = {
      layers,
      config(written) {
        seen = written.map((one) => one.diffId)
        return part(JSON.stringify({ rootfs: { diff_ids: seen } }), {
          mediaType: 'application/vnd.oci.image.config.v1+json',
        })
      },
      annotations: (written) => ({ total: String(written.length) }),
    }
    await publishPacked(packed, to, options())
    expect(seen).toEqual([sha256(tar), sha256(tar), sha256(tar), sha256(tar)])
    expect((await manifestAt('v1')).annotations).toMatchObject({ total: '4' })
  })

  it('is written by the kind itself where its bytes matter', async () => {
    const config = part('{}', { mediaType: 'application/x.config' })
    const packed: PackedManifest = {
      layers: [part('one')],
      config,
      manifest: ([one]) =>
        Buffer.from(
          `{"schemaVersion":2,"config":{"size":2,"mediaType":"application/x.config","digest":"${sha256('{}')}"},"layers":[${JSON.stringify({ ...one, diffId: undefined })}]}`,
        ),
    }
    const { digest } = await publishPacked(packed, to, options())
    const { bytes } = await registry.openManifest('team/app', 'v1')
    expect(sha256(bytes)).toBe(digest)
    expect(Buffer.from(bytes).toString()).toMatch(/^\{"schemaVersion":2,"config":\{"size":2/)
  })

  it('without a layer gets the empty one, so that every registry takes it', async () => {
    await publishPacked({ artifactType: 'application/x.type', layers: [] }, to, options())
    expect(await manifestAt('v1')).toMatchObject({ layers: [emptyDescriptor] })
  })

  it('puts a part into the manifest as data when asked', async () => {
    await publishPacked(
      { artifactType: 'application/x.type', layers: [part('one', { inline: true })] },
      to,
      options(),
    )
    expect(await manifestAt('v1')).toMatchObject({
      layers: [{ data: Buffer.from('one').toString('base64') }],
    })
  })

  it('twice with the same parts has the same digest, and the second time sends no blob', async () => {
    const packed = { artifactType: 'application/x.type', layers: [part('one'), part('two')] }
    const first = await publishPacked(packed, to, options())
    calls.length = 0
    expect(await publishPacked(packed, to, options())).toEqual(first)
    expect(calls).toEqual(['statManifest', 'pushManifest', 'commit'])
  })

  it('asks for each large blob once and sends only what is missing', async () => {
    const [here, missing] = [noise(100_000, 1), noise(100_000, 2)]
    await publishPacked(
      { artifactType: 'application/x.type', layers: [part(here)] },
      to,
      options({ tags: [] }),
    )
    calls.length = 0
    const events: TransferEvent[] = []
    await publishPacked(
      { artifactType: 'application/x.type', layers: [part(here), part(missing)] },
      to,
      options({ progress: (event) => events.push(event) }),
    )
    expect(calls.filter((method) => method === 'statBlob')).toHaveLength(2)
    expect(calls.filter((method) => method === 'pushBlob')).toHaveLength(2)
    const how = events.flatMap((event) =>
      event.type === 'done' ? [[event.descriptor.digest, event.how]] : [],
    )
    expect(how).toContainEqual([sha256(here), 'existing'])
    expect(how).toContainEqual([sha256(missing), 'moved'])
  })

  it('tells of what an upload waits for, and of which blob', async () => {
    const inner = createMemoryRegistry()
    const push = inner.pushBlob.bind(inner)
    inner.pushBlob = (repository, blob, open, call) => {
      call?.onRetry?.({ seconds: 2, reason: 'the upload begins again', attempt: 1 })
      return push(repository, blob, open, call)
    }
    use(inner)
    const events: TransferEvent[] = []
    const packed = { artifactType: 'application/x.type', layers: [part('one')] }
    await publishPacked(packed, to, options({ progress: (event) => events.push(event) }))
    expect(events).toContainEqual({
      type: 'retrying',
      descriptor: expect.objectContaining({ digest: sha256('one') }),
      seconds: 2,
      reason: 'the upload begins again',
    })
  })

  it('P19 five files need at most 18 requests, large or small', async () => {
    for (const size of [100, 200_000]) {
      calls.length = 0
      const layers = [1, 2, 3, 4, 5].map((seed) => part(noise(size, seed), { size }))
      await publishPacked({ artifactType: 'application/x.type', layers }, to, options({ tags: [`v${size}`] }))
      const requests = { statBlob: 1, statManifest: 1, pushBlob: 2, pushManifest: 1, commit: 0 } as const
      const total = calls.reduce((sum, method) => sum + requests[method as keyof typeof requests], 0)
      expect(total).toBeLessThanOrEqual(18)
    }
  })

  it('a generated part larger than memory allows is made once and spooled', async () => {
    const large = part(noise(3 << 20))
    const small = part('small')
    await publishPacked({ artifactType: 'application/x.type', layers: [large, small] }, to, options())
    expect([large.opened(), small.opened()]).toEqual([1, 1])
    expect(await readdir(folder.path)).toHaveLength(1)
    const { descriptor } = await registry.openBlob('team/app', sha256(noise(3 << 20)))
    expect(descriptor.size).toBe(3 << 20)
  })

  it('a file of known size is read twice instead', async () => {
    const large = part(noise(3 << 20), { size: 3 << 20 })
    await publishPacked({ artifactType: 'application/x.type', layers: [large] }, to, options())
    expect(large.opened()).toBe(2)
    expect(await readdir(folder.path)).toEqual([])
  })

  it('sends nothing on a dry run, and says the same', async () => {
    const packed = { artifactType: 'application/x.type', layers: [part('one')] }
    const planned = await publishPacked(packed, to, options({ dryRun: true }))
    expect(calls).toEqual([])
    expect(await publishPacked(packed, to, options())).toEqual(planned)
  })

  it('with a subject is found as a referrer, also where the registry has no list of them', async () => {
    for (const inner of [createMemoryRegistry(), createMemoryRegistry({ abilities: { referrers: false } })]) {
      use(inner)
      const subject = await publishPacked(
        { artifactType: 'application/x.type', layers: [part('one')] },
        to,
        options(),
      )
      const { digest, mediaType, size } = subject
      const packed = {
        artifactType: 'application/x.note',
        layers: [part('note')],
        subject: { digest, mediaType, size },
      }
      const note = await publishPacked(packed, to, options({ tags: [] }))
      const found: Descriptor[] = await Array.fromAsync(listReferrers(to, digest))
      expect(found.map((one) => [one.digest, one.artifactType])).toEqual([
        [note.digest, 'application/x.note'],
      ])
    }
  })
})

describe('a packed index', () => {
  it('has its manifests by digest before it, with their platforms', async () => {
    const child = (text: string): PackedManifest => ({
      artifactType: 'application/x.type',
      layers: [part(text)],
    })
    const published = await publishPacked(
      {
        index: [
          { platform: { os: 'linux', architecture: 'amd64' }, packed: child('amd') },
          { platform: { os: 'linux', architecture: 'arm64' }, packed: child('arm') },
        ],
        annotations: { a: 'b' },
      },
      to,
      options(),
    )
    expect(published.mediaType).toBe('application/vnd.oci.image.index.v1+json')
    const manifest = await manifestAt('v1')
    expect(manifest).toMatchObject({
      form: 'index',
      manifests: [{ platform: { architecture: 'amd64' } }, { platform: { architecture: 'arm64' } }],
      annotations: { a: 'b' },
    })
    expect(await Array.fromAsync(registry.tags('team/app'))).toEqual(['v1'])
  })
})

describe('what goes wrong', () => {
  const failing = async (layers: readonly Part[]): Promise<unknown> =>
    publishPacked({ artifactType: 'application/x.type', layers }, to, options())

  it.each<readonly [string, string, () => readonly Part[]]>([
    [
      'a digest that is not that of the bytes',
      'DIGEST_MISMATCH',
      () => [part('one', { digest: sha256('two'), size: 3 })],
    ],
    ['a file that grew', 'SIZE_MISMATCH', () => [part('one', { size: 2 })]],
    ['data too large for a manifest', 'LIMIT_EXCEEDED', () => [part(noise(2 << 20), { inline: true })]],
  ])('%s is found and leaves no tag', async (_, code, layers) => {
    await expect(failing(layers())).toFailWith(code)
    await expect(registry.statManifest('team/app', 'v1')).toFailWith(
      'MANIFEST_NOT_FOUND',
      'REPOSITORY_NOT_FOUND',
    )
  })

  it('a part that is not compressed as its type says is found, when that matters', async () => {
    const layer = part('plain', { mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip' })
    const packed: PackedManifest = {
      layers: [layer],
      config: () => part('{}', { mediaType: 'application/x.config' }),
    }
    await expect(publishPacked(packed, to, options())).toFailWith('KIND_INPUT_INVALID')
  })

  it('a file that changes between the two readings is not published', async () => {
    let time = 0
    const changing: Part = {
      mediaType: 'application/x.part',
      size: 2 << 20,
      open: async function* open() {
        yield noise(2 << 20, (time += 1))
      },
    }
    await expect(failing([changing])).toFailWith('DIGEST_MISMATCH')
  })

  it('an abort ends it, and nothing is tagged', async () => {
    const abort = new AbortController()
    const layer: Part = {
      mediaType: 'application/x.part',
      open: async function* open() {
        yield Buffer.from('x')
        abort.abort()
        yield Buffer.from('y')
      },
    }
    const run = publishPacked(
      { artifactType: 'application/x.type', layers: [layer] },
      to,
      options({ signal: abort.signal }),
    )
    await expect(run).rejects.toThrow(expect.objectContaining({ name: 'AbortError' }))
    expect(calls).not.toContain('pushManifest')
  })
})
