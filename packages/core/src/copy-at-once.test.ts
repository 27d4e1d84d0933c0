import { content } from '@ocish/testing'
import { expect, it } from 'vitest'
import { copy } from './copy.ts'
import { ForwardingRegistry } from './filter/forwarding.ts'
import { createMemoryRegistry } from './memory.ts'
import type { Registry } from './registry.ts'

const sample = content({
  blobs: { one: 'layer one' },
  manifests: { app: { layers: ['one'] } },
  tags: { v1: 'app' },
})

/** Tells when it is asked for a manifest, and what it was asked. */
class Target extends ForwardingRegistry {
  readonly asked: PromiseWithResolvers<void> = Promise.withResolvers()
  readonly questions: string[] = []

  override statManifest(...call: Parameters<Registry['statManifest']>): ReturnType<Registry['statManifest']> {
    this.questions.push(call[1])
    this.asked.resolve()
    return super.statManifest(...call)
  }
}

/** Answers no sooner than the other one has been asked. */
class Source extends ForwardingRegistry {
  readonly #target: Target

  constructor(inner: Registry, target: Target) {
    super(inner)
    this.#target = target
  }

  override async openManifest(
    ...call: Parameters<Registry['openManifest']>
  ): ReturnType<Registry['openManifest']> {
    await this.#target.asked.promise
    return super.openManifest(...call)
  }
}

it('asks both registries at once, and each but once (P10)', async () => {
  const inner = createMemoryRegistry({ name: 'source' })
  await sample.push(inner, 'team/app')
  const target = new Target(createMemoryRegistry({ name: 'target' }))
  const source = new Source(inner, target)
  const to = { registry: target, repository: 'copy/app' }
  const { descriptor } = await copy({ registry: source, repository: 'team/app' }, 'v1', to, { tags: ['v1'] })
  expect(target.questions).toEqual(['v1'])
  expect((await target.openManifest('copy/app', 'v1')).descriptor.digest).toBe(descriptor.digest)
})

it('a source that has nothing is what is told, whatever the target says', async () => {
  const target = new Target(createMemoryRegistry({ name: 'target' }))
  const source = createMemoryRegistry({ name: 'source' })
  const to = { registry: target, repository: 'copy/app' }
  const copied = copy({ registry: source, repository: 'team/app' }, 'v1', to, { tags: ['v1'] })
  await expect(copied).rejects.toMatchObject({ code: 'REPOSITORY_NOT_FOUND', details: { side: 'source' } })
})
