import { availableParallelism } from 'node:os'
import type { Transform } from 'node:stream'
import { constants, crc32, createDeflateRaw, createZstdCompress } from 'node:zlib'
import type { Bytes, Digester } from '@ocish/sdk'
import type { Compression } from './compression.ts'

const gzipBlockSize = 256 * 1024
const zstdBlockSize = 4 * 2 ** 20
/** Threads of libuv's pool: one that is done finds the next block, whatever keeps the main thread. */
const poolSize = 4
const window = 32 * 1024

/** How `compress` works: the level, and how much of it at once. */
export interface CompressOptions {
  /** gzip 1–9 (default 6), zstd 1–19 (default 3). */
  readonly level?: number
  /** Blocks in work at a time; changes the speed, never the bytes. */
  readonly threads?: number
  /** Is told the uncompressed bytes, in their order, before they are compressed. */
  readonly plain?: Pick<Digester, 'update'>
}

/**
 * Compresses in independent blocks on libuv's thread pool, as pigz does: the bytes depend on the input, the level and
 * the zlib version, never on the number of threads.
 */
export function compressed(bytes: Bytes, compression: Compression, options: CompressOptions = {}): Bytes {
  if (compression === 'none') return bytes
  return compression === 'gzip' ? gzipped(bytes, options) : zstdFrames(bytes, options)
}

/** Memory for blocks of one size; what was given back is taken again. */
class BlockMemory {
  readonly size: number
  readonly #free: Buffer[] = []

  constructor(size: number) {
    this.size = size
  }

  take(): Buffer {
    return this.#free.pop() ?? Buffer.allocUnsafeSlow(this.size)
  }

  give(memory: Buffer): void {
    this.#free.push(memory)
  }
}

interface Block {
  /** What is in it. */
  readonly bytes: Buffer
  /** What it lies in. */
  readonly memory: Buffer
  readonly last: boolean
}

/** Blocks that are full but the last one, of which there is always one. */
async function* blocks(bytes: Bytes, spare: BlockMemory): AsyncGenerator<Block> {
  const { size } = spare
  let memory = spare.take()
  let filled = 0
  for await (const chunk of bytes) {
    let offset = 0
    while (offset < chunk.length) {
      if (filled === size) {
        yield { bytes: memory, memory, last: false }
        memory = spare.take()
        filled = 0
      }
      const taken = Math.min(size - filled, chunk.length - offset)
      memory.set(
        offset === 0 && taken === chunk.length ? chunk : chunk.subarray(offset, offset + taken),
        filled,
      )
      filled += taken
      offset += taken
    }
  }
  yield { bytes: memory.subarray(0, filled), memory, last: true }
}

async function* gzipped(bytes: Bytes, options: CompressOptions): Bytes & AsyncGenerator<Uint8Array, void> {
  let sum = 0
  let size = 0
  const state: { tail: Buffer | undefined } = { tail: undefined }
  // What fits one piece is one way to the other thread and back.
  const outputSize = gzipBlockSize / 2
  const start = (block: Buffer, last: boolean): Promise<readonly Buffer[]> => {
    sum = crc32(block, sum)
    size += block.length
    const dictionary = state.tail
    state.tail = block.subarray(Math.max(0, block.length - window))
    const deflater = createDeflateRaw({
      level: options.level ?? 6,
      chunkSize: outputSize,
      finishFlush: last ? constants.Z_FINISH : constants.Z_SYNC_FLUSH,
      ...(dictionary === undefined || dictionary.length === 0 ? {} : { dictionary }),
    })
    return outputOf(deflater, block, outputSize)
  }
  yield Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff])
  yield* concurrently(bytes, gzipBlockSize, start, { threads: poolSize, ...options })
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
  const outputSize = zstdBlockSize / 4
  const start = (block: Buffer): Promise<readonly Buffer[]> =>
    outputOf(createZstdCompress({ params, chunkSize: outputSize }), block, outputSize)
  // Its blocks are large, and soon done.
  const threads = Math.max(2, Math.min(poolSize, availableParallelism()))
  yield* concurrently(bytes, zstdBlockSize, start, { threads, ...options })
}

/** What an engine makes of a block. A short output does not keep the long memory that it was made in. */
async function outputOf(engine: Transform, block: Buffer, memorySize: number): Promise<readonly Buffer[]> {
  const pieces: Buffer[] = []
  let length = 0
  await new Promise<void>((resolve, reject) => {
    engine
      .on('data', (piece: Buffer) => {
        pieces.push(piece)
        length += piece.length
      })
      .on('error', reject)
      .on('end', resolve)
      .end(block)
  })
  engine.destroy()
  return length * 2 < memorySize ? [Buffer.concat(pieces, length)] : pieces
}

/** The results of `start` for blocks of `size` bytes, in their order; at most `threads` are in work. */
async function* concurrently(
  bytes: Bytes,
  size: number,
  start: (block: Buffer, last: boolean) => Promise<readonly Buffer[]>,
  { threads, plain }: CompressOptions & { readonly threads: number },
): AsyncGenerator<Uint8Array, void> {
  const spare = new BlockMemory(size)
  const pending: { readonly work: Promise<readonly Buffer[]>; readonly memory: Buffer }[] = []
  let before: Buffer | undefined
  const next = async (): Promise<readonly Buffer[]> => {
    const { work, memory } = pending.shift() as (typeof pending)[number]
    const pieces = await work
    // Its end was a dictionary up to here.
    if (before !== undefined) spare.give(before)
    before = memory
    return pieces
  }
  try {
    for await (const block of blocks(bytes, spare)) {
      plain?.update(block.bytes)
      const work = start(block.bytes, block.last)
      work.catch(() => {})
      pending.push({ work, memory: block.memory })
      if (pending.length >= threads) yield* await next()
    }
    while (pending.length > 0) yield* await next()
  } finally {
    await Promise.allSettled(pending.map(({ work }) => work))
  }
}
