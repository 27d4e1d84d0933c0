import {
  bind,
  type BoundProgram,
  type Commands,
  insertion,
  parse,
  type SessionScope,
  siteAt,
} from '@ocish/shell'
import { stageOf } from '../completion/stage.ts'
import type { Keymap } from '../prompt/keymap.ts'
import type { PastLine, Reading, World } from '../prompt/state.ts'

/** A line that was read once. */
export interface Read extends Reading {
  readonly bound: BoundProgram
}

/** Reads lines; the last one is remembered, since a key asks about it several times. */
export class Reader {
  readonly #commands: () => Commands
  readonly #scope: SessionScope | undefined
  #last: { readonly text: string; readonly commands: Commands; readonly read: Read } | undefined

  /** `scope`: what the lines of a session named. */
  constructor(commands: () => Commands, scope?: SessionScope) {
    this.#commands = commands
    this.#scope = scope
  }

  read(text: string, name = 'repl'): Read {
    const commands = this.#commands()
    if (this.#last?.text === text && this.#last.commands === commands && name === 'repl')
      return this.#last.read
    const parsed = parse(text, name)
    const scope = this.#scope === undefined ? {} : { scope: this.#scope }
    const bound = bind(parsed, commands, { jobs: true, variables: ['last'], ...scope })
    const read: Read = {
      bound,
      tokens: parsed.tokens,
      incomplete: parsed.incomplete,
      siteAt: (cursor) => siteAt(bound, cursor),
    }
    if (name === 'repl') this.#last = { text, commands, read }
    return read
  }

  /** Reads a line that knows variables of its own. */
  readWith(text: string, variables: readonly string[]): BoundProgram {
    const scope = this.#scope === undefined ? {} : { scope: this.#scope }
    return bind(parse(text, 'job'), this.#commands(), { variables: ['last', ...variables], ...scope })
  }

  /** A line ran: what it named changes what the next one means. */
  forget(): void {
    this.#last = undefined
  }
}

/** What the prompt's fold asks, answered from here. */
export function worldOf(parts: {
  readonly reader: Reader
  readonly keymap: Keymap
  readonly history: readonly PastLine[]
  readonly context: string
}): World {
  const { reader, keymap, history, context } = parts
  return {
    keymap,
    history,
    context,
    read: (text) => reader.read(text),
    stageOf: (site) => stageOf(site, context),
    insertion,
  }
}
