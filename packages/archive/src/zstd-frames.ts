import { OcishError, type Bytes } from '@ocish/sdk'
import type { ByteReader } from './byte-reader.ts'

const frameMagic = 0xfd2fb528

function damaged(what: string): OcishError<'ARCHIVE_INVALID'> {
  return new OcishError('ARCHIVE_INVALID', `the zstd stream ${what}`)
}

async function exactly(reader: ByteReader, length: number): Promise<Buffer> {
  const bytes = await reader.exactly(length)
  if (bytes.length < length) throw damaged('ends inside a frame')
  return Buffer.from(bytes.buffer, bytes.byteOffset, length)
}

/**
 * The frames of a zstd stream, each as a stream of its own (RFC 8878 §3.1): Node's decompressor stops after the first
 * one. Each frame must be consumed before the next is asked for. Errors: ARCHIVE_INVALID.
 */
export async function* zstdFrames(reader: ByteReader): AsyncGenerator<Bytes, void> {
  for (;;) {
    const magic = await reader.exactly(4)
    if (magic.length === 0) return
    if (magic.length < 4) throw damaged('ends inside a frame')
    const value = Buffer.from(magic).readUInt32LE()
    if (value === frameMagic) yield frame(reader, Buffer.from(magic))
    else if ((value & 0xfffffff0) >>> 0 === 0x184d2a50) {
      const size = (await exactly(reader, 4)).readUInt32LE()
      if (!(await reader.skip(size))) throw damaged('ends inside a skippable frame')
    } else throw damaged('has bytes that are no frame')
  }
}

async function* frame(reader: ByteReader, magic: Buffer): Bytes & AsyncGenerator<Uint8Array, void> {
  const descriptor = (await exactly(reader, 1)).readUInt8()
  const single = (descriptor & 0x20) !== 0
  const windowBytes = single ? 0 : 1
  const dictionaryBytes = [0, 1, 2, 4][descriptor & 3] ?? 0
  const sizeBytes = [single ? 1 : 0, 2, 4, 8][descriptor >> 6] ?? 0
  const header = await exactly(reader, windowBytes + dictionaryBytes + sizeBytes)
  yield Buffer.concat([magic, Buffer.from([descriptor]), header])
  for (let last = false; !last;) {
    const head = await exactly(reader, 3)
    const block = head.readUIntLE(0, 3)
    last = (block & 1) === 1
    const type = (block >> 1) & 3
    yield head
    // Type 1 repeats one byte; the others hold as many bytes as they say.
    let left = type === 1 ? 1 : block >> 3
    while (left > 0) {
      const piece = await reader.some(left)
      if (piece === undefined) throw damaged('ends inside a block')
      left -= piece.length
      yield piece
    }
  }
  if ((descriptor & 4) !== 0) yield await exactly(reader, 4)
}
