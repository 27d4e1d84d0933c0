import type { Column, Row } from '@ocish/shell'
import { humanCell } from '@ocish/shell/text'
import { characterBefore } from '../editor/grapheme.ts'
import type { KeyEvent } from '../keys/key-event.ts'

/** Rows on a screen: filtered, sorted, one of them selected. */
export interface TableState {
  readonly columns: readonly Column[]
  readonly rows: readonly Row[]
  readonly filter: string
  /** Keys go to the filter. */
  readonly isFiltering: boolean
  /** The column that keys about columns mean. */
  readonly column: number
  readonly sort?: { readonly column: string; readonly reverse: boolean }
  readonly hidden: ReadonlySet<string>
  readonly selected: number
  readonly marked: ReadonlySet<Row>
}

/** What a key asked for that the table does not do itself. */
export type TableAction =
  | { readonly type: 'leave' }
  | { readonly type: 'open' }
  | { readonly type: 'key'; readonly key: string }

export function tableState(columns: readonly Column[], rows: readonly Row[] = []): TableState {
  return {
    columns,
    rows,
    filter: '',
    isFiltering: false,
    column: 0,
    hidden: new Set(),
    selected: 0,
    marked: new Set(),
  }
}

/** The columns that are shown. */
export function shownColumns(state: TableState): readonly Column[] {
  return state.columns.filter((column) => !state.hidden.has(column.name))
}

type Order = Pick<TableState, 'columns' | 'filter' | 'sort'>

/** The last answer for some rows: a key that only moves asks for the same ones. */
const answers = new WeakMap<readonly Row[], Order & { readonly visible: readonly Row[] }>()

/** The rows that are shown, in order. */
export function visibleRows(state: TableState): readonly Row[] {
  const known = answers.get(state.rows)
  const isSame =
    known?.columns === state.columns && known.filter === state.filter && known.sort === state.sort
  if (isSame) return known.visible
  const { columns, filter, sort } = state
  const visible = ordered(fitting(state), sort)
  answers.set(state.rows, { columns, filter, visible, ...(sort && { sort }) })
  return visible
}

function fitting({ rows, columns, filter }: TableState): readonly Row[] {
  const words = filter.toLowerCase().split(' ').filter(Boolean)
  if (words.length === 0) return rows
  return rows.filter((row) => {
    const text = columns
      .map((column) => humanCell(row[column.name], column.type))
      .join(' ')
      .toLowerCase()
    return words.every((word) => text.includes(word))
  })
}

function ordered(rows: readonly Row[], sort: TableState['sort']): readonly Row[] {
  if (sort === undefined) return rows
  const { column, reverse } = sort
  const collator = new Intl.Collator('en', { numeric: true })
  const sorted = rows.toSorted((a, b) => compared(a[column], b[column], collator))
  return reverse ? sorted.toReversed() : sorted
}

function compared(a: unknown, b: unknown, collator: Intl.Collator): number {
  if (a === undefined || b === undefined) return Number(a === undefined) - Number(b === undefined)
  if (typeof a === 'number' && typeof b === 'number') return a - b
  if (a instanceof Date && b instanceof Date) return a.getTime() - b.getTime()
  return collator.compare(humanCell(a, 'string'), humanCell(b, 'string'))
}

export function selectedRow(state: TableState): Row | undefined {
  return visibleRows(state)[state.selected]
}

/** What a key does to the table; whatever it does not know is handed back. */
export function tableKey(state: TableState, event: KeyEvent): readonly [TableState, TableAction?] {
  if (event.type !== 'key') {
    if (state.isFiltering) return [filtered(state, state.filter + event.text.replaceAll(/\s/g, ' '))]
    let next: readonly [TableState, TableAction?] = [state]
    for (const character of event.text) {
      const [current] = next
      next = current.isFiltering
        ? [filtered(current, current.filter + character)]
        : letter(current, character)
      if (next[1] !== undefined) return next
    }
    return next
  }
  if (state.isFiltering) return filterKey(state, event.name)
  return moved(state, event.name)
}

function filterKey(state: TableState, name: string): readonly [TableState, TableAction?] {
  if (name === 'enter' || name === 'tab') return [{ ...state, isFiltering: false }]
  if (name === 'escape' || name === 'ctrl-c' || name === 'ctrl-g')
    return [{ ...filtered(state, ''), isFiltering: false }]
  if (name === 'ctrl-u') return [filtered(state, '')]
  if (name === 'backspace')
    return [filtered(state, state.filter.slice(0, characterBefore(state.filter, state.filter.length)))]
  return moved(state, name)
}

function filtered(state: TableState, filter: string): TableState {
  return { ...state, filter, selected: 0 }
}

const page = 10

function moved(state: TableState, name: string): readonly [TableState, TableAction?] {
  switch (name) {
    case 'up':
    case 'ctrl-p':
      return [at(state, state.selected - 1)]
    case 'down':
    case 'ctrl-n':
      return [at(state, state.selected + 1)]
    case 'pageup':
      return [at(state, state.selected - page)]
    case 'pagedown':
      return [at(state, state.selected + page)]
    case 'home':
      return [at(state, 0)]
    case 'end':
      return [at(state, Number.MAX_SAFE_INTEGER)]
    case 'left':
      return [{ ...state, column: Math.max(0, state.column - 1) }]
    case 'right':
      return [{ ...state, column: Math.min(shownColumns(state).length - 1, state.column + 1) }]
    case 'enter':
      return [state, { type: 'open' }]
    case 'escape':
      return state.filter === '' ? [state, { type: 'leave' }] : [filtered(state, '')]
    case 'ctrl-c':
    case 'ctrl-d':
      return [state, { type: 'leave' }]
    default:
      return [state, { type: 'key', key: name }]
  }
}

function letter(state: TableState, character: string): readonly [TableState, TableAction?] {
  const column = shownColumns(state)[state.column]?.name
  switch (character) {
    case 'q':
      return [state, { type: 'leave' }]
    case '/':
      return [{ ...state, isFiltering: true }]
    case 'j':
      return [at(state, state.selected + 1)]
    case 'k':
      return [at(state, state.selected - 1)]
    case 'g':
      return [at(state, 0)]
    case 'G':
      return [at(state, Number.MAX_SAFE_INTEGER)]
    case 's': {
      if (column === undefined) return [state]
      const reverse = state.sort?.column === column && !state.sort.reverse
      return [{ ...state, sort: { column, reverse }, selected: 0 }]
    }
    case 'h':
      if (column === undefined || shownColumns(state).length === 1) return [state]
      return [{ ...state, hidden: new Set([...state.hidden, column]), column: Math.max(0, state.column - 1) }]
    case 'H':
      return [{ ...state, hidden: new Set() }]
    case ' ':
      return [at(toggled(state), state.selected + 1)]
    default:
      return [state, { type: 'key', key: character }]
  }
}

function toggled(state: TableState): TableState {
  const row = selectedRow(state)
  if (row === undefined) return state
  const marked = new Set(state.marked)
  if (!marked.delete(row)) marked.add(row)
  return { ...state, marked }
}

function at(state: TableState, selected: number): TableState {
  const last = Math.max(0, visibleRows(state).length - 1)
  return { ...state, selected: Math.max(0, Math.min(last, selected)) }
}
