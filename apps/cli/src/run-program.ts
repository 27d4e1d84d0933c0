import {
  bind,
  type BoundCall,
  type BoundProgram,
  type Commands,
  type CommonFlags,
  errorOf,
  explain,
  type HelpDocument,
  manPage,
  type Parsed,
  stepRow,
} from '@ocish/shell'
import type { KindEntry } from '@ocish/host'
import type { DoorFlags } from './doors.ts'
import { print } from './print.ts'
import { standardInput } from './standard-input.ts'
import type { Terminal } from './terminal.ts'
import { together } from './together.ts'

/** A program, from whichever door it came. */
export interface ProgramRequest {
  readonly parsed: Parsed
  readonly args: readonly string[]
  readonly flags: DoorFlags
  /** Standard input is data, not the program. */
  readonly input: boolean
}

/** What a program of any door runs with. */
export interface ProgramContext {
  readonly terminal: Terminal
  readonly version: string
  readonly kinds: readonly KindEntry[]
  readonly commands: Commands
  /** What `help X` and `X --help` show. */
  helpDocument(words: readonly string[], commands: Commands): HelpDocument
}

/** Binds a program as a whole, then runs it and prints what it gives. Answers the exit status; failures are thrown. */
export async function runProgram(request: ProgramRequest, context: ProgramContext): Promise<number> {
  const { terminal, commands } = context
  const { flags, parsed } = request
  const bytes = request.input ? standardInput(terminal.signal) : undefined
  const bound = bind(parsed, commands, { input: bytes !== undefined, externals: !flags.restricted })
  const calls = [...bound.stages.values()].flatMap(({ call }) => call ?? [])
  const only = calls.length === 1 ? calls[0] : undefined
  terminal.use(together(flags.common, only?.common))
  if (bound.diagnostics.length > 0) return complain(bound, terminal)
  const topic = helpTopic(bound, calls)
  const shown = { flags: together(flags.common, only?.common), man: only?.flags['man'] === true }
  if (topic !== undefined) return printHelp(topic, shown, context)
  if (flags.check) return 0
  if (flags.explain) return printSteps(bound, request, terminal)
  const { runBound } = await import('./run-bound.ts')
  return runBound(bound, { request, context, bytes, only })
}

/** Nobody reads more of them. */
const complaintsShown = 10

/** Nothing ran: the first mistake of every statement, since one mistake makes others; those of the text before any other. */
function complain({ diagnostics, parsed }: BoundProgram, terminal: Terminal): number {
  const ends = parsed.program.statements.map(({ to }) => to)
  const seen = new Set<number>()
  let status = 2
  const ofText = diagnostics.filter(({ code }) => code.startsWith('SYNTAX_'))
  for (const diagnostic of ofText.length > 0 ? ofText : diagnostics) {
    const statement = ends.findIndex((end) => diagnostic.from <= end)
    if (seen.has(statement) || seen.size === complaintsShown) continue
    seen.add(statement)
    status = terminal.fail(errorOf(diagnostic, parsed.source), parsed.source)
  }
  return status
}

/** What a program asks help for: a call with `--help`, or `help` alone. Neither needs a session. */
function helpTopic(bound: BoundProgram, calls: readonly BoundCall[]): readonly string[] | undefined {
  const asked = calls.find(({ common }) => common.help)
  if (asked !== undefined) return asked.signature.name.split(' ')
  const [call] = calls
  if (bound.stages.size !== 1 || call?.signature.name !== 'help') return undefined
  if (call.items.some((item) => item.kind === 'argument' && item.text === undefined)) return undefined
  const [statement] = bound.parsed.program.statements
  if ((statement?.pipes[0]?.pipe.redirects.length ?? 0) > 0) return undefined
  return Array.isArray(call.args['topic']) ? call.args['topic'].map(String) : []
}

async function printHelp(
  words: readonly string[],
  { flags, man }: { readonly flags: CommonFlags; readonly man: boolean },
  context: ProgramContext,
): Promise<number> {
  const value = context.helpDocument(words, context.commands)
  if (man) {
    await context.terminal.write(manPage(value, context.version))
    return 0
  }
  await print({ form: 'value', type: 'text', value }, context.terminal, { flags, raw: false })
  return 0
}

async function printSteps(
  bound: BoundProgram,
  { flags }: ProgramRequest,
  terminal: Terminal,
): Promise<number> {
  const rows = (async function* () {
    yield* explain(bound)
  })()
  await print({ form: 'rows', rows, types: [stepRow] }, terminal, { flags: flags.common, raw: false })
  return 0
}
