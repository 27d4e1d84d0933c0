import {
  bindArgv,
  type BoundCall,
  createCommands,
  type Commands,
  type CommonFlags,
  type HelpDocument,
  type SourceText,
} from '@ocish/shell'
import { builtInKinds, helpDocument, kindCommands, type KindEntry, signatures } from '@ocish/host'
import { print } from './print.ts'
import { onSignals } from './signals.ts'
import { Terminal } from './terminal.ts'

/** The argv door: the words of the process are one call, nothing in them is interpreted. Answers the exit status. */
export async function runArgv(words: readonly string[], version: string): Promise<number> {
  const terminal = new Terminal(flagsBefore(words))
  using scope = new DisposableStack()
  scope.use(onSignals((reason) => terminal.stop(reason)))
  const kinds = builtInKinds()
  let source: SourceText | undefined
  try {
    const commands = commandTable(kinds)
    const call = bindArgv(words, commands)
    source = call.source
    terminal.use(call.common)
    const topic = helpTopic(call)
    const status =
      topic === undefined
        ? await (await import('./run-call.ts')).runCall(call, { terminal, version, kinds })
        : await printHelp(helpDocument(topic, commands), call, terminal)
    await terminal.end()
    return status
  } catch (error) {
    // What was printed before it failed still belongs to the output.
    await terminal.end().catch(() => undefined)
    return terminal.fail(error, source)
  }
}

/** What `help X` and `X --help` ask for: neither needs a session. */
function helpTopic({ signature, args, common }: BoundCall): readonly string[] | undefined {
  if (common.help) return signature.name.split(' ')
  if (signature.name !== 'help') return undefined
  return Array.isArray(args['topic']) ? args['topic'].map(String) : []
}

async function printHelp(document: HelpDocument, call: BoundCall, terminal: Terminal): Promise<number> {
  await print({ form: 'value', type: 'text', value: document }, terminal, { flags: call.common, raw: false })
  return 0
}

/** Everything a line may call, as data. */
function commandTable(kinds: readonly KindEntry[]): Commands {
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
