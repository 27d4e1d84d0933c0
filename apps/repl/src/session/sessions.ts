import { homedir } from 'node:os'
import {
  callFlags,
  type KindEntry,
  pathsFrom,
  type Session,
  type SessionOptions,
  Sessions,
} from '@ocish/host'
import { OcishError } from '@ocish/sdk'
import type { BoundCall, CommonFlags } from '@ocish/shell'
import { said } from './line-flags.ts'
import { currentRun } from './run-scope.ts'
import type { Surface } from './surface.ts'

export interface HostSessionsOptions {
  readonly version: string
  readonly flags: Partial<CommonFlags>
  readonly kinds: () => readonly KindEntry[]
  /** The registries that may be asked; undefined: any. */
  readonly allowHosts: readonly string[] | undefined
  readonly surface: Surface
  readonly say: (level: 'warning' | 'note', message: string) => void
  readonly signal: AbortSignal
}

/** The host's sessions behind the interactive one. */
export interface HostSessions extends AsyncDisposable {
  /** For a call, or for the session itself. Errors: CONFIG_INVALID. */
  readonly get: (call?: BoundCall) => Promise<Session>
  /** Configuration or plugins changed: the next line finds them. */
  readonly renew: () => void
  /** Closes every connection, whoever uses it; the next line opens its own. */
  readonly close: () => Promise<void>
}

/** Seconds for which lists are taken from the store in a session. */
const freshFor = 0

/** Opens nothing yet. */
export function hostSessions(options: HostSessionsOptions): HostSessions {
  const sessions = new Sessions({
    options: async () => sessionOptions(options),
    trace: (line) => options.say('note', line),
  })
  return {
    get: async (call) => sessions.get({ ...options.flags, ...(call && said(callFlags(call))) }),
    renew: () => sessions.renew(),
    close: async () => sessions.close(),
    [Symbol.asyncDispose]: async () => sessions.close(),
  }
}

function sessionOptions({
  version,
  kinds,
  allowHosts,
  surface,
  say,
  signal,
}: HostSessionsOptions): Omit<SessionOptions, 'flags'> {
  const home = homedir()
  return {
    version,
    kinds: kinds(),
    cwd: process.cwd(),
    env: process.env,
    home,
    paths: pathsFrom(process.env, home),
    ...(allowHosts === undefined ? {} : { allowHosts }),
    freshFor,
    signal,
    warn: (message) => say('warning', message),
    note: (message) => {
      if (currentRun()?.flags.quiet !== true) say('note', message)
    },
    progress: (event) => {
      currentRun()?.progress.take(event)
      surface.changed()
    },
    confirm: async (question, more = {}) => {
      const run = currentRun()
      return run?.background === true ? false : surface.confirm(question, more, run?.stop.signal ?? signal)
    },
    readSecret: async (prompt) => {
      const run = currentRun()
      if (run?.background === true)
        throw new OcishError('INTERRUPTED', 'a job cannot ask for a secret', {
          hint: 'Run it without & at its end.',
        })
      return surface.readSecret(prompt, run?.stop.signal ?? signal)
    },
  }
}
