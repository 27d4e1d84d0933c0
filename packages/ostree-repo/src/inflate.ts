import { pipeline, Readable } from 'node:stream'
import { createInflateRaw, inflateRawSync, type ZlibOptions } from 'node:zlib'
import { OcishError, type Bytes } from '@ocish/sdk'

/** Up to this many bytes are inflated at once, without a stream. */
const small = 128 * 1024

/** Bytes that another thread inflates while the ones before are in use. */
const workAhead = 2 * small

/**
 * The plain bytes of a raw deflate stream that must end exactly where its source ends and give exactly `size` bytes; more
 * is never held. Errors: OSTREE_OBJECT_INVALID.
 */
export async function* inflated(body: Bytes, bodySize: number, size: number): AsyncGenerator<Uint8Array> {
  if (size <= small && bodySize <= small) {
    yield inflateAtOnce(await collected(body), size)
    return
  }
  // Options of the stream are taken as well; the declared types lack them.
  const options: ZlibOptions & { readonly readableHighWaterMark: number } = {
    chunkSize: small,
    readableHighWaterMark: workAhead,
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

async function collected(body: Bytes): Promise<Buffer> {
  const chunks: Uint8Array[] = []
  for await (const chunk of body) chunks.push(chunk)
  return Buffer.concat(chunks)
}

function inflateAtOnce(body: Buffer, size: number): Buffer {
  try {
    // With `info` the engine comes along, which knows how much of the input it took; the declared types lack it.
    const result = inflateRawSync(body, { info: true, maxOutputLength: size + 1 }) as unknown as {
      readonly buffer: Buffer
      readonly engine: { readonly bytesWritten: number }
    }
    if (result.buffer.length !== size)
      throw invalid(`${result.buffer.length} bytes of content instead of ${size}`)
    if (result.engine.bytesWritten !== body.length) throw invalid('bytes behind its deflate stream')
    return result.buffer
  } catch (error) {
    const code = (error as { readonly code?: unknown }).code
    if (code === 'ERR_BUFFER_TOO_LARGE') throw invalid(`content that is longer than its ${size} bytes`)
    throw isDamage(error) ? invalid('a damaged deflate stream') : error
  }
}

function isDamage(error: unknown): boolean {
  const code = (error as { readonly code?: unknown } | undefined)?.code
  return typeof code === 'string' && code.startsWith('Z_')
}

function invalid(what: string): OcishError {
  return new OcishError('OSTREE_OBJECT_INVALID', `a content object with ${what}`)
}
