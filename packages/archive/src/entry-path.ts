import { OcishError } from '@ocish/sdk'

/** An entry that must not be extracted; nothing of its archive is. */
export function unsafe(path: string, why: string): OcishError<'ARCHIVE_UNSAFE'> {
  return new OcishError('ARCHIVE_UNSAFE', `the entry ${JSON.stringify(path.slice(0, 200))} ${why}`, {
    details: { path: path.slice(0, 4096) },
  })
}

/**
 * The path below the root that an entry names; `''` is the root itself. Leading `./` and a trailing `/` are dropped;
 * everything else that is not a plain relative path is refused (T1). Errors: ARCHIVE_UNSAFE.
 */
export function entryPath(path: string): string {
  const plain = path.replace(/^(?:\.\/+)+/, '').replace(/\/+$/, '')
  if (plain === '.' || plain === '') {
    if (path.startsWith('/') || path === '') throw unsafe(path, 'names no path below the root')
    return ''
  }
  if (plain.startsWith('/')) throw unsafe(path, 'is absolute')
  if (plain.includes('\\')) throw unsafe(path, 'has a backslash')
  if (plain.includes('\0')) throw unsafe(path, 'has a NUL')
  if (plain.includes('\uFFFD')) throw unsafe(path, 'is no valid UTF-8')
  if (/^[A-Za-z]:/.test(plain)) throw unsafe(path, 'has a drive letter')
  if (plain.split('/').some((part) => part === '' || part === '.' || part === '..')) {
    throw unsafe(path, 'has an empty, `.` or `..` component')
  }
  return plain
}

/** The form under which case-folding and Unicode-normalising file systems know a path (T51). */
export function foldedPath(path: string): string {
  const folded = path.normalize('NFC').toLowerCase()
  return /[. ](?:\/|$)/.test(folded) ? folded.replace(/[. ]+(?=\/|$)/g, '') : folded
}
