import { content } from '@ocish/testing'
import { describe, expect, it } from 'vitest'
import { createMemoryRegistry } from '../memory.ts'
import type { Registry } from '../registry.ts'
import { UnsupportedRegistry } from '../unsupported.ts'
import { ForwardingRegistry } from './forwarding.ts'
import { logged, type LoggedCall } from './logged.ts'
import { readOnly } from './read-only.ts'
import { scoped } from './scoped.ts'
import { select } from './select.ts'

const sample = content({
  blobs: { layer: 'layer' },
  manifests: { app: { layers: ['layer'] } },
  tags: { v1: 'app', v2: 'app' },
})
const { app } = sample.manifests
const { digest } = sample.blobs.layer.descriptor

async function filled(): Promise<Registry> {
  const memory = createMemoryRegistry({ name: 'memory' })
  for (const repository of ['team/app', 'team/sub/lib', 'teams', 'other/app'])
    await sample.push(memory, repository)
  return memory
}

/** Has the abilities that only local registries have. */
class Local extends ForwardingRegistry {
  override readonly pump = (): Promise<void> => Promise.resolve()
  override readonly blobFile = (repository: string): Promise<string> =>
    Promise.resolve(`/files/${repository}`)
  override readonly adoptBlob = (repository: string): Promise<never> =>
    Promise.reject(new Error(`adopted ${repository}`))
}

describe('scoped', () => {
  it('names what is below, and nothing else', async () => {
    const team = scoped(await filled(), 'team')
    expect(team.name).toBe('memory/team')
    expect(await Array.fromAsync(team.repositories())).toEqual(['app', 'sub/lib'])
    expect(await Array.fromAsync(team.repositories({ last: 'app' }))).toEqual(['sub/lib'])
    expect((await team.statManifest('app', 'v1')).descriptor.digest).toBe(app.descriptor.digest)
    await expect(team.openManifest('../other/app', 'v1')).toFailWith('REPOSITORY_NOT_FOUND')
    await expect(team.pushManifest('../x', app.bytes, { mediaType: app.descriptor.mediaType })).toFailWith(
      'REFERENCE_INVALID',
    )
  })

  it('mounts from below only', async () => {
    const team = scoped(await filled(), 'team/')
    expect((await team.mountBlob('new', digest, 'app')).mounted?.digest).toBe(digest)
    expect((await team.mountBlob('newer', digest, 'other/app')).mounted).toBeUndefined()
  })

  it('is the registry itself without a prefix', async () => {
    const memory = await filled()
    expect(scoped(memory, '/')).toBe(memory)
  })
})

describe('read-only', () => {
  it('stays the same when it is made twice', async () => {
    const view = readOnly(await filled())
    expect(readOnly(view)).toBe(view)
  })

  it('adopts no files', async () => {
    const view = readOnly(new Local(await filled()))
    await expect(view.adoptBlob?.('a', app.descriptor, '/f')).toFailWith('UNSUPPORTED')
    expect(await view.blobFile?.('a', digest)).toBe('/files/a')
  })
})

