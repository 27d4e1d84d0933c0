import { afterEach, expect, it, vi } from 'vitest'
import { SlabBody } from './slab-body.ts'
import { Slabs, slabSize } from './slab-sockets.ts'

const kib = 1024
const line = { resume: () => undefined, over: () => undefined }

/** As a socket delivers it. */
function deliver(body: SlabBody, value: number, count: number): void {
  body.room().fill(value, 0, count)
  body.received(count)
}

afterEach(() => {
  vi.useRealTimers()
})

it('what a slow line brings takes its own length, and its slab is used again', async () => {
  vi.useFakeTimers({ toFake: ['performance'] })
  const slabs = new Slabs()
  const given = vi.spyOn(slabs, 'give')
  const body = new SlabBody(30 * kib, new Uint8Array(), slabs, line)
  const parts = body[Symbol.asyncIterator]()
  const kept: Uint8Array[] = []
  for (const value of [1, 2, 3]) {
    const asked = parts.next()
    vi.advanceTimersByTime(1000)
    deliver(body, value, 10 * kib)
    // oxlint-disable-next-line no-await-in-loop -- one part after the other
    kept.push((await asked).value!)
  }
  expect((await parts.next()).done).toBe(true)
  expect(kept.map((part) => part.buffer.byteLength)).toEqual([10 * kib, 10 * kib, 10 * kib])
  expect(kept.map((part) => new Set(part))).toEqual([new Set([1]), new Set([2]), new Set([3])])
  const [[first], ...others] = given.mock.calls as [[Uint8Array], ...[Uint8Array][]]
  expect(others.map(([slab]) => slab === first)).toEqual([true, true])
})

it('a full slab goes to who reads it, uncopied', async () => {
  const slabs = new Slabs()
  const given = vi.spyOn(slabs, 'give')
  const body = new SlabBody(slabSize, new Uint8Array(), slabs, line)
  const room = body.room()
  deliver(body, 7, slabSize)
  const [part] = await Array.fromAsync(body)
  expect(part?.buffer).toBe(room.buffer)
  expect(given).not.toHaveBeenCalled()
})
