import { safe, type Look, type Text, width } from '@ocish/shell/text'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { TestPrompt, testWorld } from '../prompt/world.test-kit.ts'
import { bufferRows, promptText } from './buffer-rows.ts'
import { frameOf } from './frame.ts'

const look = (columns: number, color = false): Look => ({ width: columns, color, ascii: false, now: 0 })

function laidOut(
  text: string,
  cursor: number,
  columns: number,
  color = false,
): ReturnType<typeof bufferRows> {
  const prompt = promptText('ghcr.io/team', { failed: false, jobs: 0 }, look(columns, color))
  const tokens = testWorld().read(text).tokens
  return bufferRows({
    prompt: prompt.text,
    promptWidth: prompt.width,
    text,
    tokens,
    cursor,
    ghost: '',
    look: look(columns, color),
  })
}

const sample = 'describe ghcr.io/日本語/repo:1.0 --as "x\u001b[31m"\nls a👩‍👩‍👧b \t| where size > 3MiB'

test('widths 1 to 200: no row is wider than the screen, the cursor is on it', () => {
  for (let columns = 1; columns <= 200; columns += 1) {
    for (const cursor of [0, 9, 17, 30, 42, sample.length]) {
      for (const color of [false, true]) {
        const { rows, x, y } = laidOut(sample, cursor, columns, color)
        for (const row of rows) expect(width(row)).toBeLessThanOrEqual(columns)
        expect(x).toBeLessThan(columns)
        expect(y).toBeLessThan(rows.length)
      }
    }
  }
})

test('any text at any width', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: 'binary', maxLength: 60 }),
      fc.integer({ min: 1, max: 60 }),
      fc.nat(60),
      (text, columns, at) => {
        const { rows, x, y } = laidOut(text, Math.min(at, text.length), columns)
        for (const row of rows) expect(width(row)).toBeLessThanOrEqual(columns)
        expect(x < columns && y < rows.length).toBe(true)
      },
    ),
  )
})

test('T45 control characters are shown as pictures, whatever the width', () => {
  for (const columns of [1, 2, 3, 10, 80]) {
    const { rows } = laidOut('a\u001b]0;x\u0007\u202e\u009b31m', 0, columns)
    // oxlint-disable-next-line no-control-regex -- that is what must not be there
    expect(rows.join('')).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u202e]/)
  }
})

test('the cursor after the last column stands on the next row', () => {
  const prompt = { prompt: '> ' as Text, promptWidth: 2, tokens: [], ghost: '', look: look(5) }
  expect(bufferRows({ ...prompt, text: 'abc', cursor: 3 })).toEqual({ rows: ['> abc', ''], x: 0, y: 1 })
  expect(bufferRows({ ...prompt, text: 'abcd', cursor: 3 })).toEqual({ rows: ['> abc', 'd'], x: 0, y: 1 })
})

describe('the live region', () => {
  test('is never higher than the screen minus one, in any mode', () => {
    const values = Array.from({ length: 50 }, (_, index) => ({
      value: `v${index}`,
      columns: ['helm', undefined],
    }))
    const prompts = [
      TestPrompt.at('ls |'),
      TestPrompt.at('ls |').key('tab').answer(values),
      TestPrompt.at(`ls ${'a\n'.repeat(30)}|`),
      TestPrompt.at('|', { history: ['ls a'] }).key('ctrl-r'),
    ]
    for (const { state, world } of prompts) {
      for (const columns of [1, 5, 20, 39, 40, 80, 120]) {
        for (const height of [1, 2, 3, 6, 10, 24]) {
          for (const progress of [0, 3, 40]) {
            const bars = Array.from({ length: progress }, () => 'bar' as Text)
            const frame = frameOf({
              state,
              world,
              look: look(columns),
              height,
              progress: bars.map((bar) => bar.slice(0, columns) as Text),
              jobs: 0,
              failed: false,
            })
            expect(frame.rows.length).toBeLessThanOrEqual(Math.max(1, height - 1))
            expect(frame.y).toBeLessThan(frame.rows.length)
            for (const row of frame.rows) expect(width(row)).toBeLessThanOrEqual(columns)
          }
        }
      }
    }
  })

  test('golden: signature, menu, search', () => {
    const shown = ({ state, world }: TestPrompt): string =>
      frameOf({ state, world, look: look(80), height: 12, progress: [], jobs: 1, failed: true }).rows.join(
        '\n',
      )
    const values = [
      { value: 'gs-base:0.3.1', columns: ['klaus-plugin', '184 KiB', '2d'] },
      { value: 'gs-base:0.3.0', columns: ['klaus-plugin', '181 KiB', '19d'] },
      { value: 'gs-base:\u202ex', columns: [undefined, undefined, undefined] },
    ]
    const context = 'ghcr.io/giantswarm/klaus-plugins'
    expect(shown(TestPrompt.at('describe gs|', { context }))).toMatchSnapshot('signature')
    expect(
      shown(
        TestPrompt.at('describe gs-base:|', { context })
          .key('tab')
          .answer(values, { status: { type: 'live', seconds: 0.2 } }),
      ),
    ).toMatchSnapshot('menu')
    expect(
      shown(
        TestPrompt.at('|', { history: ['cp a b'] })
          .key('ctrl-r')
          .bytes('cp'),
      ),
    ).toMatchSnapshot('search')
    expect(safe('\u202e')).toBe('<202E>')
  })
})
