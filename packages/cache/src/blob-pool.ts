import { constants, lstatSync, renameSync } from 'node:fs'
import { type FileHandle, open, opendir, rm, rmdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import {
  algorithmOf,
  canVerify,
  createDigester,
  type Descriptor,
  type DigestAlgorithm,
  isDigest,
  octetStream,
  OcishError,
  type OpenBytes,
  parseDigest,
} from '@ocish/sdk'
import {
  abortable,
  type AdoptBlobOptions,
  type BlobContent,
  collect,
  type RangeContent,
  type Sink,
  verified,
} from '@ocish/core'
import type { ContentSource, FoundBlob } from './content-source.ts'
import { BlobWriter, checkBlob, type ExpectedBlob, type WrittenBlob } from './blob-writer.ts'
import { randomName, syncFile, syncFolder } from './durable-file.ts'
import { fileError, isMissing, systemCode } from './file-error.ts'
import { makeFolder, makeFolders } from './make-folder.ts'
import { shareFile } from './share-file.ts'

const chunkSize = 256 * 1024
const slabSize = 1024 * 1024

/** Where a pool lies, and who may read it. */
export interface PoolOptions {
  /** The folder that holds a folder for each algorithm. */
  readonly root: string
  /** Where unfinished files live: on the same file system as `root`. */
  readonly scratch: string
  /** Nobody but the user may read (0600 and 0700), or whoever umask lets. */
  readonly private: boolean
}

/** A blob that is in a pool. */
export interface PooledBlob extends FoundBlob {
  /** When its file was written last. */
  readonly modified: Date
}

/** Blobs as files `ALGORITHM/ENCODED` (image-layout.md, "Blobs"). A link in place of a file is never followed. */
export class BlobPool implements ContentSource {
  readonly root: string
  readonly scratch: string
  readonly fileMode: number
  readonly folderMode: number
  readonly #unsynced = new Set<string>()
  /** Folders of algorithms that are folders, and no links. */
  readonly #checked = new Set<string>()

  constructor(options: PoolOptions) {
    this.root = options.root
    this.scratch = options.scratch
    this.fileMode = options.private ? 0o600 : 0o666
    this.folderMode = options.private ? 0o700 : 0o777
  }

  /** Errors: DIGEST_INVALID. */
  path(digest: string): string {
    const { algorithm, encoded } = parseDigest(digest)
    return join(this.root, algorithm, encoded)
  }

  /** Undefined: not here. Errors: DIGEST_INVALID, LAYOUT_INVALID (not a file). */
  async stat(digest: string): Promise<PooledBlob | undefined> {
    const path = this.path(digest)
    try {
      // Asked for each blob several times: on the thread pool it would cost twenty times as much.
      if (!this.#isFolder(dirname(path))) return undefined
      const file = lstatSync(path, { throwIfNoEntry: false })
      if (file === undefined) return undefined
      if (!file.isFile()) throw notAFile(path, file.isSymbolicLink())
      return { digest, size: file.size, modified: file.mtime }
    } catch (error) {
      if (isMissing(error)) return undefined
      throw fileError(error, `read ${path}`)
    }
  }

  /** Undefined: not here. Errors: DIGEST_INVALID, SIZE_MISMATCH; the bytes throw SIZE_MISMATCH and DIGEST_MISMATCH. */
  async open(blob: Descriptor | string, signal?: AbortSignal): Promise<BlobContent | undefined> {
    const digest = typeof blob === 'string' ? blob : blob.digest
    algorithmOf(digest)
    const found = await this.stat(digest)
    if (found === undefined) return undefined
    if (typeof blob !== 'string') checkBlob(blob, { size: found.size })
    const descriptor = typeof blob === 'string' ? { mediaType: octetStream, digest, size: found.size } : blob
    return { descriptor, bytes: verified(this.#bytes(digest, 0, signal), descriptor) }
  }

  /** Undefined: not here. Errors: UPLOAD_RANGE_INVALID. */
  async openRange(digest: string, start: number, signal?: AbortSignal): Promise<RangeContent | undefined> {
    const found = await this.stat(digest)
    if (found === undefined) return undefined
    if (!Number.isSafeInteger(start) || start < 0 || start > found.size) {
      throw beyondEnd(found, start)
    }
    return { start, total: found.size, bytes: this.#bytes(digest, start, signal) }
  }

  /** The whole of a small blob, verified; undefined when it is not here. Errors: LIMIT_EXCEEDED, DIGEST_MISMATCH. */
  async read(digest: string, limit: number, signal?: AbortSignal): Promise<Uint8Array | undefined> {
    const content = await this.open(digest, signal)
    if (content === undefined) return undefined
    return await collect(content.bytes, { limit, what: digest, ...(signal && { signal }) })
  }

  /** `read` for the fast path: one buffer, handed out again and again. False: not here. */
  async pump(descriptor: Descriptor, sink: Sink, signal?: AbortSignal): Promise<boolean> {
    const found = await this.stat(descriptor.digest)
    if (found === undefined) return false
    checkBlob(descriptor, { size: found.size })
    const digester = createDigester(algorithmOf(descriptor.digest))
    let size = 0
    const hashing: Sink = (slab) => {
      digester.update(slab)
      size += slab.length
      return sink(slab)
    }
    await pumpFile(this.path(descriptor.digest), 0, hashing, signal)
    checkBlob(descriptor, { size, digest: digester.digest() })
    return true
  }

  /** `pump` from byte `start` on, unverified. False: not here. Errors: SIZE_MISMATCH, UPLOAD_RANGE_INVALID. */
  async pumpRange(descriptor: Descriptor, start: number, sink: Sink, signal?: AbortSignal): Promise<boolean> {
    const found = await this.stat(descriptor.digest)
    if (found === undefined) return false
    checkBlob(descriptor, { size: found.size })
    if (start > found.size) throw beyondEnd(found, start)
    const passed = await pumpFile(this.path(descriptor.digest), start, sink, signal)
    checkBlob(descriptor, { size: start + passed })
    return true
  }

  /**
   * Streams into a scratch file and renames when digest and size are right. What is here already is not written again;
   * `trusted`: the source is not even read then.
   * Errors: DIGEST_INVALID, DIGEST_MISMATCH, SIZE_MISMATCH, FILE_FAILED.
   */
  async put(
    expected: ExpectedBlob,
    source: OpenBytes,
    options: { readonly signal?: AbortSignal | undefined; readonly trusted: boolean },
  ): Promise<WrittenBlob> {
    const { signal, trusted } = options
    const algorithm = expected.digest === undefined ? 'sha256' : algorithmOf(expected.digest)
    const existing = await this.#existing(expected)
    if (existing !== undefined) {
      if (!trusted) for await (const _ of verified(abortable(source(), signal), existing)) continue
      return existing
    }
    const writer = await this.createWriter(algorithm)
    try {
      for await (const chunk of abortable(source(), signal)) {
        await writer.write(chunk)
        if (expected.size !== undefined && writer.size > expected.size) checkBlob(expected, writer)
      }
      signal?.throwIfAborted()
    } catch (error) {
      await writer.discard()
      throw error
    }
    return await this.publish(writer, algorithm, expected)
  }

  /** A new file in the scratch folder. */
  async createWriter(algorithm: DigestAlgorithm): Promise<BlobWriter> {
    return await this.inScratch((path) => BlobWriter.create(path, algorithm, this.fileMode))
  }

  /** Ends a writer of this pool's scratch folder. Errors: as `put`. */
  async publish(writer: BlobWriter, algorithm: string, expected: ExpectedBlob): Promise<WrittenBlob> {
    const folder = await this.#folder(algorithm).catch(async (error: unknown) => {
      await writer.discard()
      throw error
    })
    const written = await writer.publish(expected, (digest) => this.path(digest))
    this.#unsynced.add(folder)
    return written
  }

  /**
   * Takes the content of another file of this machine as reflink, hard link or copy, once it has been hashed, here or by
   * whoever wrote it. Errors: as `put`.
   */
  async adopt(
    expected: Descriptor,
    from: string,
    { signal, isHashed = false }: AdoptBlobOptions = {},
  ): Promise<WrittenBlob> {
    const existing = await this.#existing(expected)
    if (existing !== undefined) return existing
    const algorithm = algorithmOf(expected.digest)
    const mode = this.fileMode & ~process.umask()
    const { scratch, shared } = await this.inScratch(async (path) => ({
      scratch: path,
      shared: await shareFile(from, path, mode),
    }))
    try {
      if (isHashed && shared !== 'copy') checkBlob(expected, { size: lstatSync(scratch).size })
      else {
        const digester = createDigester(algorithm)
        const size = await pumpFile(scratch, 0, async (slab) => digester.update(slab), signal)
        checkBlob(expected, { size, digest: digester.digest() })
      }
      // Whoever wrote it may have left it to the system when that reaches the disk.
      await syncFile(scratch)
      await this.place(scratch, expected.digest)
      return { digest: expected.digest, size: expected.size }
    } catch (error) {
      throw fileError(error, `copy ${from} into ${this.root}`)
    } finally {
      await rm(scratch, { force: true })
    }
  }

  /** False: it was not here. */
  async remove(digest: string): Promise<boolean> {
    if ((await this.stat(digest)) === undefined) return false
    try {
      await rm(this.path(digest))
      return true
    } catch (error) {
      if (systemCode(error) === 'ENOENT') return false
      throw fileError(error, `remove ${this.path(digest)}`)
    }
  }

  /** All blobs, in no order; what has no digest for a name is passed over. */
  async *blobs(): AsyncGenerator<PooledBlob, void> {
    for await (const algorithm of namesIn(this.root)) {
      if (!isDigest(`${algorithm}:${'0'.repeat(64)}`) && !isDigest(`${algorithm}:${'0'.repeat(128)}`))
        continue
      for await (const encoded of namesIn(join(this.root, algorithm))) {
        const digest = `${algorithm}:${encoded}`
        if (!canVerify(digest)) continue
        const blob = await this.stat(digest)
        if (blob !== undefined) yield blob
      }
    }
  }

  /** Gives a file of the scratch folder, which is what it should be, the name of its digest. Errors: those of the system. */
  async place(scratch: string, digest: string): Promise<void> {
    const folder = await this.#folder(algorithmOf(digest))
    renameSync(scratch, this.path(digest))
    this.#unsynced.add(folder)
  }

  /** What was reported as written survives a crash from here on. */
  async settle(): Promise<void> {
    const folders = [...this.#unsynced]
    this.#unsynced.clear()
    for (const folder of folders) await syncFolder(folder)
  }

  /**
   * Makes an unfinished file with a random name; another process may be removing the empty folder at the same time.
   * Errors: FILE_FAILED.
   */
  async inScratch<T>(make: (path: string) => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        if (attempt > 1) await makeFolders(this.scratch, this.folderMode)
        return await make(join(this.scratch, `new-${randomName()}`))
      } catch (error) {
        if (attempt === 6 || systemCode(error) !== 'ENOENT')
          throw fileError(error, `write into ${this.scratch}`)
      }
    }
  }

  /** The scratch folder goes when nothing is under way. */
  async tidy(): Promise<void> {
    await rmdir(this.scratch).catch(() => {})
  }

  async #existing(expected: ExpectedBlob): Promise<WrittenBlob | undefined> {
    if (expected.digest === undefined) return undefined
    const found = await this.stat(expected.digest)
    if (found === undefined) return undefined
    return expected.size === undefined || expected.size === found.size ? found : undefined
  }

  /** False: nothing is there. Errors: LAYOUT_INVALID. */
  #isFolder(path: string): boolean {
    if (this.#checked.has(path)) return true
    const found = lstatSync(path, { throwIfNoEntry: false })
    if (found === undefined) return false
    if (!found.isDirectory()) throw notAFile(path, found.isSymbolicLink())
    this.#checked.add(path)
    return true
  }

  async #folder(algorithm: string): Promise<string> {
    const folder = join(this.root, algorithm)
    if (!this.#isFolder(folder)) await makeFolder(folder, this.folderMode)
    return folder
  }

  #bytes(digest: string, start: number, signal?: AbortSignal): AsyncGenerator<Uint8Array, void> {
    return readFileBytes(this.path(digest), start, signal)
  }
}

