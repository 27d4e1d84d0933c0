/** Characters that are gathered at most. */
const gathered = 64 * 1024

/**
 * Gathers finished text into whole lines, so that what is shown below always begins on a line of its own, and many small
 * pieces are few writes.
 */
export class LineOutput {
  readonly #write: (text: string) => Promise<void>
  readonly #signal: AbortSignal | undefined
  #pending = ''
  #soon: NodeJS.Immediate | undefined
  #writing: Promise<void> = Promise.resolve()

  /** `signal`: from then on nothing is written, and whoever tries is ended. */
  constructor(write: (text: string) => Promise<void>, signal?: AbortSignal) {
    this.#write = write
    this.#signal = signal
  }

  readonly write = async (text: string): Promise<void> => {
    this.#signal?.throwIfAborted()
    this.#pending += text
    if (this.#pending.length >= gathered) await this.#send(false)
    else this.#soon ??= setImmediate(() => void this.#send(false))
  }

  /** Everything, the last line ended. */
  async end(): Promise<void> {
    await this.#send(true)
  }

  async #send(all: boolean): Promise<void> {
    clearImmediate(this.#soon)
    this.#soon = undefined
    const cut = all ? this.#pending.length : this.#pending.lastIndexOf('\n') + 1
    const whole = this.#pending.slice(0, cut)
    this.#pending = this.#pending.slice(cut)
    if (whole !== '' && this.#signal?.aborted !== true) {
      const lines = whole.endsWith('\n') ? whole : `${whole}\n`
      this.#writing = this.#writing.then(() => this.#write(lines))
    }
    await this.#writing
  }
}
