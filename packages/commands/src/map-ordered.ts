/** Maps with up to `concurrency` calls in flight and yields in the order of the input. Leaving early starts no more. */
export async function* mapOrdered<T, R>(
  items: Iterable<T> | AsyncIterable<T>,
  concurrency: number,
  map: (item: T) => Promise<R>,
): AsyncGenerator<R, void> {
  const running: Promise<R>[] = []
  try {
    for await (const item of items) {
      running.push(map(item))
      if (running.length >= Math.max(1, concurrency)) yield await running.shift()!
    }
    while (running.length > 0) yield await running.shift()!
  } finally {
    // A failure or an early end leaves calls behind whose outcome nobody asks for.
    await Promise.allSettled(running)
  }
}
