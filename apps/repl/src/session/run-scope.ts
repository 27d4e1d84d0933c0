import { AsyncLocalStorage } from 'node:async_hooks'
import type { CommonFlags } from '@ocish/shell'
import { Progress } from './progress.ts'

/** One line that runs: what its commands report goes to it, also from deep inside. */
export class RunScope {
  readonly line: string
  readonly progress: Progress
  /** Milliseconds since the epoch. */
  readonly started: number = Date.now()
  /** Ends it, in an orderly way. */
  readonly stop: AbortController = new AbortController()
  /** It had its chance: whatever is left of it is ended without being asked. */
  readonly hard: AbortController = new AbortController()
  /** What its flags, those of the session and the configuration say. */
  flags: Partial<CommonFlags> = {}
  #context: string | undefined

  constructor(line: string) {
    this.line = line
    this.progress = new Progress(line)
  }

  /** It runs beside the prompt: nobody is asked anything. */
  get background(): boolean {
    return this.#context !== undefined
  }

  /** What its names are relative to; undefined in front: whatever the session's context is. */
  get context(): string | undefined {
    return this.#context
  }

  /** From here on it runs beside the prompt, in the context it was started in. */
  toBackground(context: string): this {
    this.#context = context
    return this
  }
}

const storage = new AsyncLocalStorage<RunScope>()

/** The line on whose behalf the current code runs. */
export function currentRun(): RunScope | undefined {
  return storage.getStore()
}

export function within<T>(scope: RunScope, work: () => T): T {
  return storage.run(scope, work)
}
