import { foldedPath } from '@ocish/archive'
import { OcishError } from '@ocish/sdk'
import { limits } from './constants.ts'

/** One file of a chart, below its root. */
export interface ChartFile {
  readonly path: string
  /** Without a byte order mark, which Helm strips. */
  readonly bytes: Uint8Array
}

/**
 * Collects the files of one chart and refuses what no chart may have: a path twice, two that some file systems take for
 * one, more than Helm's limits. Errors: ARCHIVE_UNSAFE, LIMIT_EXCEEDED.
 */
export class ChartFiles {
  readonly #files: ChartFile[] = []
  readonly #seen = new Map<string, string>()
  #total = 0

  get files(): readonly ChartFile[] {
    return this.#files
  }

  /** Refuses before anything of the file is read. */
  claim(path: string, size: number): void {
    const parts = path.split('/')
    if (parts.length > limits.folders) {
      throw new OcishError(
        'LIMIT_EXCEEDED',
        `${path.slice(0, 200)} lies in more than ${limits.folders} folders`,
      )
    }
    for (let length = 1; length <= parts.length; length += 1) {
      const prefix = parts.slice(0, length).join('/')
      this.#once(prefix, length === parts.length, path)
    }
    if (size > limits.file) throw tooLarge(path, limits.file)
    this.#total += size
    if (this.#total >= limits.total) {
      throw new OcishError('LIMIT_EXCEEDED', `the chart's files have ${limits.total} bytes or more`)
    }
    if (this.#files.length >= limits.entries) {
      throw new OcishError('LIMIT_EXCEEDED', `the chart has more than ${limits.entries} files`)
    }
  }

  add(path: string, bytes: Uint8Array): void {
    const marked = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf
    this.#files.push({ path, bytes: marked ? bytes.subarray(3) : bytes })
  }

  /** Folders are remembered with a slash at the end. */
  #once(prefix: string, isFile: boolean, path: string): void {
    const name = isFile ? prefix : `${prefix}/`
    const folded = foldedPath(prefix)
    const other = this.#seen.get(folded)
    if (other !== undefined && (isFile || other !== name)) {
      const same = other.replace(/\/$/, '') === prefix
      const why = same ? 'comes twice' : `differs from ${JSON.stringify(other)} only in case or normal form`
      throw new OcishError('ARCHIVE_UNSAFE', `the entry ${JSON.stringify(path)} ${why}`, {
        details: { path },
      })
    }
    this.#seen.set(folded, name)
  }
}

function tooLarge(path: string, limit: number): OcishError<'LIMIT_EXCEEDED'> {
  return new OcishError('LIMIT_EXCEEDED', `${path} is larger than ${limit} bytes`, {
    details: { path: path.slice(0, 4096), limit },
  })
}
