import { promisify } from 'node:util'
import { crc32, deflateRaw } from 'node:zlib'
import { encodeTarHeader, padding, tarEnd, type TarInput } from '@ocish/archive'
import type { Bytes, Digester, OpenBytes } from '@ocish/sdk'

/** An entry whose content lies somewhere as a raw deflate stream. */
export interface ReusableInput extends TarInput {
  readonly openDeflated?: OpenBytes
}

const deflate = promisify(deflateRaw)
const header = Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff])
/** Smaller contents are compressed anew, together with the headers around them. */
const worthwhile = 4096
const memberSize = 2 ** 20
/** At the most; a piece that all output fits is one way to the other thread and back. */
const chunkSize = 256 * 1024

/**
 * A gzipped tar whose large contents keep the compression they have: a gzip file may be several members in a row, and a
 * member is a raw deflate stream with a head and a sum (ostree.md §18). Contents are verified before they are written.
 * `plain` is told the uncompressed bytes.
 */
export async function* reusedGzip(
  entries: AsyncIterable<ReusableInput>,
  plain: Digester,
): Bytes & AsyncGenerator<Uint8Array> {
  const pending = new Pending(plain)
  for await (const entry of entries) {
    pending.add(encodeTarHeader(entry))
    if (entry.type === 'file' && entry.size > 0) {
      if (entry.openDeflated !== undefined && entry.size > worthwhile) {
        yield* pending.member()
        const sum = await checksumOf(entry, plain)
        yield* pending.rest()
        yield header
        yield* entry.openDeflated()
        yield trailer(sum, entry.size)
      } else
        for await (const chunk of entry.open?.() ?? []) {
          pending.add(chunk)
          if (pending.size >= memberSize) yield* pending.member()
        }
      pending.add(padding(entry.size))
    }
    if (pending.size >= memberSize) yield* pending.member()
  }
  pending.add(tarEnd())
  yield* pending.member()
  yield* pending.rest()
}

/** Reads the content to its end, which verifies it. */
async function checksumOf(entry: ReusableInput, plain: Digester): Promise<number> {
  let sum = 0
  for await (const chunk of entry.open?.() ?? []) {
    sum = crc32(chunk, sum)
    plain.update(chunk)
  }
  return sum
}

/** What has to be compressed here, by another thread while the next entries are read. */
class Pending {
  #chunks: Uint8Array[] = []
  #inWork: Promise<readonly Uint8Array[]> | undefined
  readonly #plain: Digester
  size = 0

  constructor(plain: Digester) {
    this.#plain = plain
  }

  add(chunk: Uint8Array): void {
    this.#chunks.push(chunk)
    this.size += chunk.length
  }

  /** Begins a member with what was added; gives the one before. */
  async *member(): AsyncGenerator<Uint8Array> {
    if (this.size === 0) return
    const bytes = Buffer.concat(this.#chunks)
    this.#plain.update(bytes)
    const member = compressedMember(bytes)
    // It is awaited as the next one begins, unless the reader stops before.
    member.catch(() => undefined)
    this.#chunks = []
    this.size = 0
    yield* this.rest()
    this.#inWork = member
  }

  /** The member that is in work. */
  async *rest(): AsyncGenerator<Uint8Array> {
    yield* (await this.#inWork) ?? []
    this.#inWork = undefined
  }
}

async function compressedMember(bytes: Buffer): Promise<readonly Uint8Array[]> {
  return [
    header,
    await deflate(bytes, { chunkSize: Math.min(chunkSize, bytes.length + 1024) }),
    trailer(crc32(bytes), bytes.length),
  ]
}

function trailer(sum: number, size: number): Buffer {
  const bytes = Buffer.alloc(8)
  bytes.writeUInt32LE(sum, 0)
  bytes.writeUInt32LE(size % 2 ** 32, 4)
  return bytes
}
