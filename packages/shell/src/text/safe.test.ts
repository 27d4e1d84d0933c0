import { describe, expect, test } from 'vitest'
import type { Row } from '../command.ts'
import { write } from '../formats/write.ts'
import type { Edge } from '../formats/edge.ts'
import { renderHelp } from '../help.ts'
import { toProblem } from '../problem.ts'
import { changeRow, nodeRow, tagRow } from '../rows.ts'
import { describe as describeLayout } from './describe.ts'
import { errorJson, errorLine, errorReport } from './error.ts'
import { help } from './help.ts'
import { hostileCorpus } from './hostile-corpus.test-kit.ts'
import { safe } from './safe.ts'
import { table } from './table.ts'
import { paint, type Look } from './theme.ts'
import { width } from './width.ts'
import { OcishError } from '@ocish/sdk'

const look: Look = { width: 80, color: false, ascii: false, now: 0 }
const colored: Look = { ...look, color: true }

const forbidden = new RegExp(
  String.raw`[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\u{e0000}-\u{e0fff}]|\p{Cs}`,
  'u',
)
/** What the theme alone makes. */
const themed = new RegExp(String.raw`\u001b\[[0-9;]*m`, 'g')

async function* of(...rows: readonly Row[]): AsyncGenerator<Row> {
  yield* rows
}

async function all(pieces: AsyncIterable<string>): Promise<string> {
  return (await Array.fromAsync(pieces)).join('')
}

const rowOf = (text: string): Row => ({
  depth: 1,
  ref: text,
  tag: text,
  kind: text,
  platforms: [text],
  path: text,
  op: '~',
  from: text,
  to: { [text]: text },
  extra: { [text]: [text] },
})

describe.each(hostileCorpus)('T45 %s', (_, text) => {
  const formats = ['json', 'ndjson', 'yaml', 'csv', 'tsv', 'table', 'tree', 'md'] as const
  const edges: readonly (() => Edge)[] = [
    () => ({ form: 'rows', rows: of(rowOf(text), rowOf('plain')), types: [tagRow] }),
    () => ({ form: 'rows', rows: of(rowOf(text)), types: [nodeRow] }),
    () => ({ form: 'rows', rows: of(rowOf(text)), types: [changeRow] }),
    () => ({ form: 'rows', rows: of(rowOf(text)), types: [] }),
    () => ({ form: 'value', value: { [text]: text }, type: 'record' }),
    () => ({
      form: 'value',
      value: { title: text, summary: text, fields: [{ label: text, value: [text, { [text]: text }] }] },
      type: 'Description',
    }),
  ]

  test.each(formats)('nothing of it reaches a terminal as %s', async (format) => {
    for (const edge of edges) {
      const plain = await all(write(edge(), format, { look, terminal: true }))
      expect(format === 'tsv' ? plain.replaceAll('\t', '') : plain).not.toMatch(forbidden)
      const lines = (await all(write(edge(), format, { look: colored, terminal: true }))).replaceAll(
        themed,
        '',
      )
      expect(format === 'tsv' ? lines.replaceAll('\t', '') : lines).not.toMatch(forbidden)
    }
  })

  test('a value that is text, and bytes on a terminal', async () => {
    const value = await all(
      write({ form: 'value', value: text, type: 'text' }, 'table', { look, terminal: true }),
    )
    expect(value).not.toMatch(forbidden)
    const bytes = (async function* bytes() {
      yield new TextEncoder().encode(text)
    })()
    expect(await all(write({ form: 'bytes', bytes }, 'table', { look, terminal: true }))).not.toMatch(
      forbidden,
    )
  })

  test('errors and help', () => {
    const problem = toProblem(
      new OcishError('TAG_NOT_FOUND', `no tag ${text}`, {
        hint: text,
        cause: new Error(text),
        details: {
          input: text,
          span: { from: 0, to: text.length },
          closest: [text],
          wire: [{ message: text }],
        },
      }),
      { name: text, text: `cp ${text} mirror/` },
    )
    for (const line of [...errorReport(problem, look), errorLine(problem)])
      expect(line).not.toMatch(forbidden)
    expect(errorJson(problem)).not.toMatch(forbidden)
    const document = renderHelp({
      name: text,
      summary: text,
      description: text,
      params: [{ name: text, type: 'ref', summary: text }],
      flags: [{ name: text, type: 'string', summary: text }],
      input: 'none',
      output: { form: 'none' },
      effect: 'R',
      examples: [{ line: text, note: text }],
      exits: [],
      since: '0',
      group: 'kind',
    })
    for (const line of help(document, look)) expect(line).not.toMatch(forbidden)
  })

  test('widths are those of the escaped text and rows stay rows', () => {
    const lines = table(
      [
        { a: text, b: 'x' },
        { a: 'plain', b: 'x' },
      ],
      [
        { name: 'a', type: 'string' },
        { name: 'b', type: 'string' },
      ],
      look,
    )
    expect(lines).toHaveLength(3)
    expect(new Set(lines.map((line) => width(line))).size).toBe(1)
    expect(lines.every((line) => !line.includes('\n'))).toBe(true)
    expect(describeLayout({ title: text, fields: [{ label: 'a', value: text }] }, look)).toHaveLength(3)
  })

  test('JSON keeps the exact data', async () => {
    const edge: Edge = { form: 'rows', rows: of({ ref: text, [text]: text }), types: [] }
    const back = JSON.parse(await all(write(edge, 'json', { look, terminal: false }))) as Record<
      string,
      unknown
    >[]
    expect(Object.entries(back[0]!)).toEqual(Object.entries({ ref: text, [text]: text }))
  })
})

test('hostile characters are shown, newlines in a cell as a sign', () => {
  expect(safe('a\u001b[2Jb\n\u202ec\u007f')).toBe('a␛[2Jb⏎<202E>c␡')
  expect(safe('a\nb', { newlines: 'keep' })).toBe('a\nb')
  expect(safe('日本 é ☂️')).toBe('日本 é ☂️')
  expect(safe(`e${'\u0301'.repeat(12)}`)).toBe(`e${'\u0301'.repeat(8)}<+4 marks>`)
})

test('only the theme makes colour, and only when it is wanted', () => {
  expect(paint(safe('x'), 'bad', colored)).toBe('\u001b[31mx\u001b[0m')
  expect(paint(safe('x'), 'bad', look)).toBe('x')
})