/** Owned chunks of a regular file from `start` on; a link is not followed. Opened when the first chunk is asked for. */
export async function* readFileBytes(
  path: string,
  start: number,
  signal?: AbortSignal,
): AsyncGenerator<Uint8Array, void> {
  signal?.throwIfAborted()
  const file = await openFile(path)
  try {
    const { size } = await file.stat()
    for (let position = start; position < size;) {
      signal?.throwIfAborted()
      const buffer = Buffer.allocUnsafeSlow(Math.min(chunkSize, size - position))
      const { bytesRead } = await file.read(buffer, 0, buffer.length, position)
      if (bytesRead === 0) return
      position += bytesRead
      yield new Uint8Array(buffer.buffer, 0, bytesRead)
    }
  } finally {
    await file.close()
  }
}

/** Into a sink by two slabs that are used in turn: one is filled while the other is with the sink. Tells how much it was. */
async function pumpFile(
  path: string,
  start: number,
  sink: Sink,
  signal: AbortSignal | undefined,
): Promise<number> {
  signal?.throwIfAborted()
  const file = await openFile(path)
  let reading: Promise<Uint8Array> | undefined
  try {
    const { size } = await file.stat()
    const slabs = Array.from(
      { length: 2 },
      () => new Uint8Array(Math.min(slabSize, Math.max(size - start, 1))),
    )
    let position = start
    const read = async (turn: number): Promise<Uint8Array> => {
      const slab = slabs[turn % 2] as Uint8Array
      const { bytesRead } = await file.read(slab, 0, slab.length, position)
      position += bytesRead
      return slab.subarray(0, bytesRead)
    }
    reading = read(0)
    for (let turn = 1; ; turn += 1) {
      const part = await reading
      signal?.throwIfAborted()
      if (part.length === 0) return position - start
      reading = read(turn)
      // Whoever fails first is told; the other is waited for below.
      reading.catch(() => {})
      await sink(part)
    }
  } finally {
    await reading?.catch(() => {})
    await file.close()
  }
}

function beyondEnd(found: FoundBlob, start: number): OcishError {
  return new OcishError('UPLOAD_RANGE_INVALID', `${found.digest} has ${found.size} bytes, none at ${start}`)
}

// O_NONBLOCK: opening a named pipe must not wait for its writer.
async function openFile(path: string): Promise<FileHandle> {
  let file: FileHandle
  try {
    file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
  } catch (error) {
    if (systemCode(error) === 'ELOOP') throw notAFile(path, true)
    throw fileError(error, `read ${path}`)
  }
  if ((await file.stat()).isFile()) return file
  await file.close()
  throw notAFile(path, false)
}

async function* namesIn(folder: string): AsyncGenerator<string, void> {
  try {
    for await (const entry of await opendir(folder)) yield entry.name
  } catch (error) {
    if (!isMissing(error)) throw fileError(error, `read ${folder}`)
  }
}

function notAFile(path: string, isLink: boolean): OcishError {
  return new OcishError('LAYOUT_INVALID', `${path} is ${isLink ? 'a symbolic link' : 'no regular file'}`, {
    hint: 'Copy the layout again with its files in place of links.',
  })
}
