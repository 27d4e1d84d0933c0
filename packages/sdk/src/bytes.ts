import { OcishError } from './errors.ts'

/** A stream of owned chunks: the receiver may keep or change them. */
export type Bytes = AsyncIterable<Uint8Array>

/** Content that can be opened again, so that a request body can be replayed. */
export type OpenBytes = () => Bytes

/** Bytes that are at hand as a stream of one chunk, which is a copy: the receiver owns it. */
export async function* streamOf(bytes: Uint8Array): AsyncGenerator<Uint8Array, void> {
  yield new Uint8Array(bytes)
}

/**
 * A stream whose bytes are at hand as a whole: who asks for `bytes` need not wait for its one chunk. Whoever takes them,
 * in either way, owns them.
 */
export class ReadyBytes implements AsyncIterable<Uint8Array> {
  readonly bytes: Uint8Array

  constructor(bytes: Uint8Array) {
    this.bytes = bytes
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array, void> {
    if (this.bytes.length > 0) yield this.bytes
  }
}

/** How much `collect` takes into memory. Errors: LIMIT_EXCEEDED. */
export interface CollectOptions {
  /** Most bytes that are taken; one more is LIMIT_EXCEEDED. */
  readonly limit: number
  /** What it is, for the message: `the configuration`. */
  readonly what?: string
  readonly signal?: AbortSignal
}

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
