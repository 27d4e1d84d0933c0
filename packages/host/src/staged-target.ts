import { closeSync, lstatSync, mkdirSync, openSync, promises as fs, rmSync, write, writeSync } from 'node:fs'
import { sep } from 'node:path'
import { promisify } from 'node:util'
import type { XattrWriter } from '@ocish/archive'
import type { FileTarget } from '@ocish/commands'
import { type Bytes, OcishError, ReadyBytes } from '@ocish/sdk'
import { whyNotWritable } from './inner-path.ts'
import { errnoOf, lstatOrNothing } from './private-file.ts'

/** Bytes of a file that are written in short calls. */
const smallFile = 64 * 1024
const writeOnce = promisify(write)

/**
 * Writes below a folder that nobody else can enter yet. Every parent must be a real folder, every name is created
 * exclusively, and a link may only point to what stays inside (T1–T5).
 */
export class StagedTarget implements FileTarget {
  readonly #root: string
  readonly #signal: AbortSignal
  /** Real folders that were made or looked at, by their paths below the root: nothing here can turn one into a link. */
  readonly #folders = new Set<string>()
  readonly takesXattrs = true
  /** A helper that ends by itself when nobody asks. */
  #attributes: Promise<XattrWriter> | undefined
  /** Empty files that wait for their content. */
  readonly #reserved = new Set<string>()
  /** `write('')` makes the target a file; anything else makes it a folder. */
  #form: 'nothing' | 'file' | 'folder' = 'nothing'

  /** `root` must not exist; its parent is private. */
  constructor(root: string, signal: AbortSignal) {
    this.#root = root
    this.#signal = signal
  }

  get form(): 'nothing' | 'file' | 'folder' {
    return this.#form
  }

  async write(
    path: string,
    content: Bytes,
    options: { readonly mode?: number; readonly xattrs?: ReadonlyMap<string, Uint8Array> } = {},
  ): Promise<void> {
    const file = this.#place(path, 'file')
    const mode = (options.mode ?? 0o666) & 0o777
    const flags = this.#reserved.delete(file) ? 'r+' : 'wx'
    if (options.xattrs === undefined && content instanceof ReadyBytes && content.bytes.length <= smallFile) {
      writeWhole(file, flags, content.bytes, mode, path)
      return
    }
    let written = 0
    // Short calls are made here: thousands of small files through the thread pool take several times as long.
    const handle = attempt(path, () => openSync(file, flags, options.xattrs === undefined ? mode : 0o600))
    try {
      for await (const chunk of content) {
        this.#signal.throwIfAborted()
        if (written + chunk.length <= smallFile) writeShort(handle, chunk, path)
        else await writeAll(handle, chunk, path)
        written += chunk.length
      }
      if (options.xattrs !== undefined) {
        // Before a mode that may forbid it.
        await this.#setXattrs(file, options.xattrs)
        await fs.chmod(file, mode)
      }
    } catch (error) {
      closeSync(handle)
      await fs.rm(file, { force: true })
      throw error
    }
    attempt(path, () => closeSync(handle))
  }

  /** `FileTarget.reserve`. */
  async reserve(path: string): Promise<string> {
    const file = this.#place(path, 'file')
    attempt(path, () => closeSync(openSync(file, 'wx', 0o666)))
    this.#reserved.add(file)
    return file
  }

