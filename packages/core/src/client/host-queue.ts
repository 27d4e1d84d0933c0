import { pause } from '../pause.ts'

/**
 * Small requests, downloads and uploads wait in lines of their own: an upload that is fed by a download from the same
 * host must never wait for it.
 */
export type Lane = 'small' | 'read' | 'write'

/** Gives a place back. */
export type Release = () => void

/** Milliseconds after a transfer broke off for which a host that refuses connections is taken for one that starts again. */
const restartWindow = 60_000

/** Places of a lane by default, and where the way to the host is long, so that waiting is most of what is done. */
const few = 8
const many = 16
/** Milliseconds of the quickest answer from which on a way is long. */
const longWay = 10

interface Waiter {
  readonly grant: () => void
  readonly signal: AbortSignal | undefined
}

/**
 * Requests to one host: how many at a time, and how long all of them pause after the host asked for it. Where nobody says
 * how many, it is eight per lane, and sixteen where the way to the host is long and it never asked for a pause.
 */
export class HostQueue {
  readonly #given: number | undefined
  readonly #busy: Record<Lane, number> = { small: 0, read: 0, write: 0 }
  readonly #waiting: Record<Lane, Waiter[]> = { small: [], read: [], write: [] }
  #failures = 0
  #answered = false
  #pausedUntil = 0
  #brokeAt = Number.NEGATIVE_INFINITY
  #quickest = Number.POSITIVE_INFINITY
  #isSpared = false

  /** `limit`: so many per lane, wherever the host is. */
  constructor(limit?: number) {
    this.#given = limit === undefined ? undefined : Math.max(1, limit)
  }

  /** An answer came so many milliseconds after its request. */
  answered(milliseconds: number): void {
    this.#quickest = Math.min(this.#quickest, milliseconds)
    for (const lane of ['small', 'read', 'write'] as const) this.#admit(lane)
  }

  /** A place in `lane`; call what it returns once to give it back. Rejects with the reason of `signal`. */
  async enter(lane: Lane, signal: AbortSignal | undefined): Promise<Release> {
    signal?.throwIfAborted()
    if (this.#busy[lane] < this.#limit()) this.#busy[lane] += 1
    else await this.#wait(lane, signal)
    let held = true
    return () => {
      if (held) this.#leave(lane)
      held = false
    }
  }

  /** Failures in a row, each success taking one off: what the next pause grows with. */
  get failures(): number {
    return this.#failures
  }

  /** Whether the host has answered anything. */
  get hasAnswered(): boolean {
    return this.#answered
  }

  /** Whether a transfer broke off a moment ago. */
  get mayRestart(): boolean {
    return performance.now() - this.#brokeAt < restartWindow
  }

  /** A transfer that was under way broke off. */
  brokeOff(): void {
    this.#brokeAt = performance.now()
  }

  succeeded(): void {
    this.#answered = true
    if (this.#failures > 0) this.#failures -= 1
  }

  /** All requests to this host wait at least `seconds`. */
  failed(seconds: number): void {
    this.#isSpared = true
    this.#failures = Math.min(this.#failures + 1, 10)
    this.#pausedUntil = Math.max(this.#pausedUntil, performance.now() + seconds * 1000)
  }

  /** Waits until the host may be asked again. Rejects with the reason of `signal`. */
  async ready(signal: AbortSignal | undefined): Promise<void> {
    for (let rest = this.#rest(); rest > 0; rest = this.#rest()) await pause(rest, signal)
  }

  #limit(): number {
    if (this.#given !== undefined) return this.#given
    const isFar = this.#quickest >= longWay && this.#quickest !== Number.POSITIVE_INFINITY
    return isFar && !this.#isSpared ? many : few
  }

  #rest(): number {
    return this.#pausedUntil === 0 ? 0 : Math.ceil(this.#pausedUntil - performance.now())
  }

  #wait(lane: Lane, signal: AbortSignal | undefined): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    const onAbort = (): void => {
      const at = this.#waiting[lane].indexOf(waiter)
      if (at >= 0) this.#waiting[lane].splice(at, 1)
      reject(signal?.reason as Error)
    }
    const waiter: Waiter = {
      signal,
      grant: () => {
        signal?.removeEventListener('abort', onAbort)
        resolve()
      },
    }
    signal?.addEventListener('abort', onAbort, { once: true })
    this.#waiting[lane].push(waiter)
    return promise
  }

  #leave(lane: Lane): void {
    this.#busy[lane] -= 1
    this.#admit(lane)
  }

  #admit(lane: Lane): void {
    const waiting = this.#waiting[lane]
    while (waiting.length > 0 && this.#busy[lane] < this.#limit()) {
      this.#busy[lane] += 1
      waiting.shift()?.grant()
    }
  }
}
