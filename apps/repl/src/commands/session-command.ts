import type { WatchRound, Services, WatchEvent } from '@ocish/host'
import type { Call, Command, Flag, Output, Param, Signature } from '@ocish/shell'
import type { HistoryStore } from '../history/history-store.ts'
import type { BrowseActions } from '../screens/browse-screen.ts'
import type { JobInfo, Jobs } from '../jobs/jobs.ts'
import type { Teaching } from './tutorial.ts'

/** What the commands of a session may look at and change. */
export interface SessionState {
  context: string
  previousContext: string
  /** The tutorial was begun and is not over. */
  teaching?: Teaching
  readonly history: HistoryStore
  readonly jobs: Jobs
  /** A name as it is meant in this context. */
  resolve(word: string): string
  /** The session ends after this line. */
  leave(status: number): void
  /** Binds a key to an action, by names. Errors: USAGE_INVALID_VALUE. */
  set(key: string, value: string): void
  readonly settings: ReadonlyMap<string, string>
  /** Shows a program that takes the whole screen; answers the line it stands for, if any. */
  fullScreen(program: FullScreenProgram): Promise<void>
  /** A line that somebody types. Errors: INTERRUPTED. */
  ask(prompt: string, signal: AbortSignal): Promise<string>
  /** A whole screen can be shown: not by a job, and not in a plain session. */
  canShow(): boolean
  /** Reads a line that is to run beside the prompt later. Errors: those of its text. */
  check(line: string, variables: readonly string[]): void
  /** Runs a line as a job, in this context, with these variables. Errors: those of its text. */
  beside(line: string, variables?: Readonly<Record<string, unknown>>): JobInfo
  /** Goes on with what an earlier session left, as a job; undefined: there is no such job. */
  resume(id: number): JobInfo | undefined
  /** Nobody will go on with it. False: no earlier session left such a job. */
  giveUp(id: number): boolean
}

/** A program of the alternate screen, by name and with what it shows. */
export type FullScreenProgram =
  | {
      readonly type: 'browse'
      readonly location: string
      readonly services: Services
      readonly actions: BrowseActions
      readonly signal: AbortSignal
    }
  | {
      readonly type: 'watch'
      readonly title: string
      readonly rounds: AsyncIterable<WatchRound>
      readonly take: (event: WatchEvent) => void
      /** Nobody looks any more. */
      readonly left: AbortController
      readonly signal: AbortSignal
    }

interface Parts {
  readonly name: string
  readonly summary: string
  readonly params?: readonly Param[]
  readonly flags?: readonly Flag[]
  readonly output?: Output
  readonly examples: Signature['examples']
}

/** A command that exists in a session only. */
export function sessionSignature({
  params = [],
  flags = [],
  output = { form: 'none' },
  ...parts
}: Parts): Signature {
  return {
    ...parts,
    params,
    flags,
    output,
    input: 'none',
    effect: 'L',
    exits: [],
    since: '0.1',
    group: 'session',
  }
}

type SessionRun = (
  call: Call,
  state: SessionState,
  services: Services,
) => ReturnType<Command<Services>['run']>

/** Its signature, and the code that gets the session's state. */
export interface SessionCommand {
  readonly signature: Signature
  readonly run: SessionRun
}
