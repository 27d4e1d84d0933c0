import { loadCommand, type Services } from '@ocish/host'
import { type Column, edgeOf, type Row, toProblem, write } from '@ocish/shell'
import { cut, type Look, marksOf, paint, safe, type Text } from '@ocish/shell/text'
import type { KeyEvent } from '../keys/key-event.ts'
import type { Screen } from './driver.ts'
import { tableRows } from './table-rows.ts'
import { selectedRow, tableKey, type TableState, tableState } from './table-state.ts'

interface Level {
  readonly location: string
  state: TableState
  status: string
}

const rowLimit = 10_000

/** A registry, level by level. What is done on it is told as the lines that would do the same. */
export class BrowseScreen implements Screen {
  /** The lines that equal what was done. */
  readonly lines: string[] = []
  readonly #services: Services
  readonly #signal: AbortSignal
  readonly #levels: Level[] = []
  #page: { readonly title: string; lines: readonly string[]; top: number } | undefined
  #message: string | undefined
  #changed: (() => void) | undefined

  constructor(location: string, services: Services, signal: AbortSignal) {
    this.#services = services
    this.#signal = signal
    this.#open(location)
  }

  key(event: KeyEvent): boolean {
    this.#message = undefined
    if (this.#page !== undefined) return this.#pageKey(event)
    const level = this.#levels.at(-1)!
    const [state, action] = tableKey(level.state, event)
    level.state = state
    if (action === undefined) return false
    if (action.type === 'open') this.#enter()
    else if (action.type === 'leave') return this.#leave(event)
    else if (action.type === 'key') this.#act(action.key)
    return false
  }

  rows(columns: number, height: number, look: Look): readonly Text[] {
    if (this.#page !== undefined) return this.#pageRows(columns, height, look)
    const level = this.#levels.at(-1)!
    return tableRows(
      {
        state: level.state,
        title: level.location === '' ? 'registries' : level.location.split('/').join(' › '),
        status: level.status,
        keys: 'Enter open · d describe · t tree · f diff with marked · Space mark · p pull · y copy ref · / filter · s sort · Backspace up · q quit',
        ...(this.#message === undefined ? {} : { message: this.#message }),
      },
      columns,
      height,
      look,
    )
  }

  onChange(call: () => void): () => void {
    this.#changed = call
    return () => {
      this.#changed = undefined
    }
  }

  #leave(event: KeyEvent): boolean {
    const up = event.type === 'key' && event.name === 'escape' && this.#levels.length > 1
    if (up) this.#levels.pop()
    return !up
  }

  #open(location: string): void {
    const level: Level = { location, state: tableState([]), status: 'asking' }
    this.#levels.push(level)
    void this.#fill(level)
  }

  async #fill(level: Level): Promise<void> {
    try {
      const command = (await loadCommand('ls'))!
      const locations = level.location === '' ? [] : [level.location]
      const call = { args: { location: locations }, flags: {}, options: {}, signal: this.#signal }
      const { output } = command.signature
      const types = output.form === 'rows' ? (Array.isArray(output.row) ? output.row : [output.row]) : []
      const all: Row[] = []
      for await (const item of command.run(call, this.#services)) {
        const row = item as Row
        all.push(row)
        if (all.length % 100 === 1)
          this.#show(
            level,
            all,
            types.flatMap((type) => type.columns),
          )
        if (all.length >= rowLimit) break
      }
      this.#show(
        level,
        all,
        types.flatMap((type) => type.columns),
      )
      level.status = `${all.length}${all.length >= rowLimit ? ' (cut)' : ''}`
    } catch (error) {
      level.status = 'failed'
      this.#message = toProblem(error).message
    }
    this.#changed?.()
  }

