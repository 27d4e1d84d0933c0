import { kindCommands, type KindEntry, loadCommand, type Services, signatures } from '@ocish/host'
import { type Command, createCommands, type Commands } from '@ocish/shell'
import { sessionCommands } from '../commands/index.ts'
import type { SessionState } from '../commands/session-command.ts'
import { listedHere, withLeave, withName, withOwnHelp, withOwnSettings } from './own-commands.ts'
import { sessionHelp } from './session-help.ts'

/** Abbreviations of the user, by name. */
export type Aliases = ReadonlyMap<string, readonly string[]>

/** What a line may call: data at once, code when one of them runs. It is made anew when plugins or aliases change. */
export class CommandTable {
  #kinds: readonly KindEntry[] = []
  #aliases: Aliases = new Map()
  #kindCommands: readonly Command<Services>[] = []
  #commands!: Commands

  constructor(kinds: readonly KindEntry[]) {
    this.use(kinds, new Map())
  }

  /** The same object until something changes. */
  get commands(): Commands {
    return this.#commands
  }

  get kinds(): readonly KindEntry[] {
    return this.#kinds
  }

  get aliases(): Aliases {
    return this.#aliases
  }

  /** From here on these kinds and aliases hold. */
  use(kinds: readonly KindEntry[], aliases: Aliases): void {
    this.#kinds = kinds
    this.#aliases = aliases
    this.#kindCommands = kindCommands(kinds)
    const own = [...this.#kindCommands, ...sessionCommands].map(({ signature }) => signature)
    this.#commands = createCommands([...signatures, ...own], {
      options: kinds.flatMap((kind) => (kind.options ?? []).map((option) => ({ kind: kind.name, option }))),
      kinds: [...kinds.map((kind) => kind.name), 'generic'],
      aliases,
    })
  }

  /** The code of a command, by the full name of its signature; `context`: what its line is relative to. */
  async load(name: string, state: SessionState, context: string): Promise<Command<Services>> {
    const own = sessionCommands.find(({ signature }) => signature.name === name)
    if (own !== undefined)
      return { signature: own.signature, run: (call, services) => own.run(call, state, services) }
    const kind = this.#kindCommands.find((command) => command.signature.name === name)
    const command = kind ?? (await loadCommand(name))
    if (command === undefined) throw new TypeError(`${name} has a signature and no code`)
    if (name === 'help')
      return withOwnHelp(command, (topic) => sessionHelp(topic, this.#commands, state.settings))
    if (name === 'exit') return withLeave(command, state)
    if (name === 'login') return withName(command, state)
    if (name === 'set') return withOwnSettings(command, state)
    return name === 'ls' && context !== '' ? listedHere(command, context) : command
  }
}
