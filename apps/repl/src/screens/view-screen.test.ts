import type { Edge, Row } from '@ocish/shell'
import { expect, test } from 'vitest'
import { ViewScreen } from './view-screen.ts'

const look = { width: 80, color: false, ascii: true, now: 0 }
const edge = (...rows: readonly Row[]): Edge => ({
  form: 'rows',
  types: [],
  rows: (async function* () {
    yield* rows
  })(),
})
const shown = (screen: ViewScreen): string => screen.rows(80, 12, look).join('\n')

test('typed rows have the columns of their type, and nothing that it hides', async () => {
  const screen = new ViewScreen([{ name: 'tag', type: 'string' }])
  await screen.read(edge({ ref: 'r/app:1', tag: '1' }))
  expect(shown(screen)).toContain('TAG')
  expect(shown(screen)).not.toContain('r/app')
  expect(shown(screen)).toContain('1 row')
})

test('of other rows every name is a column, also one that comes late', async () => {
  const screen = new ViewScreen([])
  await screen.read(edge({ a: 1, b: 2 }, { c: 3 }))
  expect(shown(screen)).toMatch(/A +B +C/)
})

test('of bytes each line is a row, and of a list each element', async () => {
  const lines = new ViewScreen([])
  await lines.read({ form: 'bytes', bytes: new Blob(['one\r\ntwo']).stream() })
  expect(shown(lines)).toMatch(/2 rows[^]* LINE[^]* one\n[^]* two\n/)
  const list = new ViewScreen([])
  await list.read({ form: 'value', value: [{ a: 'x' }, { a: 'y' }], type: 'list' })
  expect(shown(list)).toMatch(/2 rows[^]* A\n[^]* x\n[^]* y\n/)
})
