import { OcishError } from '@ocish/sdk'
import { linkType, regularType, typeMask } from './dirtree.ts'
import { decodeUtf8, encodeOffsets } from './gvariant.ts'
import { offsetSize } from './gvariant-type.ts'
import type { RepoLimits } from './limits.ts'
import { decodeXattrs, encodeXattrs, type Xattrs } from './xattrs.ts'

/** What is hashed before the bytes of a file: owner, whole mode, target, attributes (ostree.md §6.1). */
export interface ContentHeader {
  readonly uid: number
  readonly gid: number
  /** With the type bits. */
  readonly mode: number
  /** Of a link, else empty. */
  readonly target: string
  /** The `a(ayay)` as it was stored. */
  readonly xattrs: Uint8Array
}

/** The header with its length prefix, as it is hashed. */
export function encodeHashedHeader(header: ContentHeader): Buffer {
  return prefixed(encodeHeader(header, Buffer.alloc(0)))
}

/** The head of a `.filez`: the same header behind the content's size (ostree.md §6.2). */
export function encodeArchiveHeader(header: ContentHeader, size: number): Buffer {
  const first = Buffer.alloc(8)
  first.writeBigUInt64BE(BigInt(size))
  return prefixed(encodeHeader(header, first))
}

function encodeHeader(header: ContentHeader, first: Buffer): Buffer {
  const numbers = Buffer.alloc(16)
  numbers.writeUInt32BE(header.uid, 0)
  numbers.writeUInt32BE(header.gid, 4)
  numbers.writeUInt32BE(header.mode, 8)
  const body = Buffer.concat([first, numbers, Buffer.from(`${header.target}\0`)])
  const length = body.length + header.xattrs.length
  return Buffer.concat([body, header.xattrs, encodeOffsets([body.length], length)])
}

function prefixed(header: Buffer): Buffer {
  const prefix = Buffer.alloc(8)
  prefix.writeUInt32BE(header.length)
  return Buffer.concat([prefix, header])
}

/** The header of a `.filez` without its prefix. Errors: OSTREE_OBJECT_INVALID, LIMIT_EXCEEDED. */
export function decodeArchiveHeader(bytes: Buffer): {
  readonly header: ContentHeader
  readonly size: bigint
} {
  const width = offsetSize(bytes.length)
  const end = bytes.length - width
  if (end < 25) throw invalid('a header that is too short')
  const targetEnd = width === 8 ? Infinity : bytes.readUIntLE(end, width)
  if (targetEnd < 25 || targetEnd > end || bytes[targetEnd - 1] !== 0)
    throw invalid('a header without target')
  if (bytes.readUInt32BE(20) !== 0) throw invalid('a device number')
  const target = bytes.subarray(24, targetEnd - 1)
  if (target.includes(0)) throw invalid('a NUL in its target')
  const header = {
    uid: bytes.readUInt32BE(8),
    gid: bytes.readUInt32BE(12),
    mode: bytes.readUInt32BE(16),
    target: decodeUtf8(target),
    xattrs: bytes.subarray(targetEnd, end),
  }
  return { header, size: bytes.readBigUInt64BE(0) }
}

/** The attributes of a header that may be one. Errors: OSTREE_OBJECT_INVALID. */
export function checkHeader(header: ContentHeader, limits: RepoLimits): Xattrs {
  const type = header.mode & typeMask
  if ((type !== regularType && type !== linkType) || header.mode >>> 16 !== 0)
    throw invalid(`the mode ${header.mode.toString(8)}`)
  const length = Buffer.byteLength(header.target)
  if (type === regularType ? length > 0 : length === 0 || length > 4095 || header.target.includes('\0'))
    throw invalid('a link target that is none')
  return decodeXattrs(header.xattrs, limits)
}

/**
 * The forms under which an object may have been hashed: as it is stored, and, where there are several attributes, sorted
 * (old versions of libostree hashed them in the order they came; ostree.md §6.1).
 */
export function hashedForms(header: ContentHeader, xattrs: Xattrs): readonly Buffer[] {
  const stored = encodeHashedHeader(header)
  if (header.xattrs.length === 0) return [stored]
  const sorted = encodeHashedHeader({ ...header, xattrs: encodeXattrs(xattrs) })
  return stored.equals(sorted) ? [stored] : [stored, sorted]
}

function invalid(what: string): OcishError {
  return new OcishError('OSTREE_OBJECT_INVALID', `a content object with ${what}`)
}
