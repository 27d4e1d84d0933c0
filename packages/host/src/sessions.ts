import type { BoundCall, CommonFlags } from '@ocish/shell'
import { createSession, type Session } from './session.ts'
import type { SessionOptions } from './session-options.ts'
import { traceLine } from './trace-line.ts'

/** The flags that make a session another one. */
const deciding = [
  'platform',
  'offline',
  'dryRun',
  'yes',
  'quiet',
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
  'trace',
] as const satisfies readonly (keyof CommonFlags)[]

/** How the sessions of a program are made. */
export interface SessionsOptions {
  /** Everything but the flags; asked for each session that is opened. */
  readonly options: () => Promise<Omit<SessionOptions, 'flags' | 'trace'>>
  /** Takes a line of what was asked and answered, where `--trace` was given. */
  readonly trace?: (line: string) => void
}

/** The sessions of a program: calls with the same flags share one. */
export class Sessions implements AsyncDisposable {
  readonly #made: SessionsOptions
  readonly #opened = new Map<string, Promise<Session>>()
  /** What was opened before something changed; lines that run may still work with it. */
  readonly #retired: Promise<Session>[] = []

  constructor(made: SessionsOptions) {
    this.#made = made
  }

  /** The one for these flags. Errors: CONFIG_INVALID, FILE_NOT_FOUND (`--config`), USAGE_INVALID_VALUE. */
  async get(flags: Partial<CommonFlags>): Promise<Session> {
    const key = JSON.stringify(deciding.map((name) => said(flags[name])))
    let session = this.#opened.get(key)
    if (session === undefined) {
      session = this.#open(flags)
      this.#opened.set(key, session)
      session.catch(() => this.#opened.delete(key))
    }
    return session
  }

  /** Configuration or plugins changed: the next call finds them. */
  renew(): void {
    this.#retired.push(...this.#opened.values())
    this.#opened.clear()
  }

  /** Closes every connection, whoever uses it; the next call opens its own. */
  async close(): Promise<void> {
    this.renew()
    for (const opened of await Promise.allSettled(this.#retired.splice(0)))
      if (opened.status === 'fulfilled') await opened.value[Symbol.asyncDispose]()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  async #open(flags: Partial<CommonFlags>): Promise<Session> {
    const { options, trace } = this.#made
    const { note, progress, ...silent } = await options()
    return createSession({
      ...silent,
      ...(flags.quiet !== true && { ...(note && { note }), ...(progress && { progress }) }),
      flags,
      ...(flags.trace === true && trace !== undefined ? { trace: (event) => trace(traceLine(event)) } : {}),
    })
  }
}

/** The common flags of a call; `push --config FILE` is the artifact's configuration, not ours. */
export function callFlags({ signature, common }: BoundCall): CommonFlags {
  if (!signature.flags.some((flag) => flag.name === 'config')) return common
  const { config: _config, ...flags } = common
  return flags
}

/** A flag that is off is one that was not given. */
function said(value: CommonFlags[(typeof deciding)[number]]): unknown {
  const isOff = value === undefined || value === false || (Array.isArray(value) && value.length === 0)
  return isOff ? null : value
}
