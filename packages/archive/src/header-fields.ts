import { OcishError } from '@ocish/sdk'
import { Header } from 'tar/header'
import type { TarEntryType } from './entry.ts'

/** What the fixed fields of a tar header say. */
export interface HeaderFields {
  /** As npm tar calls it. */
  readonly type: string
  /** Undefined: an extended header, or what is none of ours. */
  readonly entryType: TarEntryType | undefined
  readonly path: string
  readonly linkpath: string
  readonly mode: number
  readonly uid: number
  readonly gid: number
  readonly size: number
  /** Seconds since 1970. */
  readonly mtime: number
  readonly userName: string
  readonly groupName: string
  readonly device: { readonly major: number; readonly minor: number }
}

const entryTypes: Readonly<Record<string, TarEntryType>> = {
  File: 'file',
  OldFile: 'file',
  ContiguousFile: 'file',
  Link: 'hardlink',
  SymbolicLink: 'link',
  CharacterDevice: 'character',
  BlockDevice: 'block',
  Directory: 'folder',
  FIFO: 'fifo',
}

const noDevice = { major: 0, minor: 0 }

/**
 * Reads a header block; undefined for one of zeros, which ends an archive. `path`: the full one, where an extended header
 * has it, decides whether an old entry is a folder, since the field may be cut off behind a slash. `position`: of the
 * block, for messages. Errors: ARCHIVE_INVALID.
 */
export function decodeTarHeader(
  block: Uint8Array,
  path: Uint8Array | undefined,
  position: number,
): HeaderFields | undefined {
  const bytes = Buffer.isBuffer(block) ? block : Buffer.from(block.buffer, block.byteOffset, block.length)
  const plain = path === undefined ? plainFields(bytes) : undefined
  return plain ?? anyFields(bytes, path, position)
}

/** npm tar throws plain errors for numbers it cannot read. */
function anyFields(block: Buffer, path: Uint8Array | undefined, position: number): HeaderFields | undefined {
  const extended = path === undefined ? undefined : { path: Buffer.from(path).toString('utf8') }
  let header: Header
  try {
    header = new Header(block, 0, extended)
  } catch (cause) {
    throw new OcishError('ARCHIVE_INVALID', 'a tar header cannot be read', { cause })
  }
  if (header.nullBlock) return undefined
  if (!header.cksumValid) throw new OcishError('ARCHIVE_INVALID', `wrong header checksum at byte ${position}`)
  const type: string = header.type
  return {
    type,
    entryType: entryTypes[type],
    path: header.path ?? '',
    linkpath: header.linkpath ?? '',
    mode: header.mode ?? 0,
    uid: header.uid ?? 0,
    gid: header.gid ?? 0,
    size: header.size ?? 0,
    mtime: (header.mtime?.getTime() ?? 0) / 1000,
    userName: header.uname ?? '',
    groupName: header.gname ?? '',
    device: { major: header.devmaj, minor: header.devmin },
  }
}

/** Not written as the many are. */
const unusual = -1
/** `ustar`, NUL, `00`. */
const posix = [0x75, 0x73, 0x74, 0x61, 0x72, 0, 0x30, 0x30] as const

/** The device and two more times, of which a file has none; in another notation they may be wrong. */
const otherNumbers = [329, 337, 476, 488] as const

/**
 * The same of a file or folder as nearly every program writes it, in a tenth of the time: POSIX magic, octal numbers,
 * fields filled with NULs. Undefined for all others.
 */
function plainFields(block: Buffer): HeaderFields | undefined {
  const flag = block[156]
  if ((flag !== 0x30 && flag !== 0x35) || posix.some((byte, at) => block[257 + at] !== byte)) return undefined
  if (octal(block, 148, checksumEnd(block)) !== sumOf(block)) return undefined
  if (block[475] !== 0 || otherNumbers.some((at) => block[at]! > 0x7f)) return undefined
  const mode = octal(block, 100, 107)
  const uid = octal(block, 108, 115)
  const gid = octal(block, 116, 123)
  const size = octal(block, 124, 135)
  const mtime = octal(block, 136, 147)
  const name = text(block, 0, 100)
  const prefix = text(block, 345, 475)
  const userName = text(block, 265, 297)
  const groupName = text(block, 297, 329)
  if (Math.min(mode, uid, gid, size, mtime) === unusual) return undefined
  if (name === undefined || prefix === undefined || userName === undefined || groupName === undefined)
    return undefined
  const isFolder = flag === 0x35
  // npm tar takes this for a folder.
  if (!isFolder && name.endsWith('/')) return undefined
  return {
    type: isFolder ? 'Directory' : 'File',
    entryType: isFolder ? 'folder' : 'file',
    path: prefix === '' ? name : `${prefix}/${name}`,
    linkpath: '',
    mode,
    uid,
    gid,
    size: isFolder ? 0 : size,
    mtime,
    userName,
    groupName,
    device: noDevice,
  }
}

/** Six or seven digits, as programs have it. */
function checksumEnd(block: Buffer): number {
  return block[154] === 0 ? 154 : 155
}

function sumOf(block: Buffer): number {
  let sum = 8 * 0x20
  for (let at = 0; at < 148; at += 1) sum += block[at]!
  for (let at = 156; at < 512; at += 1) sum += block[at]!
  return sum
}

/** The octal number in the bytes from `start` to `end`, where a NUL or a blank has to follow; else `unusual`. */
function octal(block: Buffer, start: number, end: number): number {
  const closing = block[end]
  if (closing !== 0 && closing !== 0x20) return unusual
  let value = 0
  for (let at = start; at < end; at += 1) {
    const digit = block[at]! - 0x30
    if (digit < 0 || digit > 7) return unusual
    value = value * 8 + digit
  }
  return value
}

/** ASCII up to the first NUL, behind which only NULs may be. */
function text(block: Buffer, start: number, end: number): string | undefined {
  let length = 0
  while (start + length < end && block[start + length] !== 0) {
    if (block[start + length]! > 0x7f) return undefined
    length += 1
  }
  for (let at = start + length; at < end; at += 1) if (block[at] !== 0) return undefined
  return length === 0 ? '' : block.toString('latin1', start, start + length)
}
