import { expect, test } from 'vitest'
import { mapOrdered } from './map-ordered.ts'

test('yields in order and never runs more than asked', async () => {
  let running = 0
  let most = 0
  const work = async (value: number): Promise<number> => {
    most = Math.max(most, ++running)
    for (let turn = 0; turn < 10 - value; turn++) await Promise.resolve()
    running--
    return value * 2
  }
  const out: number[] = []
  for await (const value of mapOrdered([1, 2, 3, 4, 5, 6], 3, work)) out.push(value)
  expect(out).toEqual([2, 4, 6, 8, 10, 12])
  expect(most).toBe(3)
})

test('a failure is thrown once and the rest does not go unhandled', async () => {
  const run = async (): Promise<void> => {
    for await (const value of mapOrdered([1, 2, 3], 3, async (item) => {
      if (item > 1) throw new Error(`bad ${item}`)
      return item
    })) {
      expect(value).toBe(1)
    }
  }
  await expect(run()).rejects.toThrow('bad 2')
})
