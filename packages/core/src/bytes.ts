import { type Bytes, OcishError } from '@ocish/sdk'

/** How much `collect` takes into memory. Errors: LIMIT_EXCEEDED. */
export interface CollectOptions {
  /** Most bytes that are taken; one more is LIMIT_EXCEEDED. */
  readonly limit: number
  /** What it is, for the message: `the configuration`. */
  readonly what?: string
  readonly signal?: AbortSignal
}

const chunkSize = 256 * 1024

/** Reads a stream whole. Errors: LIMIT_EXCEEDED, and those of the stream. */
export async function collect(bytes: Bytes, options: CollectOptions): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of bytes) {
    options.signal?.throwIfAborted()
    size += chunk.length
    if (size > options.limit) {
      throw new OcishError(
        'LIMIT_EXCEEDED',
        `${options.what ?? 'the content'} is larger than ${options.limit} bytes`,
      )
    }
    chunks.push(chunk)
  }
  return concat(chunks)
}

/** One array with the content of all; the only chunk itself where there is one. */
export function concat(chunks: readonly Uint8Array[]): Uint8Array {
  const [first] = chunks
  if (chunks.length === 1 && first !== undefined) return first
  const whole = new Uint8Array(chunks.reduce((size, chunk) => size + chunk.length, 0))
  let offset = 0
  for (const chunk of chunks) {
    whole.set(chunk, offset)
    offset += chunk.length
  }
  return whole
}

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
