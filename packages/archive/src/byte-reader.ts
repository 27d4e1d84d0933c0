import type { Bytes } from '@ocish/sdk'

/** A source that can leave bytes out without reading them: a file. */
export interface SkippableBytes extends Bytes {
  /** Leaves out the next bytes of the iteration under way; false when the source ends before. */
  skip(length: number): Promise<boolean>
}

/** Cuts a stream into exact pieces. Closes the source when it is closed. */
export class ByteReader {
  readonly #source: AsyncIterator<Uint8Array>
  readonly #skip: SkippableBytes['skip'] | undefined
  #rest: Uint8Array = new Uint8Array(0)
  #ended = false
  /** Bytes handed out or skipped. */
  position = 0

  constructor(bytes: Bytes | SkippableBytes) {
    this.#source = bytes[Symbol.asyncIterator]()
    this.#skip = 'skip' in bytes ? (length) => bytes.skip(length) : undefined
  }

  async #fill(): Promise<boolean> {
    while (!this.#ended && this.#rest.length === 0) {
      const next = await this.#source.next()
      if (next.done === true) this.#ended = true
      else this.#rest = next.value
    }
    return this.#rest.length > 0
  }

  /** At most `limit` bytes that are at hand, or undefined at the end. */
  async some(limit: number): Promise<Uint8Array | undefined> {
    if (!(await this.#fill())) return undefined
    const piece = this.#rest.subarray(0, limit)
    this.#rest = this.#rest.subarray(piece.length)
    this.position += piece.length
    return piece
  }

  /** Exactly `length` bytes where so many have been read; else nothing is taken. */
  atHand(length: number): Uint8Array | undefined {
    if (this.#rest.length < length) return undefined
    const piece = this.#rest.subarray(0, length)
    this.#rest = this.#rest.subarray(length)
    this.position += length
    return piece
  }

  /** Exactly `length` bytes, or fewer at the end of the source. */
  async exactly(length: number): Promise<Uint8Array> {
    const first = await this.some(length)
    if (first === undefined || first.length === length) return first ?? new Uint8Array(0)
    const all = new Uint8Array(length)
    all.set(first)
    let filled = first.length
    while (filled < length) {
      const piece = await this.some(length - filled)
      if (piece === undefined) return all.subarray(0, filled)
      all.set(piece, filled)
      filled += piece.length
    }
    return all
  }

  /** False when the source ended before. */
  async skip(length: number): Promise<boolean> {
    let left = length
    while (left > 0) {
      if (this.#skip !== undefined && this.#rest.length === 0) {
        this.position += left
        return await this.#skip(left)
      }
      const piece = await this.some(left)
      if (piece === undefined) return false
      left -= piece.length
    }
    return true
  }

  /** Reads to the end, so that whatever verifies the source sees its last byte. */
  async drain(): Promise<void> {
    while ((await this.some(2 ** 20)) !== undefined);
  }

  async close(): Promise<void> {
    this.#ended = true
    await this.#source.return?.()
  }
}
