import type { Bytes } from '@ocish/sdk'

const chunkSize = 256 * 1024

/** A stream of copies: the receiver owns its chunks, the source stays as it is. */
// eslint-disable-next-line typescript/require-await -- an async iterable is what it makes
export async function* fromBytes(bytes: Uint8Array): AsyncGenerator<Uint8Array, void, undefined> {
  for (let start = 0; start < bytes.length; start += chunkSize) {
    yield bytes.slice(start, start + chunkSize)
  }
}

/** Passes a stream through and tells the bytes so far after each chunk. */
export async function* counted(
  bytes: Bytes,
  onCount: (total: number, chunk: Uint8Array) => void,
): AsyncGenerator<Uint8Array, void, undefined> {
  let total = 0
  for await (const chunk of bytes) {
    total += chunk.length
    onCount(total, chunk)
    yield chunk
  }
}

/** Ends a stream with the signal's reason as soon as it is aborted, also while a chunk is awaited. */
export async function* abortable(
  bytes: Bytes,
  signal: AbortSignal | undefined,
): AsyncGenerator<Uint8Array, void, undefined> {
  if (signal === undefined) {
    yield* bytes
    return
  }
  signal.throwIfAborted()
  // A promise for each step: one for all, raced against each chunk, would keep every chunk until the end.
  let stop: ((reason: unknown) => void) | undefined
  const onAbort = (): void => stop?.(signal.reason)
  signal.addEventListener('abort', onAbort, { once: true })
  const iterator = bytes[Symbol.asyncIterator]()
  try {
    for (;;) {
      signal.throwIfAborted()
      const next = await new Promise<IteratorResult<Uint8Array>>((resolve, reject) => {
        stop = reject
        iterator.next().then(resolve, reject)
      })
      stop = undefined
      if (next.done === true) return
      yield next.value
    }
  } finally {
    signal.removeEventListener('abort', onAbort)
    // A source that is stuck in a read cannot be waited for; it hears of the end when the read returns.
    const closed = iterator.return?.()
    if (signal.aborted) closed?.catch(() => {})
    else await closed
  }
}
