import { OcishError } from '@ocish/sdk'
import { pause } from './pause.ts'
import type { Sink } from './registry.ts'

/** A budget of bytes per second that several transfers share. */
export interface RateLimit {
  /** Resolves when so many bytes may pass. Rejects with the signal's reason. */
  take(bytes: number, signal?: AbortSignal): Promise<void>
}

/** Seconds of the rate that may pass at once after a pause. */
const burst = 0.25

/**
 * A limit for all who take from it: whoever takes more than there is waits until the debt is paid, so that the order of
 * takers is kept and a large chunk needs no splitting. Errors: USAGE_INVALID_VALUE (not above 0).
 */
export function createRateLimit(bytesPerSecond: number): RateLimit {
  if (!(bytesPerSecond > 0)) {
    throw new OcishError('USAGE_INVALID_VALUE', `${bytesPerSecond} bytes per second let nothing pass`)
  }
  const bucket = new TokenBucket(bytesPerSecond, now())
  return {
    async take(bytes, signal) {
      signal?.throwIfAborted()
      const seconds = bucket.take(bytes, now())
      if (seconds > 0) await pause(seconds * 1000, signal)
    },
  }
}

/** The arithmetic of a rate limit; times in seconds. */
export class TokenBucket {
  readonly #rate: number
  #tokens: number
  #filled: number

  constructor(rate: number, time: number) {
    this.#rate = rate
    this.#tokens = rate * burst
    this.#filled = time
  }

  /** How long whoever takes so many has to wait. */
  take(count: number, time: number): number {
    this.#tokens = Math.min(this.#rate * burst, this.#tokens + (time - this.#filled) * this.#rate) - count
    this.#filled = time
    return Math.max(0, -this.#tokens / this.#rate)
  }
}

function now(): number {
  return performance.now() / 1000
}

/** Bytes that a limit is asked for at a time. */
const portionSize = 64 * 1024

/**
 * A sink within a limit, where there is one. A slab comes in portions: the whole of it at once would hold everything up
 * for as long as it takes. Rejects with the reason of `signal`.
 */
export function paced(sink: Sink, limit: RateLimit | undefined, signal: AbortSignal): Sink {
  if (limit === undefined) return sink
  return async (slab) => {
    for (let start = 0; start < slab.length; start += portionSize) {
      const portion = slab.subarray(start, start + portionSize)
      // In their order.
      // oxlint-disable-next-line no-await-in-loop
      await limit.take(portion.length, signal)
      // oxlint-disable-next-line no-await-in-loop
      await sink(portion)
    }
  }
}
