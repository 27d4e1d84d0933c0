import { hasCode, OcishError } from '@ocish/sdk'

/** What an object is, as its file's suffix says (specs/ostree.md §1). */
export type ObjectKind =
  | 'commit'
  | 'dirtree'
  | 'dirmeta'
  | 'file'
  | 'filez'
  | 'commitmeta'
  | 'tombstone-commit'
  | 'file-xattrs'
  | 'file-xattrs-link'

/** Where an object lies below the repository. */
export function objectPath(checksum: string, kind: ObjectKind): string {
  return `objects/${checksum.slice(0, 2)}/${checksum.slice(2)}.${kind}`
}

/** True for 64 lower-case hex digits. */
export function isChecksum(text: string): boolean {
  return /^[0-9a-f]{64}$/.test(text)
}

/** Says of a failure which object it was, and where in the tree, when that is known. */
export function inObject(error: unknown, object: string, treePath?: string): unknown {
  const where = treePath === undefined ? '' : ` (${JSON.stringify(`/${treePath}`)})`
  const details = { object, ...(treePath === undefined ? {} : { path: treePath }) }
  if (hasCode(error, 'FILE_NOT_FOUND'))
    return new OcishError('OSTREE_OBJECT_MISSING', `no object ${object}${where}`, { cause: error, details })
  if (!hasCode(error, 'OSTREE_OBJECT_INVALID', 'LIMIT_EXCEEDED', 'DIGEST_MISMATCH', 'SIZE_MISMATCH'))
    return error
  if (error.details?.['object'] !== undefined) return error
  return new OcishError(error.code, `${object}${where}: ${error.message}`, { cause: error, details })
}