  #show(level: Level, rows: readonly Row[], known: readonly Column[]): void {
    const present = new Set(rows.flatMap((row) => Object.keys(row)))
    const byName = new Map(known.map((column) => [column.name, column]))
    const columns = [...present]
      .filter((name) => name !== 'ref' || present.size === 1)
      .map((name): Column => byName.get(name) ?? { name, type: 'string' })
    level.state = { ...level.state, columns, rows: [...rows] }
    this.#changed?.()
  }

  /** What a row is called where it is typed. */
  #reference(row: Row | undefined): string | undefined {
    if (row === undefined) return undefined
    if (typeof row['host'] === 'string') return row['host']
    return typeof row['ref'] === 'string' ? row['ref'] : undefined
  }

  #enter(): void {
    const row = selectedRow(this.#levels.at(-1)!.state)
    const reference = this.#reference(row)
    if (reference === undefined) return
    if (row?.['tag'] !== undefined) this.#showPage('describe', [reference])
    else if (row?.['path'] !== undefined) this.#showPage('cat', [reference])
    else this.#open(reference)
  }

  #act(key: string): void {
    const state = this.#levels.at(-1)!.state
    const reference = this.#reference(selectedRow(state))
    if (key === 'backspace') {
      if (this.#levels.length > 1) this.#levels.pop()
      return
    }
    if (reference === undefined) return
    const marked = [...state.marked].flatMap((row) => this.#reference(row) ?? [])
    if (key === 'd') this.#showPage('describe', [reference])
    else if (key === 't') this.#showPage('tree', [reference])
    else if (key === 'f' && marked[0] !== undefined) this.#showPage('diff', [marked[0], reference])
    else if (key === 'f') this.#message = 'mark the other one with Space first'
    else if (key === 'p') this.#told(`pull ${reference}`)
    else if (key === 'y') this.#told(reference)
  }

  /** Chosen here, run at the prompt, where its questions and its progress have their place. */
  #told(line: string): void {
    this.lines.push(line)
    this.#message = `at the prompt: ${line}`
  }

  #showPage(name: string, references: readonly string[]): void {
    const title = `${name} ${references.join(' ')}`
    this.lines.push(title)
    const page = { title, lines: ['…'] as readonly string[], top: 0 }
    this.#page = page
    void this.#fillPage(page, name, references)
  }

  async #fillPage(
    page: { lines: readonly string[] },
    name: string,
    references: readonly string[],
  ): Promise<void> {
    page.lines = await this.#text(name, references)
    this.#changed?.()
  }

  async #text(name: string, references: readonly string[]): Promise<readonly string[]> {
    try {
      const command = await loadCommand(name)
      if (command === undefined) return [`there is no ${name} here`]
      const args: Record<string, unknown> = {}
      for (const [index, param] of command.signature.params.entries()) {
        const reference = references[index]
        if (reference !== undefined) args[param.name] = param.many === true ? [reference] : reference
      }
      const call = { args, flags: {}, options: {}, signal: this.#signal }
      const { edge } = await edgeOf(command.signature.output, command.run(call, this.#services))
      let text = ''
      if (edge !== undefined) {
        const look: Look = { width: 100, color: false, ascii: false, now: Date.now() }
        for await (const piece of write(edge, name === 'tree' ? 'tree' : 'table', { look, terminal: true })) {
          text += piece
          if (text.length > 1024 * 1024) break
        }
      }
      return text.split('\n')
    } catch (error) {
      return [toProblem(error).message]
    }
  }

  #pageKey(event: KeyEvent): boolean {
    const page = this.#page!
    const name = event.type === 'key' ? event.name : event.text
    const last = Math.max(0, page.lines.length - 2)
    if (name === 'q' || name === 'escape' || name === 'enter' || name === 'backspace') this.#page = undefined
    else if (name === 'down' || name === 'j') page.top = Math.min(last, page.top + 1)
    else if (name === 'up' || name === 'k') page.top = Math.max(0, page.top - 1)
    else if (name === 'pagedown' || name === ' ') page.top = Math.min(last, page.top + 10)
    else if (name === 'pageup') page.top = Math.max(0, page.top - 10)
    return name === 'ctrl-c'
  }

  #pageRows(columns: number, height: number, look: Look): readonly Text[] {
    const { title, lines, top } = this.#page!
    const fitted = (line: string): Text => cut(safe(line), Math.max(1, columns - 1), marksOf(look).ellipsis)
    return [
      paint(fitted(` ${title}`), 'strong', look),
      ...lines.slice(top, top + Math.max(1, height - 2)).map((line) => fitted(` ${line}`)),
      paint(fitted(' q back · up and down'), 'dim', look),
    ]
  }
}
