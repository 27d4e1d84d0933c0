import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs'
import { OcishError } from '@ocish/sdk'
import { readFailure } from './read-failure.ts'

/**
 * The size in bytes of a regular file and its first `length` bytes, or all there are. Four short calls at once: as four
 * steps through the thread pool they cost ten times as much. Never waits on a pipe. `shown`: how errors name the file.
 * Errors: FILE_NOT_FOUND (also for a link, which is not followed), FILE_FAILED (also for what is no regular file).
 */
export function fileHead(
  path: string,
  length: number,
  shown: string = path,
): { readonly size: number; readonly bytes: Uint8Array } {
  try {
    return headOf(path, length, shown)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ELOOP') throw readFailure(shown, error)
    throw new OcishError('FILE_NOT_FOUND', `no file ${shown}`, { cause: error })
  }
}

function headOf(path: string, length: number, shown: string): ReturnType<typeof fileHead> {
  const handle = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
  try {
    const stats = fstatSync(handle)
    if (!stats.isFile()) throw new OcishError('FILE_FAILED', `${shown} is not a file`)
    const bytes = new Uint8Array(Math.min(length, stats.size))
    const read = readSync(handle, bytes, 0, bytes.length, 0)
    return { size: stats.size, bytes: bytes.subarray(0, read) }
  } finally {
    closeSync(handle)
  }
}
