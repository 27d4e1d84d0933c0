import { expect, it } from 'vitest'
import { Turns } from './turns.ts'

it('begins each piece of work when the one before has ended, also when that failed', async () => {
  const turns = new Turns()
  const seen: string[] = []
  const gate = Promise.withResolvers<void>()
  const first = turns.take(async () => {
    seen.push('first begins')
    await gate.promise
    seen.push('first ends')
    throw new Error('broken')
  })
  const second = turns.take(() => seen.push('second'))
  const ended = turns.ended().then(() => seen.push('ended'))
  await Promise.resolve()
  expect(seen).toEqual(['first begins'])
  gate.resolve()
  await expect(first).rejects.toThrow('broken')
  expect(await second).toBe(3)
  await ended
  expect(seen).toEqual(['first begins', 'first ends', 'second', 'ended'])
})
