import { pipeline, Readable, type Transform } from 'node:stream'
import { createGunzip, createZstdDecompress } from 'node:zlib'
import { OcishError, type Bytes } from '@ocish/sdk'
import { ByteReader } from './byte-reader.ts'
import { defaultLimits, exceeded } from './limits.ts'
import { zstdFrames } from './zstd-frames.ts'

/** A compression that layers and archives have; `none` is a plain tar. */
export type Compression = 'none' | 'gzip' | 'zstd'

const graceBytes = 64 * 2 ** 20
const chunkSize = 512 * 1024

/** By the first bytes: gzip (RFC 1952), zstd (RFC 8878, also skippable frames), else none. */
export function sniffCompression(head: Uint8Array): Compression {
  if (head[0] === 0x1f && head[1] === 0x8b) return 'gzip'
  const magic = head.length >= 4 ? Buffer.from(head.buffer, head.byteOffset, 4).readUInt32LE() : 0
  return magic === 0xfd2fb528 || (magic & 0xfffffff0) >>> 0 === 0x184d2a50 ? 'zstd' : 'none'
}

/**
 * What `decompressed` takes for granted and how much it gives. Beyond `ratio` or `bytes` it throws LIMIT_EXCEEDED
 * (T40).
 */
export interface DecompressOptions {
  /** Default: by the first bytes. */
  readonly compression?: Compression
  /** Decompressed to compressed bytes, counted beyond the first 64 MiB of output. */
  readonly ratio?: number
  /** Decompressed bytes at the most. */
  readonly bytes?: number
}

/**
 * The decompressed stream. The source is read to its end, and closed when the consumer leaves early.
 * Errors: ARCHIVE_INVALID (damaged), LIMIT_EXCEEDED (a bomb).
 */
export async function* decompressed(
  bytes: Bytes,
  options: DecompressOptions = {},
): Bytes & AsyncGenerator<Uint8Array, void> {
  const counter = { read: 0 }
  const source = counted(bytes, counter)
  const first = await source.next()
  const head = first.done === true ? new Uint8Array(0) : first.value
  const rest = prepended(head, source)
  const compression = options.compression ?? sniffCompression(head)
  if (compression === 'none') {
    yield* rest
    return
  }
  const plain = compression === 'gzip' ? inflate(rest, createGunzip({ chunkSize })) : inflateFrames(rest)
  yield* limited(plain, counter, options)
}

async function* counted(bytes: Bytes, counter: { read: number }): AsyncGenerator<Uint8Array, void> {
  for await (const chunk of bytes) {
    if (chunk.length === 0) continue
    counter.read += chunk.length
    yield chunk
  }
}

async function* prepended(
  head: Uint8Array,
  rest: AsyncGenerator<Uint8Array, void>,
): AsyncGenerator<Uint8Array, void> {
  try {
    if (head.length > 0) yield head
    yield* rest
  } finally {
    await rest.return()
  }
}

async function* inflateFrames(bytes: Bytes): AsyncGenerator<Uint8Array, void> {
  const reader = new ByteReader(bytes)
  try {
    for await (const frame of zstdFrames(reader)) yield* inflate(frame, createZstdDecompress({ chunkSize }))
  } finally {
    await reader.close()
  }
}

async function* inflate(bytes: Bytes, transform: Transform): AsyncGenerator<Uint8Array, void> {
  // Errors of either end arrive at whoever iterates the transform.
  pipeline(Readable.from(bytes, { objectMode: false }), transform, () => {})
  try {
    yield* transform as AsyncIterable<Buffer>
  } catch (error) {
    if (!isDamage(error)) throw error
    throw new OcishError('ARCHIVE_INVALID', 'the compressed stream is damaged', { cause: error })
  } finally {
    transform.destroy()
  }
}

async function* limited(
  bytes: Bytes,
  counter: { readonly read: number },
  options: DecompressOptions,
): AsyncGenerator<Uint8Array, void> {
  const ratio = options.ratio ?? defaultLimits.ratio
  const limit = options.bytes ?? defaultLimits.bytes
  let total = 0
  for await (const chunk of bytes) {
    total += chunk.length
    if (total > limit) throw exceeded('bytes when decompressed', limit)
    if (total > graceBytes && total > counter.read * ratio) throw exceeded('bytes per compressed byte', ratio)
    yield chunk
  }
}

function isDamage(error: unknown): boolean {
  const code = (error as { readonly code?: unknown } | undefined)?.code
  return typeof code === 'string' && (code.startsWith('Z_') || code.startsWith('ZSTD_'))
}
