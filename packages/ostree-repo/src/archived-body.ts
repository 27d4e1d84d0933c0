import type { Bytes } from '@ocish/sdk'
import { inflateAtOnce, inflated, inflatedWhole, workAhead } from './inflate.ts'
import { readHead, type RepoFiles } from './repo-files.ts'

/** Plain sizes for which another thread is worth its hand-over. */
const worthwhile = 128 * 1024
/** Plain sizes that memory can hold beside what is in use; larger ones come in pieces. */
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

/** A content that another thread can begin with before it is opened. */
export interface ReadAhead {
  /** Bytes in memory from `begin` on. */
  readonly held: number
  /** Begins to read the content; the next `open` goes on with it, and tells its errors. */
  begin(): void
  /** Ends what was begun, unless it was opened. */
  end(): Promise<void>
}

/** A reading under way: its first piece is being made, and some of the following ones. */
interface Begun {
  readonly pieces: AsyncGenerator<Uint8Array>
  readonly first: Promise<IteratorResult<Uint8Array>>
}

/** The body of a `.filez`, a raw deflate stream that gives `size` bytes. */
export class ArchivedBody implements ReadAhead {
  readonly #place: BodyPlace
  readonly #size: number
  #bytes: Buffer | undefined
  #begun: Begun | undefined

  constructor(place: BodyPlace, size: number) {
    this.#place = place
    this.#size = size
    this.#bytes = place.bytes
  }

  /** 0 where beginning is not worth it. */
  get held(): number {
    return this.#size <= worthwhile ? 0 : Math.min(this.#size, workAhead)
  }

  begin(): void {
    const pieces = this.#pieces()
    const first = pieces.next()
    // It is awaited by `open`, unless nobody opens it.
    first.catch(() => undefined)
    this.#begun = { pieces, first }
  }

  async end(): Promise<void> {
    await this.#taken()?.pieces.return(undefined)
  }

  /** The content in one step, where it is small and its file was read. Errors: OSTREE_OBJECT_INVALID. */
  whole(): Buffer | undefined {
    const bytes = this.#begun === undefined && this.#size <= worthwhile ? this.#bytes : undefined
    return bytes && inflateAtOnce(bytes, this.#size)
  }

  /** Errors: OSTREE_OBJECT_INVALID, those of reading. */
  async *open(): Bytes & AsyncGenerator<Uint8Array> {
    const begun = this.#taken()
    if (begun === undefined) {
      yield* this.#pieces()
      return
    }
    const { pieces, first } = begun
    try {
      const { done, value } = await first
      if (done === true) return
      yield value
      yield* pieces
    } finally {
      await pieces.return(undefined)
    }
  }

  async *openDeflated(): Bytes & AsyncGenerator<Uint8Array> {
    const { files, path, start, end } = this.#place
    if (this.#bytes === undefined) yield* files.open(path, { start, end })
    else if (this.#bytes.length > 0) yield this.#bytes
  }

  #taken(): Begun | undefined {
    const begun = this.#begun
    this.#begun = undefined
    return begun
  }

  async *#pieces(): AsyncGenerator<Uint8Array> {
    const { files, path, start, end } = this.#place
    const length = end - start
    if (this.#size > largest || length > 2 * largest) {
      yield* inflated(this.openDeflated(), length, this.#size)
      return
    }
    this.#bytes ??= (await readHead(files, path, end)).bytes.subarray(start)
    yield this.#size <= worthwhile
      ? inflateAtOnce(this.#bytes, this.#size)
      : await inflatedWhole(this.#bytes, this.#size)
  }
}
