import { constants, lstatSync, promises as fs, type Stats } from 'node:fs'
import { basename, join, sep } from 'node:path'
import { entryKind, fileHead, readFailure, type XattrReader } from '@ocish/archive'
import { type Bytes, OcishError, type Source, type TreeEntry } from '@ocish/sdk'
import { whyOutside } from './inner-path.ts'
import { ownerOf } from './owner.ts'
import { errnoOf } from './private-file.ts'

const chunkSize = 256 * 1024
const maxFolders = 1000
/** A file that is read in one step. */
const smallFile = 64 * 1024

/**
 * Random access to one file, or to a folder and what is below it. Links inside a folder are shown as links; reading
 * through one works only while it stays inside. `shown`: the path as the user wrote it. Errors: FILE_NOT_FOUND, FILE_FAILED.
 */
export async function openSource(path: string, shown: string = path): Promise<Source> {
  const root = await fs.realpath(path).catch((cause: unknown) => {
    throw readFailure(shown, cause)
  })
  const stats = await fs.stat(root)
  if (!stats.isFile() && !stats.isDirectory())
    throw new OcishError('FILE_FAILED', `${shown} is neither a file nor a folder`)
  return new LocalSource(root, stats.isFile() ? 'file' : 'folder', basename(root))
}

class LocalSource implements Source {
  readonly type: 'file' | 'folder'
  readonly name: string
  readonly #root: string
  /** Folders that were resolved and lie inside: reading thousands of files of a folder resolves it once. */
  readonly #folders = new Map<string, Promise<string>>()
  #attributes: Promise<XattrReader> | undefined

  constructor(root: string, type: 'file' | 'folder', name: string) {
    this.#root = root
    this.type = type
    this.name = name
  }

  async *list(dir: string): AsyncGenerator<TreeEntry> {
    const folder = await this.#inside(dir)
    const names = await fs.readdir(folder).catch((cause: unknown) => {
      throw readFailure(dir, cause)
    })
    for (const name of names.toSorted(byBytes)) yield await this.stat(dir === '' ? name : `${dir}/${name}`)
  }

  async stat(path: string): Promise<TreeEntry> {
    const own = await this.#entry(path)
    const stats = statsOf(own, path)
    const entry = {
      path,
      kind: entryKind(stats),
      size: stats.isFile() ? stats.size : 0,
      mode: stats.mode & 0o7777,
      mtime: stats.mtimeMs / 1000,
      owner: await ownerOf(stats),
    }
    return stats.isSymbolicLink() ? { ...entry, target: await fs.readlink(own) } : entry
  }

  async readlink(path: string): Promise<string> {
    return fs.readlink(await this.#entry(path)).catch((cause: unknown) => {
      throw readFailure(path, cause)
    })
  }

  async *open(
    path: string,
    range?: { readonly start: number; readonly end?: number },
  ): Bytes & AsyncGenerator<Uint8Array> {
    const small = range === undefined ? await this.#small(path) : undefined
    if (small !== undefined) {
      if (small.length > 0) yield small
      return
    }
    const handle = await this.#opened(path)
    try {
      if (!(await handle.stat()).isFile()) throw new OcishError('FILE_FAILED', `${path} is not a file`)
      yield* chunks(handle, range?.start ?? 0, range?.end ?? Infinity)
    } finally {
      await handle.close()
    }
  }

  async head(path: string, length: number): Promise<{ readonly size: number; readonly bytes: Uint8Array }> {
    return fileHead(await this.#entry(path), length, path)
  }

  /** Node reads no extended attributes: a helper program does; without one there are none. */
  async xattrs(path: string): Promise<ReadonlyMap<string, Uint8Array>> {
    const file = await this.#entry(path)
    this.#attributes ??= import('@ocish/archive').then(({ createXattrReader }) => createXattrReader())
    return (await (await this.#attributes).read(file)) ?? new Map<string, Uint8Array>()
  }

  async beside(suffix: string): Promise<Source | undefined> {
    if (this.type !== 'file' || !/^(?:\.[A-Za-z0-9]+)+$/.test(suffix)) return undefined
    const path = `${this.#root}${suffix}`
    // A link could lead anywhere, and the user named only the file.
    const stats = await fs.lstat(path).catch(() => undefined)
    return stats?.isFile() === true ? new LocalSource(path, 'file', `${this.name}${suffix}`) : undefined
  }

  /** The whole of a small file; undefined: it is large, or no file, or a link, which is for the usual way. */
  async #small(path: string): Promise<Uint8Array | undefined> {
    const file = await this.#entry(path)
    try {
      const { size, bytes } = fileHead(file, smallFile)
      return size === bytes.length ? bytes : undefined
    } catch {
      return undefined
    }
  }

  /** A file is opened where it lies; only a link is resolved, and must stay inside. */
  async #opened(path: string): Promise<fs.FileHandle> {
    const flags = constants.O_RDONLY | constants.O_NOFOLLOW
    try {
      return await fs.open(await this.#entry(path), flags)
    } catch (error) {
      if (errnoOf(error) !== 'ELOOP') throw readFailure(path, error)
    }
    const file = await this.#inside(path)
    return fs.open(file, flags).catch((cause: unknown) => {
      throw readFailure(path, cause)
    })
  }

  /** The path of an entry itself: its folder is resolved and inside, a link at the end stays a link. */
  async #entry(path: string): Promise<string> {
    if (this.type === 'file' || whyOutside(path) !== undefined) return this.#inside(path)
    if (path === '') return this.#root
    const cut = path.lastIndexOf('/')
    return join(await this.#folder(cut < 0 ? '' : path.slice(0, cut)), path.slice(cut + 1))
  }

  async #folder(path: string): Promise<string> {
    const known = this.#folders.get(path)
    if (known !== undefined) return known
    const found = this.#inside(path)
    if (this.#folders.size < maxFolders) this.#folders.set(path, found)
    found.catch(() => this.#folders.delete(path))
    return found
  }

  /** The path with all links resolved, which must lie inside. */
  async #inside(path: string): Promise<string> {
    const why = this.type === 'file' && path !== '' ? 'is not in a file' : whyOutside(path)
    if (why !== undefined) throw new OcishError('FILE_NOT_FOUND', `the path ${JSON.stringify(path)} ${why}`)
    const real = await fs.realpath(join(this.#root, path)).catch((cause: unknown) => {
      throw readFailure(path, cause)
    })
    if (real !== this.#root && !real.startsWith(this.#root.endsWith(sep) ? this.#root : this.#root + sep))
      throw new OcishError('FILE_NOT_FOUND', `the link ${path} leads out of ${this.name}`, {
        hint: 'Copy the file into the folder, or leave the link out.',
      })
    return real
  }
}

async function* chunks(handle: fs.FileHandle, start: number, end: number): AsyncGenerator<Uint8Array> {
  let position = start
  while (position < end) {
    const buffer = new Uint8Array(Math.min(chunkSize, end - position))
    // One read at a time: each starts where the last one ended.
    // oxlint-disable-next-line no-await-in-loop
    const { bytesRead } = await handle.read(buffer, 0, buffer.length, position)
    if (bytesRead === 0) return
    position += bytesRead
    yield buffer.subarray(0, bytesRead)
  }
}

/** One short call: thousands of them through the thread pool take ten times as long. */
function statsOf(file: string, path: string): Stats {
  try {
    return lstatSync(file)
  } catch (error) {
    throw readFailure(path, error)
  }
}

function byBytes(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b))
}
