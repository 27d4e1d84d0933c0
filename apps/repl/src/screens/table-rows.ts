import type { Row } from '@ocish/shell'
import {
  cut,
  type Look,
  marksOf,
  pad,
  paint,
  safe,
  tableLayout,
  text,
  type Text,
  width,
} from '@ocish/shell/text'
import { shownColumns, type TableState, visibleRows } from './table-state.ts'

export interface TableFrame {
  readonly state: TableState
  readonly title: string
  /** On the right of the title. */
  readonly status: string
  /** What keys do, most important first; the last one is always shown. */
  readonly keys: readonly string[]
  readonly message?: string
  /** What stands where there are no rows. */
  readonly empty?: string
}

/** Columns of the screen for each column of the table: of more than fit the last ones are left out. */
const narrowest = 10

/** A whole screen: title, filter, table, keys. */
export function tableRows(
  { state, title, status, keys, message, empty = 'nothing here: q goes back' }: TableFrame,
  columns: number,
  height: number,
  look: Look,
): readonly Text[] {
  const room = Math.max(1, columns - 1)
  const mark = marksOf(look).ellipsis
  const fitted = (value: string): Text => cut(safe(value), room, mark)
  const shown = shownColumns(state).slice(0, Math.max(1, Math.floor(columns / narrowest)))
  const { top, rows: inSight } = rowsInSight(state, height)
  const layout = tableLayout(shown, inSight, { ...look, width: Math.max(4, columns - 5) })
  const lines = inSight.map((row, index) => {
    const isSelected = top + index === state.selected
    const sign = isSelected ? (look.ascii ? '> ' : '› ') : '  '
    const marked = state.marked.has(row) ? '*' : ' '
    const line = text`${marked as Text}${sign as Text}${layout.line(row)}`
    return isSelected ? paint(cut(line, room, mark), 'strong', look) : cut(line, room, mark)
  })
  const second = secondRow(state, shown[state.column]?.name ?? '', room, look)
  const head = cut(
    text`${pad(fitted(` ${title}`), Math.max(1, room - status.length - 1))} ${safe(status)}`,
    room,
    mark,
  )
  const instead =
    inSight.length === 0
      ? [
          paint(
            fitted(`  ${state.rows.length === 0 ? empty : 'no row fits the filter: / changes it'}`),
            'dim',
            look,
          ),
        ]
      : []
  const body = [cut(text`   ${layout.header}`, room, mark), ...lines, ...instead].slice(
    0,
    Math.max(1, height - 3),
  )
  const blanks = Array.from({ length: Math.max(0, height - 3 - body.length) }, () => '' as Text)
  return [
    paint(head, 'strong', look),
    paint(second, 'dim', look),
    ...body,
    ...blanks,
    message === undefined
      ? paint(fitted(` ${keysThatFit(keys, room - 1)}`), 'dim', look)
      : paint(fitted(` ${message}`), 'warn', look),
  ].slice(0, height)
}

/** The filter and the column that keys mean on the left, the order on the right. */
function secondRow(state: TableState, column: string, room: number, look: Look): Text {
  const mark = marksOf(look).ellipsis
  const cursor = look.ascii ? '_' : '▏'
  const filter = state.isFiltering
    ? `/${state.filter}${cursor}`
    : state.filter === ''
      ? '/ filter'
      : `/${state.filter}`
  const { sort } = state
  const arrows = look.ascii ? ['up', 'down'] : ['↑', '↓']
  const order = sort === undefined ? 's sort' : `sort: ${sort.column} ${arrows[Number(sort.reverse)]}`
  const left = cut(safe(` ${filter}   column: ${column}`), room, mark)
  return cut(text`${pad(left, Math.max(1, room - width(safe(order)) - 1))} ${safe(order)}`, room, mark)
}

/** Whole hints only, as many as there is room for. */
function keysThatFit(keys: readonly string[], room: number): string {
  const last = keys.at(-1) ?? ''
  let line = ''
  for (const key of keys.slice(0, -1)) {
    if (line.length + key.length + last.length + 6 > room) break
    line += `${key} · `
  }
  return line + last
}

/** The rows that are in sight on so many lines, the selected one among them. */
export function rowsInSight(
  state: TableState,
  height: number,
): { readonly top: number; readonly rows: readonly Row[] } {
  const rows = visibleRows(state)
  const room = Math.max(1, height - 4)
  const top = Math.max(0, Math.min(state.selected - Math.floor(room / 2), rows.length - room))
  return { top, rows: rows.slice(top, top + room) }
}
