/** What became of a job; `left`: an earlier session began it. */
type JobState = 'running' | 'done' | 'failed' | 'killed' | 'left'

export interface JobInfo {
  readonly id: number
  readonly line: string
  readonly state: JobState
  /** Milliseconds since the epoch. */
  readonly started: number
  /** Milliseconds; absent while it runs. */
  readonly duration?: number
  readonly exit?: number
  /** What its names are relative to, where that is not the session's context. */
  readonly context?: string
}

interface Job {
  info: JobInfo
  readonly stop: AbortController
  readonly settled: Promise<void>
}

/** The work of a job; it answers its status. */
export type JobWork = (signal: AbortSignal) => Promise<number>

/** Ended jobs that are still listed. */
const endedKept = 20

/** Commands that run beside the prompt. */
export class Jobs {
  readonly #jobs = new Map<number, Job>()
  readonly #now: () => number
  readonly #onEnd: (job: JobInfo) => void
  #last = 0

  constructor(onEnd: (job: JobInfo) => void, now: () => number = Date.now) {
    this.#onEnd = onEnd
    this.#now = now
  }

  /** Starts work, or takes over work that has begun at `started` (`stop` ends it). */
  start(
    line: string,
    work: JobWork,
    stop: AbortController = new AbortController(),
    started: number = this.#now(),
  ): JobInfo {
    this.#last += 1
    const id = this.#last
    const info: JobInfo = { id, line, state: 'running', started }
    const { promise, resolve } = Promise.withResolvers<void>()
    const job: Job = { info, stop, settled: promise }
    this.#jobs.set(id, job)
    void this.#run(job, work).then(resolve)
    return info
  }

  /** Lists what an earlier session left. */
  adopt(line: string, context: string, started: number): JobInfo {
    this.#last += 1
    const info: JobInfo = { id: this.#last, line, state: 'left', started, context }
    this.#jobs.set(info.id, { info, stop: new AbortController(), settled: Promise.resolve() })
    return info
  }

  /** It is listed no longer: somebody goes on with it, or nobody will. */
  forget(id: number): void {
    if (this.find(id)?.state === 'left') this.#jobs.delete(id)
  }

  async #run(job: Job, work: JobWork): Promise<void> {
    let exit = 1
    try {
      exit = await work(job.stop.signal)
    } catch {
      exit = 1
    }
    const state = job.stop.signal.aborted ? 'killed' : exit === 0 ? 'done' : 'failed'
    job.info = { ...job.info, state, exit, duration: this.#now() - job.info.started }
    this.#forget()
    this.#onEnd(job.info)
  }

  #forget(): void {
    const ended = [...this.#jobs.values()].filter(
      (job) => job.info.state !== 'running' && job.info.state !== 'left',
    )
    for (const { info } of ended.slice(0, -endedKept)) this.#jobs.delete(info.id)
  }

  get list(): readonly JobInfo[] {
    return [...this.#jobs.values()].map((job) => job.info)
  }

  get running(): readonly JobInfo[] {
    return this.list.filter((job) => job.state === 'running')
  }

  get left(): readonly JobInfo[] {
    return this.list.filter((job) => job.state === 'left')
  }

  find(id: number): JobInfo | undefined {
    return this.#jobs.get(id)?.info
  }

  /** False: there is no such job, or it has ended. */
  kill(id: number): boolean {
    const job = this.#jobs.get(id)
    if (job?.info.state !== 'running') return false
    job.stop.abort()
    return true
  }

  /** Resolves with the job as it ended; the signal ends only the waiting. */
  async wait(id: number, signal: AbortSignal): Promise<JobInfo | undefined> {
    const job = this.#jobs.get(id)
    if (job === undefined) return undefined
    signal.throwIfAborted()
    const { promise, reject } = Promise.withResolvers<never>()
    const onAbort = (): void => reject(signal.reason as Error)
    signal.addEventListener('abort', onAbort, { once: true })
    try {
      await Promise.race([job.settled, promise])
      return job.info
    } finally {
      signal.removeEventListener('abort', onAbort)
    }
  }

  /** Ends everything, and waits for it. */
  async stopAll(): Promise<void> {
    for (const job of this.#jobs.values()) job.stop.abort()
    await Promise.all([...this.#jobs.values()].map((job) => job.settled))
  }
}
