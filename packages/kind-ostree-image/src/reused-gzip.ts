import { promisify } from 'node:util'
import { crc32, deflateRaw, deflateRawSync, type ZlibOptions } from 'node:zlib'
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
/** What is compressed sooner than another thread would take it. */
const atOnce = 16 * 1024
/** Output that waits for a member before it: its bytes, and members in work. */
const mostHeld = 2 ** 20
const mostInWork = 4

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
        pending.endMember()
        const sum = await checksumOf(entry, plain)
        pending.ready(header)
        for await (const chunk of entry.openDeflated()) {
          pending.ready(chunk)
          yield* pending.surplus()
        }
        pending.ready(trailer(sum, entry.size))
      } else
        for await (const chunk of entry.open?.() ?? []) {
          pending.add(chunk)
          if (pending.size >= memberSize) pending.endMember()
        }
      pending.add(padding(entry.size))
    }
    if (pending.size >= memberSize) pending.endMember()
    yield* pending.surplus()
  }
  pending.add(tarEnd())
  pending.endMember()
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

/** Output whose turn comes: bytes at hand, or a member that another thread compresses. */
interface Waiting {
  readonly held: number
  readonly bytes: readonly Uint8Array[] | Promise<readonly Uint8Array[]>
}

/** Plain bytes of the member that grows, and output in its order: the next entries are read while members are in work. */
class Pending {
  readonly #plain: Digester
  #chunks: Uint8Array[] = []
  #waiting: Waiting[] = []
  #held = 0
  #inWork = 0
  /** Plain bytes that were added since the last member. */
  size = 0

  constructor(plain: Digester) {
    this.#plain = plain
  }

  add(chunk: Uint8Array): void {
    this.#chunks.push(chunk)
    this.size += chunk.length
  }

  /** Makes a member of what was added. */
  endMember(): void {
    if (this.size === 0) return
    const bytes = Buffer.concat(this.#chunks)
    this.#chunks = []
    this.size = 0
    this.#plain.update(bytes)
    if (bytes.length <= atOnce) {
      for (const piece of memberOf(bytes, deflateRawSync(bytes, settings(bytes)))) this.ready(piece)
      return
    }
    const member = compressedMember(bytes)
    // It is awaited in its turn, unless the reader stops before.
    member.catch(() => undefined)
    this.#inWork += 1
    this.#push({ held: bytes.length, bytes: member })
  }

  /** Output that needs no work. */
  ready(chunk: Uint8Array): void {
    this.#push({ held: chunk.length, bytes: [chunk] })
  }

  /** The first output, as long as more of it waits than memory should hold. */
  async *surplus(): AsyncGenerator<Uint8Array> {
    while (this.#held > mostHeld || this.#inWork > mostInWork) yield* await this.#first()
  }

  /** All output. */
  async *rest(): AsyncGenerator<Uint8Array> {
    while (this.#waiting.length > 0) yield* await this.#first()
  }

  #push(output: Waiting): void {
    this.#waiting.push(output)
    this.#held += output.held
  }

  async #first(): Promise<readonly Uint8Array[]> {
    const { held = 0, bytes = [] } = this.#waiting.shift() ?? {}
    this.#held -= held
    if (bytes instanceof Promise) this.#inWork -= 1
    return bytes
  }
}

async function compressedMember(bytes: Buffer): Promise<readonly Uint8Array[]> {
  return memberOf(bytes, await deflate(bytes, settings(bytes)))
}

function settings(bytes: Buffer): ZlibOptions {
  return { chunkSize: Math.min(chunkSize, bytes.length + 1024) }
}

function memberOf(bytes: Buffer, deflated: Buffer): readonly Uint8Array[] {
  return [header, deflated, trailer(crc32(bytes), bytes.length)]
}

function trailer(sum: number, size: number): Buffer {
  const bytes = Buffer.alloc(8)
  bytes.writeUInt32LE(sum, 0)
  bytes.writeUInt32LE(size % 2 ** 32, 4)
  return bytes
}