  async #setXattrs(file: string, xattrs: ReadonlyMap<string, Uint8Array>): Promise<void> {
    this.#attributes ??= import('@ocish/archive').then(({ createXattrWriter }) => createXattrWriter())
    const writer = await this.#attributes
    for (const [name, value] of xattrs) {
      if (!name.startsWith('user.'))
        throw new OcishError('TARGET_UNSAFE', `the attribute ${name} is not one of a user`)
      await writer.write(file, name, value)
    }
  }

  async folder(path: string, options: { readonly mode?: number } = {}): Promise<void> {
    const folder = this.#place(path, 'folder')
    this.#realFolder(path)
    // The owner must be able to fill it; what else its mode says is kept.
    if (options.mode !== undefined) await fs.chmod(folder, (options.mode & 0o777) | 0o700)
  }

  async link(path: string, target: string, options: { readonly asData?: boolean } = {}): Promise<void> {
    const place = this.#place(path, 'link')
    const why = options.asData === true ? whyNoTarget(target) : whyLinkLeaves(path, target)
    if (why !== undefined) throw new OcishError('TARGET_UNSAFE', `the link ${path} ${why}`)
    await fs.symlink(target, place).catch((cause: unknown) => {
      throw failed(path, cause)
    })
  }

  async hardlink(path: string, existing: string): Promise<void> {
    const from = this.#place(existing, 'file')
    const to = this.#place(path, 'file')
    const stats = await lstatOrNothing(from)
    if (path === '' || existing === '' || !stats?.isFile())
      throw new OcishError('TARGET_UNSAFE', `${existing} is no file that was written here`)
    await fs.link(from, to).catch((cause: unknown) => {
      throw failed(path, cause)
    })
  }

  async move(path: string, to: string): Promise<void> {
    const from = this.#place(path, 'file')
    const place = this.#place(to, 'file')
    const stats = await lstatOrNothing(from)
    if (path === '' || to === '' || !stats?.isFile())
      throw new OcishError('TARGET_UNSAFE', `${path} is no file that was written here`)
    if (await lstatOrNothing(place)) throw new OcishError('FILE_EXISTS', `${to} exists already`)
    await fs.rename(from, place).catch((cause: unknown) => {
      throw failed(to, cause)
    })
  }

  async remove(path: string): Promise<void> {
    const file = this.#place(path, 'file')
    const stats = await lstatOrNothing(file)
    if (path === '' || !stats?.isFile())
      throw new OcishError('TARGET_UNSAFE', `${path} is no file that was written here`)
    await fs.rm(file)
  }

  /** Checks the path and makes the folders above it. */
  #place(path: string, what: 'file' | 'folder' | 'link'): string {
    this.#signal.throwIfAborted()
    const why = whyNotWritable(path)
    if (why !== undefined)
      throw new OcishError('TARGET_UNSAFE', `the path ${JSON.stringify(path.slice(0, 200))} ${why}`)
    const form = path === '' && what === 'file' ? 'file' : 'folder'
    if (path === '' && what === 'link')
      throw new OcishError('TARGET_UNSAFE', 'the target itself cannot be a link')
    if (this.#form === 'file' || (form === 'file' && this.#form !== 'nothing'))
      throw new OcishError('FILE_EXISTS', 'the target is a file already')
    this.#form = form
    if (form === 'file') return this.#root
    const parent = path.slice(0, Math.max(0, path.lastIndexOf('/')))
    if (!this.#folders.has(parent)) this.#realParents(parent)
    return this.#pathOf(path)
  }

  /** Outer folders first: an inner one is looked at only inside a real one. */
  #realParents(parent: string): void {
    this.#realFolder('')
    const parts = parent.split('/')
    for (let length = 1; length <= parts.length; length += 1)
      this.#realFolder(parts.slice(0, length).join('/'))
  }

  /** Makes the folder unless it is there. */
  #realFolder(path: string): void {
    if (this.#folders.has(path)) return
    const folder = this.#pathOf(path)
    try {
      mkdirSync(folder)
    } catch (cause) {
      if (errnoOf(cause) !== 'EEXIST') throw failed(path, cause)
    }
    const stats = attempt(path, () => lstatSync(folder))
    if (stats.isSymbolicLink())
      throw new OcishError('TARGET_UNSAFE', `${path || '.'} is a link, nothing is written through it`)
    if (!stats.isDirectory()) throw new OcishError('FILE_EXISTS', `${path || '.'} is a file already`)
    this.#folders.add(path)
  }

  /** Of a path that has been checked: `join` would look at each of its parts again. */
  #pathOf(path: string): string {
    return path === '' ? this.#root : `${this.#root}${sep}${path}`
  }
}

/**
 * A link stays inside when it goes up no further than its own depth and never up again after going down: then every
 * step starts in a real folder or in another such link, so that no chain of links can leave (T3).
 */
function whyLinkLeaves(path: string, target: string): string | undefined {
  const nowhere = whyNoTarget(target)
  if (nowhere !== undefined) return nowhere
  if (target.startsWith('/') || /^[A-Za-z]:/.test(target)) return 'points to an absolute path'
  if (target.includes('\\')) return 'has a backslash in its target'
  const steps = target.split('/').filter((step) => step !== '' && step !== '.')
  const down = steps.findIndex((step) => step !== '..')
  const ups = down === -1 ? steps.length : down
  if (ups > path.split('/').length - 1) return 'points outside'
  return down !== -1 && steps.slice(down).includes('..') ? 'goes up again after going down' : undefined
}

function whyNoTarget(target: string): string | undefined {
  return target === '' || target.includes('\0') ? 'points nowhere' : undefined
}

/** Writes a whole chunk, however many system calls that takes. */
async function writeAll(handle: number, chunk: Uint8Array, path: string): Promise<void> {
  for (let done = 0; done < chunk.length;) {
    // The next call writes what this one left.
    // oxlint-disable-next-line no-await-in-loop
    const { bytesWritten } = await writeOnce(handle, chunk, done).catch((cause: unknown) => {
      throw failed(path, cause)
    })
    done += bytesWritten
  }
}

function writeShort(handle: number, chunk: Uint8Array, path: string): void {
  for (let done = 0; done < chunk.length;) {
    const rest = chunk.subarray(done)
    done += attempt(path, () => writeSync(handle, rest))
  }
}

/** A small file in short calls; what could not be written in full does not stay. */
function writeWhole(file: string, flags: 'wx' | 'r+', bytes: Uint8Array, mode: number, path: string): void {
  const handle = attempt(path, () => openSync(file, flags, mode))
  try {
    writeShort(handle, bytes, path)
  } catch (error) {
    closeSync(handle)
    rmSync(file, { force: true })
    throw error
  }
  attempt(path, () => closeSync(handle))
}

function attempt<T>(path: string, act: () => T): T {
  try {
    return act()
  } catch (error) {
    throw failed(path, error)
  }
}

function failed(path: string, cause: unknown): OcishError {
  const code = errnoOf(cause)
  if (code === 'EEXIST' || code === 'EISDIR')
    return new OcishError('FILE_EXISTS', `${path || 'the target'} exists already`, { cause })
  return new OcishError('FILE_FAILED', `cannot write ${path || 'the target'}`, { cause })
}
