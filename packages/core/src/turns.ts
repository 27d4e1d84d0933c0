/** Pieces of work that must not meet: each begins when the one before has ended, also when that failed. */
export class Turns {
  #last: Promise<unknown> = Promise.resolve()

  /** Runs `work` after everything that was taken before. Errors: those of `work`. */
  take<T>(work: () => T | Promise<T>): Promise<T> {
    const turn = this.#last.then(work)
    this.#last = turn.catch(() => undefined)
    return turn
  }

  /** Resolves when all that was taken so far has ended; whether it failed is told to who took it. */
  async ended(): Promise<void> {
    await this.#last
  }
}
