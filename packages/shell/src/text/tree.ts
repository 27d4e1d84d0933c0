import type { Column, RowType } from '../signature.ts'
import { humanCell } from './human.ts'
import { join, repeat, type Text } from './safe.ts'
import { marksOf, paint, type Look } from './theme.ts'
import { cut, pad, width } from './width.ts'

type Cells = Readonly<Record<string, unknown>>

/** Depth beyond this is shown at this depth: remote data does not push text off the screen. */
const deepest = 32

/** Rows that carry a depth, drawn as a tree; the other columns stand to its right. */
export function tree(rows: readonly Cells[], row: RowType, columns: readonly Column[], look: Look): Text[] {
  const nest = row.tree ?? { depth: 'depth', label: columns[0]?.name ?? 'ref' }
  const depths = rows.map((entry) => depthOf(entry[nest.depth]))
  const last = lastOfSiblings(depths)
  const marks = marksOf(look)
  const open: boolean[] = []
  const labels = rows.map((entry, index): Text => {
    const depth = depths[index]!
    open.length = depth
    const stems = open
      .slice(1)
      .map((more) => (more ? marks.through : repeat(' ' as Text, marks.through.length)))
    open[depth] = !last[index]!
    const branch = depth === 0 ? ('' as Text) : last[index]! ? marks.last : marks.branch
    return join([paint(join([...stems, branch]), 'dim', look), humanCell(entry[nest.label], 'ref')])
  })
  const shown = columns.filter((column) => column.name !== nest.depth && column.name !== nest.label)
  return withColumns(labels, rows, shown, look)
}

function withColumns(
  labels: readonly Text[],
  rows: readonly Cells[],
  columns: readonly Column[],
  look: Look,
): Text[] {
  const cells = rows.map((row) => columns.map((column) => humanCell(row[column.name], column.type)))
  const widths = columns.map((_, index) => Math.max(0, ...cells.map((row) => width(row[index]!))))
  const label = Math.max(0, ...labels.map(width))
  const reach = widths.filter((size) => size > 0).reduce((sum, size) => sum + size + 2, label)
  // What says where something stands stays whole; the columns to its right give way, the last one first.
  if (reach > look.width && columns.length > 0) return withColumns(labels, rows, columns.slice(0, -1), look)
  return labels.map((text, index) => {
    const right = columns.map((column, at) =>
      pad(
        cells[index]![at]!,
        widths[at]!,
        column.type === 'size' || column.type === 'int' ? 'right' : 'left',
      ),
    )
    const kept = right.filter((_, at) => widths[at]! > 0)
    const line = join([pad(text, kept.length > 0 ? label : 0), ...kept], '  ').trimEnd() as Text
    return !look.color && Number.isFinite(look.width) ? cut(line, look.width) : line
  })
}

function depthOf(value: unknown): number {
  return typeof value === 'number' && value > 0 ? Math.min(deepest, Math.floor(value)) : 0
}

/** For each row: no later row has its depth before a shallower one comes. */
function lastOfSiblings(depths: readonly number[]): boolean[] {
  const seen: boolean[] = []
  const last: boolean[] = Array.from({ length: depths.length })
  for (let index = depths.length - 1; index >= 0; index--) {
    const depth = depths[index]!
    last[index] = seen[depth] !== true
    seen.length = depth
    seen[depth] = true
  }
  return last
}
