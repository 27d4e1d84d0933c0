/**
 * One run per key at a time, shared by everyone who asks meanwhile. The run is aborted only when each of them gave up.
 */
export class SingleFlight<T> {
  readonly #running = new Map<
    string,
    { readonly promise: Promise<T>; readonly abort: AbortController; waiting: number }
  >()

  async run(
    key: string,
    signal: AbortSignal | undefined,
    start: (signal: AbortSignal) => Promise<T>,
  ): Promise<T> {
    signal?.throwIfAborted()
    const flight = this.#running.get(key) ?? this.#start(key, start)
    flight.waiting += 1
    const leave = (): void => {
      flight.waiting -= 1
      if (flight.waiting > 0) return
      this.#running.delete(key)
      flight.abort.abort()
    }
    const { promise, reject } = Promise.withResolvers<never>()
    const onAbort = (): void => {
      leave()
      reject(signal?.reason as Error)
    }
    signal?.addEventListener('abort', onAbort, { once: true })
    try {
      return await Promise.race([flight.promise, promise])
    } finally {
      signal?.removeEventListener('abort', onAbort)
    }
  }

  #start(
    key: string,
    start: (signal: AbortSignal) => Promise<T>,
  ): {
    readonly promise: Promise<T>
    readonly abort: AbortController
    waiting: number
  } {
    const abort = new AbortController()
    const promise = start(abort.signal).finally(() => {
      if (this.#running.get(key) === flight) this.#running.delete(key)
    })
    // Everyone may have left by the time it fails.
    promise.catch(() => undefined)
    const flight = { promise, abort, waiting: 0 }
    this.#running.set(key, flight)
    return flight
  }
}
