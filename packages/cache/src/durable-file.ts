import { randomBytes } from 'node:crypto'
import { closeSync, fsync, openSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { promisify } from 'node:util'
import { systemCode } from './file-error.ts'

// Only this waits for the device; the rest is done before another thread would have begun.
const sync = promisify(fsync)

/** A name nobody can foresee, in lower-case hexadecimal. */
export function randomName(): string {
  return randomBytes(16).toString('hex')
}

/**
 * Replaces `path` as one act that survives a crash: temporary sibling, fsync, rename, fsync of the folder.
 * `mode` are the permission bits before umask.
 */
export async function writeDurably(path: string, content: string, mode: number): Promise<void> {
  const temporary = `${path}.${randomName()}`
  try {
    const file = openSync(temporary, 'wx', mode)
    try {
      writeFileSync(file, content)
      await sync(file)
    } finally {
      closeSync(file)
    }
    renameSync(temporary, path)
  } catch (error) {
    rmSync(temporary, { force: true })
    throw error
  }
  await syncPath(dirname(path))
}

/** Makes the content of a file, or the renames in a folder, survive a crash, where the platform has a way to say so. */
export async function syncPath(path: string): Promise<void> {
  try {
    const opened = openSync(path, 'r')
    try {
      await sync(opened)
    } finally {
      closeSync(opened)
    }
  } catch (error) {
    // Folders cannot be synced everywhere (Windows, some network file systems); one that is gone need not be.
    if (!['EISDIR', 'EPERM', 'EINVAL', 'EACCES', 'ENOTSUP', 'ENOENT'].includes(systemCode(error) ?? ''))
      throw error
  }
}
