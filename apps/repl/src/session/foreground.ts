import { OcishError } from '@ocish/sdk'
import type { JobInfo, Jobs } from '../jobs/jobs.ts'
import { Progress } from './progress.ts'
import type { RunScope } from './run-scope.ts'
import type { Ended, ShellSession } from './shell-session.ts'

interface Running {
  readonly line: string
  readonly stop: AbortController
  readonly scope: { -readonly [Name in keyof RunScope]: RunScope[Name] }
  readonly ended: Promise<Ended>
  readonly released: PromiseWithResolvers<void>
}

/** The command in front: one at a time; it can be cancelled, left alone, or put beside the prompt. */
export class Foreground {
  readonly #shell: ShellSession
  readonly #jobs: Jobs
  #running: Running | undefined

  constructor(shell: ShellSession) {
    this.#shell = shell
    this.#jobs = shell.jobs
  }

  get isBusy(): boolean {
    return this.#running !== undefined
  }

  /** Resolves when the line has ended, or when the prompt is free for another reason (then with nothing). */
  async run(line: string): Promise<Ended | undefined> {
    const stop = new AbortController()
    const scope: Running['scope'] = { progress: new Progress(line), signal: stop.signal, background: false }
    this.#shell.running.add(scope)
    const ended = this.#shell.run(line, stop, scope).finally(() => this.#shell.running.delete(scope))
    const running: Running = { line, stop, scope, ended, released: Promise.withResolvers<void>() }
    this.#running = running
    const outcome = await Promise.race([ended, running.released.promise])
    if (this.#running === running) this.#running = undefined
    return outcome ?? undefined
  }

  /** The first time it is asked to end; the second time nobody waits for it any more. */
  cancel(): 'asked' | 'left' | 'nothing' {
    const running = this.#running
    if (running === undefined) return 'nothing'
    if (running.stop.signal.aborted) {
      running.released.resolve()
      return 'left'
    }
    running.stop.abort(new OcishError('INTERRUPTED', 'cancelled'))
    return 'asked'
  }

  /** It goes on as a job, and the prompt is free. */
  background(): JobInfo | undefined {
    const running = this.#running
    if (running === undefined) return undefined
    const { line, stop, scope, ended, released } = running
    scope.background = true
    const job = this.#jobs.start(line, async () => (await ended).exit, stop)
    released.resolve()
    return job
  }
}
