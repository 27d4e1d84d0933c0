import { createHash } from 'node:crypto'
import { constants, gunzipSync, gzipSync, zstdCompressSync, zstdDecompressSync } from 'node:zlib'
import type { Bytes } from '@ocish/sdk'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { compressed, decompressed, sniffCompression } from './index.ts'

async function* pieces(bytes: Uint8Array, size = 100_000): Bytes & AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.slice(at, at + size)
}

async function collect(bytes: Bytes): Promise<Buffer> {
  const chunks: Uint8Array[] = []
  for await (const chunk of bytes) chunks.push(chunk)
  return Buffer.concat(chunks)
}

/** Text-like bytes: compressible, without a period. */
function sample(size: number): Buffer {
  const bytes = Buffer.alloc(size)
  let state = 42
  for (let at = 0; at < size; at += 1) {
    state = (state * 1103515245 + 12345) & 0x7fffffff
    bytes[at] = 97 + ((state >> 16) % 12)
  }
  return bytes
}

describe.each(['gzip', 'zstd'] as const)('%s', (compression) => {
  const inflate = compression === 'gzip' ? gunzipSync : zstdDecompressSync

  test('blocks join to one stream that everybody reads', async () => {
    for (const size of [0, 1, 262_144, 262_145, 1_000_000, 9_000_000]) {
      const input = sample(size)
      const packed = await collect(compressed(pieces(input), compression))
      expect(inflate(packed).equals(input)).toBe(true)
      expect((await collect(decompressed(pieces(packed, 999)))).equals(input)).toBe(true)
    }
  })

  test('the bytes do not depend on the number of threads or on how the input is cut', async () => {
    const input = sample(3_000_000)
    const digests = new Set<string>()
    for (const [threads, cut] of [
      [1, 100_000],
      [2, 7_777],
      [8, 3_000_000],
    ] as const) {
      const packed = await collect(compressed(pieces(input, cut), compression, { threads }))
      digests.add(createHash('sha256').update(packed).digest('hex'))
    }
    expect(digests.size).toBe(1)
  })

  test('a digester is told the uncompressed bytes in their order', async () => {
    const input = sample(9_000_000)
    const plain = createHash('sha256')
    const digester = { update: (bytes: Uint8Array) => void plain.update(bytes) }
    const packed = await collect(compressed(pieces(input), compression, { plain: digester, threads: 3 }))
    expect(plain.digest('hex')).toBe(createHash('sha256').update(input).digest('hex'))
    expect(inflate(packed).equals(input)).toBe(true)
  })

  test('a consumer that leaves early closes the source', async () => {
    let closed = false
    async function* source(): AsyncGenerator<Uint8Array> {
      try {
        for (;;) yield sample(300_000)
      } finally {
        closed = true
      }
    }
    let seen = 0
    for await (const _ of compressed(source(), compression)) if ((seen += 1) === 2) break
    expect(closed).toBe(true)
  })
})

test('gzip of blocks is as small as gzip in one piece, within a percent', async () => {
  const input = sample(4_000_000)
  const ours = await collect(compressed(pieces(input), 'gzip', { level: 6 }))
  expect(ours.length).toBeLessThan(gzipSync(input, { level: 6 }).length * 1.01)
})

test('the level is used', async () => {
  const input = sample(1_000_000)
  const [fast, best] = await Promise.all(
    [1, 9].map((level) => collect(compressed(pieces(input), 'gzip', { level }))),
  )
  expect(best?.length).toBeLessThan(fast?.length ?? 0)
})

describe('decompressed', () => {
  test('what is not compressed passes', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), async (bytes) => {
        fc.pre(sniffCompression(bytes) === 'none')
        expect((await collect(decompressed(pieces(bytes, 7)))).equals(bytes)).toBe(true)
      }),
    )
  })

  test('gzip members and zstd frames in a row are one stream', async () => {
    const a = sample(1000)
    const gzip = Buffer.concat([gzipSync(a), gzipSync(a)])
    expect((await collect(decompressed(pieces(gzip, 100)))).length).toBe(2000)
    const zstd = Buffer.concat([zstdCompressSync(a), zstdCompressSync(a)])
    expect((await collect(decompressed(pieces(zstd, 100)))).length).toBe(2000)
  })

  test('damaged and cut streams are errors', async () => {
    const packed = gzipSync(sample(100_000))
    await expect(collect(decompressed(pieces(packed.subarray(0, 5000))))).toFailWith('ARCHIVE_INVALID')
    const wrong = Buffer.from(packed)
    wrong[packed.length - 6] = (wrong[packed.length - 6] ?? 0) ^ 1
    await expect(collect(decompressed(pieces(wrong)))).toFailWith('ARCHIVE_INVALID')
  })

  test('T40 a bomb is stopped by its ratio and by its size', async () => {
    const zeros = Buffer.alloc(200 * 2 ** 20)
    const gzip = gzipSync(zeros)
    await expect(collect(decompressed(pieces(gzip)))).toFailWith('LIMIT_EXCEEDED')
    await expect(collect(decompressed(pieces(gzip), { ratio: 2000, bytes: 2 ** 20 }))).toFailWith(
      'LIMIT_EXCEEDED',
    )
    const zstd = zstdCompressSync(zeros, { params: { [constants.ZSTD_c_compressionLevel]: 1 } })
    await expect(collect(decompressed(pieces(zstd)))).toFailWith('LIMIT_EXCEEDED')
  })

  test('an error of the source arrives as it is', async () => {
    const failure = new Error('the source broke')
    async function* broken(): AsyncGenerator<Uint8Array> {
      yield gzipSync(sample(100_000)).subarray(0, 1000)
      throw failure
    }
    await expect(collect(decompressed(broken()))).rejects.toBe(failure)
  })
})
