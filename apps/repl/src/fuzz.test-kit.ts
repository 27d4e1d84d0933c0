import { allKinds, pathsFrom } from '@ocish/host'
import type { Look } from '@ocish/shell/text'
import { CompletionEngine } from './completion/engine.ts'
import { frecency } from './completion/frecency.ts'
import { createProvider } from './completion/provider.ts'
import { HistoryStore } from './history/history-store.ts'
import { Decoder } from './keys/decoder.ts'
import { type Frame, frameOf } from './layout/frame.ts'
import { keymapWith } from './prompt/keymap.ts'
import { initialPrompt, type PromptEvent, type PromptState, type World } from './prompt/state.ts'
import { step } from './prompt/step.ts'
import { CommandTable } from './session/command-table.ts'
import { Reader, worldOf } from './session/reading.ts'

/** A seeded source of numbers: the same seed, the same keys. */
export function numbers(seed: number): (below: number) => number {
  let state = seed >>> 0
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below
  }
}

const style = new RegExp(String.raw`\u001b\[[0-9;]*m`, 'g')

/**
 * What a session ought to show, from the fold, the layout, the history and the list of commands alone. Of the lines that
 * are accepted, those that do not bind fail; the others are `version`, which does not.
 */
export class SessionModel {
  columns: number
  rows: number
  readonly #table: CommandTable
  readonly #history: HistoryStore
  readonly #engine: CompletionEngine
  readonly #reader: Reader
  #state: PromptState = initialPrompt()
  #failed = false
  #work: Promise<unknown> = Promise.resolve()

  private constructor(home: string, history: HistoryStore, size: readonly [number, number]) {
    ;[this.columns, this.rows] = size
    this.#history = history
    this.#table = new CommandTable(allKinds(pathsFrom({}, home)))
    this.#reader = new Reader(() => this.#table.commands)
    this.#engine = new CompletionEngine({
      provide: createProvider({
        commands: () => this.#table.commands,
        services: async () => Promise.reject(new Error('the model has no network')),
        context: () => '',
        history: () => history.lines,
        aliases: () => new Map(),
        annotationKeys: () => [],
      }),
      weights: () => frecency(history.lines, Date.now()),
    })
  }

  static async open(home: string, size: readonly [number, number]): Promise<SessionModel> {
    return new SessionModel(home, await HistoryStore.open(undefined, () => undefined), size)
  }

  /** Lines that have ended. */
  get ended(): number {
    return this.#history.lines.filter(({ status }) => status !== undefined).length
  }

  /** What stands at the prompt. */
  get text(): string {
    return this.#state.editor.text
  }

  /** The list is open. */
  get hasMenu(): boolean {
    return this.#state.menu !== undefined
  }

  /** Enter would run it, and it would do something. */
  get isDangerous(): boolean {
    const line = this.text.trim()
    return line !== '' && line !== 'version' && this.#reader.read(this.text).bound.diagnostics.length === 0
  }

  /** A list that needs nothing but the commands can be opened here. */
  get canComplete(): boolean {
    const { text, cursor } = this.#state.editor
    return ['command', 'flag', 'none'].includes(this.#reader.read(text).siteAt(cursor).kind)
  }

  /** Bytes, as a terminal sends them; resolves when every list has come. */
  async bytes(input: string): Promise<void> {
    const decoder = new Decoder()
    for (const event of [...decoder.push(input), ...decoder.flush()]) this.#send(event)
    await this.#work
  }

  frame(): Frame {
    const look: Look = { width: this.columns, color: true, ascii: false, now: 0 }
    const frame = frameOf({
      state: this.#state,
      world: this.#world,
      look,
      height: this.rows,
      progress: [],
      jobs: 0,
      failed: this.#failed,
    })
    return { ...frame, rows: frame.rows.map((row) => row.replaceAll(style, '') as typeof row) }
  }

  get #world(): World {
    return worldOf({
      reader: this.#reader,
      keymap: keymapWith([]),
      history: this.#history.lines,
      context: '',
    })
  }

  #send(event: PromptEvent): void {
    const [state, effects] = step(this.#state, event, this.#world)
    this.#state = state
    for (const effect of effects) {
      if (effect.type === 'submit') this.#ran(effect.text)
      else if (effect.type === 'discard') this.#history.add(effect.text, '', Date.now())
      else if (effect.type === 'complete')
        this.#work = this.#engine.ask(effect.site, effect.stage, (list) =>
          this.#send({ type: 'candidates', request: effect.request, list }),
        )
    }
  }

  #ran(line: string): void {
    if (line.trim() === '') return
    const exit = this.#reader.read(line).bound.diagnostics.length > 0 ? 2 : 0
    const id = this.#history.add(line, '', Date.now())
    if (id !== undefined) this.#history.finish(id, exit, 0)
    this.#failed = exit !== 0
    this.#reader.forget()
    this.#send({ type: 'refresh' })
  }
}
