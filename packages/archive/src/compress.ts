import { availableParallelism } from 'node:os'
import { promisify } from 'node:util'
import { constants, crc32, deflateRaw, zstdCompress } from 'node:zlib'
import type { Bytes } from '@ocish/sdk'
import type { Compression } from './compression.ts'

const deflateBlock = promisify(deflateRaw)
const zstdBlock = promisify(zstdCompress)

const gzipBlockSize = 256 * 1024
const zstdBlockSize = 4 * 2 ** 20
const window = 32 * 1024

/** How `compress` works: the level, and how much of it at once. */
export interface CompressOptions {
  /** gzip 1–9 (default 6), zstd 1–19 (default 3). */
  readonly level?: number
  /** Blocks in work at a time; changes the speed, never the bytes. */
  readonly threads?: number
}

/**
 * Compresses in independent blocks on libuv's thread pool, as pigz does: the bytes depend on the input, the level and
 * the zlib version, never on the number of threads.
 */
export function compressed(bytes: Bytes, compression: Compression, options: CompressOptions = {}): Bytes {
  if (compression === 'none') return bytes
  return compression === 'gzip' ? gzipped(bytes, options) : zstdFrames(bytes, options)
}

/** Owned blocks of `size` bytes; the last one is shorter, and there is always at least one. */
async function* blocks(
  bytes: Bytes,
  size: number,
): AsyncGenerator<{ readonly block: Buffer; readonly last: boolean }> {
  let block = Buffer.allocUnsafe(size)
  let filled = 0
  for await (const chunk of bytes) {
    let offset = 0
    while (offset < chunk.length) {
      if (filled === size) {
        yield { block, last: false }
        block = Buffer.allocUnsafe(size)
        filled = 0
      }
      const taken = Math.min(size - filled, chunk.length - offset)
      block.set(chunk.subarray(offset, offset + taken), filled)
      filled += taken
      offset += taken
    }
  }
  yield { block: block.subarray(0, filled), last: true }
}

async function* gzipped(bytes: Bytes, options: CompressOptions): Bytes & AsyncGenerator<Uint8Array, void> {
  let sum = 0
  let size = 0
  const state: { tail: Buffer | undefined } = { tail: undefined }
  const start = (block: Buffer, last: boolean): Promise<Buffer> => {
    sum = crc32(block, sum)
    size += block.length
    const dictionary = state.tail
    state.tail = block.subarray(Math.max(0, block.length - window))
    return deflateBlock(block, {
      level: options.level ?? 6,
      // Output that fits one piece is one way to the other thread and back.
      chunkSize: gzipBlockSize / 2,
      finishFlush: last ? constants.Z_FINISH : constants.Z_SYNC_FLUSH,
      ...(dictionary === undefined || dictionary.length === 0 ? {} : { dictionary }),
    })
  }
  yield Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff])
  yield* concurrently(blocks(bytes, gzipBlockSize), start, options)
  const trailer = Buffer.alloc(8)
  trailer.writeUInt32LE(sum, 0)
  trailer.writeUInt32LE(size % 2 ** 32, 4)
  yield trailer
}

async function* zstdFrames(bytes: Bytes, options: CompressOptions): Bytes & AsyncGenerator<Uint8Array, void> {
  const params = {
    [constants.ZSTD_c_compressionLevel]: options.level ?? 3,
    [constants.ZSTD_c_checksumFlag]: 1,
  }
  const start = (block: Buffer): Promise<Buffer> => zstdBlock(block, { params, chunkSize: zstdBlockSize / 4 })
  yield* concurrently(blocks(bytes, zstdBlockSize), start, options)
}

/** A short piece does not keep the long memory that it was made in. */
function trimmed(piece: Buffer): Buffer {
  return piece.length * 2 < piece.buffer.byteLength ? Buffer.from(piece) : piece
}

/** Blocks in their order, at most `threads` in work. */
async function* concurrently(
  source: AsyncIterable<{ readonly block: Buffer; readonly last: boolean }>,
  start: (block: Buffer, last: boolean) => Promise<Buffer>,
  options: CompressOptions,
): AsyncGenerator<Uint8Array, void> {
  const width = options.threads ?? Math.max(2, Math.min(4, availableParallelism()))
  const pending: Promise<Buffer>[] = []
  try {
    for await (const { block, last } of source) {
      const work = start(block, last)
      work.catch(() => {})
      pending.push(work)
      if (pending.length >= width) yield trimmed(await (pending.shift() as Promise<Buffer>))
    }
    while (pending.length > 0) yield trimmed(await (pending.shift() as Promise<Buffer>))
  } finally {
    await Promise.allSettled(pending)
  }
}
