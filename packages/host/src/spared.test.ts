import { createMemoryRegistry, ForwardingRegistry, type ReadOptions, type Registry } from '@ocish/core'
import { OcishError } from '@ocish/sdk'
import { content } from '@ocish/testing'
import { beforeEach, describe, expect, it } from 'vitest'
import { spared } from './spared.ts'

const image = content({ blobs: {}, manifests: { app: { layers: [] } }, tags: { '1': 'app' } })

type Mood = 'up' | 'refusing' | 'breaking'

/** Fails as a client fails: `breaking` repeats the question after pauses that double, as long as nobody stops it. */
class Moody extends ForwardingRegistry {
  mood: Mood = 'up'
  asked = 0

  override async openManifest(
    ...[repository, reference, options = {}]: Parameters<Registry['openManifest']>
  ): ReturnType<Registry['openManifest']> {
    await this.#answer(options)
    return super.openManifest(repository, reference, options)
  }

  override async *tags(...[repository, options = {}]: Parameters<Registry['tags']>): AsyncGenerator<string> {
    await this.#answer(options)
    yield* super.tags(repository, options)
  }

  async #answer({ onRetry, signal }: ReadOptions): Promise<void> {
    for (let attempt = 1; ; attempt += 1) {
      this.asked += 1
      if (this.mood === 'up') return
      if (this.mood === 'refusing' || attempt > 5)
        throw new OcishError('NETWORK_FAILED', 'up.example refused the connection')
      onRetry?.({ seconds: 0.5 * 2 ** (attempt - 1), reason: 'the connection broke', attempt })
      signal?.throwIfAborted()
    }
  }
}

let upstream: Moody
let registry: Registry
let clock: number

beforeEach(async () => {
  const memory = createMemoryRegistry()
  await image.push(memory, 'app')
  upstream = new Moody(memory)
  clock = 0
  registry = spared(upstream, { now: () => clock })
})

const open = async (): Promise<string> => (await registry.openManifest('app', '1')).descriptor.digest
const { digest } = image.manifests.app.descriptor

describe('a registry that is away', () => {
  it('is not asked again before its rest is over, and then by one at a time', async () => {
    upstream.mood = 'refusing'
    await expect(open()).toFailWith('NETWORK_FAILED')
    for (let ask = 0; ask < 10; ask += 1) await expect(open()).toFailWith('NETWORK_FAILED')
    expect(upstream.asked).toBe(1)
    clock += 2_001
    const asked = await Promise.allSettled(Array.from({ length: 10 }, open))
    expect(asked.map(({ status }) => status)).not.toContain('fulfilled')
    expect(upstream.asked).toBe(2)
  })

  it('is waited for by the first question for three seconds, by a later one not at all', async () => {
    upstream.mood = 'breaking'
    await expect(open()).toFailWith('REGISTRY_UNAVAILABLE')
    // After 0.5 and 1 second; the next pause is too long.
    expect(upstream.asked).toBe(3)
    clock += 2_001
    await expect(open()).toFailWith('REGISTRY_UNAVAILABLE')
    expect(upstream.asked).toBe(4)
  })

  it('is there again with the first answer, whatever it says', async () => {
    upstream.mood = 'refusing'
    await expect(open()).toFailWith('NETWORK_FAILED')
    upstream.mood = 'up'
    clock += 2_001
    await expect(registry.openManifest('app', 'none')).toFailWith('MANIFEST_NOT_FOUND')
    const all = await Promise.all(Array.from({ length: 10 }, open))
    expect(new Set(all)).toStrictEqual(new Set([digest]))
  })

  it('says how long it is spared', async () => {
    upstream.mood = 'refusing'
    await expect(open()).toFailWith('NETWORK_FAILED')
    clock += 500
    await expect(open()).rejects.toMatchObject({ details: { retryAfter: 2 } })
  })

  it('is spared by lists too, also by one that nobody reads to its end', async () => {
    upstream.mood = 'refusing'
    const tags = async (): Promise<readonly string[]> => Array.fromAsync(registry.tags('app'))
    await expect(tags()).toFailWith('NETWORK_FAILED')
    await expect(tags()).toFailWith('NETWORK_FAILED')
    expect(upstream.asked).toBe(1)
    upstream.mood = 'up'
    clock += 2_001
    for await (const tag of registry.tags('app')) {
      expect(tag).toBe('1')
      break
    }
    expect(await tags()).toStrictEqual(['1'])
  })

  it('does not keep who gave up from asking again', async () => {
    upstream.mood = 'breaking'
    const stop = new AbortController()
    stop.abort(new Error('enough'))
    await expect(registry.openManifest('app', '1', { signal: stop.signal })).rejects.toThrow('enough')
    upstream.mood = 'up'
    expect(await open()).toBe(digest)
  })
})
