import type { Row } from '@ocish/shell'
import { cut, type Look, marksOf, pad, paint, safe, tableLayout, text, type Text } from '@ocish/shell/text'
import { shownColumns, type TableState, visibleRows } from './table-state.ts'

export interface TableFrame {
  readonly state: TableState
  readonly title: string
  /** On the right of the title. */
  readonly status: string
  readonly keys: string
  readonly message?: string
}

/** A whole screen: title, filter, table, keys. */
export function tableRows(
  { state, title, status, keys, message }: TableFrame,
  columns: number,
  height: number,
  look: Look,
): readonly Text[] {
  const room = Math.max(1, columns - 1)
  const mark = marksOf(look).ellipsis
  const fitted = (value: string): Text => cut(safe(value), room, mark)
  const shown = shownColumns(state)
  const { top, rows: inSight } = rowsInSight(state, height)
  const layout = tableLayout(shown, inSight, { ...look, width: Math.max(4, columns - 5) })
  const lines = inSight.map((row, index) => {
    const isSelected = top + index === state.selected
    const sign = isSelected ? (look.ascii ? '> ' : '› ') : '  '
    const marked = state.marked.has(row) ? '*' : ' '
    const line = text`${marked as Text}${sign as Text}${layout.line(row)}`
    return isSelected ? paint(cut(line, room, mark), 'strong', look) : cut(line, room, mark)
  })
  const sorted =
    state.sort === undefined ? '' : `sort: ${state.sort.column} ${state.sort.reverse ? 'down' : 'up'}`
  const filter = state.isFiltering
    ? `/${state.filter}${look.ascii ? '_' : '▏'}`
    : state.filter === ''
      ? ''
      : `/${state.filter}`
  const focus = shown[state.column]?.name ?? ''
  const second = fitted(` ${filter}${filter === '' ? '' : '   '}column: ${focus}   ${sorted}`)
  const head = cut(
    text`${pad(fitted(` ${title}`), Math.max(1, room - status.length - 1))} ${safe(status)}`,
    room,
    mark,
  )
  const empty =
    inSight.length === 0
      ? [paint(fitted(state.rows.length === 0 ? '  nothing here' : '  no row fits the filter'), 'dim', look)]
      : []
  const body = [text`   ${layout.header}`, ...lines, ...empty].slice(0, Math.max(1, height - 3))
  const blanks = Array.from({ length: Math.max(0, height - 3 - body.length) }, () => '' as Text)
  return [
    paint(head, 'strong', look),
    paint(second, 'dim', look),
    ...body,
    ...blanks,
    message === undefined
      ? paint(fitted(` ${keys}`), 'dim', look)
      : paint(fitted(` ${message}`), 'warn', look),
  ].slice(0, height)
}

/** The rows that are in sight on so many lines, the selected one among them. */
export function rowsInSight(
  state: TableState,
  height: number,
): { readonly top: number; readonly rows: readonly Row[] } {
  const rows = visibleRows(state)
  const room = Math.max(1, height - 5)
  const top = Math.max(0, Math.min(state.selected - Math.floor(room / 2), rows.length - room))
  return { top, rows: rows.slice(top, top + room) }
}
