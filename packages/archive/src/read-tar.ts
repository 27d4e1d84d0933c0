import { OcishError, ReadyBytes, type Bytes } from '@ocish/sdk'
import { ByteReader, type SkippableBytes } from './byte-reader.ts'
import type { TarEntry, TarEntryType, TarMember } from './entry.ts'
import { blockSize } from './header.ts'
import { decodeTarHeader, type HeaderFields } from './header-fields.ts'
import { defaultLimits, exceeded, type ArchiveLimits } from './limits.ts'
import { parsePaxRecords } from './pax.ts'

type Records = ReadonlyMap<string, Uint8Array>

const none: Records = new Map()

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
  const globals = new Map<string, Uint8Array>()
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
      const offset = reader.position
      const ready = reader.atHand(next.size)
      const content = ready === undefined ? contentOf(reader, next.path, next.size) : new ReadyBytes(ready)
      yield { ...next, offset, content }
      const padding = (blockSize - (next.size % blockSize)) % blockSize
      if (ready !== undefined && reader.skipAtHand(padding)) continue
      await finish(reader, next.path, offset + next.size, padding)
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
async function finish(reader: ByteReader, path: string, end: number, padding: number): Promise<void> {
  if (!(await reader.skip(end - reader.position))) {
    throw invalid(`the archive ends inside ${JSON.stringify(path)}`)
  }
  await reader.skip(padding)
}

/** The next entry's header with its extensions applied; undefined at the end of the archive. */
async function readHeader(
  reader: ByteReader,
  globals: Map<string, Uint8Array>,
  limits: ArchiveLimits,
): Promise<TarEntry | undefined> {
  let records = none
  let extended = false
  for (;;) {
    const block = reader.atHand(blockSize) ?? (await reader.exactly(blockSize))
    if (block.length === 0 && !extended) return undefined
    if (block.length < blockSize) throw invalid('the archive ends inside a header')
    const path = records.get('path') ?? globals.get('path')
    const header = decodeTarHeader(block, path, reader.position - blockSize)
    if (header === undefined) {
      if (extended) throw invalid('an extended header without its entry')
      return undefined
    }
    const { type, entryType, size } = header
    if (entryType !== undefined) return toEntry(header, entryType, withGlobals(records, globals), limits)
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
    else if (type === 'NextFileHasLongPath' || type === 'OldGnuLongPath')
      records = new Map([...records, ['path', cutAtNul(body)]])
    else if (type === 'NextFileHasLongLinkpath') records = new Map([...records, ['linkpath', cutAtNul(body)]])
    else throw invalid(`unsupported tar entry type ${JSON.stringify(type)}`)
  }
}

function withGlobals(records: Records, globals: Records): Records {
  if (globals.size === 0) return records
  return new Map([...globals, ...records])
}

function cutAtNul(bytes: Uint8Array): Uint8Array {
  const nul = bytes.indexOf(0)
  return nul < 0 ? bytes : bytes.subarray(0, nul)
}

function toEntry(
  fields: HeaderFields,
  type: TarEntryType,
  records: Records,
  limits: ArchiveLimits,
): TarEntry {
  const { path, linkpath, mode, uid, gid, mtime, userName, groupName, device, ...said } =
    records.size === 0 ? fields : overruled(fields, records)
  const target = type === 'link' || type === 'hardlink' ? linkpath : undefined
  if (Buffer.byteLength(path) > limits.path || Buffer.byteLength(target ?? '') > limits.path) {
    throw exceeded('bytes in a path', limits.path)
  }
  const size = type === 'file' ? said.size : 0
  if (!Number.isSafeInteger(size) || size < 0) throw invalid(`${JSON.stringify(path)} has no valid size`)
  if (size > limits.file) throw exceeded(`bytes in ${JSON.stringify(path)}`, limits.file, path)
  const xattrs = records.size === 0 ? none : attributes(records)
  return {
    path: type === 'folder' ? path.replace(/(?<=.)\/+$/, '') : path,
    type,
    mode: mode & 0o7777,
    uid,
    gid,
    size,
    mtime,
    ...(target === undefined ? undefined : { target }),
    ...(userName === '' ? undefined : { userName }),
    ...(groupName === '' ? undefined : { groupName }),
    ...(type === 'character' || type === 'block' ? { device } : undefined),
    ...(xattrs.size === 0 ? undefined : { xattrs }),
  }
}

/** What the records of extended headers say counts before the fixed fields. */
function overruled(fields: HeaderFields, records: Records): HeaderFields {
  const text = (key: string): string | undefined => {
    const value = records.get(key)
    return value === undefined ? undefined : Buffer.from(value).toString('utf8')
  }
  const number = (key: string, fallback: number): number => {
    const value = text(key)
    const parsed = value === undefined ? fallback : Number(value)
    if (!Number.isFinite(parsed)) throw invalid(`the pax record ${key} is no number`)
    return parsed
  }
  if ([...records.keys()].some((key) => key.startsWith('GNU.sparse.')))
    throw invalid('sparse files are not supported')
  return {
    ...fields,
    path: text('path') ?? fields.path,
    linkpath: text('linkpath') ?? fields.linkpath,
    size: fields.entryType === 'file' ? number('size', fields.size) : 0,
    uid: number('uid', fields.uid),
    gid: number('gid', fields.gid),
    mtime: number('mtime', fields.mtime),
    userName: text('uname') ?? fields.userName,
    groupName: text('gname') ?? fields.groupName,
  }
}

function attributes(records: Records): Records {
  const xattrs = new Map<string, Uint8Array>()
  for (const [key, value] of records) if (key.startsWith('SCHILY.xattr.')) xattrs.set(key.slice(13), value)
  return xattrs
}
