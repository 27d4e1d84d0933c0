import { randomBytes } from 'node:crypto'
import { closeSync, fdatasync, fsync, openSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { promisify } from 'node:util'
import { systemCode } from './file-error.ts'

// Only this waits for the device; the rest is done before another thread would have begun.
const sync = promisify(fsync)
const syncContent = promisify(fdatasync)

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
  await syncFolder(dirname(path))
}

/** Makes renames in a folder survive a crash, where the platform has a way to say so. */
export async function syncFolder(path: string): Promise<void> {
  await syncPath(path, sync)
}

/** The same for the content of a file, whoever wrote it; a file that is on the disk costs nothing, whatever names it got. */
export async function syncFile(path: string): Promise<void> {
  await syncPath(path, syncContent)
}

async function syncPath(path: string, wait: (file: number) => Promise<void>): Promise<void> {
  try {
    const opened = openSync(path, 'r')
    try {
      await wait(opened)
    } finally {
      closeSync(opened)
    }
  } catch (error) {
    // Folders cannot be synced everywhere (Windows, some network file systems); one that is gone need not be.
    if (!['EISDIR', 'EPERM', 'EINVAL', 'EACCES', 'ENOTSUP', 'ENOENT'].includes(systemCode(error) ?? ''))
      throw error
  }
}
