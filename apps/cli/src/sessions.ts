import { homedir } from 'node:os'
import type { BoundCall, CommonFlags } from '@ocish/shell'
import { createSession, type KindEntry, pathsFrom, type Session, type SessionOptions } from '@ocish/host'
import { OcishError } from '@ocish/sdk'
import type { Asking } from './ask.ts'
import type { DoorFlags } from './doors.ts'
import { standardInput } from './standard-input.ts'
import type { Terminal } from './terminal.ts'
import { together } from './together.ts'
import { traceLine } from './trace-line.ts'

export interface SessionContext {
  readonly terminal: Terminal
  readonly version: string
  readonly kinds: readonly KindEntry[]
  readonly flags: DoorFlags
}

/** The flags that make a session another one. */
const deciding = [
  'platform',
  'offline',
  'dryRun',
  'yes',
  'noCache',
  'plainHttp',
  'insecure',
  'header',
  'caFile',
  'cert',
  'key',
  'resolve',
  'concurrency',
  'maxWait',
  'config',
] as const satisfies readonly (keyof CommonFlags)[]

/** The sessions of a run: calls with the same flags share one. */
export class Sessions implements AsyncDisposable {
  readonly #context: SessionContext
  readonly #opened = new Map<string, Promise<Session>>()

  constructor(context: SessionContext) {
    this.#context = context
  }

  /** The session of a call; without one, that of the run's own flags. */
  async get(call?: BoundCall): Promise<Session> {
    const flags = together(this.#context.flags.common, call === undefined ? undefined : ownFlags(call))
    const key = JSON.stringify(deciding.map((name) => flags[name] ?? null))
    let session = this.#opened.get(key)
    if (session === undefined) {
      session = this.#open(flags)
      this.#opened.set(key, session)
    }
    return session
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const sessions = await Promise.allSettled(this.#opened.values())
    for (const opened of sessions)
      if (opened.status === 'fulfilled') await opened.value[Symbol.asyncDispose]()
  }

  async #open(flags: CommonFlags): Promise<Session> {
    const { terminal, version, kinds, flags: door } = this.#context
    const home = homedir()
    const progress = terminal.progress
    return createSession({
      version,
      kinds,
      cwd: process.cwd(),
      env: process.env,
      home,
      paths: pathsFrom(process.env, home),
      flags,
      restricted: door.restricted,
      ...(door.allowHosts === undefined ? {} : { allowHosts: door.allowHosts }),
      signal: terminal.signal,
      warn: (message) => terminal.warn(message),
      note: (message) => terminal.note(message),
      ...(progress === undefined ? {} : { progress: progress.onTransfer }),
      ...(flags.trace ? { trace: (event) => terminal.trace(traceLine(event)) } : {}),
      ...standardStreams(terminal),
      ...(await asking(terminal.signal)),
    })
  }
}

/** `push --config FILE` is the artifact's configuration, not ours. */
function ownFlags({ signature, common }: BoundCall): CommonFlags {
  if (!signature.flags.some((flag) => flag.name === 'config')) return common
  const { config: _config, ...flags } = common
  return flags
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
