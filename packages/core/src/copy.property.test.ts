import { type Descriptor, digestOf, emptyBytes, emptyDescriptor, encodeManifest, oci } from '@ocish/sdk'
import { bytesOf, opened } from '@ocish/testing'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { copy } from './copy.ts'
import { ForwardingRegistry } from './filter/forwarding.ts'
import { createMemoryRegistry } from './memory.ts'
import type { BlobContent, Registry } from './registry.ts'

/** A graph: each node names what it holds by numbers; an index only nodes before it. */
interface Shape {
  readonly layers: readonly (readonly number[])[]
  readonly indexes: readonly (readonly number[])[]
}

const shape: fc.Arbitrary<Shape> = fc.record({
  layers: fc.array(fc.array(fc.nat(9), { maxLength: 5 }), { minLength: 1, maxLength: 5 }),
  indexes: fc.array(fc.array(fc.nat(20), { maxLength: 4 }), { maxLength: 6 }),
})

/** Writes the graph and gives its last node and all there is. */
async function build(
  registry: Registry,
  { layers, indexes }: Shape,
): Promise<{ readonly root: string; readonly blobs: Set<string> }> {
  const blobs = new Set<string>()
  const nodes: Descriptor[] = []
  const blob = async (bytes: Uint8Array, mediaType: string): Promise<Descriptor> => {
    const digest = digestOf(bytes)
    blobs.add(digest)
    return registry.pushBlob('graph', { digest, size: bytes.length, mediaType }, opened(bytes))
  }
  await blob(emptyBytes(), oci.empty)
  const push = async (bytes: Uint8Array, mediaType: string): Promise<void> => {
    nodes.push((await registry.pushManifest('graph', bytes, { mediaType, tags: ['root'] })).descriptor)
  }
  for (const numbers of layers) {
    const parts = await Promise.all(numbers.map((number) => blob(bytesOf(`layer ${number}`), oci.layer)))
    await push(
      encodeManifest({ form: 'image', mediaType: oci.manifest, config: emptyDescriptor, layers: parts }),
      oci.manifest,
    )
  }
  for (const numbers of indexes) {
    const manifests = numbers.flatMap((number) => nodes[number % nodes.length] ?? [])
    await push(encodeManifest({ form: 'index', mediaType: oci.index, manifests }), oci.index)
  }
  return { root: nodes.at(-1)?.digest ?? '', blobs }
}

it('moves any graph whole, each blob once, whatever is there already', async () => {
  await fc.assert(
    fc.asyncProperty(shape, fc.integer({ min: 1, max: 8 }), fc.nat(10), async (graph, concurrency, some) => {
      const source = createMemoryRegistry()
      const { root } = await build(source, graph)
      const opens = new Map<string, number>()
      class Counting extends ForwardingRegistry {
        override openBlob(repository: string, part: Descriptor): Promise<BlobContent> {
          opens.set(part.digest, (opens.get(part.digest) ?? 0) + 1)
          return super.openBlob(repository, part)
        }
      }
      const from = { registry: new Counting(source), repository: 'graph' }
      // Memory refuses a manifest whose parts are missing, so the order is checked by the target.
      const to = { registry: createMemoryRegistry(), repository: 'graph' }
      await build(to.registry, { layers: graph.layers.slice(0, some % graph.layers.length), indexes: [] })
      const result = await copy(from, 'root', to, { tags: ['copied'], concurrency })
      expect(result.descriptor.digest).toBe(root)
      expect((await to.registry.statManifest('graph', 'copied')).descriptor.digest).toBe(root)
      expect([...opens.values()].every((count) => count === 1)).toBe(true)
      const again = await copy(from, 'root', to, { tags: ['copied'], concurrency })
      expect(again.moved).toEqual({ manifests: 0, blobs: 0, bytes: 0 })
    }),
    { numRuns: 150 },
  )
})

it('T35 leaves nothing half, whichever request fails, and a second run completes it', async () => {
  await fc.assert(
    fc.asyncProperty(shape, fc.nat(30), async (graph, failing) => {
      const source = createMemoryRegistry()
      const { root } = await build(source, graph)
      const from = { registry: source, repository: 'graph' }
      const memory = createMemoryRegistry()
      let left = failing
      const step = (): void => {
        if (left-- === 0) throw new Error('the power went out')
      }
      class Failing extends ForwardingRegistry {
        override async pushBlob(...call: Parameters<Registry['pushBlob']>): Promise<Descriptor> {
          step()
          return super.pushBlob(...call)
        }

        override async pushManifest(
          ...call: Parameters<Registry['pushManifest']>
        ): ReturnType<Registry['pushManifest']> {
          step()
          return super.pushManifest(...call)
        }
      }
      const to = { registry: new Failing(memory), repository: 'graph' }
      const first = await copy(from, 'root', to, { tags: ['copied'] }).catch((error: unknown) => error)
      const isTagged = await memory.statManifest('graph', 'copied').then(
        () => true,
        () => false,
      )
      expect(isTagged).toBe(!(first instanceof Error))
      left = -1
      const second = await copy(from, 'root', to, { tags: ['copied'] })
      expect(second.descriptor.digest).toBe(root)
    }),
    { numRuns: 150 },
  )
})
