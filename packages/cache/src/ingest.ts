import { constants } from 'node:fs'
import { copyFile, type FileHandle, lstat, open, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { algorithmOf, type Bytes, createDigester, type Descriptor, parseDigest } from '@ocish/sdk'
import { abortable, checkSize } from '@ocish/core'
import { type BlobPool, makeFolder, readFileBytes } from './blob-pool.ts'
import { BlobWriter } from './blob-writer.ts'
import type { StoreDatabase } from './database.ts'
import { randomName } from './durable-file.ts'
import { fileError, systemCode } from './file-error.ts'
import { type Lease, requestLease } from './lease.ts'

/** Milliseconds between two looks at what another process downloads. */
const lookEvery = 100

/** Opens the content from byte `start` on; what it opens may begin earlier (a server without ranges), never later. */
export type Fetch = (
  start: number,
  signal?: AbortSignal,
) => Promise<{ readonly start: number; readonly bytes: Bytes }>

export interface IngestOptions {
  readonly signal?: AbortSignal | undefined
  /** Called once when the content is in the pool. */
  readonly onStored?: (descriptor: Descriptor) => Promise<void>
}

/**
 * Downloads into the store. What arrived stays as a partial file named by its digest, so that the next attempt, in this
 * process or another one, asks only for the rest; two that want the same blob at once share one download.
 */
export class Ingest {
  readonly #pool: BlobPool
  readonly #database: StoreDatabase

  constructor(pool: BlobPool, database: StoreDatabase) {
    this.#pool = pool
    this.#database = database
  }

  /**
   * The verified bytes of a blob: from the pool if it is there (or gets there while we wait for another downloader), else
   * through `fetch`, written on the way. Leaving early keeps what arrived.
   * Errors: DIGEST_MISMATCH, SIZE_MISMATCH (the partial file is gone then), FILE_FAILED, those of `fetch`.
   */
  async *read(
    descriptor: Descriptor,
    fetch: Fetch,
    options: IngestOptions = {},
  ): AsyncGenerator<Uint8Array, void> {
    const lease = await this.#leaseOrContent(descriptor, options.signal)
    if (lease === undefined) {
      const content = await this.#pool.open(descriptor, options.signal)
      if (content !== undefined) yield* content.bytes
      return
    }
    try {
      yield* this.#download(descriptor, fetch, lease, options)
    } finally {
      await lease.release()
    }
  }

  /** As `read`, for the content's sake alone. */
  async fill(descriptor: Descriptor, fetch: Fetch, options: IngestOptions = {}): Promise<void> {
    for await (const _ of this.read(descriptor, fetch, options)) continue
  }

  /** Bytes that an earlier attempt left. */
  async partialSize(digest: string): Promise<number> {
    const found = await lstat(this.#partial(digest)).catch(() => undefined)
    return found?.isFile() ? found.size : 0
  }

  /** Undefined: the content is in the pool. */
  async #leaseOrContent(descriptor: Descriptor, signal?: AbortSignal): Promise<Lease | undefined> {
    for (;;) {
      signal?.throwIfAborted()
      if ((await this.#pool.stat(descriptor.digest)) !== undefined) return undefined
      const answer = await requestLease(this.#database, descriptor.digest)
      if (answer.state === 'held') {
        if (answer.before === 'silent') await this.#detach(descriptor.digest)
        // The one before may have finished between the two questions.
        if ((await this.#pool.stat(descriptor.digest)) === undefined) return answer.lease
        await answer.lease.release()
        return undefined
      }
      await delay(lookEvery * (0.5 + Math.random()), undefined, { signal })
    }
  }

  /** A holder that was only slow may still write: it keeps its file, and we go on with a copy of it. */
  async #detach(digest: string): Promise<void> {
    const partial = this.#partial(digest)
    const copy = `${partial}.${randomName()}`
    try {
      await copyFile(partial, copy, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE)
      await rename(copy, partial)
    } catch (error) {
      await rm(copy, { force: true })
      if (systemCode(error) !== 'ENOENT') throw fileError(error, `copy ${partial}`)
    }
  }

  async *#download(
    descriptor: Descriptor,
    fetch: Fetch,
    lease: Lease,
    options: IngestOptions,
  ): AsyncGenerator<Uint8Array, void> {
    const { signal } = options
    const path = this.#partial(descriptor.digest)
    const file = await this.#openPartial(path)
    const digester = createDigester(algorithmOf(descriptor.digest))
    let have = 0
    let writer: BlobWriter | undefined
    try {
      for await (const chunk of readFileBytes(path, 0, signal)) {
        digester.update(chunk)
        have += chunk.length
        yield* this.#handOut(chunk, lease)
      }
      writer = BlobWriter.resume(path, file, digester, have)
      if (have < descriptor.size) {
        for await (const chunk of restOf(await fetch(have, signal), have, signal)) {
          await writer.write(chunk)
          if (writer.size > descriptor.size) checkSize(descriptor, writer.size)
          yield* this.#handOut(chunk, lease)
        }
      }
      await this.#finish(writer, file, path, descriptor, lease)
      writer = undefined
      await options.onStored?.(descriptor)
    } catch (error) {
      // What is merely too short is the beginning of the right content.
      if (isWrongContent(error) && (writer?.size ?? 0) >= descriptor.size) await writer?.discard()
      throw error
    } finally {
      if (writer === undefined) await file.close().catch(() => {})
      else await writer.keep()
    }
  }

  // Our reader may take its time; the lease then says nothing, and whoever waits for us goes on alone.
  *#handOut(chunk: Uint8Array, lease: Lease): Generator<Uint8Array, void> {
    lease.pause(true)
    yield chunk
    lease.pause(false)
  }

  async #finish(
    writer: BlobWriter,
    file: FileHandle,
    path: string,
    descriptor: Descriptor,
    lease: Lease,
  ): Promise<void> {
    checkSize(descriptor, writer.size)
    const ours = await file.stat()
    const named = await lstat(path).catch(() => undefined)
    // Taken over meanwhile: the file of that name is another's, and so is the rename.
    if (named?.ino !== ours.ino || !(await lease.isHeld())) return await writer.keep()
    await this.#pool.publish(writer, parseDigest(descriptor.digest).algorithm, descriptor)
  }

  async #openPartial(path: string): Promise<FileHandle> {
    await makeFolder(this.#pool.scratch, this.#pool.folderMode)
    try {
      const flags = constants.O_RDWR | constants.O_CREAT | constants.O_NOFOLLOW
      return await open(path, flags, this.#pool.fileMode)
    } catch (error) {
      throw fileError(error, `write ${path}`)
    }
  }

  #partial(digest: string): string {
    const { algorithm, encoded } = parseDigest(digest)
    return join(this.#pool.scratch, `${algorithm}-${encoded}`)
  }
}

/** Drops what comes before `have`: content of a digest never changes, so the beginning is known. */
async function* restOf(
  opened: { readonly start: number; readonly bytes: Bytes },
  have: number,
  signal?: AbortSignal,
): AsyncGenerator<Uint8Array, void> {
  let position = opened.start
  for await (const chunk of abortable(opened.bytes, signal)) {
    const skip = Math.min(chunk.length, Math.max(0, have - position))
    position += chunk.length
    if (skip < chunk.length) yield skip === 0 ? chunk : chunk.subarray(skip)
  }
}

function isWrongContent(error: unknown): boolean {
  return (
    error instanceof Error &&
    'code' in error &&
    (error.code === 'DIGEST_MISMATCH' || error.code === 'SIZE_MISMATCH')
  )
}