describe('select', () => {
  const selection = {
    repositories: (name: string): boolean => name.startsWith('team/'),
    tags: (_: string, tag: string): boolean => tag !== 'v2',
  }

  it('lists and finds only what is selected', async () => {
    const some = select(await filled(), selection)
    expect(await Array.fromAsync(some.repositories())).toEqual(['team/app', 'team/sub/lib'])
    expect(await Array.fromAsync(some.tags('team/app'))).toEqual(['v1'])
    await expect(some.openManifest('team/app', 'v2')).toFailWith('MANIFEST_NOT_FOUND')
    await expect(some.statManifest('other/app', 'v1')).toFailWith('REPOSITORY_NOT_FOUND')
    await expect(some.openBlob('other/app', digest)).toFailWith('BLOB_NOT_FOUND')
    await expect(some.statBlob('other/app', digest)).toFailWith('BLOB_NOT_FOUND')
    await expect(some.openRange('other/app', digest, 0)).toFailWith('BLOB_NOT_FOUND')
    await expect(Array.fromAsync(some.tags('other/app'))).toFailWith('REPOSITORY_NOT_FOUND')
    expect(await Array.fromAsync(some.referrers('other/app', app.descriptor.digest))).toEqual([])
    expect((await some.openManifest('team/app', app.descriptor.digest)).bytes).toEqual(app.bytes)
  })

  it('writes only to what is selected', async () => {
    const memory = await filled()
    const some = select(memory, selection)
    const { mediaType } = app.descriptor
    await expect(some.pushManifest('other/app', app.bytes, { mediaType })).toFailWith('REGISTRY_DENIED')
    await expect(some.pushManifest('team/app', app.bytes, { mediaType, tags: ['v2'] })).toFailWith(
      'REGISTRY_DENIED',
    )
    await expect(some.deleteTag('team/app', 'v2')).toFailWith('REGISTRY_DENIED')
    await expect(some.deleteManifest('other/app', app.descriptor.digest)).toFailWith('REGISTRY_DENIED')
    await some.deleteTag('team/app', 'v1')
    expect(await Array.fromAsync(memory.tags('team/app'))).toEqual(['v2'])
  })

  it('gives nothing away by a mount', async () => {
    const some = select(await filled(), selection)
    expect(await some.mountBlob('team/new', digest, 'other/app')).toEqual({})
    expect(await some.mountBlob('team/new', digest)).toEqual({})
    expect((await some.mountBlob('team/new', digest, 'team/app')).mounted?.digest).toBe(digest)
  })
})

describe('logged', () => {
  it('tells each call with what came of it', async () => {
    const calls: LoggedCall[] = []
    const registry = logged(await filled(), (call) => calls.push(call))
    await registry.statManifest('team/app', 'v1')
    await expect(registry.openBlob('team/app', `sha256:${'0'.repeat(64)}`)).toFailWith('BLOB_NOT_FOUND')
    for await (const _ of registry.tags('team/app')) break
    expect(calls.map(({ method, repository, target }) => [method, repository, target])).toEqual([
      ['statManifest', 'team/app', 'v1'],
      ['openBlob', 'team/app', `sha256:${'0'.repeat(64)}`],
      ['tags', 'team/app', undefined],
    ])
    expect(calls.map(({ error }) => error !== undefined)).toEqual([false, true, false])
    expect(calls.every(({ milliseconds }) => milliseconds >= 0)).toBe(true)
  })
})

describe('what only some registries have', () => {
  it.each<[string, (registry: Registry) => Registry, string]>([
    ['scoped', (registry) => scoped(registry, 'team'), 'team/app'],
    ['logged', (registry) => logged(registry, () => {}), 'app'],
    ['select', (registry) => select(registry, {}), 'app'],
  ])('%s has where the one behind has it', async (_, view, repository) => {
    const bare = view(await filled())
    for (const name of ['pump', 'blobFile', 'adoptBlob']) expect(bare).not.toHaveProperty(name)
    const full = view(new Local(await filled()))
    expect(await full.blobFile?.('app', digest)).toBe(`/files/${repository}`)
    await expect(full.adoptBlob?.('app', app.descriptor, '/f')).rejects.toThrow(`adopted ${repository}`)
    await full.pump?.('app', app.descriptor, () => {})
  })
})

describe('the registry that supports nothing', () => {
  it('says so to everything', async () => {
    const none = new UnsupportedRegistry('none')
    const stream = async function* (): AsyncGenerator<Uint8Array> {}
    const { mediaType } = app.descriptor
    const answers = [
      none.openManifest('a', 'b'),
      none.statManifest('a', 'b'),
      none.openBlob('a', digest),
      none.openRange('a', digest, 0),
      none.statBlob('a', digest),
      none.pushBlob('a', {}, stream),
      none.startUpload('a'),
      none.resumeUpload('a', '1'),
      none.mountBlob('a', digest),
      none.pushManifest('a', app.bytes, { mediaType }),
      none.deleteBlob('a', digest),
      none.deleteManifest('a', digest),
      none.deleteTag('a', 'b'),
      Array.fromAsync(none.repositories()),
      Array.fromAsync(none.tags('a')),
      Array.fromAsync(none.referrers('a', digest)),
    ]
    for (const answer of answers) await expect(answer).toFailWith('UNSUPPORTED')
    await none.commit()
    await none[Symbol.asyncDispose]()
  })
})
