import { gunzipSync, zstdDecompressSync } from 'node:zlib'
import { digestOf } from '@ocish/sdk'
import { expect, it } from 'vitest'
import type { ImageOptions } from './image-options.ts'
import { layerPart } from './layer-part.ts'
import type { ReusableInput } from './reused-gzip.ts'

const content = Buffer.alloc(300_000, 'a line that is repeated\n')

async function* entries(): AsyncGenerator<ReusableInput> {
  const head = { mode: 0o755, uid: 0, gid: 0, mtime: 0 }
  yield { ...head, path: 'folder', type: 'folder', size: 0 }
  for (const size of [0, 1, 5000, 40_000, content.length])
    yield {
      ...head,
      path: `folder/${size}`,
      type: 'file',
      size,
      open: () => pieces(content.subarray(0, size)),
    }
}

async function* pieces(bytes: Buffer): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += 70_000) yield bytes.subarray(at, at + 70_000)
}

async function bytesOf(compression: ImageOptions['compression']): Promise<[Buffer, string | undefined]> {
  const options: Pick<ImageOptions, 'compression' | 'format'> = { compression, format: 'oci' }
  const part = layerPart(entries, options as ImageOptions)
  const chunks: Uint8Array[] = []
  for await (const chunk of part.open()) chunks.push(chunk)
  return [Buffer.concat(chunks), part.diffId?.()]
}

it('what is not compressed leaves its digest to the host', async () => {
  expect((await bytesOf('none'))[1]).toBeUndefined()
})

it.each([
  ['gzip', gunzipSync],
  ['reuse', gunzipSync],
  ['zstd', zstdDecompressSync],
] as const)('%s: the diff id is the digest of the decompressed bytes', async (compression, decompress) => {
  const [plain] = await bytesOf('none')
  const [bytes, diffId] = await bytesOf(compression)
  expect(decompress(bytes)).toEqual(plain)
  expect(diffId).toBe(digestOf(plain))
})

it('tells no diff id before its bytes were read to their end', () => {
  const options: Pick<ImageOptions, 'compression' | 'format'> = { compression: 'gzip', format: 'oci' }
  expect(() => layerPart(entries, options as ImageOptions).diffId?.()).toThrow('to its end')
})
