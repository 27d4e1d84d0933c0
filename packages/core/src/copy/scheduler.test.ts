import { describe, expect, it } from 'vitest'
import { Scheduler } from './scheduler.ts'

const MiB = 1024 * 1024

/** A task that says when it starts and ends when it is told. */
function tasks(scheduler: Scheduler): {
  readonly started: string[]
  add(name: string, size: number): void
  end(name: string): Promise<void>
} {
  const started: string[] = []
  const ends = new Map<string, () => void>()
  const done = new Map<string, Promise<void>>()
  return {
    started,
    add: (name, size) => {
      const { promise, resolve } = Promise.withResolvers<void>()
      ends.set(name, resolve)
      done.set(
        name,
        scheduler.run(size, () => {
          started.push(name)
          return promise
        }),
      )
    },
    end: async (name) => {
      ends.get(name)?.()
      await done.get(name)
      // The slot is given on after the promise has told its end.
      await Promise.resolve()
    },
  }
}

describe('the scheduler', () => {
  it('takes questions first, then the largest, then the small ones', async () => {
    const queue = tasks(new Scheduler({ blobs: 1, small: 1 }, new AbortController().signal))
    queue.add('first', 10)
    queue.add('small', 10)
    queue.add('large', 2 * MiB)
    queue.add('larger', 9 * MiB)
    queue.add('question', 0)
    for (const name of ['first', 'question', 'larger', 'large', 'small']) await queue.end(name)
    expect(queue.started).toEqual(['first', 'question', 'larger', 'large', 'small'])
  })

  it('keeps one slot from the large ones', async () => {
    const queue = tasks(new Scheduler({ blobs: 3, small: 3 }, new AbortController().signal))
    for (const name of ['a', 'b', 'c', 'd']) queue.add(name, 5 * MiB)
    expect(queue.started).toEqual(['a', 'b'])
    queue.add('small', 10)
    expect(queue.started).toEqual(['a', 'b', 'small'])
    await queue.end('a')
    expect(queue.started).toEqual(['a', 'b', 'small', 'c'])
  })

  it('runs more small ones beside the large ones, never more large ones', async () => {
    const queue = tasks(new Scheduler({ blobs: 2, small: 4 }, new AbortController().signal))
    for (const name of ['a', 'b', 'c']) queue.add(name, 5 * MiB)
    for (const name of ['d', 'e', 'f', 'g']) queue.add(name, MiB)
    expect(queue.started).toEqual(['a', 'd', 'e', 'f'])
    await queue.end('d')
    expect(queue.started).toEqual(['a', 'd', 'e', 'f', 'g'])
    for (const name of ['a', 'e', 'f']) await queue.end(name)
    expect(queue.started).toEqual(['a', 'd', 'e', 'f', 'g', 'b'])
  })

  it('asks as many questions beside what moves, and no more', async () => {
    const queue = tasks(new Scheduler({ blobs: 2, small: 2 }, new AbortController().signal))
    for (const name of ['a', 'b', 'c']) queue.add(name, 10)
    for (const name of ['first', 'second', 'third']) queue.add(name, 0)
    expect(queue.started).toEqual(['a', 'b', 'first', 'second'])
    await queue.end('first')
    expect(queue.started).toEqual(['a', 'b', 'first', 'second', 'third'])
    await queue.end('a')
    expect(queue.started).toEqual(['a', 'b', 'first', 'second', 'third', 'c'])
  })

  it('lets none wait for ever', async () => {
    const queue = tasks(new Scheduler({ blobs: 1, small: 1 }, new AbortController().signal))
    queue.add('running', 10)
    queue.add('waiting', 2 * MiB)
    for (let number = 0; number < 5; number += 1) queue.add(`big ${number}`, 50 * MiB)
    await queue.end('running')
    for (let number = 0; number < 3; number += 1) await queue.end(queue.started.at(-1) ?? '')
    expect(queue.started).toContain('waiting')
  })

  it('goes on after a failure, and starts nothing after an abort', async () => {
    const abort = new AbortController()
    const scheduler = new Scheduler({ blobs: 1, small: 1 }, abort.signal)
    const failed = scheduler.run(0, () => Promise.reject(new Error('no')))
    await expect(failed).rejects.toThrow('no')
    const running = Promise.withResolvers<string>()
    const first = scheduler.run(0, () => running.promise)
    const second = scheduler.run(0, () => Promise.resolve('never'))
    abort.abort(new Error('enough'))
    await expect(second).rejects.toThrow('enough')
    running.resolve('done')
    expect(await first).toBe('done')
    expect(() => scheduler.run(0, () => Promise.resolve())).toThrow('enough')
  })
})
