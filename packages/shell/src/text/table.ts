import type { Column, ColumnType } from '../signature.ts'
import { humanCell } from './human.ts'
import { join, repeat, safe, type Text } from './safe.ts'
import { paint, type Look } from './theme.ts'
import { cut, pad, width } from './width.ts'

type Cells = Readonly<Record<string, unknown>>

const rightAligned = new Set<ColumnType>(['int', 'size', 'bytes', 'duration'])
const gap = '  ' as Text
/** A column is never squeezed below this. */
const narrowest = 4

/** A table whose columns have their widths: lines can be made one by one. */
export interface TableLayout {
  readonly header: Text
  line(row: Cells): Text
}

/**
 * Lays a table out by the rows seen first; a later line that would not fit on the screen is cut to it. Too wide a table
 * loses room in its widest columns first. Widths are those of the escaped text (T45).
 */
export function tableLayout(columns: readonly Column[], sample: readonly Cells[], look: Look): TableLayout {
  const titles = columns.map((column) => safe(column.name.toUpperCase()))
  const widths = titles.map(width)
  for (const row of sample) {
    for (const [index, column] of columns.entries()) {
      widths[index] = Math.max(widths[index]!, width(humanCell(row[column.name], column.type)))
    }
  }
  squeeze(widths, look.width)
  const place = (cells: readonly Text[], fit: (cell: Text, columns: number) => Text): Text =>
    join(
      cells.map((cell, index) => {
        const right = rightAligned.has(columns[index]!.type)
        const fitted = fit(cell, widths[index]!)
        return index === cells.length - 1 && !right
          ? fitted
          : pad(fitted, widths[index]!, right ? 'right' : 'left')
      }),
      gap,
    )
  const line = (cells: readonly Text[]): Text => {
    const whole = place(cells, (cell) => cell)
    return width(whole) <= look.width
      ? whole
      : place(cells, (cell, room) => cut(cell, room, look.ascii ? '...' : '…'))
  }
  return {
    header: paint(line(titles), 'dim', look),
    line: (row) => line(columns.map((column) => humanCell(row[column.name], column.type))),
  }
}

/** Takes columns from the widest until everything fits. */
function squeeze(widths: number[], available: number): void {
  let excess = widths.reduce((sum, value) => sum + value, 0) + gap.length * (widths.length - 1) - available
  while (excess > 0) {
    const widest = Math.max(...widths)
    if (widest <= narrowest) return
    const second = Math.max(narrowest, ...widths.filter((value) => value < widest))
    const at = widths.lastIndexOf(widest)
    const step = Math.min(excess, Math.max(1, widest - second))
    widths[at] = widest - step
    excess -= step
  }
}

/** A whole table: a title line and one line per row. */
export function table(rows: readonly Cells[], columns: readonly Column[], look: Look): Text[] {
  const layout = tableLayout(columns, rows, look)
  return [layout.header, ...rows.map((row) => layout.line(row))]
}

/** Text side by side with its explanation, as help has it: terms on the left, wrapped text on the right. */
export function twoColumns(
  items: readonly { readonly term: Text; readonly lines: (columns: number) => readonly Text[] }[],
  indent: number,
  look: Look,
): Text[] {
  const left = Math.min(
    Math.max(0, ...items.map((item) => width(item.term))),
    Math.max(12, Math.floor(Math.min(look.width, 100) * 0.4)),
  )
  const room = Math.max(20, Math.min(look.width, 110) - indent - left - gap.length)
  const margin = repeat(' ' as Text, indent)
  const empty = repeat(' ' as Text, left)
  return items.flatMap((item) => {
    const lines = item.lines(room)
    const own = width(item.term) > left
    const first = own
      ? [join([margin, item.term])]
      : [join([margin, pad(item.term, left), gap, lines[0] ?? ('' as Text)])]
    const rest = own ? lines : lines.slice(1)
    return [...first, ...rest.map((line) => join([margin, empty, gap, line]))]
  })
}
