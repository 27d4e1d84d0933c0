import { type FileHandle, open, rename, rm } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { encodeTarHeader, padding, tarEnd, type TarEntry } from '@ocish/archive'
import { algorithmOf, type Bytes, createDigester, parseDigest } from '@ocish/sdk'
import { abortable } from '@ocish/core'
import type { Extent } from './archive-members.ts'
import { checkBlob, type ExpectedBlob, type WrittenBlob } from './blob-writer.ts'
import { randomName, syncFolder } from './durable-file.ts'
import { fileError } from './file-error.ts'

const headerSize = 512
/** The largest size that the octal field of a header holds. */
const octalLimit = 0o77777777777

/**
 * Writes an oci-archive in one pass into a file beside its target, which it becomes by `finish`. The same blobs in the
 * same order give the same bytes. One entry at a time.
 */
export class ArchiveWriter {
  readonly #target: string
  readonly #path: string
  readonly file: FileHandle
  readonly #folders = new Set<string>()
  #end = 0

  private constructor(target: string, path: string, file: FileHandle) {
    this.#target = target
    this.#path = path
    this.file = file
  }

  /** Errors: FILE_FAILED. */
  static async create(target: string): Promise<ArchiveWriter> {
    const path = join(dirname(target), `.${basename(target)}.${randomName()}`)
    try {
      const writer = new ArchiveWriter(target, path, await open(path, 'wx+', 0o666))
      await writer.#small('oci-layout', '{"imageLayoutVersion":"1.0.0"}\n')
      return writer
    } catch (error) {
      throw fileError(error, `write ${target}`)
    }
  }

  /** Bytes so far. */
  get size(): number {
    return this.#end
  }

  /**
   * Appends a blob. Where its size or digest is not known, the header is written once they are.
   * Errors: DIGEST_MISMATCH, SIZE_MISMATCH, FILE_FAILED; nothing of it stays.
   */
  async append(
    expected: ExpectedBlob,
    bytes: Bytes,
    signal?: AbortSignal,
  ): Promise<WrittenBlob & { readonly extent: Extent }> {
    const algorithm = expected.digest === undefined ? 'sha256' : algorithmOf(expected.digest)
    await this.#folder('blobs')
    await this.#folder(`blobs/${algorithm}`)
    const start = this.#end
    try {
      const known = isKnown(expected) ? headerOf(expected) : undefined
      const offset = start + (known?.length ?? headerSize)
      const digester = createDigester(algorithm)
      let size = 0
      for await (const chunk of abortable(bytes, signal)) {
        digester.update(chunk)
        await this.#write(chunk, offset + size)
        size += chunk.length
        if (expected.size !== undefined && size > expected.size) checkBlob(expected, { size })
      }
      const digest = digester.digest()
      checkBlob(expected, { size, digest })
      await this.#write(known ?? patchedHeader({ digest, size }), start)
      await this.#write(padding(size), offset + size)
      this.#end = offset + size + padding(size).length
      return { digest, size, extent: { offset, size } }
    } catch (error) {
      await this.file.truncate(start).catch(() => {})
      throw fileError(error, `write ${this.#target}`)
    }
  }

  /** Adds `index.json`, ends the archive and gives it its name. Errors: FILE_FAILED. */
  async finish(index: string): Promise<void> {
    try {
      await this.#small('index.json', index)
      await this.#write(tarEnd(), this.#end)
      await this.file.sync()
      await rename(this.#path, this.#target)
      await syncFolder(dirname(this.#target))
    } catch (error) {
      throw fileError(error, `write ${this.#target}`)
    }
  }

  /** Leaves nothing. */
  async discard(): Promise<void> {
    await this.file.close()
    await rm(this.#path, { force: true })
  }

  async #folder(path: string): Promise<void> {
    if (this.#folders.has(path)) return
    this.#folders.add(path)
    await this.#header({ ...entry(path, 0), type: 'folder', mode: 0o755 })
  }

  async #small(path: string, text: string): Promise<void> {
    const content = Buffer.from(text)
    await this.#header(entry(path, content.length))
    const whole = Buffer.concat([content, padding(content.length)])
    await this.#write(whole, this.#end)
    this.#end += whole.length
  }

  async #header(header: TarEntry): Promise<void> {
    const block = encodeTarHeader(header)
    await this.#write(block, this.#end)
    this.#end += block.length
  }

  async #write(bytes: Uint8Array, position: number): Promise<void> {
    for (let done = 0; done < bytes.length;) {
      const { bytesWritten } = await this.file.write(bytes, done, bytes.length - done, position + done)
      done += bytesWritten
    }
  }
}

function isKnown(expected: ExpectedBlob): expected is WrittenBlob {
  return expected.digest !== undefined && expected.size !== undefined
}

function headerOf({ digest, size }: WrittenBlob): Uint8Array {
  const { algorithm, encoded } = parseDigest(digest)
  return encodeTarHeader(entry(`blobs/${algorithm}/${encoded}`, size))
}

/** One block whatever the size: beyond 8 GiB the field is binary, as GNU tar writes it. */
function patchedHeader({ digest, size }: WrittenBlob): Uint8Array {
  if (size <= octalLimit) return headerOf({ digest, size })
  const block = Buffer.from(headerOf({ digest, size: 0 }))
  block.fill(0, 124, 136)
  block[124] = 0x80
  block.writeBigUInt64BE(BigInt(size), 128)
  block.fill(' ', 148, 156)
  const sum = block.reduce((total, byte) => total + byte, 0)
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 8, 'latin1')
  return block
}

function entry(path: string, size: number): TarEntry {
  return { path, type: 'file', mode: 0o644, uid: 0, gid: 0, size, mtime: 0 }
}
