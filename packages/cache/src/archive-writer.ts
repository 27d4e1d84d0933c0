import type { FileHandle } from 'node:fs/promises'
import { encodeTarHeader, padding, type TarEntry } from '@ocish/archive'
import { algorithmOf, type Bytes, createDigester, parseDigest } from '@ocish/sdk'
import { abortable, type Feed } from '@ocish/core'
import type { Extent } from './archive-members.ts'
import { checkBlob, checkContent, type ExpectedBlob, type WrittenBlob } from './blob-writer.ts'
import { fileError } from './file-error.ts'
import { sizedHeader, TarFile } from './tar-file.ts'

const headerSize = 512

/**
 * Writes an oci-archive in one pass into a file beside its target, which it becomes by `finish`. The same blobs in the
 * same order give the same bytes. One entry at a time.
 */
export class ArchiveWriter {
  readonly #tar: TarFile
  readonly #folders = new Set<string>()

  private constructor(tar: TarFile) {
    this.#tar = tar
  }

  /** Errors: FILE_FAILED. */
  static async create(target: string): Promise<ArchiveWriter> {
    const tar = await TarFile.create(target)
    try {
      await tar.add(entry('oci-layout', 0), '{"imageLayoutVersion":"1.0.0"}\n')
      return new ArchiveWriter(tar)
    } catch (error) {
      await tar.discard()
      throw fileError(error, `write ${target}`)
    }
  }

  get file(): FileHandle {
    return this.#tar.file
  }

  /** Bytes so far. */
  get size(): number {
    return this.#tar.end
  }

  /**
   * Appends a blob. Where its size or digest is not known, the header is written once they are; where both are, a feed is
   * taken instead of the bytes. Errors: DIGEST_MISMATCH, SIZE_MISMATCH (of a feed with `where: 'content'`), FILE_FAILED;
   * nothing of it stays.
   */
  async append(
    expected: ExpectedBlob,
    open: () => Bytes,
    { feed, signal }: { readonly feed?: Feed | undefined; readonly signal?: AbortSignal | undefined } = {},
  ): Promise<WrittenBlob & { readonly extent: Extent }> {
    const algorithm = expected.digest === undefined ? 'sha256' : algorithmOf(expected.digest)
    await this.#folder('blobs')
    await this.#folder(`blobs/${algorithm}`)
    const tar = this.#tar
    const start = tar.end
    try {
      const known = isKnown(expected) ? encodeTarHeader(entryOf(expected)) : undefined
      const offset = start + (known?.length ?? headerSize)
      const digester = createDigester(algorithm)
      const fed = known === undefined ? undefined : feed
      const check = fed === undefined ? checkBlob : checkContent
      let size = 0
      const take = async (chunk: Uint8Array): Promise<void> => {
        signal?.throwIfAborted()
        const writing = tar.write(chunk, offset + size)
        // The file is written on another thread while this one hashes.
        digester.update(chunk)
        await writing
        size += chunk.length
        if (expected.size !== undefined && size > expected.size) check(expected, { size })
      }
      if (fed === undefined) for await (const chunk of abortable(open(), signal)) await take(chunk)
      else await fed(0, take)
      const digest = digester.digest()
      check(expected, { size, digest })
      await tar.write(known ?? sizedHeader(entryOf({ digest, size })), start)
      await tar.write(padding(size), offset + size)
      tar.end = offset + size + padding(size).length
      return { digest, size, extent: { offset, size } }
    } catch (error) {
      await tar.truncate(start)
      throw fileError(error, `write ${tar.target}`)
    }
  }

  /** Adds `index.json`, ends the archive and gives it its name. Errors: FILE_FAILED. */
  async finish(index: string): Promise<void> {
    try {
      await this.#tar.add(entry('index.json', 0), index)
      await this.#tar.finish()
    } catch (error) {
      throw fileError(error, `write ${this.#tar.target}`)
    }
  }

  /** Leaves nothing. */
  async discard(): Promise<void> {
    await this.#tar.discard()
  }

  async #folder(path: string): Promise<void> {
    if (this.#folders.has(path)) return
    this.#folders.add(path)
    await this.#tar.add({ ...entry(path, 0), type: 'folder', mode: 0o755 })
  }
}

function isKnown(expected: ExpectedBlob): expected is WrittenBlob {
  return expected.digest !== undefined && expected.size !== undefined
}

function entryOf({ digest, size }: WrittenBlob): TarEntry {
  const { algorithm, encoded } = parseDigest(digest)
  return entry(`blobs/${algorithm}/${encoded}`, size)
}

function entry(path: string, size: number): TarEntry {
  return { path, type: 'file', mode: 0o644, uid: 0, gid: 0, size, mtime: 0 }
}
