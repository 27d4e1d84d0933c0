import { AsyncLocalStorage } from 'node:async_hooks'
import type { Progress } from './progress.ts'

/** One line that runs: what its commands report goes to it, also from deep inside. */
export interface RunScope {
  readonly progress: Progress
  readonly signal: AbortSignal
  /** It runs beside the prompt: nobody is asked anything. */
  background: boolean
}

const storage = new AsyncLocalStorage<RunScope>()

/** The line on whose behalf the current code runs. */
export function currentRun(): RunScope | undefined {
  return storage.getStore()
}

export function within<T>(scope: RunScope, work: () => T): T {
  return storage.run(scope, work)
}
