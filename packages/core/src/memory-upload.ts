import {
  algorithmOf,
  type Bytes,
  concat,
  type Descriptor,
  digestOf,
  OcishError,
  octetStream,
} from '@ocish/sdk'
import { fromBytes } from './bytes.ts'
import { Turns } from './turns.ts'
import type { CallOptions, Upload } from './registry.ts'
import { checkDigest } from './verified.ts'

/** The bytes of an unfinished upload; several `Upload`s may speak of one session, one at a time. */
export class MemorySession {
  readonly id: string
  readonly repository: string
  readonly #chunks: Uint8Array[] = []
  #offset = 0
  #open = true
  readonly #turns = new Turns()

  constructor(id: string, repository: string) {
    this.id = id
    this.repository = repository
  }

  get offset(): number {
    return this.#offset
  }

  /** Keeps what arrived, also when the source fails: that is what a later `resumeUpload` goes on from. */
  write(source: Bytes, signal: AbortSignal | undefined): Promise<void> {
    return this.#inTurn(async () => {
      for await (const chunk of source) {
        signal?.throwIfAborted()
        this.#mustBeOpen()
        // The sender may use its chunk again.
        this.#chunks.push(chunk.slice())
        this.#offset += chunk.length
      }
    })
  }

  /** Ends the session, whatever comes out. */
  finish(digest: string): Promise<Uint8Array> {
    return this.#inTurn(() => {
      const algorithm = algorithmOf(digest)
      this.close()
      const bytes = concat(this.#chunks)
      checkDigest(digest, digestOf(bytes, algorithm))
      return bytes
    })
  }

  close(): void {
    this.#open = false
  }

  #inTurn<T>(act: () => T | Promise<T>): Promise<T> {
    return this.#turns.take(() => {
      this.#mustBeOpen()
      return act()
    })
  }

  #mustBeOpen(): void {
    if (!this.#open) throw uploadNotFound(this.id)
  }
}

/** What the memory registry does with a session that ends. */
export interface SessionEnd {
  store(session: MemorySession, digest: string, bytes: Uint8Array): void
  forget(session: MemorySession): void
}

/** The face of a session towards the caller. */
export class MemoryUpload implements Upload {
  readonly #session: MemorySession
  readonly #end: SessionEnd

  constructor(session: MemorySession, end: SessionEnd) {
    this.#session = session
    this.#end = end
  }

  get id(): string {
    return this.#session.id
  }

  get offset(): number {
    return this.#session.offset
  }

  async write(chunk: Uint8Array | Bytes, options?: CallOptions): Promise<void> {
    options?.signal?.throwIfAborted()
    await this.#session.write(chunk instanceof Uint8Array ? fromBytes(chunk) : chunk, options?.signal)
  }

  async commit(digest: string, options?: CallOptions): Promise<Descriptor> {
    options?.signal?.throwIfAborted()
    // An unusable digest is the caller's mistake and costs nothing; the session lives on.
    algorithmOf(digest)
    try {
      const bytes = await this.#session.finish(digest)
      this.#end.store(this.#session, digest, bytes)
      return { mediaType: octetStream, digest, size: bytes.length }
    } finally {
      this.#end.forget(this.#session)
    }
  }

  cancel(): Promise<void> {
    this.#session.close()
    this.#end.forget(this.#session)
    return Promise.resolve()
  }
}

/** Errors as `resumeUpload` states them. */
export function uploadNotFound(id: string): OcishError {
  return new OcishError('UPLOAD_NOT_FOUND', `no upload ${id}`)
}
