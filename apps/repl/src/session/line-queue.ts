/** Lines that were accepted, run one after the other; those typed meanwhile wait. */
export class LineQueue {
  readonly #run: (line: string) => Promise<void>
  readonly #waiting: string[] = []
  #isWorking = false

  constructor(run: (line: string) => Promise<void>) {
    this.#run = run
  }

  get isEmpty(): boolean {
    return this.#waiting.length === 0
  }

  push(line: string): void {
    this.#waiting.push(line)
    if (!this.#isWorking) void this.#work()
  }

  /** Those that have not begun will not. */
  clear(): void {
    this.#waiting.length = 0
  }

  async #work(): Promise<void> {
    this.#isWorking = true
    for (let line = this.#waiting.shift(); line !== undefined; line = this.#waiting.shift())
      await this.#run(line)
    this.#isWorking = false
  }
}
