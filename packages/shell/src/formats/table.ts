import { type Bytes, exits } from '@ocish/sdk'
import type { Row } from '../command.ts'
import { changeRow, transferRow } from '../rows.ts'
import type { Column, RowType } from '../signature.ts'
import { describe } from '../text/describe.ts'
import { diff, diffEnd } from '../text/diff.ts'
import { humanCell } from '../text/human.ts'
import { join, safe, type Text } from '../text/safe.ts'
import { tableLayout, twoColumns } from '../text/table.ts'
import type { Look } from '../text/theme.ts'
import { transfers } from '../text/transfers.ts'
import { tree } from '../text/tree.ts'
import { grouped } from '../text/tree-groups.ts'
import { wrap } from '../text/width.ts'
import { shownColumns, typeOfRow } from './columns.ts'
import { cellText, isDescription } from './tsv.ts'
import type { Edge } from './edge.ts'
import { rowsOf } from './rows-of.ts'
import { decoded } from './utf8.ts'

interface LookOptions {
  readonly columns?: readonly string[]
  readonly look: Look
  readonly terminal: boolean
  readonly exit?: () => number | undefined
}

/** Rows seen before the widths of a table are settled, and how long to wait for them. */
const sampleRows = 256
const sampleMilliseconds = 150

/** For a person: rows as a table (a diff, where they are changes; on a screen a line for each, where they are transfers), a Description as a page, bytes as escaped text. */
export async function* writeTable(edge: Edge, options: LookOptions): AsyncGenerator<string, void> {
  if (edge.form === 'bytes') yield* writeSafe(edge.bytes)
  else if (edge.form === 'value') yield* lines(valueLines(edge.value, edge.type, options.look))
  else if (edge.form === 'values')
    for await (const value of edge.values) yield `${humanCell(value, edge.type)}\n`
  else if (
    edge.types.length === 1 &&
    edge.types[0]!.name === changeRow.name &&
    options.columns === undefined
  ) {
    yield* diffLines(edge.rows, options)
  } else if (isTold(edge, options)) {
    for await (const batch of batches(edge.rows)) yield* lines(transfers(batch, options.look))
  } else yield* tableLines(rowsOf(edge), options)
}

/** On a terminal a last line says how many and the status of what differs: rows that were cut off have none. */
async function* diffLines(rows: AsyncIterable<Row>, options: LookOptions): AsyncGenerator<string, void> {
  let count = 0
  for await (const batch of batches(rows)) {
    count += batch.length
    yield* lines(diff(batch, options.look))
  }
  const exit = options.terminal && count > 0 ? options.exit?.() : undefined
  if (exit === exits.negative) yield* lines([diffEnd(count, exit, options.look)])
}

/** On a screen a transfer is told in a sentence, unless columns are asked for. */
function isTold(edge: Edge & { readonly form: 'rows' }, { columns, look }: LookOptions): boolean {
  const [type, ...others] = edge.types
  return (
    others.length === 0 &&
    type?.name === transferRow.name &&
    columns === undefined &&
    Number.isFinite(look.width)
  )
}

async function* tableLines(
  { rows, types }: ReturnType<typeof rowsOf>,
  options: LookOptions,
): AsyncGenerator<string, void> {
  let layout: ReturnType<typeof tableLayout> | undefined
  let type: RowType | undefined
  for await (const batch of batches(rows)) {
    for (const run of runs(batch, types)) {
      const own = typeOfRow(run[0]!, types)
      if (layout === undefined || own !== type) {
        type = own
        layout = tableLayout(
          shownColumns(run, own === undefined ? [] : [own], options.columns),
          run,
          options.look,
        )
        yield `${layout.header}\n`
      }
      for (const row of run) yield `${layout.line(row)}\n`
    }
  }
}

/** Neighbours of one row type. */
function runs(batch: readonly Row[], types: readonly RowType[]): Row[][] {
  const all: Row[][] = []
  let type: RowType | undefined
  for (const row of batch) {
    const own = typeOfRow(row, types)
    const current = all.at(-1)
    if (current === undefined || own !== type) all.push([row])
    else current.push(row)
    type = own
  }
  return all
}

/** Rows that carry a depth as a tree. It needs all of them. */
export async function* writeTree(edge: Edge, options: LookOptions): AsyncGenerator<string, void> {
  const { rows, types } = rowsOf(edge)
  const all: Row[] = []
  for await (const row of rows) all.push(row)
  if (all.length === 0) return
  const type = typeOfRow(all[0]!, types) ?? { name: 'Row', columns: [] }
  const nodes = options.terminal ? grouped(all, type) : all
  yield* lines(tree(nodes, type, shownColumns(all, types, options.columns), options.look))
}

/** Rows as they come, in groups: full ones, and what there is when the source pauses. */
async function* batches(rows: AsyncIterable<Row>): AsyncGenerator<Row[], void> {
  const iterator = rows[Symbol.asyncIterator]()
  const clock = new Pause(sampleMilliseconds)
  try {
    let batch: Row[] = []
    let pending = iterator.next()
    for (;;) {
      const step = batch.length === 0 ? await pending : await Promise.race([pending, clock.over])
      if (step !== 'late' && step.done === true) break
      if (step !== 'late') {
        if (batch.push(step.value) === 1) clock.start()
        pending = iterator.next()
      }
      if (step === 'late' || batch.length >= sampleRows) {
        yield batch
        batch = []
        clock.stop()
      }
    }
    if (batch.length > 0) yield batch
  } finally {
    clock.stop()
    await iterator.return?.()
  }
}

/** A timer that is started once per batch. */
class Pause {
  over: Promise<'late'> = new Promise(() => undefined)
  readonly #milliseconds: number
  #timer: ReturnType<typeof setTimeout> | undefined

  constructor(milliseconds: number) {
    this.#milliseconds = milliseconds
  }

  start(): void {
    this.over = new Promise((resolve) => {
      this.#timer = setTimeout(() => resolve('late'), this.#milliseconds)
    })
  }

  stop(): void {
    clearTimeout(this.#timer)
  }
}

function valueLines(value: unknown, type: Extract<Edge, { form: 'value' }>['type'], look: Look): Text[] {
  if (isDescription(value)) return describe(value, look)
  if (typeof value === 'string') return [safe(value, { newlines: 'keep' })]
  if (Array.isArray(value)) return value.map((entry) => safe(cellText(entry)))
  if (typeof value === 'object' && value !== null && !(value instanceof Date)) {
    const items = Object.entries(value).map(([key, entry]) => ({
      term: safe(key),
      lines: (columns: number) => wrap(safe(cellText(entry)), columns),
    }))
    return twoColumns(items, 0, look)
  }
  return [humanCell(value, columnType(type))]
}

function columnType(type: Extract<Edge, { form: 'value' }>['type']): Column['type'] {
  return type === 'Description' || type === 'Pushed' || type === 'text' ? 'string' : type
}

async function* writeSafe(bytes: Bytes): AsyncGenerator<string, void> {
  let open = false
  for await (const chunk of decoded(bytes)) {
    const shown = safe(chunk, { newlines: 'keep' })
    open = !shown.endsWith('\n')
    yield shown
  }
  if (open) yield '\n'
}

function* lines(all: readonly Text[]): Generator<string, void> {
  if (all.length > 0) yield `${join(all, '\n')}\n`
}
