import type { Services } from '@ocish/commands'
import { OcishError } from '@ocish/sdk'
import type { Command } from '@ocish/shell'

/** What a command is called with, by the names of its signature; what is absent has its default. */
export interface CommandInput {
  readonly args: Readonly<Record<string, unknown>>
  readonly flags?: Readonly<Record<string, unknown>>
  /** Options of the kind. */
  readonly options?: Readonly<Record<string, unknown>>
  readonly signal?: AbortSignal
}

/**
 * Runs a command of the shell from a program: rows, one value or chunks, as its signature says. Values are taken as
 * they are: a program has types where a line has text. `more`: the commands of kinds. Errors: USAGE_UNKNOWN_COMMAND, and those of the command.
 */
export async function* runCommand(
  name: string,
  input: CommandInput,
  services: Services,
  more: readonly Command<Services>[] = [],
): AsyncGenerator<unknown, void> {
  const command = more.find(({ signature }) => signature.name === name) ?? (await commandNamed(name))
  const { args, flags = {}, options = {}, signal = new AbortController().signal } = input
  const defaults = command.signature.flags.flatMap((flag) =>
    flag.default === undefined ? [] : [[flag.name, flag.default]],
  )
  const given = Object.entries(flags).filter(([, value]) => value !== undefined)
  const all = Object.fromEntries([...defaults, ...given]) as Readonly<Record<string, unknown>>
  yield* command.run({ args, flags: all, options, signal }, services)
}

async function commandNamed(name: string): Promise<Command<Services>> {
  const { loadCommand } = await import('@ocish/commands')
  const command = await loadCommand(name)
  if (command === undefined) throw new OcishError('USAGE_UNKNOWN_COMMAND', `no command ${name}`)
  return command
}
