import { constants, promises as fs } from 'node:fs'
import { join } from 'node:path'
import { createXattrReader, entryKind, fileHead, readFailure, type XattrReader } from '@ocish/archive'
import type { Bytes, TreeEntry } from '@ocish/sdk'
import type { RepoFiles } from './repo-files.ts'

const chunkSize = 128 * 1024

/** The files of a repository on this machine. Dispose of it to end the helper that reads attributes. */
export function localFiles(root: string): RepoFiles & Disposable {
  return new LocalFiles(root)
}

class LocalFiles implements RepoFiles, Disposable {
  readonly #root: string
  readonly #xattrs: XattrReader = createXattrReader()

  constructor(root: string) {
    this.#root = root
  }

  [Symbol.dispose](): void {
    this.#xattrs.close()
  }

  async *list(dir: string): AsyncGenerator<TreeEntry> {
    const names = await fs.readdir(join(this.#root, dir)).catch((cause: unknown) => {
      throw readFailure(dir, cause)
    })
    for (const name of names.toSorted()) yield await this.stat(dir === '' ? name : `${dir}/${name}`)
  }

  async stat(path: string): Promise<TreeEntry> {
    const stats = await fs.lstat(join(this.#root, path)).catch((cause: unknown) => {
      throw readFailure(path, cause)
    })
    return {
      path,
      kind: entryKind(stats),
      size: stats.isFile() ? stats.size : 0,
      mode: stats.mode & 0o7777,
      owner: { uid: stats.uid, gid: stats.gid },
      ...(stats.isSymbolicLink() && { target: await this.readlink(path) }),
    }
  }

  async readlink(path: string): Promise<string> {
    return fs.readlink(join(this.#root, path)).catch((cause: unknown) => {
      throw readFailure(path, cause)
    })
  }

  async *open(
    path: string,
    range: { readonly start: number; readonly end?: number } = { start: 0 },
  ): Bytes & AsyncGenerator<Uint8Array> {
    const flags = constants.O_RDONLY | constants.O_NOFOLLOW
    const handle = await fs.open(join(this.#root, path), flags).catch((cause: unknown) => {
      throw readFailure(path, cause)
    })
    try {
      const end = range.end ?? Infinity
      for (let at = range.start; at < end;) {
        const buffer = Buffer.allocUnsafe(Math.min(chunkSize, end - at))
        const { bytesRead } = await handle.read(buffer, 0, buffer.length, at)
        if (bytesRead === 0) return
        at += bytesRead
        yield buffer.subarray(0, bytesRead)
      }
    } finally {
      await handle.close()
    }
  }

  async head(path: string, length: number): Promise<{ readonly size: number; readonly bytes: Uint8Array }> {
    return fileHead(join(this.#root, path), length, path)
  }

  async xattrs(path: string): Promise<ReadonlyMap<string, Uint8Array>> {
    return (await this.#xattrs.read(join(this.#root, path))) ?? new Map<string, Uint8Array>()
  }
}
