import type { Row } from '../command.ts'
import { safe } from '../text/safe.ts'
import type { Column } from '../signature.ts'
import { shownColumns } from './columns.ts'
import type { Edge } from './edge.ts'
import { hasFailed, type Status } from './json.ts'
import { cellText } from './tsv.ts'
import { rowsOf } from './rows-of.ts'

interface CsvOptions extends Status {
  readonly columns?: readonly string[]
  /** A person looks at it: hostile characters are shown instead of sent. */
  readonly terminal?: boolean
  /** How the file begins that it is appended to. */
  readonly after?: string
}

/** RFC 4180 with a header line and LF; cells are full values. */
export async function* writeCsv(edge: Edge, options: CsvOptions): AsyncGenerator<string, void> {
  const { rows, types } = rowsOf(edge)
  let columns: readonly Column[] | undefined
  const cell = (value: unknown): string =>
    csvCell(options.terminal === true ? safe(cellText(value)) : cellText(value))
  const line = (cells: readonly unknown[]): string => `${cells.map(cell).join(',')}\n`
  const start = (row?: Row): string => {
    columns = shownColumns(row === undefined ? [] : [row], types, options.columns)
    const header = columns.length > 0 ? line(columns.map((column) => column.name)) : ''
    return options.after?.startsWith(header) === true ? '' : header
  }
  for await (const row of rows) {
    const head = columns === undefined ? start(row) : ''
    yield head + line(columns!.map((column) => row[column.name]))
  }
  if (columns === undefined && !hasFailed(options)) yield start()
}

function csvCell(text: string): string {
  return /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
