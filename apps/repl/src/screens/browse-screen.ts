import type { Services } from '@ocish/host'
import { quote, toProblem } from '@ocish/shell'
import type { Look, Text } from '@ocish/shell/text'
import { characterBefore } from '../editor/grapheme.ts'
import type { JobInfo } from '../jobs/jobs.ts'
import type { KeyEvent } from '../keys/key-event.ts'
import { BrowseLevel } from './browse-level.ts'
import type { Screen } from './driver.ts'
import { Page } from './page.ts'
import { tableRows } from './table-rows.ts'
import { selectedRow, tableKey } from './table-state.ts'
import { referenceOf, told } from './told.ts'

/** What browsing may do besides looking. */
export interface BrowseActions {
  /** Runs a line as a job. Errors: those of its text. */
  beside(line: string): JobInfo
  /** How a job is by now. */
  job(id: number): JobInfo | undefined
  /** Resolves when it has ended. */
  wait(id: number, signal: AbortSignal): Promise<unknown>
}

export interface BrowseOptions {
  readonly location: string
  readonly services: Services
  readonly actions: BrowseActions
  readonly signal: AbortSignal
}

const keys = [
  'Enter open',
  'd describe',
  't tree',
  'f diff with marked',
  'Space mark',
  'p pull',
  'c copy to',
  'y copy ref',
  ': command',
  'Backspace up',
  'q quit',
]

/** A registry, level by level. What is done on it is told as the lines that do the same. */
export class BrowseScreen implements Screen {
  /** The lines that equal what was done. */
  readonly lines: string[] = []
  /** What `:` takes along to the prompt. */
  text: string | undefined
  readonly #options: BrowseOptions
  readonly #levels: BrowseLevel[] = []
  #page: Page | undefined
  #message: string | undefined
  #job: number | undefined
  /** Where the chosen one is to be copied to, while that is typed. */
  #target: string | undefined
  #width = 100
  #changed: (() => void) | undefined

  constructor(options: BrowseOptions) {
    this.#options = options
    this.#open(options.location)
  }

  key(event: KeyEvent): boolean {
    if (this.#page !== undefined) return this.#pageKey(this.#page, event)
    if (this.#target !== undefined) {
      this.#targetKey(this.#target, event)
      return false
    }
    this.#message = undefined
    this.#job = undefined
    const level = this.#levels.at(-1)!
    const [state, action] = tableKey(level.state, event)
    level.state = state
    if (action?.type === 'open') this.#enter()
    else if (action?.type === 'leave') return this.#leave(event)
    else if (action?.type === 'key') return this.#act(action.key)
    return false
  }

  rows(columns: number, height: number, look: Look): readonly Text[] {
    this.#width = columns - 2
    if (this.#page !== undefined) return this.#page.rows(columns, height, look)
    const level = this.#levels.at(-1)!
    level.painted(height)
    const message = this.#shownMessage(look)
    return tableRows(
      {
        state: level.state,
        title: level.location === '' ? 'registries' : level.location.split('/').join(' › '),
        status: level.status(look.now),
        empty: level.empty,
        keys,
        ...(message === undefined ? {} : { message }),
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

  #shownMessage(look: Look): string | undefined {
    if (this.#target !== undefined) return `copy to: ${this.#target}${look.ascii ? '_' : '▏'}`
    const job = this.#job === undefined ? undefined : this.#options.actions.job(this.#job)
    return job === undefined ? this.#message : `[${job.id}] ${job.state}: ${job.line}`
  }

  #leave(event: KeyEvent): boolean {
    const up = event.type === 'key' && event.name === 'escape' && this.#levels.length > 1
    if (up) this.#up()
    return !up
  }

  #open(location: string): void {
    const { services, signal } = this.#options
    this.#levels.at(-1)?.left()
    const level = new BrowseLevel({
      location,
      services,
      signal,
      changed: () => this.#changed?.(),
      failed: (message) => {
        this.#message = message
      },
    })
    this.#levels.push(level)
    void level.fill()
  }

  #up(): void {
    this.#levels.pop()?.left()
  }

  #enter(): void {
    const row = selectedRow(this.#levels.at(-1)!.state)
    const reference = referenceOf(row)
    if (reference === undefined) return
    if (row?.['tag'] !== undefined) this.#showPage('describe', [reference])
    else if (row?.['path'] !== undefined) this.#showPage('cat', [reference])
    else this.#open(reference)
  }

  /** True: it is over. */
  #act(key: string): boolean {
    const state = this.#levels.at(-1)!.state
    const reference = referenceOf(selectedRow(state))
    const marked = [...state.marked].flatMap((row) => referenceOf(row) ?? [])
    if (key === 'backspace') {
      if (this.#levels.length > 1) this.#up()
    } else if (key === ':') {
      const chosen = marked.length > 0 ? marked : reference === undefined ? [] : [reference]
      this.text = chosen.map((name) => ` ${quote(name)}`).join('')
      return true
    } else if (reference === undefined) this.#message = 'nothing is selected'
    else this.#actOn(key, reference, marked)
    return false
  }

  #actOn(key: string, reference: string, marked: readonly string[]): void {
    if (key === 'd') this.#showPage('describe', [reference])
    else if (key === 't') this.#showPage('tree', [reference])
    else if (key === 'f' && marked[0] !== undefined) this.#showPage('diff', [marked[0], reference])
    else if (key === 'f') this.#message = 'mark the other one with Space first'
    else if (key === 'p') this.#run(`pull ${quote(reference)}`)
    else if (key === 'c') this.#target = ''
    else if (key === 'y') {
      this.lines.push(reference)
      this.#message = `at the prompt: ${reference}`
    }
  }

  /** As a job: its progress and its end are told at the prompt too. */
  #run(line: string): void {
    const { actions, signal } = this.#options
    try {
      const { id } = actions.beside(line)
      this.lines.push(line)
      this.#job = id
      actions.wait(id, signal).then(
        () => this.#changed?.(),
        () => undefined,
      )
    } catch (error) {
      this.#message = toProblem(error).message
    }
  }

  #targetKey(target: string, event: KeyEvent): void {
    if (event.type !== 'key') {
      this.#target = target + event.text.replaceAll(/\s/g, '')
      return
    }
    if (event.name === 'backspace') this.#target = target.slice(0, characterBefore(target, target.length))
    else if (event.name === 'ctrl-u') this.#target = ''
    else if (event.name === 'escape' || event.name === 'ctrl-c' || event.name === 'ctrl-g')
      this.#target = undefined
    else if (event.name === 'enter') {
      this.#target = undefined
      const { state } = this.#levels.at(-1)!
      const marked = [...state.marked].flatMap((row) => referenceOf(row) ?? [])
      const sources = marked.length > 0 ? marked : [referenceOf(selectedRow(state))!]
      if (target !== '') this.#run(['cp', ...sources, target].map((word) => quote(word)).join(' '))
    }
  }

  #showPage(name: string, references: readonly string[]): void {
    const line = [name, ...references.map((reference) => quote(reference))].join(' ')
    this.lines.push(line)
    const page = new Page(line)
    this.#page = page
    const { services, signal } = this.#options
    void told(name, references, services, { width: this.#width, signal }).then((lines) => {
      page.show(lines)
      return this.#changed?.()
    })
  }

  #pageKey(page: Page, event: KeyEvent): boolean {
    const next = page.key(event)
    if (next === 'back') this.#page = undefined
    return next === 'leave'
  }
}
