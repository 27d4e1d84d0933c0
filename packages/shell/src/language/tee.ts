/** Hands every item over to one other reader, in step: an item is passed on when both sides have taken it. */
class Channel<T> implements AsyncIterableIterator<T, void> {
  #wanted = Promise.withResolvers<void>()
  #item = Promise.withResolvers<IteratorResult<T, void>>()
  #closed = false
  #failure: { readonly error: unknown } | undefined

  constructor() {
    this.#item.promise.catch(() => undefined)
  }

  async push(item: T): Promise<void> {
    await this.#wanted.promise
    if (this.#closed) return
    this.#wanted = Promise.withResolvers()
    this.#item.resolve({ done: false, value: item })
  }

  end(): void {
    this.#closed = true
    this.#item.resolve({ done: true, value: undefined })
  }

  fail(error: unknown): void {
    this.#closed = true
    this.#failure = { error }
    this.#item.reject(error)
  }

  /** Nobody reads any more. */
  close(): void {
    this.#closed = true
    this.#wanted.resolve()
  }

  async next(): Promise<IteratorResult<T, void>> {
    this.#wanted.resolve()
    const step = await this.#item.promise
    if (step.done !== true) {
      this.#item = Promise.withResolvers()
      this.#item.promise.catch(() => undefined)
      if (this.#failure !== undefined) this.#item.reject(this.#failure.error)
      else if (this.#closed) this.#item.resolve({ done: true, value: undefined })
    }
    return step
  }

  async return(): Promise<IteratorResult<T, void>> {
    this.close()
    return { done: true, value: undefined }
  }

  [Symbol.asyncIterator](): this {
    return this
  }
}

/**
 * Passes items on while `keep` reads all of them too. A reader who stops early does not stop `keep`: it gets the rest.
 * An error of either side fails both.
 */
export async function* tee<T>(
  items: AsyncIterable<T>,
  keep: (items: AsyncIterable<T>) => Promise<void>,
): AsyncGenerator<T, void> {
  const channel = new Channel<T>()
  const iterator = items[Symbol.asyncIterator]()
  const kept = keep(channel)
  let broken = false
  kept.then(
    () => channel.close(),
    () => {
      broken = true
      channel.close()
    },
  )
  let ended = false
  const pull = async (): Promise<IteratorResult<T, unknown>> => {
    try {
      const step = await iterator.next()
      if (step.done === true) {
        ended = true
        channel.end()
        await kept
      } else {
        await channel.push(step.value)
        if (broken) await kept
      }
      return step
    } catch (error) {
      ended = true
      channel.fail(error)
      await kept.catch(() => undefined)
      throw error
    }
  }
  const drain = async (): Promise<void> => {
    if (ended) return
    let step = await pull()
    while (step.done !== true) step = await pull()
  }
  try {
    for (;;) {
      const step = await pull()
      if (step.done === true) return
      yield step.value
    }
  } finally {
    await drain()
    await iterator.return?.()
  }
}
