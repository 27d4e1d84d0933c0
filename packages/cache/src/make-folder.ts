import { mkdirSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { fileError, systemCode } from './file-error.ts'
import { pauseAbout } from './pause-about.ts'

/** Others may remove what is empty while we make it. */
const attempts = 20

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
  for (let attempt = 1; ; attempt += 1) {
    try {
      mkdirSync(path, { mode })
      return
    } catch (error) {
      const found = look(path)
      if (found === 'folder') return
      const isMissingParent = systemCode(error) === 'ENOENT' && dirname(path) !== path
      const wasRemoved = systemCode(error) === 'EEXIST' && found === 'nothing'
      if (attempt === attempts || !(isMissingParent || wasRemoved)) throw error
      if (isMissingParent) await makeFolders(dirname(path), mode)
      else await pauseAbout(attempt)
    }
  }
}

function look(path: string): 'folder' | 'nothing' | 'other' {
  try {
    return statSync(path).isDirectory() ? 'folder' : 'other'
  } catch (error) {
    return systemCode(error) === 'ENOENT' ? 'nothing' : 'other'
  }
}
