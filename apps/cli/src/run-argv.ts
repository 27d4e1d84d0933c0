import { bindArgv, createCommands, type Commands, type CommonFlags } from '@ocish/shell'
import { builtInKinds, kindCommands, type KindEntry, signatures } from '@ocish/host'
import { runCall } from './run-call.ts'
import { onSignals } from './signals.ts'
import { Terminal } from './terminal.ts'

/** The argv door: the words of the process are one call, nothing in them is interpreted. Answers the exit status. */
export async function runArgv(words: readonly string[], version: string): Promise<number> {
  const terminal = new Terminal(flagsBefore(words))
  using scope = new DisposableStack()
  scope.use(onSignals((reason) => terminal.stop(reason)))
  const kinds = builtInKinds()
  const status = await attempt(terminal, async () => {
    const call = bindArgv(words, commandTable(kinds))
    terminal.use(call.common)
    return runCall(call, { terminal, version, kinds })
  })
  return (await attempt(terminal, () => terminal.end().then(() => status))) || status
}

async function attempt(terminal: Terminal, act: () => Promise<number>): Promise<number> {
  try {
    return await act()
  } catch (error) {
    return terminal.fail(error)
  }
}

/** Everything a line may call, as data. */
export function commandTable(kinds: readonly KindEntry[]): Commands {
  return createCommands([...signatures, ...kindCommands(kinds).map((command) => command.signature)], {
    options: kinds.flatMap((kind) => (kind.options ?? []).map((option) => ({ kind: kind.name, option }))),
    kinds: [...kinds.map((kind) => kind.name), 'generic'],
  })
}

const errorForms: readonly NonNullable<CommonFlags['errors']>[] = ['fancy', 'plain', 'json']

/** How a mistake in the line itself is shown, before the line could be read. */
function flagsBefore(words: readonly string[]): Pick<CommonFlags, 'color' | 'ascii' | 'quiet' | 'errors'> {
  const at = words.findIndex((word) => word === '--errors' || word.startsWith('--errors='))
  const given = words[at]?.split('=')[1] ?? words[at + 1]
  const form = at < 0 ? undefined : errorForms.find((one) => one === given)
  const errors = form === undefined ? {} : { errors: form }
  return { color: 'auto', ascii: words.includes('--ascii'), quiet: false, ...errors }
}
