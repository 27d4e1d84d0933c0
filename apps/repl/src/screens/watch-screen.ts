import { watchedName, type WatchRound, type WatchEvent } from '@ocish/host'
import { type Column, type Row, toProblem } from '@ocish/shell'
import type { Look, Text } from '@ocish/shell/text'
import type { KeyEvent } from '../keys/key-event.ts'
import type { Screen } from './driver.ts'
import { tableRows } from './table-rows.ts'
import { tableKey, tableState, type TableState } from './table-state.ts'

/** What a place holds, asked again and again; what came, went or changed since the beginning says so. */
export class WatchScreen implements Screen {
  readonly #title: string
  readonly #left: () => void
  readonly #marks = new Map<string, WatchEvent>()
  #state: TableState = tableState([])
  #status = 'asking'
  #isAsked = false
  #changed: (() => void) | undefined

  /** `left`: nobody looks any more. */
  constructor(title: string, left: () => void) {
    this.#title = title
    this.#left = left
  }

  take(round: WatchRound): void {
    if ('error' in round) this.#status = toProblem(round.error).message
    else {
      for (const event of round.events) this.#marks.set(event.ref, event)
      this.#show(round.rows)
      this.#isAsked = true
      this.#status = new Date().toISOString().slice(11, 19)
    }
    this.#changed?.()
  }

  key(event: KeyEvent): boolean {
    const [state, action] = tableKey(this.#state, event)
    this.#state = state
    if (action?.type !== 'leave') return false
    this.#left()
    return true
  }

  rows(columns: number, height: number, look: Look): readonly Text[] {
    const keys = ['s sort', 'q quit']
    const empty = this.#isAsked ? {} : { empty: 'nothing is known yet' }
    const frame = { state: this.#state, title: this.#title, status: this.#status, keys, ...empty }
    return tableRows(frame, columns, height, look)
  }

  onChange(call: () => void): () => void {
    this.#changed = call
    return () => {
      this.#changed = undefined
    }
  }

  #show(rows: readonly Row[]): void {
    const gone = [...this.#marks.values()].flatMap(({ change, old }) => (change === 'gone' ? [old!] : []))
    const marked = [...gone, ...rows].map((row): Row => ({
      change: this.#marks.get(watchedName(row))?.change ?? '',
      ...row,
    }))
    const names = new Set(marked.flatMap((row) => Object.keys(row)))
    const columns = [...names].map((name): Column => ({ name, type: 'string' }))
    this.#state = { ...this.#state, columns, rows: marked }
  }
}
