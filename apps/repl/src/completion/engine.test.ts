import { describe, expect, test } from 'vitest'
import type { CandidateList } from '../prompt/candidate.ts'
import { testWorld } from '../prompt/world.test-kit.ts'
import { type Answer, CompletionEngine } from './engine.ts'
import { frecency } from './frecency.ts'
import { rank } from '../prompt/rank.ts'
import { referenceStage } from './stage.ts'

/** A clock that is moved by hand. */
class Clock {
  now = 1_000_000
  #timers: { readonly at: number; readonly call: () => void }[] = []

  readonly after = (milliseconds: number, call: () => void): (() => void) => {
    const timer = { at: this.now + milliseconds, call }
    this.#timers.push(timer)
    return () => {
      this.#timers = this.#timers.filter((one) => one !== timer)
    }
  }

  pass(milliseconds: number): void {
    this.now += milliseconds
    const due = this.#timers.filter((timer) => timer.at <= this.now)
    this.#timers = this.#timers.filter((timer) => timer.at > this.now)
    for (const timer of due) timer.call()
  }
}

const site = testWorld().read('ls reg.io/').siteAt(10)
const stage = { base: 'reg.io/', word: '' }
const values = (list: CandidateList | undefined): readonly string[] | undefined =>
  list?.candidates.map((candidate) => candidate.value)

interface Setup {
  readonly clock: Clock
  readonly engine: CompletionEngine
  readonly told: CandidateList[]
  asked: number
  ask(): Promise<void>
}

function setup(fetch: Extract<Answer, { type: 'remote' }>['fetch']): Setup {
  const clock = new Clock()
  const told: CandidateList[] = []
  const made: Setup = {
    clock,
    told,
    asked: 0,
    engine: new CompletionEngine({
      now: () => clock.now,
      after: clock.after,
      provide: () => ({
        type: 'remote',
        key: 'k',
        source: 'reg.io',
        fetch: (signal) => {
          made.asked += 1
          return fetch(signal)
        },
      }),
    }),
    ask: () => made.engine.ask(site, stage, (list) => told.push(list)),
  }
  return made
}

async function* batches(
  ...lists: readonly (readonly string[])[]
): AsyncGenerator<readonly { readonly value: string }[]> {
  for (const list of lists) yield list.map((value) => ({ value }))
}

const never = (): AsyncIterable<never> => ({
  [Symbol.asyncIterator]: () => ({ next: () => new Promise(() => undefined) }),
})

test('batches are shown as they come, then the whole list', async () => {
  const made = setup(() => batches(['a'], ['b']))
  await made.ask()
  expect(made.told.map(values)).toEqual([['a'], ['a', 'b'], ['a', 'b']])
  expect(made.told.at(-1)).toMatchObject({ done: true, status: { type: 'live', seconds: 0 } })
})

test('a young list is shown without asking; an older one at once, and refreshed behind', async () => {
  let name = 'old'
  const made = setup(() => batches([name]))
  await made.ask()
  made.clock.pass(5000)
  await made.ask()
  expect([made.asked, made.told.at(-1)?.status]).toEqual([1, { type: 'live', seconds: 5 }])
  name = 'new'
  made.clock.pass(60_000)
  await made.ask()
  expect(made.told.slice(-2).map(values)).toEqual([['old'], ['new']])
  expect(made.told.at(-2)?.status).toMatchObject({ type: 'cached', refreshing: true })
  expect(made.asked).toBe(2)
})

test('a silent source is named after 150 ms and given up at the end of its budget', async () => {
  const made = setup(never)
  const asking = made.ask()
  await Promise.resolve()
  await Promise.resolve()
  made.clock.pass(150)
  expect(made.told.at(-1)?.status).toEqual({ type: 'asking', source: 'reg.io' })
  made.clock.pass(10_000)
  await asking
  expect(made.told.at(-1)).toMatchObject({
    done: true,
    status: { type: 'failed', message: 'reg.io did not answer in time' },
  })
})

