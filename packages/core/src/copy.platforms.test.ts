import { digestOf, type Platform } from '@ocish/sdk'
import { content } from '@ocish/testing'
import { describe, expect, it } from 'vitest'
import { copy } from './copy.ts'
import type { CopyOptions } from './copy/options.ts'
import { logged } from './filter/logged.ts'
import { createMemoryRegistry } from './memory.ts'
import type { Place } from './registry.ts'

const amd64: Platform = { os: 'linux', architecture: 'amd64' }
const arm64: Platform = { os: 'linux', architecture: 'arm64' }
const s390x: Platform = { os: 'linux', architecture: 's390x' }

const base = content({
  blobs: { config: '{}', one: 'one', two: 'two', three: 'three', note: 'note' },
  manifests: {
    amd: { config: 'config', layers: ['one'] },
    arm: { config: 'config', layers: ['two'] },
    s390: { config: 'config', layers: ['three'] },
    attestation: { config: 'config', layers: ['note'] },
  },
})
const { amd, arm, s390, attestation } = base.manifests

const sample = content({
  blobs: { config: '{}', one: 'one', two: 'two', three: 'three', note: 'note' },
  manifests: {
    amd: { config: 'config', layers: ['one'] },
    arm: { config: 'config', layers: ['two'] },
    s390: { config: 'config', layers: ['three'] },
    attestation: { config: 'config', layers: ['note'] },
    index: {
      manifests: [
        { manifest: 'amd', platform: amd64 },
        { manifest: 'arm', platform: arm64 },
        { manifest: 's390', platform: s390x },
        {
          manifest: 'attestation',
          platform: { os: 'unknown', architecture: 'unknown' },
          annotations: { 'vnd.docker.reference.digest': amd.descriptor.digest },
        },
      ],
      annotations: { kept: 'yes' },
    },
    outer: { manifests: ['index'] },
  },
  tags: { all: 'index', outer: 'outer', amd: 'amd' },
})
const { index, outer } = sample.manifests

async function transfer(
  reference: string,
  options: CopyOptions,
): Promise<{ readonly result: Awaited<ReturnType<typeof copy>>; readonly to: Place }> {
  const source = createMemoryRegistry()
  await sample.push(source, 'app')
  const to = { registry: createMemoryRegistry(), repository: 'app' }
  return { result: await copy({ registry: source, repository: 'app' }, reference, to, options), to }
}

async function has({ registry, repository }: Place, digest: string): Promise<boolean> {
  return registry.statManifest(repository, digest).then(
    () => true,
    () => false,
  )
}

