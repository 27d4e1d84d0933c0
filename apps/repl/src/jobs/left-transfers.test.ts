import { DatabaseSync } from 'node:sqlite'
import { expect, test } from 'vitest'
import { Jobs } from './jobs.ts'
import { LeftTransfers } from './left-transfers.ts'
import { RunScope } from '../session/run-scope.ts'
import { Transfers } from '../session/transfers.ts'

const began = {
  type: 'moving',
  descriptor: { digest: 'sha256:a', size: 1, mediaType: 'x/y' },
  done: 0,
} as unknown as Parameters<RunScope['progress']['take']>[0]

const jobs = (): Jobs => new Jobs(() => undefined)

test('a transfer whose session is gone is adopted once; one at work stays where it is', () => {
  const database = new DatabaseSync(':memory:')
  const alive = new Set([1])
  const kept = new LeftTransfers(database, (pid) => alive.has(pid))
  kept.begin('cp a b/', 'ghcr.io/team', 10, 1)
  const done = kept.begin('pull c', '', 20, 2)!
  kept.begin('pull d', '', 30, 2)
  kept.end(done)
  expect(kept.adopt(3)).toMatchObject([{ line: 'pull d', context: '', started: 30 }])
  alive.add(3)
  expect(kept.adopt(4)).toEqual([])
  alive.delete(1)
  expect(kept.adopt(4).map(({ line }) => line)).toEqual(['cp a b/'])
})

test('without a database nothing is kept and nothing fails', () => {
  const kept = new LeftTransfers(undefined)
  expect(kept.begin('cp a b', '', 1)).toBeUndefined()
  expect(kept.adopt()).toEqual([])
})

test('what a session leaves at work is listed by the next one, resumed in its context, and then forgotten', () => {
  const database = new DatabaseSync(':memory:')
  const first = new Transfers(new LeftTransfers(database, () => false), jobs())
  const over = new RunScope('cp x y')
  const leaving = new RunScope('cp a mirror/')
  const secret = new RunScope('push --password hunter2 a b')
  const noted = [over, leaving, secret].map((scope) => first.noted(scope, () => 'ghcr.io/team'))
  for (const scope of [over, leaving, secret]) scope.progress.take(began)
  noted[0]![Symbol.dispose]()
  first.leave()
  noted[1]![Symbol.dispose]()

  const list = jobs()
  const next = new Transfers(new LeftTransfers(database, () => false), list)
  expect(next.found()).toContain('1 transfer was left')
  expect(list.list).toMatchObject([{ id: 1, state: 'left', line: 'cp a mirror/', context: 'ghcr.io/team' }])
  const started: string[] = []
  const begun = next.resume(1, (line, context) => {
    started.push(`${context}: ${line}`)
    return list.start(line, async () => 0)
  })
  expect([begun?.id, started]).toEqual([2, ['ghcr.io/team: cp a mirror/']])
  expect(list.left).toEqual([])
  expect(next.resume(1, () => list.start('x', async () => 0))).toBeUndefined()
  expect(new Transfers(new LeftTransfers(database, () => false), jobs()).found()).toBeUndefined()
})

test('a transfer that is given up is not offered again', () => {
  const database = new DatabaseSync(':memory:')
  const kept = new LeftTransfers(database, () => false)
  kept.begin('pull a', '', 1)
  const list = jobs()
  const transfers = new Transfers(kept, list)
  transfers.found()
  expect([transfers.giveUp(1), transfers.giveUp(1), list.list]).toEqual([true, false, []])
  expect(kept.adopt()).toEqual([])
})

test('a line that moves nothing leaves nothing', () => {
  const kept = new LeftTransfers(new DatabaseSync(':memory:'), () => false)
  const transfers = new Transfers(kept, jobs())
  const scope = new RunScope('ls')
  transfers.noted(scope, () => '')
  transfers.leave()
  expect(kept.adopt()).toEqual([])
})
