import { describe, expect, it } from 'vitest'
import { createRateLimit, paced, TokenBucket } from './rate-limit.ts'

describe('a rate limit', () => {
  it('lets a quarter of a second pass at once, then the rate', () => {
    const bucket = new TokenBucket(1000, 0)
    expect(bucket.take(250, 0)).toBe(0)
    expect(bucket.take(500, 0)).toBe(0.5)
    expect(bucket.take(500, 0.5)).toBe(0.5)
    expect(bucket.take(100, 100)).toBe(0)
    expect(bucket.take(1150, 100)).toBe(1)
  })

  it('lets go of who gives up waiting', async () => {
    const limit = createRateLimit(1000)
    await limit.take(250)
    const abort = new AbortController()
    const waiting = limit.take(1_000_000, abort.signal)
    abort.abort()
    await expect(waiting).toFailWith('AbortError')
    await expect(limit.take(1, abort.signal)).toFailWith('AbortError')
  })

  it.each([0, -1, Number.NaN])('of %d is refused', (rate) => {
    expect(() => createRateLimit(rate)).toThrow('let nothing pass')
  })
})

it('lets a slab pass in portions, in their order', async () => {
  const slab = Uint8Array.from({ length: 150_000 }, (_, at) => at % 251)
  const parts: Uint8Array[] = []
  const limit = { take: async (bytes: number) => void taken.push(bytes) }
  const taken: number[] = []
  const { signal } = new AbortController()
  await paced(async (part) => void parts.push(part), limit, signal)(slab)
  expect(parts.map(({ length }) => length)).toStrictEqual([65_536, 65_536, 18_928])
  expect(taken).toStrictEqual([65_536, 65_536, 18_928])
  expect(Buffer.concat(parts).equals(slab)).toBe(true)
})