test('a failure is a line, and is not repeated at once', async () => {
  const made = setup(() => {
    throw new Error('no')
  })
  await made.ask()
  await made.ask()
  expect([made.asked, made.told.at(-1)?.status]).toEqual([1, { type: 'failed', message: 'no' }])
  made.clock.pass(10_001)
  await made.ask()
  expect(made.asked).toBe(2)
})

test('when a refresh fails, what was known stays', async () => {
  let fails = false
  const made = setup(() => {
    if (fails) throw new Error('no')
    return batches(['a'])
  })
  await made.ask()
  fails = true
  made.clock.pass(60_000)
  await made.ask()
  expect([values(made.told.at(-1)), made.told.at(-1)?.status.type]).toEqual([['a'], 'failed'])
})

test('a new question ends the old one, whose answers are not told', async () => {
  const gate = Promise.withResolvers<void>()
  let signal: AbortSignal | undefined
  const made = setup(async function* slow(given) {
    signal ??= given
    await gate.promise
    yield [{ value: 'late' }]
  })
  const first: CandidateList[] = []
  const asking = made.engine.ask(site, stage, (list) => first.push(list))
  await Promise.resolve()
  await Promise.resolve()
  made.engine.cancel()
  gate.resolve()
  await asking
  expect([signal?.aborted, first]).toEqual([true, []])
})

test('a huge list is cut: type to narrow', async () => {
  const names = Array.from({ length: 100_000 }, (_, index) => `t${index}`)
  const made = setup(() => batches(names))
  await made.ask()
  expect(made.told.at(-1)).toMatchObject({ done: true, partial: true })
  expect(made.told.at(-1)?.candidates).toHaveLength(1000)
})

describe('ranking', () => {
  const ranked = (names: readonly string[], word: string): readonly string[] =>
    rank(
      names.map((value) => ({ value })),
      word,
      '',
    ).map((candidate) => candidate.value)

  test('beginning, part, anywhere, letters in order', () => {
    expect(ranked(['xabase', 'b-a-s', 'gs-base', 'base', 'none'], 'bas')).toEqual([
      'base',
      'gs-base',
      'xabase',
      'b-a-s',
    ])
  })

  test('within these, what was used often and lately', () => {
    const now = 10 ** 12
    const weights = frecency(
      [
        { text: 'ls b', context: '', at: now - 10 },
        { text: 'ls a', context: '', at: now - 10 ** 10 },
      ],
      now,
    )
    const all = ['a', 'b', 'c'].map((value) => ({ value, weight: weights.get(value) ?? 0 }))
    expect(rank(all, '', '').map((candidate) => candidate.value)).toEqual(['b', 'a', 'c'])
  })
})

test.each<[string, string, string, string, string]>([
  ['', '', 'registry', '', ''],
  ['gh', '', 'registry', '', 'gh'],
  ['ghcr.io/', '', 'path', 'ghcr.io/', ''],
  ['ghcr.io/a/b', '', 'path', 'ghcr.io/a/', 'b'],
  ['ghcr.io/a/b:', '', 'tag', 'ghcr.io/a/b:', ''],
  ['localhost:50', '', 'registry', '', 'localhost:50'],
  ['localhost:5000/', '', 'path', 'localhost:5000/', ''],
  ['127.0.0.1:5000', '', 'registry', '', '127.0.0.1:5000'],
  ['[::1]:5000', '', 'registry', '', '[::1]:5000'],
  ['ghcr.io/a/b@sha', '', 'digest', 'ghcr.io/a/b@', 'sha'],
  ['ghcr.io/a/b:1@sha256:ab', '', 'digest', 'ghcr.io/a/b:1@', 'sha256:ab'],
  ['ghcr.io/a/b:1//', '', 'file', 'ghcr.io/a/b:1//', ''],
  ['ghcr.io/a/b:1//x/y', '', 'file', 'ghcr.io/a/b:1//x/', 'y'],
  ['gs-base:0.', 'ghcr.io/team', 'tag', 'gs-base:', '0.'],
])('%j in context %j is %s', (word, context, name, base, rest) => {
  expect(referenceStage(word, context)).toEqual({ stage: name, base, word: rest })
})
