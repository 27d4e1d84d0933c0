import { posix } from 'node:path'
import { readTar } from '@ocish/archive'
import { collect } from '@ocish/core'
import { OcishError } from '@ocish/sdk'
import { type ArchiveFile, skippable } from './archive-file.ts'

/** A stretch of an archive. */
export interface Extent {
  readonly offset: number
  /** Bytes. */
  readonly size: number
}

/** The files of a tar archive by name; of equal names the last one counts, as it would when unpacked. */
export class ArchiveMembers {
  readonly #file: ArchiveFile
  readonly #files = new Map<string, Extent>()
  readonly #links = new Map<string, string>()

  private constructor(file: ArchiveFile) {
    this.#file = file
  }

  /** Reads the headers only. Errors: ARCHIVE_INVALID, LIMIT_EXCEEDED. */
  static async scan(file: ArchiveFile, signal?: AbortSignal): Promise<ArchiveMembers> {
    const members = new ArchiveMembers(file)
    for await (const { path, type, offset, size, target = '' } of readTar(skippable(file, signal))) {
      const name = clean(path)
      members.#files.delete(name)
      members.#links.delete(name)
      if (type === 'file') members.#files.set(name, { offset, size })
      else if (type === 'hardlink') members.#links.set(name, clean(target))
      else if (type === 'link') members.#links.set(name, clean(posix.join(posix.dirname(name), target)))
    }
    return members
  }

  /** A file, or one that a link within the archive names. */
  find(name: string): Extent | undefined {
    const cleaned = clean(name)
    return this.#files.get(cleaned) ?? this.#files.get(this.#links.get(cleaned) ?? '')
  }

  /** In the order of the archive. */
  names(): IterableIterator<string> {
    return this.#files.keys()
  }

  /** Errors: ARCHIVE_INVALID (not there), LIMIT_EXCEEDED. */
  async read(name: string, limit: number, signal?: AbortSignal): Promise<Uint8Array> {
    const extent = this.find(name)
    if (extent === undefined)
      throw new OcishError('ARCHIVE_INVALID', `the archive has no ${JSON.stringify(name)}`)
    const { offset, size } = extent
    return await collect(this.#file.bytes(offset, offset + size, signal), { limit, what: name })
  }
}

function clean(name: string): string {
  return posix.normalize(`/${name}`).slice(1)
}
