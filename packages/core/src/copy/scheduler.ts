interface Task {
  readonly size: number
  start(): void
  drop(reason: unknown): void
}

/** Blobs from here on count as large: moving their bytes takes longer than asking for them. */
const large = 4 * 1024 * 1024
/** Of so many blobs one is the one that waits longest, and one is small, so that none waits for ever. */
const ageing = 4

/** How many tasks run at a time. */
export interface Lanes {
  /** Blobs, of which large ones leave one place to the others. */
  readonly blobs: number
  /** Blobs where not all of them are large, and questions; not less than `blobs`. */
  readonly small: number
}

/**
 * Runs tasks, so many at a time: the largest first, of which one place is kept for small ones, then these. Tasks of size
 * 0 (manifests, questions) run beside them, so that what is to be moved is known in time.
 */
export class Scheduler {
  readonly #lanes: Lanes
  readonly #signal: AbortSignal
  readonly #questions: Task[] = []
  readonly #large: Task[] = []
  readonly #small: Task[] = []
  #asking = 0
  #running = 0
  #runningLarge = 0
  #started = 0

  constructor(lanes: Lanes, signal: AbortSignal) {
    this.#lanes = lanes
    this.#signal = signal
    signal.addEventListener('abort', () => this.#dropAll(), { once: true })
  }

  /** `size` in bytes. Rejects with the signal's reason when the turn never comes. */
  run<T>(size: number, work: () => Promise<T>): Promise<T> {
    this.#signal.throwIfAborted()
    const { promise, resolve, reject } = Promise.withResolvers<T>()
    const start = (): void => {
      const done = work()
      done.then(resolve, reject)
      void done.then(
        () => this.#end(size),
        () => this.#end(size),
      )
    }
    this.#queueFor(size).push({ size, start, drop: reject })
    this.#fill()
    return promise
  }

  #queueFor(size: number): Task[] {
    if (size === 0) return this.#questions
    return size >= large ? this.#large : this.#small
  }

  #fill(): void {
    while (this.#asking < this.#lanes.small) {
      const question = this.#questions.shift()
      if (question === undefined) break
      this.#asking += 1
      question.start()
    }
    for (let task = this.#next(); task !== undefined; task = this.#next()) {
      this.#running += 1
      if (task.size >= large) this.#runningLarge += 1
      task.start()
    }
  }

  #next(): Task | undefined {
    const { blobs, small } = this.#lanes
    if (this.#running >= small) return undefined
    const mayBeLarge = this.#running < blobs && this.#runningLarge < Math.max(1, blobs - 1)
    const isForSmall = this.#started % ageing === 2 && this.#small.length > 0
    return this.#take(mayBeLarge && this.#large.length > 0 && !isForSmall ? this.#large : this.#small)
  }

  #take(queue: Task[]): Task | undefined {
    if (queue.length === 0) return undefined
    this.#started += 1
    if (this.#started % ageing === 0) return queue.shift()
    const largest = queue.reduce((best, task, at) => (task.size > (queue[best]?.size ?? 0) ? at : best), 0)
    return queue.splice(largest, 1)[0]
  }

  #end(size: number): void {
    if (size === 0) this.#asking -= 1
    else this.#running -= 1
    if (size >= large) this.#runningLarge -= 1
    this.#fill()
  }

  #dropAll(): void {
    for (const queue of [this.#questions, this.#large, this.#small]) {
      for (const task of queue.splice(0)) task.drop(this.#signal.reason)
    }
  }
}
