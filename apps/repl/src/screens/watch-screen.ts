import { loadCommand, type Services } from '@ocish/host'
import { type Column, type Row, toProblem } from '@ocish/shell'
import type { Look, Text } from '@ocish/shell/text'
import type { KeyEvent } from '../keys/key-event.ts'
import type { Screen } from './driver.ts'
import { tableRows } from './table-rows.ts'
import { tableKey, tableState, type TableState } from './table-state.ts'

const rowLimit = 10_000

/** What a location holds, asked again and again; what is new or gone says so. */
export class WatchScreen implements Screen {
  readonly #location: string
  readonly #seconds: number
  readonly #services: Services
  readonly #stop = new AbortController()
  #state: TableState = tableState([])
  #status = 'asking'
  #known: Map<string, Row> | undefined
  #changed: (() => void) | undefined

  constructor(location: string, seconds: number, services: Services, signal: AbortSignal) {
    this.#location = location
    this.#seconds = seconds
    this.#services = services
    signal.addEventListener('abort', () => this.#stop.abort(), { once: true })
    void this.#round()
  }

  key(event: KeyEvent): boolean {
    const [state, action] = tableKey(this.#state, event)
    this.#state = state
    if (action?.type !== 'leave') return false
    this.#stop.abort()
    return true
  }

  rows(columns: number, height: number, look: Look): readonly Text[] {
    const title = `watch ${this.#location} every ${this.#seconds} s`
    const keys = '/ filter · s sort · q quit'
    return tableRows({ state: this.#state, title, status: this.#status, keys }, columns, height, look)
  }

  onChange(call: () => void): () => void {
    this.#changed = call
    return () => {
      this.#changed = undefined
    }
  }

  async #round(): Promise<void> {
    try {
      this.#take(await this.#rows())
      this.#status = new Date().toISOString().slice(11, 19)
    } catch (error) {
      this.#status = toProblem(error).message
    }
    this.#changed?.()
    if (!this.#stop.signal.aborted) {
      const timer = setTimeout(() => void this.#round(), this.#seconds * 1000)
      this.#stop.signal.addEventListener('abort', () => clearTimeout(timer), { once: true })
    }
  }

  async #rows(): Promise<readonly Row[]> {
    const command = (await loadCommand('ls'))!
    const call = { args: { location: [this.#location] }, flags: {}, options: {}, signal: this.#stop.signal }
    const rows: Row[] = []
    for await (const row of command.run(call, this.#services)) {
      rows.push(row as Row)
      if (rows.length >= rowLimit) break
    }
    return rows
  }

  #take(rows: readonly Row[]): void {
    const key = (row: Row): string => JSON.stringify(row['ref'] ?? row['host'] ?? row)
    const before = this.#known
    const now = new Map(rows.map((row) => [key(row), row]))
    const marked = rows.map((row): Row => ({
      change: before === undefined || before.has(key(row)) ? '' : 'new',
      ...row,
    }))
    const gone = [...(before ?? [])].flatMap(([name, row]) =>
      now.has(name) ? [] : [{ change: 'gone', ...row }],
    )
    this.#known = now
    const names = new Set([...marked, ...gone].flatMap((row) => Object.keys(row)))
    const columns = [...names].map((name): Column => ({ name, type: 'string' }))
    this.#state = { ...this.#state, columns, rows: [...gone, ...marked] }
  }
}