describe('copying some platforms of an index', () => {
  it('rewrites it: members stay, other manifests go, the digest is another one', async () => {
    const { result, to } = await transfer('all', { platforms: [amd64], index: 'rewrite', tags: ['all'] })
    const { bytes, descriptor } = await to.registry.openManifest('app', 'all')
    expect(descriptor.digest).toBe(result.descriptor.digest)
    expect(result.source.digest).toBe(index.descriptor.digest)
    expect(digestOf(bytes)).not.toBe(index.descriptor.digest)
    const before = JSON.parse(Buffer.from(index.bytes).toString()) as { manifests: unknown[] }
    const after: unknown = JSON.parse(Buffer.from(bytes).toString())
    expect(after).toEqual({ ...before, manifests: [before.manifests[0], before.manifests[3]] })
    expect(await has(to, amd.descriptor.digest)).toBe(true)
    expect(await has(to, attestation.descriptor.digest)).toBe(true)
    expect(await has(to, arm.descriptor.digest)).toBe(false)
    expect(result.notices).toHaveLength(1)
    expect(result.notices[0]).toContain(`signatures of ${index.descriptor.digest} no longer match`)
  })

  it('rewrites what is nested within one repository, where the rest is there', async () => {
    const registry = createMemoryRegistry()
    const place = { registry, repository: 'app' }
    await sample.push(registry, 'app')
    const { descriptor, moved } = await copy(place, 'outer', place, {
      platforms: [amd64],
      index: 'rewrite',
      tags: ['small'],
    })
    const { bytes } = await registry.openManifest('app', 'small')
    const [nested] = (JSON.parse(Buffer.from(bytes).toString()) as { manifests: { digest: string }[] })
      .manifests
    expect(await has(place, nested!.digest)).toBe(true)
    expect([digestOf(bytes), moved.manifests, moved.blobs]).toEqual([descriptor.digest, 2, 0])
  })

  it('rewrites what is nested too', async () => {
    const { result, to } = await transfer('outer', { platforms: [arm64, s390x], index: 'rewrite' })
    expect(result.descriptor.digest).not.toBe(outer.descriptor.digest)
    expect(result.moved.manifests).toBe(4)
    for (const { descriptor } of [arm, s390]) expect(await has(to, descriptor.digest)).toBe(true)
    for (const { descriptor } of [amd, index, attestation])
      expect(await has(to, descriptor.digest)).toBe(false)
  })

  it('leaves it sparse: the digest stays, others are not copied', async () => {
    const { result, to } = await transfer('all', { platforms: [amd64], index: 'sparse', tags: ['all'] })
    expect(result.descriptor.digest).toBe(index.descriptor.digest)
    expect((await to.registry.openManifest('app', 'all')).bytes).toEqual(index.bytes)
    expect(await has(to, arm.descriptor.digest)).toBe(false)
    expect(result.notices[0]).toContain('without 2 manifests that it names')
  })

  it('fails unless it is told how, and writes nothing', async () => {
    await expect(transfer('all', { platforms: [amd64] })).toFailWith('USAGE_CONFLICT')
  })

  it('changes nothing where all are wanted, and where there is no index', async () => {
    const all = await transfer('all', { platforms: [amd64, arm64, s390x] })
    expect(all.result.descriptor.digest).toBe(index.descriptor.digest)
    expect(all.result.notices).toEqual([])
    const one = await transfer('amd', { platforms: [arm64] })
    expect(one.result.descriptor.digest).toBe(amd.descriptor.digest)
  })

  it('fails for a platform that is not there', async () => {
    const mips: Platform = { os: 'linux', architecture: 'mips' }
    await expect(transfer('all', { platforms: [amd64, mips], index: 'rewrite' })).toFailWith(
      'PLATFORM_NOT_FOUND',
    )
  })
})

describe('referrers that only a tag connects', () => {
  const tagOf = (digest: string, suffix: string): string => `${digest.replace(':', '-')}.${suffix}`
  const signed = content({
    blobs: { config: '{}', one: 'one', two: 'two', three: 'three', note: 'note', sig: 'signature' },
    manifests: {
      amd: { config: 'config', layers: ['one'] },
      signature: { config: 'config', layers: ['sig'] },
      sbom: { config: 'config', layers: ['note'] },
    },
    tags: {
      v1: 'amd',
      [tagOf(amd.descriptor.digest, 'sig')]: 'signature',
      [tagOf(amd.descriptor.digest, 'sbom')]: 'sbom',
    },
  })

  async function run(options: CopyOptions): Promise<{ readonly tags: string[]; readonly again: string[] }> {
    const calls: string[] = []
    const source = createMemoryRegistry()
    await signed.push(source, 'app')
    const from = { registry: source, repository: 'app' }
    const to = {
      registry: logged(createMemoryRegistry(), ({ method }) => calls.push(method)),
      repository: 'copy',
    }
    const result = await copy(from, 'v1', to, { tags: ['v1'], ...options })
    expect(result.referrers).toBe(options.referrers === true ? 2 : 0)
    const tags = await Array.fromAsync(to.registry.tags('copy'))
    calls.length = 0
    await copy(from, 'v1', to, { tags: ['v1'], ...options })
    return { tags, again: calls }
  }

  it('come with their tags, and are not written twice', async () => {
    const { tags, again } = await run({ referrers: true })
    expect(tags).toEqual([tagOf(amd.descriptor.digest, 'sbom'), tagOf(amd.descriptor.digest, 'sig'), 'v1'])
    expect(again).not.toContain('pushManifest')
  })

  it('stay where they are when they are not asked for', async () => {
    expect((await run({})).tags).toEqual(['v1'])
    expect((await run({ referrers: { artifactType: 'application/x' } })).tags).toEqual(['v1'])
  })
})
