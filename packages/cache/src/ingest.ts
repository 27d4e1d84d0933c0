import { constants } from 'node:fs'
import { copyFile, type FileHandle, lstat, readdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { algorithmOf, type Bytes, createDigester, type Descriptor, hasCode, parseDigest } from '@ocish/sdk'
import { checkSize, type Feed, type StagedBlob } from '@ocish/core'
import { type BlobPool, readFileBytes } from './blob-pool.ts'
import { BlobWriter } from './blob-writer.ts'
import type { StoreDatabase } from './database.ts'
import { randomName } from './durable-file.ts'
import { fileError, systemCode } from './file-error.ts'
import { passing } from './passing.ts'
import { pauseAbout } from './pause-about.ts'
import { fillPartial, openPartial, partialPath, receiveBlob } from './receive.ts'
import { type Fetched, restOf } from './rest-of.ts'
import { stagedBlob } from './staged-blob.ts'
import { type Lease, leasedDigests, requestLease } from './lease.ts'

/** Milliseconds between two looks at what another process downloads. */
const lookEvery = 100

/** Opens the content from byte `start` on; what it opens may begin earlier (a server without ranges), never later. */
export type Fetch = (start: number, signal?: AbortSignal) => Promise<Fetched>

/** How a download is joined. */
export interface IngestOptions {
  readonly signal?: AbortSignal | undefined
  /** Called once when the content is in the pool. */
  readonly onStored?: (descriptor: Descriptor) => Promise<void>
}

/** A download under way: `have` bytes of the partial file count. */
interface Started {
  readonly have: number
  readonly rest: Fetched | undefined
  readonly lease: Lease
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
   * Opens the verified bytes of a blob: from the pool if it is there (or gets there while we wait for another
   * downloader), else through `fetch`, written on the way. Leaving early keeps what arrived. Iterate it once.
   * Errors: FILE_FAILED, those of `fetch`; the iteration throws DIGEST_MISMATCH and SIZE_MISMATCH.
   */
  async open(descriptor: Descriptor, fetch: Fetch, options: IngestOptions = {}): Promise<Bytes> {
    const { signal } = options
    const lease = await this.#leaseOrNothing(descriptor, signal)
    const content = lease === undefined ? await this.#pool.open(descriptor, signal) : undefined
    if (content !== undefined) return content.bytes
    // Collected between the two looks: once more.
    if (lease === undefined) return await this.open(descriptor, fetch, options)
    lease.pause(true)
    try {
      const have = await this.#partialSize(descriptor.digest)
      const rest = have < descriptor.size ? await fetch(have, signal) : undefined
      return this.#download(descriptor, { have, rest, lease }, options)
    } catch (error) {
      await lease.release()
      throw error
    }
  }

  /**
   * The verified bytes of a blob that is not to stay in the pool: what arrived is a partial file until `forget`, so that
   * the next attempt asks for the rest only. Undefined: another one is at it, or nothing can be written here.
   * Errors: those of `fetch`; the iteration throws DIGEST_MISMATCH and SIZE_MISMATCH. Iterate it once.
   */
  async openPassing(
    descriptor: Descriptor,
    fetch: Fetch,
    signal: AbortSignal | undefined,
  ): Promise<Bytes | undefined> {
    const { digest, size } = descriptor
    const answer = await requestLease(this.#database, digest)
    if (answer.state === 'busy') return undefined
    const { lease, before } = answer
    let file: FileHandle | undefined
    try {
      if (before === 'silent') await this.#detach(digest)
      const path = this.#partial(digest)
      file = await openPartial(this.#pool, path).catch(() => undefined)
      if (file === undefined) {
        await lease.release()
        return undefined
      }
      const have = Math.min((await file.stat()).size, size)
      const rest = have < size ? await fetch(have, signal) : undefined
      return passing({ path, file, have, rest, lease }, descriptor, signal)
    } catch (error) {
      await file?.close()
      await lease.release()
      throw error
    }
  }

  /** Removes the partial file of a digest unless somebody is at it. */
  async forget(digest: string): Promise<void> {
    const answer = await requestLease(this.#database, digest)
    if (answer.state === 'busy') return
    try {
      await rm(this.#partial(digest), { force: true })
    } finally {
      await answer.lease.release()
    }
  }

  /** `fill` by the fast path. Errors: DIGEST_MISMATCH, SIZE_MISMATCH, FILE_FAILED, those of the feed. */
  async receive(descriptor: Descriptor, feed: Feed, signal: AbortSignal | undefined): Promise<void> {
    const lease = await this.#leaseOrNothing(descriptor, signal)
    if (lease === undefined) return
    try {
      await receiveBlob(this.#pool, descriptor, feed, { isStillHeld: () => lease.isHeld() }, signal)
    } finally {
      await lease.release()
    }
  }

  /**
   * The blob as a whole, verified file that may be saved elsewhere; until then its name is how another attempt finds it.
   * Undefined: `beside` is on another file system, another one is at it, or nothing can be written here.
   * Errors: DIGEST_MISMATCH, SIZE_MISMATCH, FILE_FAILED, those of the feed.
   */
  async stage(
    blob: Descriptor,
    beside: string,
    feed: Feed,
    signal: AbortSignal | undefined,
  ): Promise<StagedBlob | undefined> {
    if (!(await this.#isOnDeviceOf(beside))) return undefined
    const answer = await requestLease(this.#database, blob.digest)
    if (answer.state === 'busy') return undefined
    const { lease, before } = answer
    try {
      if (before === 'silent') await this.#detach(blob.digest)
      const file = await fillPartial(this.#pool, blob, feed, { signal, isDurable: false })
      return stagedBlob({ path: this.#partial(blob.digest), file, lease })
    } catch (error) {
      await lease.release()
      throw error
    }
  }

  async #isOnDeviceOf(path: string): Promise<boolean> {
    const { scratch } = this.#pool
    try {
      const [here, there] = await this.#pool.inScratch(() => Promise.all([lstat(scratch), lstat(path)]))
      return here.dev === there.dev
    } catch {
      return false
    }
  }

  /** Bytes that an earlier attempt left. */
  async #partialSize(digest: string): Promise<number> {
    const found = await lstat(this.#partial(digest)).catch(() => undefined)
    return found?.isFile() ? found.size : 0
  }

  /** Removes partial files that nobody holds and nobody went on with since `before` (milliseconds since 1970). */
  async sweep(before: number): Promise<void> {
    const leased = await leasedDigests(this.#database)
    for (const name of await readdir(this.#pool.scratch).catch(() => [])) {
      const [, algorithm, encoded] = /^(sha256|sha512)-([0-9a-f]+)(?:\.[0-9a-f]{32})?$/.exec(name) ?? []
      if (encoded === undefined || leased.has(`${algorithm}:${encoded}`)) continue
      const path = join(this.#pool.scratch, name)
      const found = await lstat(path).catch(() => undefined)
      if (found !== undefined && found.mtimeMs < before) await rm(path, { force: true })
    }
  }

  /** Undefined: the content is in the pool. */
  async #leaseOrNothing(descriptor: Descriptor, signal?: AbortSignal): Promise<Lease | undefined> {
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
      await pauseAbout(lookEvery, signal)
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
    { have, rest, lease }: Started,
    options: IngestOptions,
  ): AsyncGenerator<Uint8Array, void> {
    let writer: BlobWriter | undefined
    lease.pause(false)
    try {
      const path = this.#partial(descriptor.digest)
      const file = await openPartial(this.#pool, path)
      const digester = createDigester(algorithmOf(descriptor.digest))
      writer = BlobWriter.resume(path, file, digester, have)
      // What is beyond was written after we asked for the rest.
      await file.truncate(have)
      for await (const chunk of readFileBytes(path, 0, options.signal)) {
        digester.update(chunk)
        yield* handOut(chunk, lease)
      }
      if (rest !== undefined) yield* this.#receive(writer, descriptor, rest, lease, options.signal)
      await this.#finish(writer, file, path, descriptor, lease)
      await options.onStored?.(descriptor)
    } catch (error) {
      // What is merely too short is the beginning of the right content.
      const isComplete = writer !== undefined && writer.size >= descriptor.size
      if (isComplete && hasCode(error, 'DIGEST_MISMATCH', 'SIZE_MISMATCH')) await writer?.discard()
      throw error
    } finally {
      await writer?.keep()
      await lease.release()
    }
  }

  async *#receive(
    writer: BlobWriter,
    descriptor: Descriptor,
    rest: Fetched,
    lease: Lease,
    signal?: AbortSignal,
  ): AsyncGenerator<Uint8Array, void> {
    for await (const chunk of restOf(rest, writer.size, signal)) {
      await writer.write(chunk)
      if (writer.size > descriptor.size) checkSize(descriptor, writer.size)
      // The reader owns its chunk, and the writer may not have written this one yet.
      yield* handOut(new Uint8Array(chunk), lease)
    }
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

  #partial(digest: string): string {
    return partialPath(this.#pool, digest)
  }
}

// Our reader may take its time; the lease then says nothing, and whoever waits for us goes on alone.
function* handOut(chunk: Uint8Array, lease: Lease): Generator<Uint8Array, void> {
  lease.pause(true)
  yield chunk
  lease.pause(false)
}
