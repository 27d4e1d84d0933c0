import { isOcishError, OcishError } from '@ocish/sdk'

/**
 * A failure of the file system while `path` was read, as one of ours: FILE_NOT_FOUND where nothing is there, else
 * FILE_FAILED. One that is ours already stays what it is.
 */
export function readFailure(path: string, cause: unknown): OcishError {
  if (isOcishError(cause)) return cause
  const { code } = cause as NodeJS.ErrnoException
  return code === 'ENOENT' || code === 'ENOTDIR'
    ? new OcishError('FILE_NOT_FOUND', `no file ${path}`, { cause })
    : new OcishError('FILE_FAILED', `cannot read ${path}`, { cause })
}
