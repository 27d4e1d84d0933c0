import { type DuplexOptions, pipeline, Readable } from 'node:stream'
import { promisify } from 'node:util'
import { constants, createInflateRaw, inflateRaw, inflateRawSync, type ZlibOptions } from 'node:zlib'
import { OcishError, type Bytes } from '@ocish/sdk'

const inflate = promisify(inflateRaw)

/** A piece of a large content: one way to another thread and back. */
const pieceSize = 256 * 1024

const piecesAhead = 3

/** Bytes that another thread inflates while the ones before are in use. */
export const workAhead: number = piecesAhead * pieceSize

/**
 * The plain bytes of a raw deflate stream that must end exactly where its source ends and give exactly `size` bytes; more
 * than `workAhead` and the piece in use is never held. Errors: OSTREE_OBJECT_INVALID.
 */
export async function* inflated(body: Bytes, bodySize: number, size: number): AsyncGenerator<Uint8Array> {
  // Options of the stream are taken as well; the declared types lack them.
  const options: ZlibOptions & Pick<DuplexOptions, 'readableObjectMode' | 'readableHighWaterMark'> = {
    chunkSize: pieceSize,
    // Pieces that wait would be copied into one.
    readableObjectMode: true,
    readableHighWaterMark: piecesAhead,
  }
  const inflater = createInflateRaw(options)
  // Errors of either end arrive at the iteration below.
  pipeline(Readable.from(body, { objectMode: false }), inflater, () => {})
  let got = 0
  try {
    for await (const chunk of inflater as AsyncIterable<Buffer>) {
      got += chunk.length
      if (got > size) throw invalid(`content that is longer than its ${size} bytes`)
      yield chunk
    }
  } catch (error) {
    throw isDamage(error) ? invalid('a damaged deflate stream') : error
  } finally {
    inflater.destroy()
  }
  if (got !== size) throw invalid(`${got} bytes of content instead of ${size}`)
  if (inflater.bytesWritten !== bodySize) throw invalid('bytes behind its deflate stream')
}

/** The same of bytes at hand, in another thread, as one piece. Errors: OSTREE_OBJECT_INVALID. */
export async function inflatedWhole(body: Uint8Array, size: number): Promise<Buffer> {
  const result = await inflate(body, settings(size)).catch((error: unknown) => {
    throw told(error, size)
  })
  return whole(result as unknown as Inflated, body, size)
}

/** The same in this thread. Errors: OSTREE_OBJECT_INVALID. */
export function inflateAtOnce(body: Uint8Array, size: number): Buffer {
  try {
    return whole(inflateRawSync(body, settings(size)) as unknown as Inflated, body, size)
  } catch (error) {
    throw told(error, size)
  }
}

/** With `info` the engine comes along, which knows how much of the input it took; the declared types lack it. */
interface Inflated {
  readonly buffer: Buffer
  readonly engine: { readonly bytesWritten: number }
}

/** One piece of output, one byte larger than it may be. */
function settings(size: number): ZlibOptions {
  return { info: true, maxOutputLength: size + 1, chunkSize: Math.max(constants.Z_MIN_CHUNK, size + 1) }
}

function whole({ buffer, engine }: Inflated, body: Uint8Array, size: number): Buffer {
  if (buffer.length !== size) throw invalid(`${buffer.length} bytes of content instead of ${size}`)
  if (engine.bytesWritten !== body.length) throw invalid('bytes behind its deflate stream')
  return buffer
}

function told(error: unknown, size: number): unknown {
  const code = (error as { readonly code?: unknown }).code
  if (code === 'ERR_BUFFER_TOO_LARGE') return invalid(`content that is longer than its ${size} bytes`)
  return isDamage(error) ? invalid('a damaged deflate stream') : error
}

function isDamage(error: unknown): boolean {
  const code = (error as { readonly code?: unknown } | undefined)?.code
  return typeof code === 'string' && code.startsWith('Z_')
}

function invalid(what: string): OcishError {
  return new OcishError('OSTREE_OBJECT_INVALID', `a content object with ${what}`)
}
