import { homedir } from 'node:os'
import type { BoundCall } from '@ocish/shell'
import {
  callFlags,
  type KindEntry,
  pathsFrom,
  type Session,
  type SessionOptions,
  Sessions,
} from '@ocish/host'
import { OcishError } from '@ocish/sdk'
import type { Asking } from './ask.ts'
import type { DoorFlags } from './doors.ts'
import { standardInput } from './standard-input.ts'
import type { Terminal } from './terminal.ts'
import { together } from './together.ts'

/** What the sessions of a run are made with. */
export interface SessionContext {
  readonly terminal: Terminal
  readonly version: string
  readonly kinds: readonly KindEntry[]
  readonly flags: DoorFlags
}

/** The sessions of a run. */
export interface RunSessions extends AsyncDisposable {
  /** The session of a call; without one, that of the run's own flags. */
  readonly get: (call?: BoundCall) => Promise<Session>
}

/** Opens nothing yet. */
export function runSessions(context: SessionContext): RunSessions {
  const { terminal, flags } = context
  const sessions = new Sessions({
    options: async () => sessionOptions(context),
    trace: (line) => terminal.trace(line),
  })
  return {
    get: async (call) => sessions.get(together(flags.common, call && callFlags(call))),
    [Symbol.asyncDispose]: async () => sessions[Symbol.asyncDispose](),
  }
}

async function sessionOptions({
  terminal,
  version,
  kinds,
  flags,
}: SessionContext): Promise<Omit<SessionOptions, 'flags'>> {
  const home = homedir()
  const progress = terminal.progress
  return {
    version,
    kinds,
    cwd: process.cwd(),
    env: process.env,
    home,
    paths: pathsFrom(process.env, home),
    restricted: flags.restricted,
    ...(flags.allowHosts === undefined ? {} : { allowHosts: flags.allowHosts }),
    signal: terminal.signal,
    warn: (message) => terminal.warn(message),
    note: (message) => terminal.note(message),
    ...(progress === undefined ? {} : { progress: progress.onTransfer }),
    ...standardStreams(terminal),
    ...(await asking(terminal.signal)),
  }
}

/** What the location `-` means here. */
function standardStreams(terminal: Terminal): Pick<SessionOptions, 'input' | 'output'> {
  const input = standardInput(terminal.signal)
  return {
    ...(input === undefined ? {} : { input: () => input }),
    output: async (bytes) => {
      if (terminal.isScreen) {
        throw new OcishError('USAGE_BINARY_OUTPUT', 'an archive is binary data, and a terminal shows text', {
          hint: 'Write it to a file with > FILE, or name one: tar:FILE.',
        })
      }
      for await (const chunk of bytes) await terminal.write(chunk)
    },
  }
}

/** Somebody to ask, where both ends are a terminal. */
async function asking(signal: AbortSignal): Promise<Partial<Asking>> {
  if (!process.stderr.isTTY || !process.getBuiltinModule('node:tty').isatty(0)) return {}
  return (await import('./ask.ts')).askOnTerminal(signal)
}
