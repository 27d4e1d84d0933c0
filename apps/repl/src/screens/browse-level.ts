import { loadCommand, loadTagFacts, type Services } from '@ocish/host'
import { type Column, type Row, toProblem } from '@ocish/shell'
import { humanDuration } from '@ocish/shell/text'
import { VisibleFacts } from '../completion/visible-facts.ts'
import { rowsInSight } from './table-rows.ts'
import { type TableState, tableState } from './table-state.ts'
import { referenceOf } from './told.ts'

export interface LevelOptions {
  readonly location: string
  readonly services: Services
  readonly signal: AbortSignal
  readonly changed: () => void
  readonly failed: (message: string) => void
}

const rowLimit = 10_000
/** What is shown of a tag: all but its name is asked for when it comes into sight. `note`: what else has its digest. */
const tagColumns = ['tag', 'kind', 'size', 'age', 'digest', 'signed', 'note']

/** What one place of a registry holds. */
export class BrowseLevel {
  readonly location: string
  state: TableState = tableState([])
  readonly #options: LevelOptions
  readonly #facts: VisibleFacts
  #status = 'asking'
  #asked: number | undefined
  #failure: string | undefined

  constructor(options: LevelOptions) {
    this.#options = options
    this.location = options.location
    const { services, changed } = options
    this.#facts = new VisibleFacts(
      async (reference, signal) => loadTagFacts(reference, services, signal, { signed: true }),
      (reference, facts) => {
        this.state = withFacts(this.state, reference, facts)
        changed()
      },
    )
  }

  /** How many, and how long ago that was asked. */
  status(now: number): string {
    return this.#asked === undefined
      ? this.#status
      : `${this.#status} · live ${humanDuration(Math.max(1000, now - this.#asked))} ago`
  }

  /** What stands where there are no rows: what to do next. */
  get empty(): string {
    if (this.#failure !== undefined) return this.#failure
    if (this.#asked === undefined) return 'asking …'
    return this.location === ''
      ? 'no registry is known yet: q goes back, login HOST signs in to one, browse HOST looks at any'
      : `nothing here yet: q goes back, push FOLDER ${this.location}/NAME:TAG puts something here`
  }

  /** The table is painted with so many lines from here on. */
  painted(height: number): void {
    const inSight = rowsInSight(this.state, height).rows.filter((row) => 'tag' in row)
    this.#facts.shown(inSight.flatMap((row) => referenceOf(row) ?? []))
  }

  /** Nobody looks at it any more. */
  left(): void {
    this.#facts.shown([])
  }

  /** Asks what is there. Never throws. */
  async fill(): Promise<void> {
    const { services, signal, changed, failed } = this.#options
    try {
      const command = (await loadCommand('ls'))!
      const locations = this.location === '' ? [] : [this.location]
      const call = { args: { location: locations }, flags: {}, options: {}, signal }
      const { output } = command.signature
      const types = output.form === 'rows' ? (Array.isArray(output.row) ? output.row : [output.row]) : []
      const columns = types.flatMap((type) => type.columns)
      const all: Row[] = []
      for await (const item of command.run(call, services)) {
        all.push(item as Row)
        if (all.length % 100 === 1) this.#show(all, columns)
        if (all.length >= rowLimit) break
      }
      this.#show(all, columns)
      this.#status = `${all.length} ${nounOf(all)}${all.length >= rowLimit ? ' (cut)' : ''}`
      this.#asked = Date.now()
    } catch (error) {
      this.#status = 'failed'
      const { message, hints } = toProblem(error)
      const next = hints.length > 0 ? hints.map((hint) => hint.text) : ['q goes back']
      this.#failure = [message, ...next].join('. ')
      failed(message)
    }
    changed()
  }

  #show(rows: readonly Row[], known: readonly Column[]): void {
    const present = new Set(rows.flatMap((row) => Object.keys(row)))
    // A repository is named by what is below this place; where that is, the title says.
    const names = present.has('tag')
      ? tagColumns
      : [...present].filter((name) => name !== 'registry' && (name !== 'ref' || present.size === 1))
    const byName = new Map(known.map((column) => [column.name, column]))
    const columns = names.map(
      (name): Column => byName.get(name) ?? { name, type: name === 'signed' ? 'bool' : 'string' },
    )
    // What was learnt of rows meanwhile stays.
    const shown = rows.map((row, index) => this.state.rows[index] ?? row)
    const newestFirst = present.has('tag') && this.state.columns.length === 0
    const sort = newestFirst ? { sort: { column: 'tag', reverse: true } } : {}
    this.state = { ...this.state, ...sort, columns, rows: shown }
    this.#options.changed()
  }
}

/** The rows with what was learnt of one of them; whoever is marked stays marked. */
function withFacts(state: TableState, reference: string, facts: Row): TableState {
  const old = state.rows.find((row) => referenceOf(row) === reference)
  if (old === undefined) return state
  const { digest } = facts
  const changed = new Map<Row, Row>([[old, { ...old, ...facts }]])
  const alike = state.rows.filter((row) => row === old || (digest !== undefined && row['digest'] === digest))
  for (const row of alike) {
    const others = alike.flatMap(({ tag }) => (tag === row['tag'] ? [] : String(tag)))
    if (others.length > 0) changed.set(row, { ...(changed.get(row) ?? row), note: others.join(', ') })
  }
  const exchanged = (row: Row): Row => changed.get(row) ?? row
  return { ...state, rows: state.rows.map(exchanged), marked: new Set([...state.marked].map(exchanged)) }
}

/** What the rows of a level are. */
function nounOf(rows: readonly Row[]): string {
  const [first] = rows
  const noun =
    first === undefined
      ? 'entries'
      : 'host' in first
        ? 'registries'
        : 'tag' in first
          ? 'tags'
          : 'path' in first
            ? 'files'
            : 'repositories'
  return rows.length === 1 ? noun.replace(/ies$/, 'y').replace(/s$/, '') : noun
}
