import { OcishError, type Bytes } from '@ocish/sdk'
import { Header } from 'tar/header'
import { ByteReader, type SkippableBytes } from './byte-reader.ts'
import type { TarEntry, TarEntryType, TarMember } from './entry.ts'
import { blockSize } from './header.ts'
import { defaultLimits, exceeded, type ArchiveLimits } from './limits.ts'
import { parsePaxRecords } from './pax.ts'

type Records = Map<string, Uint8Array>

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

/** Limits of `readTar`; those that are not given are `defaultLimits`. */
export interface ReadTarOptions {
  readonly limits?: Partial<ArchiveLimits>
}

/**
 * The entries of an uncompressed tar stream, in order. The source is read to its end, also behind the end-of-archive
 * blocks, so that a verified source is really verified; of one that can skip, contents nobody reads are left out.
 * Errors: ARCHIVE_INVALID, LIMIT_EXCEEDED.
 */
export async function* readTar(
  bytes: Bytes | SkippableBytes,
  options: ReadTarOptions = {},
): AsyncGenerator<TarMember, void> {
  const limits = { ...defaultLimits, ...options.limits }
  const reader = new ByteReader(bytes)
  const globals: Records = new Map()
  let total = 0
  let count = 0
  try {
    for (;;) {
      const next = await readHeader(reader, globals, limits)
      if (next === undefined) break
      count += 1
      total += next.size
      if (count > limits.entries) throw exceeded('entries', limits.entries)
      if (total > limits.bytes) throw exceeded('bytes', limits.bytes)
      const start = reader.position
      yield { ...next, offset: start, content: contentOf(reader, next.path, next.size) }
      await finish(reader, next.path, start + next.size, next.size)
    }
    await reader.drain()
  } finally {
    await reader.close()
  }
}

function invalid(message: string): OcishError<'ARCHIVE_INVALID'> {
  return new OcishError('ARCHIVE_INVALID', message)
}

async function* contentOf(
  reader: ByteReader,
  path: string,
  size: number,
): Bytes & AsyncGenerator<Uint8Array, void> {
  let left = size
  while (left > 0) {
    const piece = await reader.some(left)
    if (piece === undefined) throw invalid(`the archive ends inside ${JSON.stringify(path)}`)
    left -= piece.length
    yield piece
  }
}

/**
 * Skips what the consumer left of an entry, and its padding. An archive may end before the padding, as Go's archive/tar
 * reads it: `umoci insert` 0.4.7 writes such layers.
 */
async function finish(reader: ByteReader, path: string, end: number, size: number): Promise<void> {
  if (!(await reader.skip(end - reader.position))) {
    throw invalid(`the archive ends inside ${JSON.stringify(path)}`)
  }
  await reader.skip((blockSize - (size % blockSize)) % blockSize)
}

/** The next entry's header with its extensions applied; undefined at the end of the archive. */
async function readHeader(
  reader: ByteReader,
  globals: Records,
  limits: ArchiveLimits,
): Promise<TarEntry | undefined> {
  let records: Records = new Map()
  let extended = false
  for (;;) {
    const block = await reader.exactly(blockSize)
    if (block.length === 0 && !extended) return undefined
    if (block.length < blockSize) throw invalid('the archive ends inside a header')
    const header = decodeHeader(block, records.get('path') ?? globals.get('path'))
    if (header.nullBlock) {
      if (extended) throw invalid('an extended header without its entry')
      return undefined
    }
    if (!header.cksumValid) throw invalid(`wrong header checksum at byte ${reader.position - blockSize}`)
    const type: string = header.type
    const entryType = entryTypes[type]
    if (entryType !== undefined) return toEntry(header, entryType, new Map([...globals, ...records]), limits)
    const size = header.size ?? 0
    if (size > limits.records) throw exceeded('bytes in an extended header', limits.records)
    const body = await reader.exactly(size)
    if (body.length < size || !(await reader.skip((blockSize - (size % blockSize)) % blockSize))) {
      throw invalid('the archive ends inside an extended header')
    }
    extended = type !== 'GlobalExtendedHeader' || extended
    if (type === 'ExtendedHeader' || type === 'OldExtendedHeader')
      records = new Map([...records, ...parsePaxRecords(body)])
    else if (type === 'GlobalExtendedHeader')
      for (const [key, value] of parsePaxRecords(body)) globals.set(key, value)
    else if (type === 'NextFileHasLongPath' || type === 'OldGnuLongPath') records.set('path', cutAtNul(body))
    else if (type === 'NextFileHasLongLinkpath') records.set('linkpath', cutAtNul(body))
    else throw invalid(`unsupported tar entry type ${JSON.stringify(type)}`)
  }
}

