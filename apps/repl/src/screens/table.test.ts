import type { Row } from '@ocish/shell'
import { expect, test } from 'vitest'
import type { KeyEvent } from '../keys/key-event.ts'
import { rowsInSight, tableRows } from './table-rows.ts'
import { selectedRow, tableKey, type TableState, tableState, visibleRows } from './table-state.ts'

const columns = [
  { name: 'tag', type: 'string' },
  { name: 'size', type: 'size' },
] as const
const rows: readonly Row[] = [{ tag: '1.2', size: 5 }, { tag: '1.10', size: 3 }, { tag: 'latest' }]
const look = { width: 120, color: false, ascii: true, now: 0 }
const keys = ['Enter open', 'd describe', 'q quit']

function pressed(state: TableState, ...names: readonly string[]): TableState {
  const events = names.map((name): KeyEvent =>
    name.length === 1 ? { type: 'text', text: name } : { type: 'key', name },
  )
  return events.reduce((current, event) => tableKey(current, event)[0], state)
}

const tags = (state: TableState): readonly unknown[] => visibleRows(state).map((row) => row['tag'])

test('numbers sort as numbers, and once more the other way round', () => {
  const state = tableState(columns, rows)
  expect(tags(pressed(state, 's'))).toEqual(['1.2', '1.10', 'latest'])
  expect(tags(pressed(state, 's', 's'))).toEqual(['latest', '1.10', '1.2'])
  expect(tags(pressed(state, 'right', 's')).slice(0, 2)).toEqual(['1.10', '1.2'])
})

test('a filter narrows as it is typed, and Escape takes it away', () => {
  const state = pressed(tableState(columns, rows), '/', '1', '.', '1', 'enter')
  expect(tags(state)).toEqual(['1.10'])
  expect(tags(pressed(state, 'escape'))).toEqual(['1.2', '1.10', 'latest'])
})

test('what is in sight holds the selected row', () => {
  const many = Array.from({ length: 100 }, (_, tag): Row => ({ tag: String(tag) }))
  const state = pressed(tableState(columns, many), 'end')
  const sight = rowsInSight(state, 14)
  expect(sight.rows).toHaveLength(10)
  expect(sight.rows).toContain(selectedRow(state))
  expect(rowsInSight(state, 1).rows).toHaveLength(1)
})

test.each([
  [60, 'Enter open · d describe · q quit'],
  [30, 'Enter open · q quit'],
  [12, 'q quit'],
])('at %i columns the keys are %s', (width, hints) => {
  const frame = { state: tableState(columns, rows), title: 'r/app', status: '3 tags', keys }
  const shown = tableRows(frame, width, 10, look)
  expect(shown).toHaveLength(10)
  expect(shown.at(-1)?.trim()).toBe(hints)
})

test('the order is told on the right', () => {
  const frame = { state: pressed(tableState(columns, rows), 's', 's'), title: '', status: '', keys }
  expect(tableRows(frame, 60, 10, look)[1]).toMatch(/^ \/ filter {3}column: tag +sort: tag down$/)
})

test('on a narrow screen no row is wider than it, and the first columns stay', () => {
  const frame = {
    state: tableState(columns, rows),
    title: 'registry.example › team › app',
    status: '3',
    keys,
  }
  const shown = tableRows(frame, 19, 6, look)
  expect(shown.every((row) => row.length < 19)).toBe(true)
  expect(shown.join('\n')).toContain('1.10')
})
