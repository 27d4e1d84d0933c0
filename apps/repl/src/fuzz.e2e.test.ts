import fc from 'fast-check'
import { temporaryFolder, type TemporaryFolder } from '@ocish/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { frameOf } from './layout/frame.ts'
import { TestPrompt } from './prompt/world.test-kit.ts'
import { TestTerminal } from './terminal.test-kit.ts'
let folder: TemporaryFolder
beforeAll(async () => {
  folder = await temporaryFolder()
})
afterAll(async () => folder[Symbol.asyncDispose]())
const prompt = '❯'
const expectShown = async (terminal: TestTerminal, text: string): Promise<void> => terminal.shows(text)
const open = (options: object): TestTerminal => new TestTerminal({ home: folder.path, ...options })
describe('differential', () => {
  test('2,000 random keys: the screen is what the fold and the layout say', async () => {
    await using terminal = open({ columns: 60, rows: 20 })
    await expectShown(terminal, prompt)
    const model = new TestPrompt()
    const key = fc.oneof(
      { weight: 6, arbitrary: fc.constantFrom(...'abc /:.-@"|$'.split('')) },
      { weight: 1, arbitrary: fc.constantFrom('日', 'é', 'e\u0301', '\u001B\r') },
      {
        weight: 5,
        arbitrary: fc.constantFrom(
          '\u0001',
          '\u0005',
          '\u0002',
          '\u0006',
          '\u000B',
          '\u0017',
          '\u0019',
          '\u0014',
          '\u001F',
          '\u007F',
          '\u001B[D',
          '\u001B[C',
          '\u001B[H',
          '\u001B[F',
          '\u001B[3~',
          '\u001Bb',
          '\u001Bf',
          '\u001Bd',
          '\u001B\u007F',
          '\u001By',
        ),
      },
    )
    const keys = fc.sample(key, { numRuns: 2000, seed: 7 })
    for (let at = 0; at < keys.length; at += 8) {
      const some = [...keys.slice(at, at + 8), ...(at % 200 === 0 ? ['\u0001\u000B'] : [])].join('')
      model.bytes(some)
      terminal.type(some)
      const { state, world } = model
      const look = { width: 60, color: false, ascii: false, now: 0 }
      const expected = frameOf({
        state: { ...state, quiet: true },
        world,
        look,
        height: 20,
        progress: [],
        jobs: 0,
        failed: false,
      })
      const rows = expected.rows.map((row) => row.trimEnd())
      await terminal.until(
        ({ screen, cursor }) => {
          const shown = rows.every((row, index) => (screen[index] ?? '').trimEnd() === row)
          return shown && cursor.x === expected.x && cursor.y === expected.y
        },
        `${JSON.stringify(rows)} @${expected.x},${expected.y} after ${JSON.stringify(some)}`,
      )
    }
    expect(model.state.editor.text.length).toBeGreaterThanOrEqual(0)
  })
})
