import { homedir } from 'node:os'
import { createSession, type KindEntry, pathsFrom, type Session } from '@ocish/host'
import { OcishError } from '@ocish/sdk'
import type { BoundCall, CommonFlags } from '@ocish/shell'
import { currentRun } from './run-scope.ts'
import type { Surface } from './surface.ts'

export interface SessionsOptions {
  readonly version: string
  readonly flags: Partial<CommonFlags>
  readonly kinds: () => readonly KindEntry[]
  /** The registries that may be asked; undefined: any. */
  readonly allowHosts: readonly string[] | undefined
  readonly surface: Surface
  readonly say: (level: 'warning' | 'note', message: string) => void
  readonly signal: AbortSignal
}

/** Flags that only say how something is shown: they make no other session. */
const shown = new Set([
  'output',
  'columns',
  'limit',
  'color',
  'ascii',
  'help',
  'errors',
  'quiet',
  'verbose',
  'timeout',
  'as',
])
/** Seconds for which lists are taken from the store in a session. */
const freshFor = 0

/** The host's sessions: calls with the same flags share one. */
export class Sessions implements AsyncDisposable {
  readonly #options: SessionsOptions
  readonly #opened = new Map<string, Promise<Session>>()
  /** What was opened before something changed; lines that run may still work with it. */
  readonly #retired: Promise<Session>[] = []

  constructor(options: SessionsOptions) {
    this.#options = options
  }

  /** For a call, or for the session itself. Errors: CONFIG_INVALID. */
  async get(call?: BoundCall): Promise<Session> {
    const flags = call === undefined ? {} : ownFlags(call)
    const key = JSON.stringify(Object.entries(flags).toSorted(([a], [b]) => (a < b ? -1 : 1)))
    let session = this.#opened.get(key)
    if (session === undefined) {
      session = this.#open(flags)
      this.#opened.set(key, session)
      session.catch(() => this.#opened.delete(key))
    }
    return session
  }

  /** Configuration or plugins changed: the next line finds them. */
  renew(): void {
    this.#retired.push(...this.#opened.values())
    this.#opened.clear()
  }

  /** Closes every connection, whoever uses it; the next line opens its own. */
  async close(): Promise<void> {
    this.renew()
    for (const opened of await Promise.allSettled(this.#retired.splice(0)))
      if (opened.status === 'fulfilled') await opened.value[Symbol.asyncDispose]()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  async #open(flags: Partial<CommonFlags>): Promise<Session> {
    const { version, kinds, allowHosts, surface, say, signal } = this.#options
    const home = homedir()
    return createSession({
      version,
      kinds: kinds(),
      cwd: process.cwd(),
      env: process.env,
      home,
      paths: pathsFrom(process.env, home),
      flags: { ...this.#options.flags, ...flags },
      ...(allowHosts === undefined ? {} : { allowHosts }),
      freshFor,
      signal,
      warn: (message) => say('warning', message),
      note: (message) => say('note', message),
      progress: (event) => {
        currentRun()?.progress.take(event)
        surface.changed()
      },
      confirm: async (question) => {
        const run = currentRun()
        return run?.background === true ? false : surface.confirm(question, run?.stop.signal ?? signal)
      },
      readSecret: async (prompt) => {
        const run = currentRun()
        if (run?.background === true)
          throw new OcishError('INTERRUPTED', 'a job cannot ask for a secret', {
            hint: 'Run it without & at its end.',
          })
        return surface.readSecret(prompt, run?.stop.signal ?? signal)
      },
    })
  }
}

/** What was said on the line and makes a difference; `push --config FILE` is the artifact's configuration, not ours. */
function ownFlags({ signature, common }: BoundCall): Partial<CommonFlags> {
  const own = signature.flags.some((flag) => flag.name === 'config')
  const said = Object.entries(common).filter(([name, value]) => {
    if (shown.has(name) || (own && name === 'config')) return false
    return Array.isArray(value) ? value.length > 0 : value !== undefined && value !== false
  })
  return Object.fromEntries(said) as Partial<CommonFlags>
}
