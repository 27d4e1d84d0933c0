import { mkdir, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { fileError, systemCode } from './file-error.ts'

/** Creates a folder with its parents. Errors: FILE_FAILED. */
export async function makeFolder(path: string, mode: number): Promise<void> {
  try {
    await makeFolders(path, mode)
  } catch (error) {
    throw fileError(error, `create ${path}`)
  }
}

/**
 * Node's recursive mkdir (24.11) hides why a read-only file system refuses, and never ends on one that answers ENOENT for
 * a folder whose parent is there (`/proc`). Errors: those of the system.
 */
export async function makeFolders(path: string, mode: number): Promise<void> {
  try {
    await mkdir(path, { mode })
  } catch (error) {
    if (await isFolder(path)) return
    const parent = dirname(path)
    if (systemCode(error) !== 'ENOENT' || parent === path) throw error
    if (!(await isFolder(parent))) await makeFolders(parent, mode)
    await mkdir(path, { mode }).catch(async (reason: unknown) => {
      // Another process may be making the same ones.
      if (!(await isFolder(path))) throw reason
    })
  }
}

async function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  )
}
