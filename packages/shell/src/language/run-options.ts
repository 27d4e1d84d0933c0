import type { Bytes, Span } from '@ocish/sdk'
import type { BoundCall } from '../bound-call.ts'
import type { Command, Outcome } from '../command.ts'
import type { Commands } from '../commands.ts'
import type { CommonFlags } from '../common-flags.ts'
import type { Edge } from '../formats/edge.ts'
import type { Look } from '../text/theme.ts'
import type { SessionScope } from './session-scope.ts'

/** Local files as redirects and `save` see them; confined by whoever gives it. */
export interface Files {
  /** Errors: FILE_NOT_FOUND, FILE_FAILED. */
  read(path: string, signal: AbortSignal): Bytes
  /**
   * Writes everything, then makes it visible by one rename; when the iteration fails, the old content stays.
   * Errors: FILE_FAILED.
   */
  write(
    path: string,
    bytes: Bytes,
    options: { readonly append: boolean; readonly signal: AbortSignal },
  ): Promise<void>
  /** How the text of a regular file begins; empty for what is not there. What is appended does not repeat its header. */
  beginning?(path: string): Promise<string>
}

/** A program of the system that is to be run (`^name`). No shell is between. */
export interface ExternalRun {
  readonly name: string
  readonly args: readonly string[]
  readonly input?: Bytes
  /** Its output goes to the person directly, so it may use the terminal; `output` is empty then. */
  readonly inherit: boolean
  readonly signal: AbortSignal
}

/** Other programs (`^jq`). */
export interface Externals {
  /** Errors: EXTERNAL_FAILED when it cannot be started. */
  run(external: ExternalRun): { readonly output: Bytes; readonly exit: Promise<number> }
}

/** What running a program needs from outside. Whatever is absent is refused with a sentence. */
export interface RunOptions<Services> {
  readonly commands: Commands
  /** The code of a command, by the full name of its signature. */
  load(name: string): Promise<Command<Services>>
  /** What one call works with; its common flags are in the call. */
  services(call: BoundCall): Services | Promise<Services>
  readonly signal: AbortSignal
  readonly files?: Files
  readonly externals?: Externals
  /** The names a pattern stands for; `\\` in it makes the next character literal. */
  expand?(pattern: string, type: 'ref' | 'path', signal: AbortSignal): AsyncIterable<string>
  /** Names that one pattern may stand for (`limits.glob`); default 1,000. */
  readonly glob?: number | undefined
  /** `$args`. */
  readonly args?: readonly string[]
  /** Other variables that exist before the program: `env`, `last`, those of a session. */
  readonly variables?: Iterable<readonly [string, unknown]>
  /** What earlier programs named; extended with the names of this one when it ends with status 0. */
  readonly scope?: SessionScope
  /** Standard input as data for the first stage of the first pipe that wants it. */
  readonly input?: Bytes
  /** For `to table` and its like; default: 100 columns without colour. */
  readonly look?: Look
  /** Starts a job (`&`); absent where there are none. */
  background?(work: (signal: AbortSignal) => AsyncGenerator<Emission, RunOutcome>): void
}

/** The output of one pipe. Read it to its end (or close it) before asking for the next one. */
export interface Emission extends Span {
  /** Errors of the pipe do not come out of its edge: they end it, and come from the run. */
  readonly edge: Edge
  /** The common flags of the pipe's last call: `--output`, `--columns`, … */
  readonly common: CommonFlags
  /** It came from another program. */
  readonly external: boolean
  /** The status of the pipe, that of its failure included, once its edge was read to its end; undefined before. */
  readonly exit: () => number | undefined
}

/** How a program ended; `error` is what `try` turned into an answer in the last statement. */
export interface RunOutcome extends Outcome {
  readonly error?: unknown
}
