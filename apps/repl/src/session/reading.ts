import { bind, type BoundProgram, type Commands, insertion, parse, siteAt } from '@ocish/shell'
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
  readonly #variables: () => readonly string[]
  #last: { readonly text: string; readonly commands: Commands; readonly read: Read } | undefined

  constructor(commands: () => Commands, variables: () => readonly string[] = () => []) {
    this.#commands = commands
    this.#variables = variables
  }

  read(text: string, name = 'repl'): Read {
    const commands = this.#commands()
    if (this.#last?.text === text && this.#last.commands === commands && name === 'repl')
      return this.#last.read
    const parsed = parse(text, name)
    const bound = bind(parsed, commands, { jobs: true, variables: this.#variables() })
    const read: Read = {
      bound,
      tokens: parsed.tokens,
      incomplete: parsed.incomplete,
      siteAt: (cursor) => siteAt(bound, cursor),
    }
    if (name === 'repl') this.#last = { text, commands, read }
    return read
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
