import type { Row } from '../command.ts'
import type { Column, RowType } from '../signature.ts'

/** The row type that fits a row best: the one that knows most of its fields. */
export function typeOfRow(row: Row, types: readonly RowType[]): RowType | undefined {
  if (types.length <= 1) return types[0]
  const keys = Object.keys(row)
  const known = (type: RowType): number =>
    keys.filter((key) => type.columns.some((column) => column.name === key)).length
  const scores = types.map((type) => known(type) / Math.max(1, type.columns.length) + known(type))
  return types[scores.indexOf(Math.max(...scores))]
}

/**
 * The columns to show: the ones asked for, else those of the row type that are not hidden, lazy ones only where the
 * rows have them. Fields that the type does not know come last, in the order of the first rows.
 */
export function shownColumns(
  rows: readonly Row[],
  types: readonly RowType[],
  asked?: readonly string[],
): readonly Column[] {
  const first = rows[0]
  const type = first === undefined ? types[0] : typeOfRow(first, types)
  const known = type?.columns ?? []
  const extra = new Set<string>()
  for (const row of rows) {
    for (const key of Object.keys(row)) if (!known.some((column) => column.name === key)) extra.add(key)
  }
  const all: readonly Column[] = [
    ...known,
    ...[...extra].map((name): Column => ({ name, type: guess(rows, name) })),
  ]
  if (asked !== undefined && !asked.includes('all')) {
    return asked.map(
      (name) => all.find((column) => column.name === name) ?? { name, type: guess(rows, name) },
    )
  }
  const present = (column: Column): boolean => rows.some((row) => row[column.name] !== undefined)
  return all.filter(
    (column) => (column.hidden !== true || asked !== undefined) && (column.lazy !== true || present(column)),
  )
}

function guess(rows: readonly Row[], name: string): Column['type'] {
  const value = rows.find((row) => row[name] !== undefined && row[name] !== null)?.[name]
  if (typeof value === 'number') return 'int'
  if (typeof value === 'boolean') return 'bool'
  if (value instanceof Date) return 'time'
  if (Array.isArray(value)) return 'list'
  return typeof value === 'object' ? 'record' : 'string'
}