/**
 * The full path, where an extended header has it, decides whether an old entry is a folder: the field may be cut off
 * behind a slash. npm tar throws plain errors for numbers it cannot read.
 */
function decodeHeader(block: Uint8Array, path: Uint8Array | undefined): Header {
  const extended = path === undefined ? undefined : { path: Buffer.from(path).toString('utf8') }
  try {
    return new Header(Buffer.from(block), 0, extended)
  } catch (cause) {
    throw new OcishError('ARCHIVE_INVALID', 'a tar header cannot be read', { cause })
  }
}

function cutAtNul(bytes: Uint8Array): Uint8Array {
  const nul = bytes.indexOf(0)
  return nul < 0 ? bytes : bytes.subarray(0, nul)
}

function toEntry(header: Header, type: TarEntryType, records: Records, limits: ArchiveLimits): TarEntry {
  const text = (key: string): string | undefined => {
    const value = records.get(key)
    return value === undefined ? undefined : Buffer.from(value).toString('utf8')
  }
  const number = (key: string, fallback: number | undefined): number => {
    const value = text(key)
    const parsed = value === undefined ? (fallback ?? 0) : Number(value)
    if (!Number.isFinite(parsed)) throw invalid(`the pax record ${key} is no number`)
    return parsed
  }
  if ([...records.keys()].some((key) => key.startsWith('GNU.sparse.')))
    throw invalid('sparse files are not supported')
  const path = text('path') ?? header.path ?? ''
  const target =
    type === 'link' || type === 'hardlink' ? (text('linkpath') ?? header.linkpath ?? '') : undefined
  if (Buffer.byteLength(path) > limits.path || Buffer.byteLength(target ?? '') > limits.path) {
    throw exceeded('bytes in a path', limits.path)
  }
  const size = type === 'file' ? number('size', header.size) : 0
  if (!Number.isSafeInteger(size) || size < 0) throw invalid(`${JSON.stringify(path)} has no valid size`)
  if (size > limits.file) throw exceeded(`bytes in ${JSON.stringify(path)}`, limits.file, path)
  const xattrs = new Map<string, Uint8Array>()
  for (const [key, value] of records) if (key.startsWith('SCHILY.xattr.')) xattrs.set(key.slice(13), value)
  const userName = text('uname') ?? header.uname
  const groupName = text('gname') ?? header.gname
  return {
    path: type === 'folder' ? path.replace(/(?<=.)\/+$/, '') : path,
    type,
    mode: (header.mode ?? 0) & 0o7777,
    uid: number('uid', header.uid),
    gid: number('gid', header.gid),
    size,
    mtime: number('mtime', (header.mtime?.getTime() ?? 0) / 1000),
    ...(target === undefined ? {} : { target }),
    ...(userName === undefined || userName === '' ? {} : { userName }),
    ...(groupName === undefined || groupName === '' ? {} : { groupName }),
    ...(type === 'character' || type === 'block'
      ? { device: { major: header.devmaj, minor: header.devmin } }
      : {}),
    ...(xattrs.size === 0 ? {} : { xattrs }),
  }
}
