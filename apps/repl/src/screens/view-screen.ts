import { type Column, type Edge, read, type Row, rowsOf } from '@ocish/shell'
import type { Look, Text } from '@ocish/shell/text'
import type { KeyEvent } from '../keys/key-event.ts'
import type { Screen } from './driver.ts'
import { tableRows } from './table-rows.ts'
import { tableKey, tableState, type TableState } from './table-state.ts'

/** Rows that are kept at most. */
const rowLimit = 100_000

/** Rows as they arrive, to be filtered, sorted and looked through. */
export class ViewScreen implements Screen {
  /** The type of the rows says which columns there are; else every name that comes is one. */
  readonly #isTyped: boolean
  #state: TableState
  #status = 'reading'
  #changed: (() => void) | undefined

  constructor(columns: readonly Column[]) {
    this.#isTyped = columns.length > 0
    this.#state = tableState(columns)
  }

  /** Takes in what a pipe gives, of bytes their lines, until its end. Errors: those of the pipe, LIMIT_EXCEEDED. */
  async read(edge: Edge): Promise<void> {
    const { rows } = rowsOf(edge.form === 'bytes' ? await read('lines', edge.bytes) : edge)
    let batch: Row[] = []
    for await (const row of rows) {
      batch.push(row)
      if (batch.length >= 200 || this.#state.rows.length < 50) {
        this.#add(batch)
        batch = []
      }
      if (this.#state.rows.length >= rowLimit) break
    }
    this.#add(batch)
    const { length } = this.#state.rows
    this.#status = `${length}${length >= rowLimit ? ' (cut)' : ''} ${length === 1 ? 'row' : 'rows'}`
    this.#changed?.()
  }

  key(event: KeyEvent): boolean {
    const [state, action] = tableKey(this.#state, event)
    this.#state = state
    return action?.type === 'leave'
  }

  rows(columns: number, height: number, look: Look): readonly Text[] {
    const keys = ['s sort', 'h hide', 'H all columns', '←→ column', 'q back']
    const frame = { state: this.#state, title: 'view', status: this.#status, keys }
    return tableRows(frame, columns, height, look)
  }

  onChange(call: () => void): () => void {
    this.#changed = call
    return () => {
      this.#changed = undefined
    }
  }

  #add(batch: readonly Row[]): void {
    if (batch.length === 0) return
    const known = new Set(this.#state.columns.map((column) => column.name))
    const added = new Set(batch.flatMap((row) => Object.keys(row)).filter((name) => !known.has(name)))
    const columns = this.#isTyped ? [] : [...added].map((name): Column => ({ name, type: 'string' }))
    this.#state = {
      ...this.#state,
      columns: [...this.#state.columns, ...columns],
      rows: [...this.#state.rows, ...batch],
    }
    this.#changed?.()
  }
}
