/** Results in the order of the items, at most `width` in work; the work of one begins when it comes near its turn. */
export async function* inOrder<T, R>(
  items: Iterable<T> | AsyncIterable<T>,
  width: number,
  work: (item: T) => Promise<R>,
): AsyncGenerator<R, void> {
  const pending: Promise<R>[] = []
  try {
    for await (const item of items) {
      const one = work(item)
      // It is awaited in its turn; until then a failure is not an unhandled one.
      one.catch(() => undefined)
      pending.push(one)
      if (pending.length >= width) yield await (pending.shift() as Promise<R>)
    }
    while (pending.length > 0) yield await (pending.shift() as Promise<R>)
  } finally {
    await Promise.allSettled(pending)
  }
}
