import { type FileHandle, open, rename, rm } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { encodeTarHeader, padding, tarEnd, type TarEntry } from '@ocish/archive'
import { randomName, syncFolder } from './durable-file.ts'
import { fileError } from './file-error.ts'

/** A tar archive that grows in a file beside its target, which it becomes by `finish`. One entry at a time. */
export class TarFile {
  readonly target: string
  readonly file: FileHandle
  readonly #path: string
  /** Bytes so far. */
  end = 0

  private constructor(target: string, path: string, file: FileHandle) {
    this.target = target
    this.#path = path
    this.file = file
  }

  /** Errors: FILE_FAILED. */
  static async create(target: string): Promise<TarFile> {
    const path = join(dirname(target), `.${basename(target)}.${randomName()}`)
    try {
      return new TarFile(target, path, await open(path, 'wx+', 0o666))
    } catch (error) {
      throw fileError(error, `write ${target}`)
    }
  }

  /** A whole entry; `text` is the content of a file. */
  async add(entry: TarEntry, text: Uint8Array | string = ''): Promise<void> {
    const content = Buffer.from(text)
    const header = encodeTarHeader({ ...entry, size: content.length })
    const whole = Buffer.concat([header, content, padding(content.length)])
    await this.write(whole, this.end)
    this.end += whole.length
  }

  async write(bytes: Uint8Array, position: number): Promise<void> {
    for (let done = 0; done < bytes.length;) {
      const { bytesWritten } = await this.file.write(bytes, done, bytes.length - done, position + done)
      done += bytesWritten
    }
  }

  /** Takes back what was written from a byte on. */
  async truncate(end: number): Promise<void> {
    this.end = end
    await this.file.truncate(end).catch(() => {})
  }

  /** Ends the archive and gives it its name. Errors: FILE_FAILED. */
  async finish(): Promise<void> {
    await this.write(tarEnd(), this.end)
    await this.file.sync()
    await rename(this.#path, this.target)
    await syncFolder(dirname(this.target))
  }

  /** Leaves nothing, unless it was finished. */
  async discard(): Promise<void> {
    await this.file.close()
    await rm(this.#path, { force: true })
  }
}

/** The largest size that the octal field of a header holds. */
const octalLimit = 0o77777777777

/**
 * A header of one block whatever the size, for one that is only known afterwards: beyond 8 GiB the field is binary, as
 * GNU tar writes it.
 */
export function sizedHeader(entry: TarEntry): Uint8Array {
  if (entry.size <= octalLimit) return encodeTarHeader(entry)
  const block = Buffer.from(encodeTarHeader({ ...entry, size: 0 }))
  block.fill(0, 124, 136)
  block[124] = 0x80
  block.writeBigUInt64BE(BigInt(entry.size), 128)
  block.fill(' ', 148, 156)
  const sum = block.reduce((total, byte) => total + byte, 0)
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 8, 'latin1')
  return block
}
