import { content, noise } from '@ocish/testing'
import { describe, expect, it } from 'vitest'
import { copy } from './copy.ts'
import { ForwardingRegistry } from './filter/forwarding.ts'
import { logged } from './filter/logged.ts'
import { scoped } from './filter/scoped.ts'
import { select } from './filter/select.ts'
import { createMemoryRegistry } from './memory.ts'
import type { Registry } from './registry.ts'

const sample = content({
  blobs: { config: '{}', layer: noise(5000) },
  manifests: { app: { config: 'config', layers: ['layer'] } },
  tags: { v1: 'app' },
})

/** Knows where blobs are, or thinks so. */
class Knowing extends ForwardingRegistry {
  override readonly blobLocations: NonNullable<Registry['blobLocations']>

  constructor(inner: Registry, known: readonly string[]) {
    super(inner)
    this.blobLocations = () => Promise.resolve(known)
  }
}

/** Copies to `team/copy` of a registry that holds the same in `holder`; what the target was asked about blobs. */
async function asked(holder: string | undefined, known: readonly string[]): Promise<readonly string[]> {
  const source = createMemoryRegistry()
  await sample.push(source, 'app')
  const target = createMemoryRegistry()
  if (holder !== undefined) await sample.push(target, holder)
  const calls: string[] = []
  const to = new Knowing(
    logged(target, ({ method }) => calls.push(method)),
    known,
  )
  await copy({ registry: source, repository: 'app' }, 'v1', { registry: to, repository: 'team/copy' })
  return calls.filter((method) => method.endsWith('Blob')).toSorted()
}

describe('blobs that are known to be elsewhere', () => {
  it('are mounted from there, without a question', async () => {
    expect(await asked('team/other', ['team/other'])).toEqual(['mountBlob', 'mountBlob'])
  })

  it('are moved when it is no longer so', async () => {
    expect(await asked(undefined, ['team/other'])).toEqual(['mountBlob', 'mountBlob', 'pushBlob', 'pushBlob'])
  })

  it('are asked for first where the target itself is said to hold them', async () => {
    const calls = await asked('team/other', ['team/copy', 'team/other'])
    expect(calls).toEqual(['mountBlob', 'mountBlob', 'statBlob', 'statBlob'])
  })

  it('are told within what a view shows', async () => {
    const knowing = new Knowing(createMemoryRegistry(), ['team/other', 'secret/app'])
    const digest = sample.blobs.layer.descriptor.digest
    expect(await scoped(knowing, 'team').blobLocations?.(digest)).toEqual(['other'])
    const chosen = select(knowing, { repositories: (name) => name.startsWith('team/') })
    expect(await chosen.blobLocations?.(digest)).toEqual(['team/other'])
    expect(createMemoryRegistry()).not.toHaveProperty('blobLocations')
  })
})

it('a copy takes its bytes out of the rate limit', async () => {
  const source = createMemoryRegistry()
  await sample.push(source, 'app')
  let taken = 0
  const rateLimit = {
    take: (bytes: number): Promise<void> => {
      taken += bytes
      return Promise.resolve()
    },
  }
  const to = { registry: createMemoryRegistry(), repository: 'app' }
  await copy({ registry: source, repository: 'app' }, 'v1', to, { rateLimit })
  expect(taken).toBe(5002)
})
