import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { ProgressRegion } from './progress-region.ts'
import { RunScope } from './run-scope.ts'

const look = { width: 100, color: false, ascii: true, now: 0 }
const descriptor = { mediaType: 'text/plain', digest: `sha256:${'a'.repeat(64)}`, size: 10_000 }

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

/** Ten seconds of a transfer that moves, and of a key, every ten milliseconds. */
function tenSeconds(isCalm: boolean): { readonly paintings: number; readonly pictures: number } {
  const scope = new RunScope('cp a b')
  let paintings = 0
  const region = new ProgressRegion({
    running: () => [scope],
    isCalm: () => isCalm,
    paint: () => (paintings += 1),
  })
  const pictures = new Set<string>()
  for (let at = 1; at <= 1000; at += 1) {
    scope.progress.take({ type: 'moving', descriptor, done: at * 10 })
    region.changed()
    vi.advanceTimersByTime(10)
    pictures.add(region.rows(5, look).join('\n'))
  }
  region.close()
  expect(vi.getTimerCount()).toBe(0)
  return { paintings, pictures: pictures.size }
}

test('progress is painted ten times a second at most, and moves with every key', () => {
  const { paintings, pictures } = tenSeconds(false)
  expect(paintings).toBe(100)
  expect(pictures).toBeGreaterThan(paintings)
})

test('with ui.motion=off bars move once a second at most, also when keys are typed', () => {
  const { paintings, pictures } = tenSeconds(true)
  expect(paintings).toBe(10)
  // What was there at first, then one a second.
  expect(pictures).toBe(11)
})

test('what is at work is told at once: a line that begins, one that has ended, another width', () => {
  const [first, second] = [new RunScope('cp a b'), new RunScope('cp c d')]
  for (const { progress } of [first, second]) progress.take({ type: 'moving', descriptor, done: 1 })
  const running = new Set([first])
  const region = new ProgressRegion({
    running: () => running,
    isCalm: () => true,
    paint: () => undefined,
  })
  const shown = (width = 100): string => region.rows(5, { ...look, width }).join('\n')
  expect(shown()).toContain('cp a b')
  running.add(second)
  expect(shown()).toContain('cp c d')
  running.delete(first)
  expect(shown()).not.toContain('cp a b')
  expect(shown(40).split('\n')[1]!.length).toBeLessThan(40)
})

test('a line that is quiet, or that says so, shows no progress', () => {
  for (const flags of [{ quiet: true }, { progress: 'none' }, { progress: 'json' }] as const) {
    const scope = new RunScope('cp a b')
    scope.flags = flags
    scope.progress.take({ type: 'moving', descriptor, done: 1 })
    const region = new ProgressRegion({
      running: () => [scope],
      isCalm: () => false,
      paint: () => undefined,
    })
    expect(region.rows(5, look)).toEqual([])
  }
})
