import { emptyDescriptor, encodeManifest, oci } from '@ocish/sdk'
import {
  bytesOf,
  content,
  describeWith,
  dockerRegistry,
  type DockerRegistry,
  noise,
  opened,
} from '@ocish/testing'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createClient } from './client/client.ts'
import { copy } from './copy.ts'
import { createMemoryRegistry } from './memory.ts'
import { indexReferrer, listReferrers, pushReferrer } from './referrers.ts'
import type { Registry } from './registry.ts'

const sample = content({
  blobs: { config: '{}', one: 'one', two: noise(3_000_000), arm: 'arm' },
  manifests: {
    app: { config: 'config', layers: ['one', 'two'] },
    arm: { layers: ['one', 'arm'] },
    index: {
      manifests: [
        { manifest: 'app', platform: { os: 'linux', architecture: 'amd64' } },
        { manifest: 'arm', platform: { os: 'linux', architecture: 'arm64' } },
      ],
    },
    signature: { artifactType: 'application/x.signature', subject: 'app' },
  },
  tags: { v1: 'app', all: 'index' },
})
const { app, index, signature } = sample.manifests

describeWith(['docker-registry'], 'copying to and from docker-registry', () => {
  let server: DockerRegistry
  let requests: string[] = []

  const client = (): Registry =>
    createClient(server.host, {
      onTrace: (event) => {
        if (event.type === 'request') requests.push(`${event.method} ${new URL(event.url).pathname}`)
      },
    })

  beforeAll(async () => {
    server = await dockerRegistry()
  })
  afterAll(() => server.close())

  const source = async (): Promise<Registry> => {
    const memory = createMemoryRegistry()
    await sample.push(memory, 'app')
    return memory
  }

  it('brings a graph there and back, byte for byte', async () => {
    const from = { registry: await source(), repository: 'app' }
    const middle = { registry: client(), repository: 'round/trip' }
    await copy(from, 'all', middle, { tags: ['all'] })
    const to = { registry: createMemoryRegistry(), repository: 'back' }
    const result = await copy(middle, 'all', to, { tags: ['all'] })
    expect(result.descriptor.digest).toBe(index.descriptor.digest)
    expect((await to.registry.openManifest('back', app.descriptor.digest)).bytes).toEqual(app.bytes)
  })

  it('asks what a cold copy needs, and two questions when it is there (P11, P19)', async () => {
    const from = { registry: await source(), repository: 'app' }
    const to = { registry: client(), repository: 'counted/app' }
    requests = []
    await copy(from, 'v1', to, { tags: ['v1'] })
    const blob = (request: string): string => request.replace(/(?<=blobs\/|uploads\/).*/, '…')
    expect(requests.map(blob).toSorted()).toEqual([
      ...Array.from({ length: 3 }, () => 'HEAD /v2/counted/app/blobs/…'),
      'HEAD /v2/counted/app/manifests/v1',
      ...Array.from({ length: 3 }, () => 'POST /v2/counted/app/blobs/…'),
      ...Array.from({ length: 3 }, () => 'PUT /v2/counted/app/blobs/…'),
      'PUT /v2/counted/app/manifests/v1',
    ])
    requests = []
    await copy(to, 'v1', { ...to, registry: client() }, { tags: ['v1'] })
    expect(requests).toEqual(['GET /v2/counted/app/manifests/v1', 'HEAD /v2/counted/app/manifests/v1'])
  })

  it('asks each side of a cold copy for what it must, and for nothing else', async () => {
    const first = { registry: client(), repository: 'cold/app' }
    await copy({ registry: await source(), repository: 'app' }, 'v1', first, { tags: ['v1'] })
    await using other = await dockerRegistry()
    const written: string[] = []
    await using registry = createClient(other.host, {
      onTrace: (event) => {
        if (event.type === 'request') written.push(`${event.method} ${new URL(event.url).pathname}`)
      },
    })
    requests = []
    await copy(first, 'v1', { registry, repository: 'copied/app' }, { tags: ['v1'] })
    const blob = (request: string): string => request.replace(/(?<=blobs\/)(?:sha256:|uploads\/).*/, '…')
    expect(requests.map(blob).toSorted()).toEqual([
      ...Array.from({ length: 3 }, () => 'GET /v2/cold/app/blobs/…'),
      'GET /v2/cold/app/manifests/v1',
    ])
    expect(requests).toHaveLength(new Set(requests).size)
    expect(written.map(blob).toSorted()).toEqual([
      ...Array.from({ length: 3 }, () => 'HEAD /v2/copied/app/blobs/…'),
      'HEAD /v2/copied/app/manifests/v1',
      ...Array.from({ length: 3 }, () => 'POST /v2/copied/app/blobs/…'),
      ...Array.from({ length: 3 }, () => 'PUT /v2/copied/app/blobs/…'),
      'PUT /v2/copied/app/manifests/v1',
    ])
    expect(written.at(0)).toBe('HEAD /v2/copied/app/manifests/v1')
    expect(written.at(-1)).toBe('PUT /v2/copied/app/manifests/v1')
    // The same with its tag in another registry that has it: one question on each side.
    requests = []
    written.length = 0
    await copy(first, 'v1', { registry, repository: 'copied/app' }, { tags: ['v1'] })
    expect(requests).toEqual(['GET /v2/cold/app/manifests/v1'])
    expect(written).toEqual(['HEAD /v2/copied/app/manifests/v1'])
  })

  it('mounts from one repository to another (P12)', async () => {
    const registry = client()
    await copy({ registry: await source(), repository: 'app' }, 'v1', { registry, repository: 'a/app' })
    requests = []
    const result = await copy(
      { registry, repository: 'a/app' },
      app.descriptor.digest,
      { registry, repository: 'b/app' },
      { tags: ['v1'] },
    )
    expect(result.mounted).toEqual({ manifests: 0, blobs: 3, bytes: 3_000_005 })
    expect(requests).toHaveLength(6)
    expect(requests.filter((request) => request.startsWith('POST'))).toHaveLength(3)
  })

  it('brings referrers over the tag schema, there and back', async () => {
    const from = { registry: await source(), repository: 'app' }
    const middle = { registry: client(), repository: 'signed/app' }
    await copy(from, 'all', middle, { tags: ['all'], referrers: true })
    const listed = await Array.fromAsync(listReferrers(middle, app.descriptor.digest))
    expect(listed.map(({ digest }) => digest)).toEqual([signature.descriptor.digest])
    const to = { registry: createMemoryRegistry(), repository: 'back' }
    expect((await copy(middle, 'all', to, { tags: ['all'], referrers: true })).referrers).toBe(1)
    expect(await Array.fromAsync(to.registry.referrers('back', app.descriptor.digest))).toHaveLength(1)
  })

  it('T34 keeps all of 12 artifacts that are attached at once', async () => {
    const to = { registry: client(), repository: 'attached/app' }
    await copy({ registry: await source(), repository: 'app' }, 'v1', to, { tags: ['v1'] })
    const attach = async (number: number): Promise<void> => {
      const layer = await to.registry.pushBlob(to.repository, {}, opened(bytesOf(`note ${number}`)))
      await to.registry.pushBlob(to.repository, emptyDescriptor, opened('{}'))
      const bytes = encodeManifest({
        form: 'image',
        mediaType: oci.manifest,
        artifactType: 'application/x.note',
        config: emptyDescriptor,
        layers: [layer],
        subject: app.descriptor,
      })
      await pushReferrer(to, bytes, { mediaType: oci.manifest })
    }
    await Promise.all(Array.from({ length: 12 }, (_, number) => attach(number)))
    expect(await Array.fromAsync(listReferrers(to, app.descriptor.digest))).toHaveLength(12)
  })

  it('enters a referrer after one that was deleted behind the back of the tag', async () => {
    const to = { registry: client(), repository: 'stale/app' }
    const from = { registry: await source(), repository: 'app' }
    await copy(from, 'v1', to, { tags: ['v1'], referrers: true })
    await to.registry.deleteManifest(to.repository, signature.descriptor.digest)
    await copy(from, index.descriptor.digest, to)
    const arm = sample.manifests.arm.descriptor
    await indexReferrer(to, arm, app.descriptor.digest)
    const listed = await Array.fromAsync(listReferrers(to, app.descriptor.digest))
    expect(listed.map(({ digest }) => digest)).toContain(arm.digest)
  })
})
