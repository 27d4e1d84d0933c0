import { constants } from 'node:fs'
import { chmod, copyFile, link, stat } from 'node:fs/promises'
import { systemCode } from './file-error.ts'

/** How a file came to its new name. */
export type Shared = 'reflink' | 'link' | 'copy'

/**
 * Gives the content of `from` the new name `to` (which must not exist) as cheaply as the file system can: reflink, else
 * hard link, else copy. `mode` are the permission bits of the result; a linked file gains them if it lacks some,
 * which is safe since blobs are never changed and a private store's folders keep strangers out.
 */
export async function shareFile(from: string, to: string, mode: number): Promise<Shared> {
  try {
    await copyFile(from, to, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE_FORCE)
    await chmod(to, mode)
    return 'reflink'
  } catch (error) {
    if (systemCode(error) === 'EEXIST' || systemCode(error) === 'ENOENT') throw error
  }
  try {
    await link(from, to)
    const bits = (await stat(to)).mode & 0o777
    if ((bits | mode) !== bits) await chmod(to, bits | mode)
    return 'link'
  } catch (error) {
    if (systemCode(error) === 'EEXIST' || systemCode(error) === 'ENOENT') throw error
  }
  await copyFile(from, to, constants.COPYFILE_EXCL)
  await chmod(to, mode)
  return 'copy'
}
