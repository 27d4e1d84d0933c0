import type { IncomingMessage } from 'node:http'
import { concat } from '@ocish/core'
import { refuse } from './answer.ts'

const pieceSize = 1024 * 1024

const received = new WeakMap<IncomingMessage, number>()

/** The body as it comes. Leaving the iteration keeps the connection, so that an answer can still go out. */
export async function* bodyChunks(request: IncomingMessage): AsyncGenerator<Uint8Array, void, undefined> {
  const chunks: AsyncIterable<Uint8Array> = request.iterator({ destroyOnReturn: false })
  for await (const chunk of chunks) {
    received.set(request, receivedBytes(request) + chunk.length)
    yield chunk
  }
}

/** Bytes of the body that have been taken so far. */
export function receivedBytes(request: IncomingMessage): number {
  return received.get(request) ?? 0
}

/**
 * The body in pieces of about a megabyte. When the connection dies, what has arrived comes out as a last piece before
 * the error does.
 */
export async function* bodyPieces(request: IncomingMessage): AsyncGenerator<Uint8Array, void, undefined> {
  let chunks: Uint8Array[] = []
  let size = 0
  let failure: { readonly error: unknown } | undefined
  try {
    for await (const chunk of bodyChunks(request)) {
      chunks.push(chunk)
      size += chunk.length
      if (size < pieceSize) continue
      yield concat(chunks)
      chunks = []
      size = 0
    }
  } catch (error) {
    failure = { error }
  }
  if (size > 0) yield concat(chunks)
  if (failure !== undefined) throw failure.error
}

/** The whole body; more than `limit` bytes is 413, known from the header where it says so. */
export async function readBody(request: IncomingMessage, limit: number): Promise<Uint8Array> {
  if (Number(request.headers['content-length'] ?? 0) > limit) throw tooLarge(limit)
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of bodyChunks(request)) {
    size += chunk.length
    if (size > limit) throw tooLarge(limit)
    chunks.push(chunk)
  }
  return concat(chunks)
}

/** Counts what passes; more than `limit` bytes is 413. */
export async function* limited(
  bytes: AsyncIterable<Uint8Array>,
  limit: number,
): AsyncGenerator<Uint8Array, void, undefined> {
  let size = 0
  for await (const chunk of bytes) {
    size += chunk.length
    if (size > limit) throw tooLarge(limit)
    yield chunk
  }
}

function tooLarge(limit: number): Error {
  return refuse(413, 'SIZE_INVALID', `the body is larger than ${limit} bytes`)
}
