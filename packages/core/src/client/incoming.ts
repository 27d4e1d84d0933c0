import type { Body } from './body.ts'

/** What steers the other side of an `Incoming`. */
export interface Flow {
  pause(): void
  resume(): void
  abort(reason: Error): void
}

const highWater = 256 * 1024
const drainLimit = 64 * 1024

/**
 * The body of an answer: chunks queue up while nobody asks, and the sender is paused above 256 KiB.
 * Iterate it once, or `discard()` it. Leaving the iteration early closes the connection.
 */
export class Incoming implements Body {
  readonly #flow: Flow
  readonly #chunks: Uint8Array[] = []
  #queued = 0
  #paused = false
  #discarded: number | undefined
  #ended = false
  #error: unknown
  #wake: (() => void) | undefined
  #finish: (() => void) | undefined

  constructor(flow: Flow) {
    this.#flow = flow
  }

  /** Calls `listener` once when nothing more will arrive, or at once when that is so already. */
  whenFinished(listener: () => void): void {
    if (this.#ended) listener()
    else this.#finish = listener
  }

  push(chunk: Uint8Array): void {
    if (this.#ended) return
    if (this.#discarded !== undefined) {
      this.#discarded += chunk.length
      if (this.#discarded > drainLimit) this.#flow.abort(new Error('the rest of the answer is not needed'))
      return
    }
    this.#chunks.push(chunk)
    this.#queued += chunk.length
    if (this.#queued >= highWater && !this.#paused) {
      this.#paused = true
      this.#flow.pause()
    }
    this.#wake?.()
  }

  end(error?: unknown): void {
    if (this.#ended) return
    this.#ended = true
    this.#error = error
    this.#wake?.()
    this.#finish?.()
  }

  /** Drops what comes: a short rest is read so that the connection can be used again, a long one closes it. */
  discard(): void {
    if (this.#ended || this.#discarded !== undefined) return
    this.#discarded = this.#queued
    this.#chunks.length = 0
    this.#resume()
    if (this.#discarded > drainLimit) this.destroy()
  }

  /** Closes the connection. */
  destroy(reason: Error = new Error('the answer was abandoned')): void {
    if (this.#ended) return
    this.end(reason)
    this.#flow.abort(reason)
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array, void, undefined> {
    try {
      for (;;) {
        const chunk = this.#chunks.shift()
        if (chunk !== undefined) {
          this.#queued -= chunk.length
          if (this.#queued < highWater / 2) this.#resume()
          yield chunk
        } else if (this.#error !== undefined) {
          throw this.#error
        } else if (this.#ended) {
          return
        } else {
          await new Promise<void>((resolve) => {
            this.#wake = resolve
          })
          this.#wake = undefined
        }
      }
    } finally {
      this.destroy()
    }
  }

  #resume(): void {
    if (!this.#paused) return
    this.#paused = false
    this.#flow.resume()
  }
}
