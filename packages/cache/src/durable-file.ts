import { randomBytes } from 'node:crypto'
import { open, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { systemCode } from './file-error.ts'

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
    const file = await open(temporary, 'wx', mode)
    try {
      await file.writeFile(content)
      await file.sync()
    } finally {
      await file.close()
    }
    await rename(temporary, path)
  } catch (error) {
    await rm(temporary, { force: true })
    throw error
  }
  await syncFolder(dirname(path))
}

/** Makes renames in a folder survive a crash, where the platform has a way to say so. */
export async function syncFolder(path: string): Promise<void> {
  try {
    const folder = await open(path, 'r')
    try {
      await folder.sync()
    } finally {
      await folder.close()
    }
  } catch (error) {
    // Folders cannot be synced everywhere (Windows, some network file systems); one that is gone need not be.
    if (!['EISDIR', 'EPERM', 'EINVAL', 'EACCES', 'ENOTSUP', 'ENOENT'].includes(systemCode(error) ?? ''))
      throw error
  }
}
