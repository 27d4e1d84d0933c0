import { watchDifferences, watchedName, type WatchRound } from '@ocish/host'
import { expect, test } from 'vitest'
import { WatchScreen } from './watch-screen.ts'

const time = new Date(0)
const app = { ref: 'r/app:1', digest: 'sha256:a' }
const moved = { ref: 'r/app:1', digest: 'sha256:b' }
const other = { ref: 'r/app:2', digest: 'sha256:c' }
const by = (...rows: readonly { readonly ref: string }[]): ReadonlyMap<string, { readonly ref: string }> =>
  new Map(rows.map((row) => [watchedName(row), row]))

test('what came, went and changed', () => {
  expect(watchDifferences(by(app), by(app), time)).toEqual([])
  expect(watchDifferences(by(app), by(moved, other), time)).toEqual([
    { time, change: 'changed', ref: 'r/app:1', old: app, new: moved },
    { time, change: 'new', ref: 'r/app:2', new: other },
  ])
  expect(watchDifferences(by(app, other), by(app), time)).toEqual([
    { time, change: 'gone', ref: 'r/app:2', old: other },
  ])
})

test('marks stay until somebody leaves, and a failed question keeps what was known', () => {
  let left = 0
  const screen = new WatchScreen('watch r/app', () => (left += 1))
  const shown = (): string => screen.rows(80, 12, { width: 80, color: false, ascii: true, now: 0 }).join('\n')
  const rounds: readonly WatchRound[] = [
    { rows: [app], events: [] },
    { rows: [app, other], events: [{ time, change: 'new', ref: other.ref, new: other }] },
    { rows: [other], events: [{ time, change: 'gone', ref: app.ref, old: app }] },
    { error: new Error('no route') },
  ]
  for (const round of rounds) screen.take(round)
  expect(shown()).toMatch(/gone +r\/app:1/)
  expect(shown()).toMatch(/new +r\/app:2/)
  expect(shown()).toContain('no route')
  expect([screen.key({ type: 'text', text: 'j' }), left]).toEqual([false, 0])
  expect([screen.key({ type: 'text', text: 'q' }), left]).toEqual([true, 1])
})
