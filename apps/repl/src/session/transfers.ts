import type { JobInfo, Jobs } from '../jobs/jobs.ts'
import type { LeftTransfers } from '../jobs/left-transfers.ts'
import { redacted } from '../history/redact.ts'
import type { RunScope } from './run-scope.ts'

/** Transfers at work, and those that earlier sessions left. */
export class Transfers {
  readonly #kept: LeftTransfers
  readonly #jobs: Jobs
  /** From the number of a job to that of its note. */
  readonly #left = new Map<number, number>()
  #isLeaving = false

  constructor(kept: LeftTransfers, jobs: Jobs) {
    this.#kept = kept
    this.#jobs = jobs
  }

  /** Lists what earlier sessions left; answers the sentence that says so. */
  found(): string | undefined {
    const left = this.#kept.adopt()
    for (const { id, line, context, started } of left)
      this.#left.set(this.#jobs.adopt(line, context, started).id, id)
    if (left.length === 0) return undefined
    const what = left.length === 1 ? '1 transfer was' : `${left.length} transfers were`
    return `${what} left by an earlier session; jobs lists them, resume goes on`
  }

  /** Goes on with what was left, as a job. Undefined: there is no such job. */
  resume(id: number, start: (line: string, context: string) => JobInfo): JobInfo | undefined {
    const job = this.#jobs.find(id)
    if (job?.state !== 'left') return undefined
    const begun = start(job.line, job.context ?? '')
    this.giveUp(id)
    return begun
  }

  /** Nobody will go on with it. False: there is no such job. */
  giveUp(id: number): boolean {
    const note = this.#left.get(id)
    if (note === undefined) return false
    this.#kept.end(note)
    this.#left.delete(id)
    this.#jobs.forget(id)
    return true
  }

  /** The session ends: what is at work stays noted. */
  leave(): void {
    this.#isLeaving = true
  }

  /** Notes the line from its first byte until it has ended. */
  noted(scope: RunScope, context: () => string): Disposable {
    let note: number | undefined
    scope.progress.onBegin = () => {
      if (redacted(scope.line) === scope.line) note = this.#kept.begin(scope.line, context(), Date.now())
    }
    return {
      [Symbol.dispose]: () => {
        scope.progress.onBegin = undefined
        if (note !== undefined && !this.#isLeaving) this.#kept.end(note)
      },
    }
  }
}
