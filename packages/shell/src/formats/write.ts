import type { Row } from '../command.ts'
import type { OutputFormat } from '../common-flags.ts'
import type { HelpDocument } from '../help.ts'
import type { Look } from '../text/theme.ts'
import type { Edge } from './edge.ts'
import { writeJson, writeNdjson } from './json.ts'

/** How an edge is written. */
export interface WriteOptions {
  /** Columns to show, in this order; `all` also shows hidden ones. Default: those of the row type. */
  readonly columns?: readonly string[]
  /** Rows at most. */
  readonly limit?: number
  /** What layouts for people look like; the other forms only ask it whether a terminal shows them. */
  readonly look: Look
  readonly terminal: boolean
  /**
   * The status the rows came to, asked after the last one: a diff on a terminal closes with it, and of what failed before
   * its first row nothing is written.
   */
  readonly exit?: () => number | undefined
  /** How the file begins that the text is appended to: a header that is there already is not repeated. */
  readonly after?: string
}

/**
 * What comes out of a pipeline as text, streamed. Each form's code is loaded when it is first used; that of JSON is
 * there anyway.
 * Errors: USAGE_CONFLICT for bytes where columns are needed.
 */
export async function* write(
  given: Edge,
  format: OutputFormat,
  options: WriteOptions,
): AsyncGenerator<string, void> {
  const edge = limited(given, options.limit)
  switch (format) {
    case 'json':
      return yield* writeJson(chosen(edge, options.columns), options)
    case 'ndjson':
      return yield* writeNdjson(chosen(edge, options.columns))
    case 'yaml':
      return yield* (await import('./yaml.ts')).writeYaml(chosen(edge, options.columns), options)
    case 'csv':
      return yield* (await import('./csv.ts')).writeCsv(edge, options)
    case 'tsv':
      return yield* (await import('./tsv.ts')).writeTsv(edge, options)
    case 'md':
      return yield* (await import('./markdown.ts')).writeMarkdown(edge, options)
    case 'tree':
      return yield* (await import('./table.ts')).writeTree(edge, options)
    case 'table':
      return yield* (await import('./table.ts')).writeTable(edge, options)
    default:
      return format satisfies never
  }
}

/** The form of an edge where nobody asked for one: layouts on a terminal, TSV elsewhere. */
export function defaultFormat(edge: Edge, terminal: boolean): OutputFormat {
  if (!terminal) return 'tsv'
  const nested = edge.form === 'rows' && edge.types.length === 1 && edge.types[0]!.tree !== undefined
  return nested ? 'tree' : 'table'
}

/** Help, which has a layout of its own for people. */
export function isHelp(edge: Edge): edge is Edge & { readonly value: HelpDocument } {
  return edge.form === 'value' && edge.type === 'text' && typeof edge.value === 'object'
}

function limited(edge: Edge, limit: number | undefined): Edge {
  return edge.form !== 'rows' || limit === undefined ? edge : { ...edge, rows: first(edge.rows, limit) }
}

async function* first(rows: AsyncIterable<Row>, count: number): AsyncGenerator<Row, void> {
  if (count <= 0) return
  let left = count
  for await (const row of rows) {
    yield row
    left -= 1
    if (left === 0) return
  }
}

/** Rows with only the columns asked for, in that order. */
function chosen(edge: Edge, columns: readonly string[] | undefined): Edge {
  if (edge.form !== 'rows' || columns === undefined || columns.includes('all')) return edge
  return { ...edge, rows: picked(edge.rows, columns) }
}

async function* picked(rows: AsyncIterable<Row>, columns: readonly string[]): AsyncGenerator<Row, void> {
  for await (const row of rows) {
    const kept = Object.create(null) as Record<string, unknown>
    for (const name of columns) if (row[name] !== undefined) kept[name] = row[name]
    yield kept
  }
}
