import type { Bytes } from '@ocish/sdk'
import { inflated, inflatedWhole } from './inflate.ts'
import { readRange, type RepoFiles } from './repo-files.ts'

/** Plain sizes for which another thread is worth its hand-over, and that memory can hold beside what is in use. */
const worthwhile = 48 * 1024
const largest = 2 ** 20

/** Where the body of a `.filez` lies. */
export interface BodyPlace {
  readonly files: RepoFiles
  readonly path: string
  readonly start: number
  readonly end: number
  /** The body, where it was read together with the head. */
  readonly bytes?: Buffer
}

/** The body of a `.filez`, a raw deflate stream that gives `size` bytes. */
export class ArchivedBody {
  readonly #place: BodyPlace
  readonly #size: number
  #bytes: Buffer | undefined
  #begun: Promise<Buffer> | undefined

  constructor(place: BodyPlace, size: number) {
    this.#place = place
    this.#size = size
    this.#bytes = place.bytes
  }

  /** Whether `begin` is worth it. */
  get canBegin(): boolean {
    return this.#size >= worthwhile && this.#size <= largest && this.#length <= 2 * largest
  }

  /** Begins to read and to inflate in another thread; the next `open` takes the result, and tells its errors. */
  begin(): void {
    this.#begun = this.#whole()
    // It is awaited by `open`, unless nobody opens it.
    this.#begun.catch(() => undefined)
  }

  /** Errors: OSTREE_OBJECT_INVALID, those of reading. */
  async *open(): Bytes & AsyncGenerator<Uint8Array> {
    const begun = this.#begun
    this.#begun = undefined
    if (begun !== undefined) yield await begun
    else yield* inflated(this.openDeflated(), this.#length, this.#size)
  }

  async *openDeflated(): Bytes & AsyncGenerator<Uint8Array> {
    const { files, path, start, end } = this.#place
    if (this.#bytes === undefined) yield* files.open(path, { start, end })
    else if (this.#bytes.length > 0) yield this.#bytes
  }

  get #length(): number {
    return this.#place.end - this.#place.start
  }

  async #whole(): Promise<Buffer> {
    const { files, path, start, end } = this.#place
    this.#bytes ??= await readRange(files, path, start, end)
    return inflatedWhole(this.#bytes, this.#size)
  }
}
