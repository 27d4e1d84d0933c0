import { createMemoryRegistry } from '@ocish/core'
import { expect, it } from 'vitest'
import { content } from './content.ts'
import { counted } from './counted.ts'

it('counts the calls of each method, and changes nothing', async () => {
  const { registry, counts, total, reset } = counted(createMemoryRegistry())
  await content({
    blobs: { a: 'a', empty: '{}' },
    manifests: { m: { layers: ['a'] } },
    tags: { t: 'm' },
  }).push(registry, 'x')
  expect(counts).toStrictEqual({ pushBlob: 3, pushManifest: 1 })
  reset()
  expect(await Array.fromAsync(registry.tags('x'))).toStrictEqual(['t'])
  expect(counts).toStrictEqual({ tags: 1 })
  expect(total()).toBe(1)
  expect(registry.name).toBe('memory')
})
