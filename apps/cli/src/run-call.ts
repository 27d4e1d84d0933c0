import { homedir } from 'node:os'
import { OcishError } from '@ocish/sdk'
import {
  type BoundCall,
  type Call,
  type Command,
  type CommonFlags,
  edgeOf,
  type Signature,
} from '@ocish/shell'
import {
  createSession,
  type KindEntry,
  loadCommand,
  pathsFrom,
  type Services,
  type Session,
} from '@ocish/host'
import type { Asking } from './ask.ts'
import { print } from './print.ts'
import { standardInput } from './standard-input.ts'
import type { Terminal } from './terminal.ts'
import { traceLine } from './trace-line.ts'

export interface RunContext {
  readonly terminal: Terminal
  readonly version: string
  readonly kinds: readonly KindEntry[]
}

/** Runs one bound call to its end and prints what it gives. Answers the exit status; failures are thrown. */
export async function runCall(bound: BoundCall, context: RunContext): Promise<number> {
  const { terminal } = context
  const { common, signature } = bound
  using scope = new DisposableStack()
  scope.use(deadline(common.timeout, terminal))
  await using session = await openSession(bound, context)
  const command = await commandFor(signature, session)
  const { edge, outcome } = await edgeOf(signature.output, command.run(callOf(bound, terminal), session))
  if (edge !== undefined) await print(edge, terminal, { flags: common, raw: bound.flags['raw'] === true })
  return (await outcome).exit
}

function deadline(milliseconds: number | undefined, terminal: Terminal): Disposable {
  if (milliseconds === undefined) return { [Symbol.dispose]: () => undefined }
  const timer = setTimeout(() => {
    terminal.stop(new OcishError('DEADLINE_EXCEEDED', `not done after ${milliseconds / 1000} s`))
  }, milliseconds)
  return { [Symbol.dispose]: () => clearTimeout(timer) }
}

async function openSession(bound: BoundCall, context: RunContext): Promise<Session> {
  const { terminal, version, kinds } = context
  const { common } = bound
  const home = homedir()
  const progress = terminal.progress
  return createSession({
    version,
    kinds,
    cwd: process.cwd(),
    env: process.env,
    home,
    paths: pathsFrom(process.env, home),
    flags: sessionFlags(bound),
    signal: terminal.signal,
    warn: (message) => terminal.warn(message),
    note: (message) => terminal.note(message),
    ...(progress === undefined ? {} : { progress: progress.onTransfer }),
    ...(common.trace ? { trace: (event) => terminal.trace(traceLine(event)) } : {}),
    ...(await asking(terminal.signal)),
  })
}

/** `push --config FILE` is the artifact's configuration, not ours. */
function sessionFlags(bound: BoundCall): CommonFlags {
  if (!bound.signature.flags.some((flag) => flag.name === 'config')) return bound.common
  const { config: _config, ...flags } = bound.common
  return flags
}

/** Somebody to ask, where both ends are a terminal. */
async function asking(signal: AbortSignal): Promise<Partial<Asking>> {
  if (!process.stderr.isTTY || !process.getBuiltinModule('node:tty').isatty(0)) return {}
  return (await import('./ask.ts')).askOnTerminal(signal)
}

async function commandFor(signature: Signature, session: Session): Promise<Command<Services>> {
  const own = session.kindCommands.find((command) => command.signature.name === signature.name)
  const command = own ?? (await loadCommand(signature.name))
  if (command !== undefined) return command
  throw new OcishError(
    'USAGE_UNKNOWN_COMMAND',
    `${signature.name} works on rows that another command gives`,
    {
      hint: `Put it after a pipe: ocish -c 'tags REPOSITORY | ${signature.name} …'.`,
    },
  )
}

function callOf(bound: BoundCall, terminal: Terminal): Call {
  const { signature, args, flags, options } = bound
  const bytes = signature.input === 'bytes' ? standardInput(terminal.signal) : undefined
  const columns = columnsFor(bound)
  return {
    args,
    flags,
    options,
    ...(columns === undefined ? {} : { columns }),
    ...(bytes === undefined ? {} : { input: { bytes } }),
    signal: terminal.signal,
  }
}

/** The columns that are shown: lazy ones are filled only when they are named. */
function columnsFor({ common, signature }: BoundCall): ReadonlySet<string> | undefined {
  if (common.columns === undefined || signature.output.form !== 'rows') return undefined
  if (!common.columns.includes('all')) return new Set(common.columns)
  const { row } = signature.output
  const types = 'columns' in row ? [row] : row
  return new Set(types.flatMap((type) => type.columns.map((column) => column.name)))
}
