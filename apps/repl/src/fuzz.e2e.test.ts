import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { temporaryFolder } from '@ocish/testing'
import { expect, test } from 'vitest'
import { numbers, SessionModel } from './fuzz.test-kit.ts'
import { TestTerminal } from './terminal.test-kit.ts'

const typed = [...'abc /:.-@"|$e'.split(''), 'version', 'de', '日', 'é', 'e\u0301']
/** Movement, cutting, undo, history, the list. */
const keys = [
  ...'\u0001\u0005\u0002\u0006\u000B\u0015\u0017\u0019\u0014\u001F\u007F\u0010\u000E\u0007'.split(''),
  ...'[D [C [H [F [3~ [A [B b f d y \u007F \r'.split(' ').map((rest) => `\u001B${rest}`),
]
/** After these the screen is looked at before anything else is typed. */
const slow = ['\r', '\u0003', '\t', '\u000C']
const sizes: readonly (readonly [number, number])[] = [
  [60, 20],
  [33, 12],
  [100, 30],
  [24, 9],
  [80, 24],
]

type Size = readonly [number, number]
const isSize = (next: Size | readonly string[]): next is Size => typeof next[0] === 'number'

/** The next keys: those that are typed in one go, or a new size. */
function nextKeys(below: (limit: number) => number, model: SessionModel): readonly string[] | Size {
  const what = below(20)
  if (what === 0) return sizes[below(sizes.length)]!
  if (what === 1 && model.text.length > 60) return ['\u0001\u000B']
  if (what < 6) {
    const key = slow[below(slow.length)]!
    if (key === '\t' && !model.hasMenu && !model.canComplete) return ['\u0015', 'de', '\t']
    // A line that binds is run only where it does nothing.
    if (key === '\r' && !model.hasMenu && (below(2) === 0 || model.isDangerous))
      return ['\u0003', 'version', '\r']
    return [key]
  }
  // With the list open nothing is typed that would ask a registry.
  const some = model.hasMenu ? ['\u001B[A', '\u001B[B', '\t', '\r', '\u0007', 's', 'e', '\u007F'] : undefined
  return Array.from({ length: some === undefined ? 6 : 1 }, () => {
    if (some !== undefined) return some[below(some.length)]!
    return below(2) === 0 ? typed[below(typed.length)]! : keys[below(keys.length)]!
  })
}

/** Rows without the blanks at their ends and below them: those are painted in one place, and left out in another. */
const visible = (rows: readonly string[]): string =>
  rows
    .map((row) => row.trimEnd())
    .join('\n')
    .replace(/\n+$/, '')

/** Sizes so fast one after another that the session is told of some of them only, or of none. */
async function storm(terminal: TestTerminal, below: (limit: number) => number): Promise<void> {
  for (let count = below(5); count > 0; count -= 1) {
    terminal.resize(...sizes[below(sizes.length)]!)
    for (let turns = below(40); turns > 0; turns -= 1) await new Promise((done) => setImmediate(done))
  }
}

/** Lines of the session that have ended, as its history says. */
function endedLines(home: string): number {
  using database = new DatabaseSync(join(home, '.local/state/ocish/history.db'), {
    readOnly: true,
    timeout: 1000,
  })
  const row = database.prepare('SELECT count(*) AS count FROM lines WHERE status IS NOT NULL').get()
  return Number(row?.['count'])
}

const given = process.env['OCISH_FUZZ_SEED']
/** Keys of each seed; `OCISH_FUZZ_SEED=N` runs another one. */
const count = 1500

test.each(given === undefined ? [7, 20_261_122] : [Number(given)])(
  `seed %i, ${count} keys, Enter, Tab, history and storms of resizes among them: the screen is what the fold and the layout say`,
  async (seed) => {
    await using folder = await temporaryFolder()
    const below = numbers(seed)
    const [columns, rows] = sizes[0]!
    const model = await SessionModel.open(folder.path, [columns, rows])
    await using terminal = new TestTerminal({ home: folder.path, columns, rows })
    await terminal.shows('❯')
    const done: string[] = []
    let pressed = 0
    while (pressed < count) {
      const next = nextKeys(below, model)
      if (isSize(next)) {
        ;[model.columns, model.rows] = next
        await storm(terminal, below)
        terminal.resize(model.columns, model.rows)
      } else {
        const some = next.join('')
        pressed += next.length
        await model.bytes(some)
        terminal.type(some)
      }
      done.push(JSON.stringify(next))
      // Ctrl-C is for the line that runs until it has ended.
      await expect.poll(() => endedLines(folder.path), { timeout: 8000 }).toBe(model.ended)
      const { rows: wanted, x, y } = model.frame()
      await terminal.until(
        ({ screen, cursor }) => {
          const top = cursor.y - y
          return top >= 0 && cursor.x === x && visible(screen.slice(Math.max(0, top))) === visible(wanted)
        },
        `${JSON.stringify(wanted)} @${x},${y} on ${model.columns}×${model.rows}; OCISH_FUZZ_SEED=${seed}, last ${done.slice(-5).join(' ')}`,
      )
    }
    expect(pressed).toBeGreaterThanOrEqual(count)
  },
)
