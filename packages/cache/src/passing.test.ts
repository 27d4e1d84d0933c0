import { readdir, stat, truncate, writeFile } from 'node:fs/promises'
import { createMemoryRegistry, logged, type Registry } from '@ocish/core'
import { digestOf } from '@ocish/sdk'
import { content, noise, readAll, temporaryFolder } from '@ocish/testing'
import { describe, expect, it } from 'vitest'
import { cached } from './cached.ts'
import { openStore } from './store.ts'

const large = noise(3_000_000)
const image = content({
  blobs: { large },
  manifests: { one: { layers: ['large'] } },
  tags: { v1: 'one' },
})
const blob = image.blobs.large.descriptor
const partial = `ingest/${blob.digest.replace(':', '-')}`

interface Scene extends AsyncDisposable {
  readonly calls: string[]
  readonly join: (path: string) => string
  /** A new process's view. */
  readonly behind: () => Registry
}

async function scene(): Promise<Scene> {
  const folder = await temporaryFolder()
  const origin = createMemoryRegistry()
  await image.push(origin, 'app')
  const calls: string[] = []
  const counted = logged(origin, ({ method }) => calls.push(method))
  await using first = openStore(folder.path)
  await (await first.startUpload('x')).cancel()
  const stores: AsyncDisposable[] = []
  const behind = (): Registry => {
    const store = openStore(folder.path)
    stores.push(store)
    return cached(counted, store, { host: 'r.example', keepBlob: () => false })
  }
  return {
    calls,
    behind,
    join: (path) => folder.join(path),
    async [Symbol.asyncDispose]() {
      for (const store of stores) await store[Symbol.asyncDispose]()
      await folder.remove()
    },
  }
}

async function readSome(registry: Registry, wanted: number): Promise<void> {
  const { bytes } = await registry.openResumable!('app', blob)
  let size = 0
  for await (const chunk of bytes) {
    size += chunk.length
    if (size >= wanted) return
  }
}

describe('a download that is not to stay in the pool', () => {
  it('goes on from what another process read of it, and leaves nothing once it is dropped', async () => {
    await using test = await scene()
    await writeFile(test.join(partial), large.subarray(0, 1_000_000))
    const one = test.behind()
    const first = await one.openResumable!('app', blob)
    expect(digestOf(await readAll(first.bytes))).toBe(blob.digest)
    expect(test.calls).toStrictEqual(['openRange'])
    expect((await stat(test.join(partial))).size).toBe(large.length)
    const again = await test.behind().openResumable!('app', blob)
    expect(digestOf(await readAll(again.bytes))).toBe(blob.digest)
    expect(test.calls).toStrictEqual(['openRange'])
    await again.drop()
    expect(await readdir(test.join('ingest'))).toStrictEqual([])
  })

  it('keeps what arrived when its reader leaves early', async () => {
    await using test = await scene()
    await writeFile(test.join(partial), large.subarray(0, 500_000))
    await readSome(test.behind(), 2_000_000)
    expect((await stat(test.join(partial))).size).toBeGreaterThanOrEqual(500_000)
  })

  it('that turns out wrong is not kept, and the next one is whole', async () => {
    await using test = await scene()
    await writeFile(test.join(partial), new Uint8Array(1_000_000))
    const wrong = await test.behind().openResumable!('app', blob)
    await expect(readAll(wrong.bytes)).toFailWith('DIGEST_MISMATCH')
    expect(await readdir(test.join('ingest'))).toStrictEqual([])
    const right = await test.behind().openResumable!('app', blob)
    expect(digestOf(await readAll(right.bytes))).toBe(blob.digest)
  })

  it('does not wait for another one that is at it, and does not disturb it', async () => {
    await using test = await scene()
    const one = await test.behind().openResumable!('app', blob)
    const two = await test.behind().openResumable!('app', blob)
    expect(digestOf(await readAll(two.bytes))).toBe(blob.digest)
    await two.drop()
    expect(digestOf(await readAll(one.bytes))).toBe(blob.digest)
    expect(test.calls).toStrictEqual(['openBlob', 'openBlob'])
  })

  it('cuts a partial file that is longer than the blob', async () => {
    await using test = await scene()
    await writeFile(test.join(partial), large)
    await truncate(test.join(partial), large.length + 10)
    const { bytes } = await test.behind().openResumable!('app', blob)
    expect(digestOf(await readAll(bytes))).toBe(blob.digest)
    expect(test.calls).toStrictEqual([])
  })
})
