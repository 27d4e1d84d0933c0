import { isOcishError, OcishError } from '@ocish/sdk'

const reasons: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  EPERM: 'operation not permitted',
  EROFS: 'the file system is read-only',
  ENOSPC: 'no space left on the device',
  EDQUOT: 'the disk quota is used up',
  EMFILE: 'too many open files',
  ENFILE: 'too many open files',
  ENOENT: 'no such file or folder',
  ENOTDIR: 'a part of the path is not a folder',
  EISDIR: 'it is a folder',
  EIO: 'the device reports an error',
  ELOOP: 'too many symbolic links',
  ENAMETOOLONG: 'the name is too long',
}

/** The `code` of a Node system error (`ENOENT`), else undefined. */
export function systemCode(error: unknown): string | undefined {
  if (!(error instanceof Error) || isOcishError(error)) return undefined
  return 'code' in error && typeof error.code === 'string' ? error.code : undefined
}

/** Nothing is there: neither the file nor a folder it could be in. */
export function isMissing(error: unknown): boolean {
  const code = systemCode(error)
  return code === 'ENOENT' || code === 'ENOTDIR'
}

/** A system error as FILE_FAILED with `what` was tried (`write ./dir/index.json`); any other error as it is. */
export function fileError(error: unknown, what: string): unknown {
  const code = systemCode(error)
  if (code === undefined || code === 'ABORT_ERR') return error
  return new OcishError('FILE_FAILED', `cannot ${what}: ${reasons[code] ?? code}`, {
    cause: error,
    details: { system: code },
  })
}
