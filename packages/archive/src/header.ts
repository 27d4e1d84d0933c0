import type { TarEntry, TarEntryType } from './entry.ts'
import { encodePaxRecords } from './pax.ts'

/** Bytes of a header, and what contents are padded to. */
export const blockSize = 512

const typeFlags: Readonly<Record<TarEntryType, string>> = {
  file: '0',
  hardlink: '1',
  link: '2',
  character: '3',
  block: '4',
  folder: '5',
  fifo: '6',
}

const ustarLimit = 0o77777777777
const idLimit = 0o7777777

/** Octal digits, zero-padded, ended by NUL (the form Go's archive/tar writes). */
function octal(block: Buffer, offset: number, length: number, value: number): void {
  block.write(value.toString(8).padStart(length - 1, '0'), offset, length - 1, 'latin1')
}

function isAscii(text: string): boolean {
  // oxlint-disable-next-line no-control-regex -- the range is the point
  return /^[\x01-\x7f]*$/.test(text)
}

/** The name and prefix fields, or undefined when the path fits neither. */
function splitPath(path: string): { readonly name: string; readonly prefix: string } | undefined {
  if (!isAscii(path)) return undefined
  if (path.length <= 100) return { name: path, prefix: '' }
  if (path.length > 256) return undefined
  const slash = path.lastIndexOf('/', Math.min(155, path.length - 2))
  return slash > 0 && path.length - slash - 1 <= 100
    ? { name: path.slice(slash + 1), prefix: path.slice(0, slash) }
    : undefined
}

function ustarBlock(entry: TarEntry, flag: string, path: string, size: number): Buffer {
  const block = Buffer.alloc(blockSize)
  const split = splitPath(path) ?? { name: Buffer.from(path).subarray(0, 100).toString('latin1'), prefix: '' }
  block.write(split.name, 0, 100, 'latin1')
  octal(block, 100, 8, entry.mode & 0o7777)
  octal(block, 108, 8, entry.uid <= idLimit ? entry.uid : 0)
  octal(block, 116, 8, entry.gid <= idLimit ? entry.gid : 0)
  octal(block, 124, 12, size <= ustarLimit ? size : 0)
  octal(block, 136, 12, entry.mtime >= 0 && entry.mtime <= ustarLimit ? Math.floor(entry.mtime) : 0)
  block.write(flag, 156, 1, 'latin1')
  block.write(Buffer.from(entry.target ?? '').toString('latin1'), 157, 100, 'latin1')
  block.write('ustar\u000000', 257, 8, 'latin1')
  block.write(Buffer.from(entry.userName ?? '').toString('latin1'), 265, 31, 'latin1')
  block.write(Buffer.from(entry.groupName ?? '').toString('latin1'), 297, 31, 'latin1')
  octal(block, 329, 8, entry.device?.major ?? 0)
  octal(block, 337, 8, entry.device?.minor ?? 0)
  block.write(split.prefix, 345, 155, 'latin1')
  block.fill(' ', 148, 156)
  let sum = 0
  for (let at = 0; at < blockSize; at += 1) sum += block[at] ?? 0
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 8, 'latin1')
  return block
}

/** What the fixed fields cannot hold; keys sorted, so that equal entries give equal bytes. */
function paxRecords(entry: TarEntry, path: string): ReadonlyMap<string, Uint8Array | string> {
  const records: [string, Uint8Array | string][] = []
  if (splitPath(path) === undefined) records.push(['path', path])
  if (entry.target !== undefined && (entry.target.length > 100 || !isAscii(entry.target))) {
    records.push(['linkpath', entry.target])
  }
  if (entry.size > ustarLimit) records.push(['size', String(entry.size)])
  if (entry.uid > idLimit) records.push(['uid', String(entry.uid)])
  if (entry.gid > idLimit) records.push(['gid', String(entry.gid)])
  if (entry.mtime < 0 || entry.mtime > ustarLimit || !Number.isInteger(entry.mtime)) {
    records.push(['mtime', String(entry.mtime)])
  }
  for (const key of ['userName', 'groupName'] as const) {
    const name = entry[key]
    if (name !== undefined && (name.length > 31 || !isAscii(name))) {
      records.push([key === 'userName' ? 'uname' : 'gname', name])
    }
  }
  for (const [name, value] of entry.xattrs ?? []) records.push([`SCHILY.xattr.${name}`, value])
  return new Map(records.toSorted(([a], [b]) => (a < b ? -1 : 1)))
}

/** How a tar header is written where programs differ. */
export interface HeaderOptions {
  /** Write folders without a trailing slash, as some Go programs do. */
  readonly bareFolders?: boolean
}

/** Header blocks of one entry: ustar, with a pax header before it where the fixed fields do not suffice. */
export function encodeTarHeader(entry: TarEntry, options: HeaderOptions = {}): Buffer {
  const slash = entry.type === 'folder' && !entry.path.endsWith('/') && options.bareFolders !== true
  const path = slash ? `${entry.path}/` : entry.path
  const records = paxRecords(entry, path)
  const header = ustarBlock(entry, typeFlags[entry.type], path, entry.size)
  if (records.size === 0) return header
  const body = encodePaxRecords(records)
  const plain = { ...entry, mode: 0o644, uid: 0, gid: 0, userName: '', groupName: '', target: '', mtime: 0 }
  const name = `PaxHeaders.0/${path.replace(/\/+$/, '').split('/').at(-1) ?? ''}`
  const asciiName = isAscii(name) && name.length <= 100 ? name : 'PaxHeaders.0/entry'
  return Buffer.concat([ustarBlock(plain, 'x', asciiName, body.length), body, padding(body.length), header])
}

/** Zeros up to the next block. */
export function padding(size: number): Buffer {
  return Buffer.alloc((blockSize - (size % blockSize)) % blockSize)
}

/** The two zero blocks that end an archive. */
export function tarEnd(): Buffer {
  return Buffer.alloc(2 * blockSize)
}
