interface Task {
  readonly size: number
  start(): void
  drop(reason: unknown): void
}

/** Blobs from here on count as large. */
const large = 1024 * 1024
/** Every so many large blobs the one that waits longest is taken, so that none waits for ever. */
const ageing = 4

/**
 * Runs tasks, so many at a time: the largest first, small ones in the rest of the slots, of which one is never taken by a
 * large one. As many of size 0 (manifests, questions) run beside them, so that what is to be moved is known in time.
 */
export class Scheduler {
  readonly #limit: number
  readonly #signal: AbortSignal
  readonly #questions: Task[] = []
  readonly #large: Task[] = []
  readonly #small: Task[] = []
  #asking = 0
  #running = 0
  #runningLarge = 0
  #startedLarge = 0

  constructor(limit: number, signal: AbortSignal) {
    this.#limit = Math.max(1, limit)
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
    while (this.#asking < this.#limit) {
      const question = this.#questions.shift()
      if (question === undefined) break
      this.#asking += 1
      question.start()
    }
    while (this.#running < this.#limit) {
      const task = this.#takeLarge() ?? this.#small.shift()
      if (task === undefined) return
      this.#running += 1
      if (task.size >= large) this.#runningLarge += 1
      task.start()
    }
  }

  #takeLarge(): Task | undefined {
    if (this.#large.length === 0 || this.#runningLarge >= Math.max(1, this.#limit - 1)) return undefined
    this.#startedLarge += 1
    if (this.#startedLarge % ageing === 0) return this.#large.shift()
    const largest = this.#large.reduce(
      (best, task, at) => (task.size > (this.#large[best]?.size ?? 0) ? at : best),
      0,
    )
    return this.#large.splice(largest, 1)[0]
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
