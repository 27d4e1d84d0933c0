import { OcishError } from '@ocish/sdk'
import { decodeChecksum } from './commit.ts'
import { decodeVariant, encodeVariant, swap32 } from './gvariant.ts'
import type { RepoLimits } from './limits.ts'
import { decodeXattrs, encodeXattrs, type Xattrs } from './xattrs.ts'

/** A folder's entries (ostree.md §5.1), both lists sorted by the bytes of the names; links are among the files. */
export interface DirTree {
  readonly files: readonly { readonly name: string; readonly checksum: string }[]
  readonly folders: readonly { readonly name: string; readonly tree: string; readonly meta: string }[]
}

/** A folder's owner, permission bits and attributes. */
export interface DirMeta {
  readonly uid: number
  readonly gid: number
  readonly mode: number
  readonly xattrs: Xattrs
}

const treeType = '(a(say)a(sayay))'
const metaType = '(uuua(ayay))'

/** File type bits of a mode. */
export const typeMask = 0o170000
const folderType = 0o040000
/** The type bits of a regular file's mode, as in stat(2). */
export const regularType = 0o100000
/** The type bits of a symbolic link's mode, as in stat(2). */
export const linkType = 0o120000

type TreeFields = readonly [
  readonly (readonly [string, Uint8Array])[],
  readonly (readonly [string, Uint8Array, Uint8Array])[],
]

/** Errors: OSTREE_OBJECT_INVALID, also for names that libostree lets pass (ostree.md §9). */
export function decodeDirTree(bytes: Uint8Array): DirTree {
  const [files, folders] = decodeVariant(treeType, bytes) as unknown as TreeFields
  checkNames(files.map(([name]) => name))
  checkNames(folders.map(([name]) => name))
  const names = new Set(files.map(([name]) => name))
  for (const [name] of folders)
    if (names.has(name)) throw invalid(`the name ${JSON.stringify(name)} for a file and a folder`)
  return {
    files: files.map(([name, checksum]) => ({ name, checksum: decodeChecksum(checksum) })),
    folders: folders.map(([name, tree, meta]) => ({
      name,
      tree: decodeChecksum(tree),
      meta: decodeChecksum(meta),
    })),
  }
}

function checkNames(names: readonly string[]): void {
  let before = Buffer.alloc(0)
  for (const name of names) {
    const bytes = Buffer.from(name)
    if (bytes.length === 0 || bytes.length > 255 || name === '.' || name === '..' || name.includes('/'))
      throw invalid(`the name ${JSON.stringify(name.slice(0, 80))}`)
    if (Buffer.compare(before, bytes) >= 0)
      throw invalid(`names out of order at ${JSON.stringify(name.slice(0, 80))}`)
    before = bytes
  }
}

/** The object's bytes; the lists must be sorted. */
export function encodeDirTree(tree: DirTree): Buffer {
  const bytesOf = (checksum: string): Buffer => Buffer.from(checksum, 'hex')
  return encodeVariant(treeType, [
    tree.files.map(({ name, checksum }) => [name, bytesOf(checksum)]),
    tree.folders.map((one) => [one.name, bytesOf(one.tree), bytesOf(one.meta)]),
  ])
}

/** Errors: OSTREE_OBJECT_INVALID. */
export function decodeDirMeta(bytes: Uint8Array, limits: RepoLimits): DirMeta {
  const meta = decodeOwnerMode(bytes, limits)
  if ((meta.mode & typeMask) !== folderType || meta.mode >>> 16 !== 0)
    throw invalid(`the mode ${meta.mode.toString(8)} for a folder`)
  return { ...meta, mode: meta.mode & 0o7777 }
}

/** Owner, whole mode and attributes: a `.dirmeta`, and the `user.ostreemeta` of a content object. */
export function decodeOwnerMode(bytes: Uint8Array, limits: RepoLimits): DirMeta {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
  if (buffer.length < 12) throw invalid('fewer than 12 bytes of owner and mode')
  return {
    uid: buffer.readUInt32BE(0),
    gid: buffer.readUInt32BE(4),
    mode: buffer.readUInt32BE(8),
    xattrs: decodeXattrs(buffer.subarray(12), limits),
  }
}

/** The bytes of a `.dirmeta`, or of a `user.ostreemeta` when the mode has a file's type bits. */
export function encodeDirMeta(meta: DirMeta): Buffer {
  const mode = (meta.mode & typeMask) === 0 ? meta.mode | folderType : meta.mode
  const fixed = encodeVariant(metaType, [swap32(meta.uid), swap32(meta.gid), swap32(mode), []])
  return Buffer.concat([fixed, encodeXattrs(meta.xattrs)])
}

function invalid(what: string): OcishError {
  return new OcishError('OSTREE_OBJECT_INVALID', `an object with ${what}`)
}
