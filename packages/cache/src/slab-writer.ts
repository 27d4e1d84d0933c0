import type { FileHandle } from 'node:fs/promises'
import type { Digester } from '@ocish/sdk'
import { fileError } from './file-error.ts'

const bufferSize = 1024 * 1024
/** What is larger is written where it lies, smaller pieces are gathered first. */
const direct = 256 * 1024
/** After so much the device is told to begin, so that the sync at the end has little left to wait for. */
const syncEvery = 32 * 1024 * 1024
/** Buffers that nobody writes from, of any writer: a new one for each blob would have the garbage collected all the time. */
const spare: Uint8Array[] = []
const mostSpare = 8

/**
 * Writes and hashes what passes, each byte once, into an open file. `take` is done with its slab when it resolves, so
 * that the caller may use it again.
 */
export class SlabWriter {
  readonly #file: FileHandle
  readonly #digester: Digester | undefined
  readonly #path: string
  #position: number
  #buffer: Uint8Array | undefined
  #buffered = 0
  readonly #isDurable: boolean
  #synced: number
  #syncing: Promise<void> | undefined

  /**
   * `digester` has seen the first `position` bytes of the file; without one nothing is hashed. `isDurable`: a sync will
   * follow, and the device is told to begin before.
   */
  constructor(
    file: FileHandle,
    path: string,
    digester: Digester | undefined,
    position: number,
    isDurable: boolean = digester !== undefined,
  ) {
    this.#file = file
    this.#path = path
    this.#digester = digester
    this.#position = position
    this.#isDurable = isDurable
    this.#synced = position
  }

  /** Bytes taken, the beginning included. */
  get size(): number {
    return this.#position + this.#buffered
  }

  /** Errors: FILE_FAILED. */
  async take(slab: Uint8Array): Promise<void> {
    if (slab.length >= direct) {
      await this.#writeBuffer()
      // The file is written on another thread while this one hashes.
      const writing = this.#write(slab)
      this.#digester?.update(slab)
      await writing
      return
    }
    this.#digester?.update(slab)
    if (this.#buffered + slab.length > bufferSize) await this.#writeBuffer()
    this.#buffer ??= spare.pop() ?? Buffer.allocUnsafeSlow(bufferSize)
    this.#buffer.set(slab, this.#buffered)
    this.#buffered += slab.length
  }

  /** All that was taken is in the file, and nothing is under way there. Errors: FILE_FAILED. */
  async flush(): Promise<void> {
    await this.#writeBuffer()
    await this.#syncing
  }

  async #writeBuffer(): Promise<void> {
    const buffer = this.#buffer
    if (buffer === undefined) return
    const part = buffer.subarray(0, this.#buffered)
    this.#buffer = undefined
    this.#buffered = 0
    await this.#write(part)
    if (spare.length < mostSpare) spare.push(buffer)
  }

  async #write(bytes: Uint8Array): Promise<void> {
    try {
      for (let done = 0; done < bytes.length;) {
        const { bytesWritten } = await this.#file.write(bytes, done, bytes.length - done, this.#position)
        done += bytesWritten
        this.#position += bytesWritten
      }
      this.#syncBehind()
    } catch (error) {
      throw fileError(error, `write ${this.#path}`)
    }
  }

  /** A failure is found by the sync at the end. */
  #syncBehind(): void {
    if (!this.#isDurable || this.#syncing !== undefined) return
    if (this.#position - this.#synced < syncEvery) return
    this.#synced = this.#position
    this.#syncing = this.#file
      .datasync()
      .catch(() => {})
      .finally(() => {
        this.#syncing = undefined
      })
  }
}
