import { type FileHandle, open, rename, rm } from 'node:fs/promises'
import { createDigester, type DigestAlgorithm, type Digester, isOcishError, OcishError } from '@ocish/sdk'
import { fileError } from './file-error.ts'

const flushSize = 1024 * 1024

/** What a blob must turn out to be; what is absent is not checked. */
export interface ExpectedBlob {
  readonly digest?: string | undefined
  /** Bytes. */
  readonly size?: number | undefined
}

/** What was written. */
export interface WrittenBlob {
  readonly digest: string
  readonly size: number
}

/**
 * Throws unless content is what was expected; `more` says that bytes may follow.
 * Errors: SIZE_MISMATCH, DIGEST_MISMATCH.
 */
export function checkBlob(
  expected: ExpectedBlob,
  got: { readonly size: number; readonly digest?: string },
): void {
  const name = expected.digest ?? 'the blob'
  if (expected.size !== undefined && got.size !== expected.size) {
    throw new OcishError('SIZE_MISMATCH', `${name} has ${got.size} bytes instead of ${expected.size}`)
  }
  if (expected.digest !== undefined && got.digest !== undefined && got.digest !== expected.digest) {
    throw new OcishError('DIGEST_MISMATCH', `content of ${expected.digest} has the digest ${got.digest}`)
  }
}

/** The same of what was fed, which nobody has verified before: the fault is the content's. */
export function checkContent(expected: ExpectedBlob, got: Parameters<typeof checkBlob>[1]): void {
  try {
    checkBlob(expected, got)
  } catch (error) {
    if (!isOcishError(error)) throw error
    throw new OcishError(error.code, error.message, { details: { ...error.details, where: 'content' } })
  }
}

/**
 * A file that is written once, hashed on the way, and gets its name only when it is what it should be.
 * Whoever opened one ends it by `publish` or `discard`.
 */
export class BlobWriter {
  readonly #path: string
  readonly #file: FileHandle
  readonly #digester: Digester
  #pending: Uint8Array[] = []
  #pendingSize = 0
  #flushing: Promise<void> = Promise.resolve()
  #position: number
  #closed = false
  #size: number

  private constructor(path: string, file: FileHandle, digester: Digester, size: number) {
    this.#path = path
    this.#file = file
    this.#digester = digester
    this.#position = size
    this.#size = size
  }

  /** Creates `path`, which must not exist. `mode`: permission bits before umask. */
  static async create(path: string, algorithm: DigestAlgorithm, mode: number): Promise<BlobWriter> {
    return new BlobWriter(path, await open(path, 'wx', mode), createDigester(algorithm), 0)
  }

  /** Goes on with an open file whose first `size` bytes `digester` has seen. */
  static resume(path: string, file: FileHandle, digester: Digester, size: number): BlobWriter {
    return new BlobWriter(path, file, digester, size)
  }

  /** Bytes taken so far. */
  get size(): number {
    return this.#size
  }

  /** Takes an owned chunk; resolves when the next one is welcome. */
  async write(chunk: Uint8Array): Promise<void> {
    this.#digester.update(chunk)
    this.#size += chunk.length
    this.#pending.push(chunk)
    this.#pendingSize += chunk.length
    if (this.#pendingSize >= flushSize) await this.#flush()
  }

  /** Everything taken so far is in the file. */
  async drain(): Promise<void> {
    await this.#flush()
    await this.#flushing
  }

  /**
   * Checks, fsyncs and renames to `target`, whose folder exists and is synced by the caller.
   * Errors: SIZE_MISMATCH, DIGEST_MISMATCH, FILE_FAILED; the file is gone then.
   */
  async publish(expected: ExpectedBlob, target: (digest: string) => string): Promise<WrittenBlob> {
    try {
      await this.drain()
      const digest = this.#digester.digest()
      checkBlob(expected, { size: this.#size, digest })
      await this.#file.sync()
      await this.#close()
      await rename(this.#path, target(digest))
      return { digest, size: this.#size }
    } catch (error) {
      await this.discard()
      throw fileError(error, `write ${this.#path}`)
    }
  }

  /** Closes the file and keeps it, as far as it was written, to be resumed. */
  async keep(): Promise<void> {
    await this.drain().catch(() => {})
    await this.#close()
  }

  /** Closes and removes the file. */
  async discard(): Promise<void> {
    await this.#flushing.catch(() => {})
    await this.#close()
    await rm(this.#path, { force: true })
  }

  // One write is under way while the next chunks are hashed.
  async #flush(): Promise<void> {
    await this.#flushing
    if (this.#pendingSize === 0) return
    const chunks = this.#pending
    const position = this.#position
    this.#position += this.#pendingSize
    this.#pending = []
    this.#pendingSize = 0
    this.#flushing = this.#writeAll(chunks, position)
    // Reported by whoever waits next.
    this.#flushing.catch(() => {})
  }

  async #writeAll(chunks: readonly Uint8Array[], start: number): Promise<void> {
    try {
      const wanted = chunks.reduce((sum, chunk) => sum + chunk.length, 0)
      const { bytesWritten } = await this.#file.writev(chunks, start)
      if (bytesWritten === wanted) return
      const rest = Buffer.concat(chunks).subarray(bytesWritten)
      for (let done = 0; done < rest.length;) {
        const more = await this.#file.write(rest, done, rest.length - done, start + bytesWritten + done)
        done += more.bytesWritten
      }
    } catch (error) {
      throw fileError(error, `write ${this.#path}`)
    }
  }

  async #close(): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    await this.#file.close()
  }
}
