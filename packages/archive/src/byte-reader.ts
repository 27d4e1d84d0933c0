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
  #chunk: Uint8Array = new Uint8Array(0)
  /** Of the chunk, so many have been handed out or skipped. */
  #at = 0
  #ended = false
  /** Bytes handed out or skipped. */
  position = 0

  constructor(bytes: Bytes | SkippableBytes) {
    this.#source = bytes[Symbol.asyncIterator]()
    this.#skip = 'skip' in bytes ? (length) => bytes.skip(length) : undefined
  }

  async #fill(): Promise<boolean> {
    while (!this.#ended && this.#at === this.#chunk.length) {
      const next = await this.#source.next()
      if (next.done === true) this.#ended = true
      else {
        this.#chunk = next.value
        this.#at = 0
      }
    }
    return this.#at < this.#chunk.length
  }

  /** At most `limit` bytes that are at hand, or undefined at the end. */
  async some(limit: number): Promise<Uint8Array | undefined> {
    if (!(await this.#fill())) return undefined
    return this.#take(Math.min(limit, this.#chunk.length - this.#at))
  }

  #take(length: number): Uint8Array {
    const piece = this.#chunk.subarray(this.#at, this.#at + length)
    this.#at += length
    this.position += length
    return piece
  }

  /** Exactly `length` bytes where so many have been read; else nothing is taken. */
  atHand(length: number): Uint8Array | undefined {
    return this.#chunk.length - this.#at < length ? undefined : this.#take(length)
  }

  /** Leaves out `length` bytes where so many have been read; else none, and false. */
  skipAtHand(length: number): boolean {
    if (this.#chunk.length - this.#at < length) return false
    this.#at += length
    this.position += length
    return true
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
      if (this.#skip !== undefined && this.#at === this.#chunk.length) {
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
