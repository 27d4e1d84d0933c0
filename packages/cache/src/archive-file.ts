import { constants } from 'node:fs'
import { type FileHandle, open, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { decompressed, type SkippableBytes, sniffCompression } from '@ocish/archive'
import { OcishError } from '@ocish/sdk'
import { randomName } from './durable-file.ts'
import { fileError, isMissing } from './file-error.ts'

const chunkSize = 256 * 1024

/** How an archive is opened. */
export interface ArchiveFileOptions {
  /** The folder where a compressed archive is decompressed to; default: that of the system. */
  readonly spool?: string | undefined
  readonly signal?: AbortSignal | undefined
}

/** An archive's tar bytes, read at any place. */
export interface ArchiveFile {
  readonly size: number
  /** It was gzip or zstd; what is read is what that held. */
  readonly isSpooled: boolean
  /** Owned chunks from `start` to `end`. */
  bytes(start: number, end: number, signal?: AbortSignal): AsyncGenerator<Uint8Array, void>
  /** Fills the slab as far as the file goes; the number of bytes. */
  readInto(slab: Uint8Array, position: number): Promise<number>
  close(): Promise<void>
}

/** Errors: FILE_NOT_FOUND, FILE_FAILED, ARCHIVE_INVALID, LIMIT_EXCEEDED (a compression bomb). */
export async function openArchiveFile(
  path: string,
  shown: string,
  options: ArchiveFileOptions = {},
): Promise<ArchiveFile> {
  const file = await openToRead(path, shown)
  try {
    const head = new Uint8Array(6)
    await file.read(head, 0, head.length, 0)
    if (head[0] === 0xfd && Buffer.from(head).toString('latin1', 1, 5) === '7zXZ') {
      throw new OcishError('ARCHIVE_INVALID', `${shown} is compressed with xz, which is not supported`, {
        hint: `Decompress it first: xz -d ${shown}`,
      })
    }
    const plain = new PlainFile(file, (await file.stat()).size, false)
    if (sniffCompression(head) === 'none') return plain
    const spooled = await spool(plain, options)
    await plain.close()
    return spooled
  } catch (error) {
    await file.close().catch(() => {})
    throw fileError(error, `read ${shown}`)
  }
}

/** For a file that is open already, of a size that is known. */
export function archiveFileOf(file: FileHandle, size: number): ArchiveFile {
  return new PlainFile(file, size, false)
}

/** The whole file as a source whose parts can be left out. */
export function skippable(file: ArchiveFile, signal?: AbortSignal): SkippableBytes {
  let position = 0
  return {
    async *[Symbol.asyncIterator]() {
      while (position < file.size) {
        signal?.throwIfAborted()
        const slab = new Uint8Array(Math.min(16 * 1024, file.size - position))
        const length = await file.readInto(slab, position)
        if (length === 0) return
        position += length
        yield slab.subarray(0, length)
      }
    },
    skip(length) {
      position += length
      return Promise.resolve(position <= file.size)
    },
  }
}

class PlainFile implements ArchiveFile {
  readonly size: number
  readonly isSpooled: boolean
  readonly #file: FileHandle

  constructor(file: FileHandle, size: number, isSpooled: boolean) {
    this.#file = file
    this.size = size
    this.isSpooled = isSpooled
  }

  async *bytes(start: number, end: number, signal?: AbortSignal): AsyncGenerator<Uint8Array, void> {
    for (let position = start; position < end;) {
      signal?.throwIfAborted()
      const chunk = new Uint8Array(Math.min(chunkSize, end - position))
      const length = await this.readInto(chunk, position)
      if (length === 0) return
      position += length
      yield chunk.subarray(0, length)
    }
  }

  async readInto(slab: Uint8Array, position: number): Promise<number> {
    const { bytesRead } = await this.#file.read(slab, 0, slab.length, position)
    return bytesRead
  }

  close(): Promise<void> {
    return this.#file.close()
  }
}

async function spool(compressed: ArchiveFile, options: ArchiveFileOptions): Promise<ArchiveFile> {
  const path = join(options.spool ?? tmpdir(), `ocish-${randomName()}`)
  const file = await open(path, 'wx+', 0o600)
  try {
    // Without a name it goes with the process, however that ends.
    await rm(path, { force: true })
    let size = 0
    for await (const chunk of decompressed(compressed.bytes(0, compressed.size, options.signal))) {
      options.signal?.throwIfAborted()
      await file.writeFile(chunk)
      size += chunk.length
    }
    return new PlainFile(file, size, true)
  } catch (error) {
    await file.close()
    throw error
  }
}

async function openToRead(path: string, shown: string): Promise<FileHandle> {
  try {
    // O_NONBLOCK: opening a named pipe must not wait for its writer.
    const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK)
    if ((await file.stat()).isFile()) return file
    await file.close()
  } catch (error) {
    if (isMissing(error)) throw new OcishError('FILE_NOT_FOUND', `no archive ${shown}`)
    throw fileError(error, `read ${shown}`)
  }
  throw new OcishError('ARCHIVE_INVALID', `${shown} is no regular file`)
}
