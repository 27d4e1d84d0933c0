import { expect, test } from 'vitest'
import { LineQueue } from './line-queue.ts'

test('two lines that come at once run one after the other', async () => {
  const told: string[] = []
  const over = Promise.withResolvers<void>()
  const queue = new LineQueue(async (line) => {
    told.push(`${line} begins`)
    await Promise.resolve()
    told.push(`${line} ends`)
    if (line === 'b') over.resolve()
  })
  queue.push('a')
  queue.push('b')
  await over.promise
  expect(told).toEqual(['a begins', 'a ends', 'b begins', 'b ends'])
})

test('what has not begun can be taken back', async () => {
  const told: string[] = []
  const gate = Promise.withResolvers<void>()
  const queue = new LineQueue(async (line) => {
    told.push(line)
    await gate.promise
  })
  queue.push('a')
  queue.push('b')
  queue.clear()
  gate.resolve()
  await gate.promise
  queue.push('c')
  expect(told.slice(0, 1)).toEqual(['a'])
  expect(told).not.toContain('b')
})
