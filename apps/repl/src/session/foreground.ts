import { OcishError } from '@ocish/sdk'
import type { JobInfo } from '../jobs/jobs.ts'
import { RunScope } from './run-scope.ts'
import type { Ended, ShellSession } from './shell-session.ts'

interface Running {
  readonly scope: RunScope
  readonly ended: Promise<Ended>
  readonly released: PromiseWithResolvers<void>
}

/** The command in front: one at a time; it can be cancelled, ended the hard way, or put beside the prompt. */
export class Foreground {
  readonly #shell: ShellSession
  #running: Running | undefined

  constructor(shell: ShellSession) {
    this.#shell = shell
  }

  get isBusy(): boolean {
    return this.#running !== undefined
  }

  /** Resolves when the line has ended, or when the prompt is free for another reason (then with nothing). */
  async run(line: string): Promise<Ended | undefined> {
    const scope = new RunScope(line)
    const ended = this.#shell.run(line, scope)
    const running: Running = { scope, ended, released: Promise.withResolvers<void>() }
    this.#running = running
    const outcome = await Promise.race([ended, running.released.promise])
    if (this.#running === running) this.#running = undefined
    return outcome ?? undefined
  }

  /**
   * The first time it is asked to end. The second time it is not asked: its programs are killed, its connections closed,
   * nothing that it still gives is taken, and the prompt is free.
   */
  cancel(): 'asked' | 'ended' | 'nothing' {
    const running = this.#running
    if (running === undefined) return 'nothing'
    const { scope, released } = running
    if (!scope.stop.signal.aborted) {
      scope.stop.abort(new OcishError('INTERRUPTED', 'cancelled'))
      return 'asked'
    }
    scope.hard.abort(new OcishError('INTERRUPTED', 'ended the hard way'))
    if (this.#shell.jobs.running.length === 0) void this.#shell.sessions.close()
    released.resolve()
    return 'ended'
  }

  /** It goes on as a job, and the prompt is free. */
  background(): JobInfo | undefined {
    const running = this.#running
    if (running === undefined) return undefined
    const { scope, ended, released } = running
    scope.toBackground(this.#shell.context)
    const exit = async (): Promise<number> => (await ended).exit
    const job = this.#shell.jobs.start(scope.line, exit, scope.stop, scope.started)
    released.resolve()
    return job
  }
}
