import { OcishError } from '@ocish/sdk'

/** What a repository from a stranger may cost (ostree.md §9). Checksums prove who wrote a tree, not that it is harmless. */
export interface RepoLimits {
  /** Bytes of a metadata object. */
  readonly metadata: number
  /** Bytes of the header of an archived content object. */
  readonly header: number
  /** Bytes of one file's content. */
  readonly file: number
  /** Bytes of all contents of one walk. */
  readonly bytes: number
  /** Paths of one walk: equal subtrees count as often as they appear. */
  readonly entries: number
  /** Bytes of a path. */
  readonly path: number
  /** Folders within folders. */
  readonly depth: number
  /** Extended attributes of one object. */
  readonly xattrs: number
  /** Bytes of the value of an extended attribute. */
  readonly xattrValue: number
}

/** What is read of a repository where the caller sets nothing else: bytes, and numbers of entries. */
export const defaultRepoLimits: RepoLimits = {
  metadata: 16 * 2 ** 20,
  header: 2 ** 20,
  file: 16 * 2 ** 30,
  bytes: 64 * 2 ** 30,
  entries: 5_000_000,
  path: 4096,
  depth: 256,
  xattrs: 128,
  xattrValue: 64 * 1024,
}

/** `what` is more than the limit allows. */
export function beyond(what: string, limit: number): OcishError<'LIMIT_EXCEEDED'> {
  return new OcishError('LIMIT_EXCEEDED', `${what}: more than ${limit}`, { details: { what, limit } })
}
