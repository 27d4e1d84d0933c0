import { createHash } from 'node:crypto'
import { OcishError, type Bytes, type OpenBytes } from '@ocish/sdk'
import { ArchivedBody, type ReadAhead } from './archived-body.ts'
import { checkHeader, decodeArchiveHeader, hashedForms, type ContentHeader } from './content-header.ts'
import { decodeOwnerMode, linkType, regularType, typeMask } from './dirtree.ts'
import { beyond, type RepoLimits } from './limits.ts'
import { objectPath, inObject } from './object-path.ts'
import { firstThatFits, recoveredHeader, type Owner } from './recovered-header.ts'
import type { RepoConfig } from './repo-config.ts'
import { headSize, readFile, readHead, readRange, type RepoFiles } from './repo-files.ts'
import { encodeXattrs, type Xattrs } from './xattrs.ts'

/** A file or link of a tree, whatever the mode of the repository that holds it. */
export interface ContentObject {
  readonly checksum: string
  readonly type: 'file' | 'link'
  readonly uid: number
  readonly gid: number
  /** Permission bits. */
  readonly mode: number
  readonly xattrs: Xattrs
  /** The same as they were hashed: an `a(ayay)`. */
  readonly rawXattrs: Uint8Array
  /** Bytes; 0 for a link. */
  readonly size: number
  readonly target?: string
  /**
   * The content. The iteration throws after the last byte when the object is not what its name says, so nothing may be
   * shown before. Errors: DIGEST_MISMATCH, OSTREE_OBJECT_INVALID, OSTREE_OBJECT_MISSING.
   */
  readonly open: OpenBytes
  /** Mode `archive`: the content as it is stored, a raw deflate stream; not verified. */
  readonly openDeflated?: OpenBytes
  /** Where it is worth it: the content can be begun before it is opened. */
  readonly ahead?: ReadAhead
}

/** A repository as far as contents are read from it. */
export interface ContentSource {
  readonly files: RepoFiles
  readonly config: RepoConfig
  readonly limits: RepoLimits
  /** Who owns folders of this repository, as far as they were read. */
  readonly owners?: () => Iterable<Owner>
  /** Mode `bare`: `areHashed` once an object was found whose label is its own; contents are not read to try others without. */
  readonly labels?: { areHashed: boolean }
}

const label = 'security.selinux'

interface Stored {
  readonly header: ContentHeader
  readonly size: number
  readonly open: OpenBytes
  /** The content of an object that is at hand and small. */
  readonly whole?: () => Uint8Array | undefined
  readonly openDeflated?: OpenBytes
  readonly ahead?: ReadAhead
}

/**
 * Reads what an object says of itself. One without bytes is verified at once, any other while it is read. `treePath` is
 * named in errors. Errors: OSTREE_OBJECT_MISSING, OSTREE_OBJECT_INVALID, DIGEST_MISMATCH, LIMIT_EXCEEDED.
 */
export async function readContent(
  source: ContentSource,
  checksum: string,
  treePath?: string,
): Promise<ContentObject> {
  const path = objectPath(checksum, source.config.mode === 'archive' ? 'filez' : 'file')
  try {
    const stored = await readStored(source, checksum, path)
    const { header, size } = stored
    const xattrs = checkHeader(header, source.limits)
    if (size > source.limits.file) throw beyond('bytes of a file', source.limits.file)
    const place = { path, treePath, doubt: doubtOf(source.config) }
    const open = (): Bytes => verified(stored, hashedForms(header, xattrs), checksum, place)
    if (size === 0) for await (const _ of open());
    const isLink = (header.mode & typeMask) === linkType
    const { uid, gid } = header
    return {
      checksum,
      uid,
      gid,
      mode: header.mode & 0o7777,
      xattrs,
      rawXattrs: header.xattrs,
      size,
      open,
      type: isLink ? 'link' : 'file',
      ...(isLink && { target: header.target }),
      ...(stored.openDeflated && { openDeflated: stored.openDeflated }),
      ...(stored.ahead && { ahead: stored.ahead }),
    }
  } catch (error) {
    throw inObject(error, path, treePath)
  }
}

async function readStored(source: ContentSource, checksum: string, path: string): Promise<Stored> {
  switch (source.config.mode) {
    case 'archive':
      return readArchived(source, path)
    case 'bare-user':
      return readBareUser(source, path, checksum)
    case 'bare-split-xattrs': {
      const link = objectPath(checksum, 'file-xattrs-link')
      return readInode(source, path, await readFile(source.files, link, source.limits.metadata))
    }
    case 'bare':
      return readBare(source, path, checksum)
    case 'bare-user-only':
      return readInode(source, path, undefined)
    default:
      return source.config.mode satisfies never
  }
}

async function readArchived({ files, limits }: ContentSource, path: string): Promise<Stored> {
  const first = await readHead(files, path, headSize)
  const fileSize = first.size
  let head = first.bytes
  const length = head.length < 8 ? 0 : head.readUInt32BE()
  if (length === 0 || length > fileSize - 8) throw invalid('a header of the wrong length')
  if (length > limits.header) throw beyond('bytes of a header', limits.header)
  if (head.length < 8 + length) head = await readRange(files, path, 0, 8 + length)
  const { header, size } = decodeArchiveHeader(head.subarray(8, 8 + length))
  if (size > BigInt(limits.file)) throw beyond('bytes of a file', limits.file)
  const start = 8 + length
  const bodySize = fileSize - start
  if ((header.mode & typeMask) === linkType) {
    if (size !== 0n || bodySize !== 0) throw invalid('content behind a link')
    return { header, size: 0, open: nothing }
  }
  const plainSize = Number(size)
  const whole = head.length === fileSize && { bytes: head.subarray(start) }
  const body = new ArchivedBody({ files, path, start, end: fileSize, ...whole }, plainSize)
  return {
    header,
    size: plainSize,
    open: () => body.open(),
    whole: () => body.whole(),
    openDeflated: () => body.openDeflated(),
    ...(body.held > 0 && { ahead: body }),
  }
}

/** Owner, mode and attributes lie in one attribute; a link is a file that holds its target (ostree.md §6.3). */
async function readBareUser(
  { files, limits, owners }: ContentSource,
  path: string,
  checksum: string,
): Promise<Stored> {
  const { kind, size, mode: shown = 0 } = await files.stat(path)
  if (kind !== 'file') throw invalid('no regular file')
  const bytes = (await files.xattrs(path)).get('user.ostreemeta')
  const told = bytes && { ...decodeOwnerMode(bytes, limits), target: '', xattrs: bytes.subarray(12) }
  const guess = { files, path, size, mode: shown, owners: owners?.() ?? [] }
  const header = told ?? (await recoveredHeader(guess, checksum))
  if (header === undefined)
    throw new OcishError(
      'OSTREE_OBJECT_INVALID',
      'its attribute user.ostreemeta cannot be read, and it has attributes or an owner that cannot be guessed, or is damaged',
      { hint: 'Install python3 or perl, which read extended attributes.' },
    )
  if ((header.mode & typeMask) !== linkType)
    return { header, size, open: () => files.open(path, { start: 0, end: size }) }
  const content = await readFile(files, path, 4096)
  const end = content.indexOf(0)
  if (end < 0) throw invalid('a link without NUL')
  return { header: { ...header, target: content.toString('utf8', 0, end) }, size: 0, open: nothing }
}

/** Owner and mode are the inode's. */
async function readInode(
  { files, config }: ContentSource,
  path: string,
  xattrs: Uint8Array | undefined,
): Promise<Stored> {
  const entry = await files.stat(path)
  const owner = config.mode === 'bare-user-only' ? { uid: 0, gid: 0 } : entry.owner
  if (owner === undefined) throw invalid('an owner that cannot be read')
  const base = { uid: owner.uid, gid: owner.gid, xattrs: xattrs ?? new Uint8Array(0) }
  if (entry.kind === 'link') {
    const target = entry.target ?? (await files.readlink(path))
    return { header: { ...base, mode: linkType | 0o777, target }, size: 0, open: nothing }
  }
  if (entry.kind !== 'file') throw invalid('neither a file nor a link')
  const { size } = entry
  const header = { ...base, mode: regularType | (entry.mode ?? 0), target: '' }
  return { header, size, open: () => files.open(path, { start: 0, end: size }) }
}

/**
 * Attributes are the inode's, too. A system with SELinux shows a label on every file: it is left out where the name is
 * right only without it (ostree.md §6.5).
 */
async function readBare(source: ContentSource, path: string, checksum: string): Promise<Stored> {
  const { files, config, labels } = source
  if (config.disableXattrs) return readInode(source, path, undefined)
  const xattrs = await files.xattrs(path)
  const stored = await readInode(source, path, encodeXattrs(xattrs))
  // What has no content is tried in no time.
  const isKnown = labels?.areHashed === true && stored.size > 0
  if (!xattrs.has(label) || isKnown) return stored
  const others = new Map([...xattrs].filter(([name]) => name !== label))
  const unlabelled = { ...stored.header, xattrs: encodeXattrs(others) }
  const { size } = stored
  const header = await firstThatFits({ files, path, size }, checksum, [stored.header, unlabelled])
  if (header === stored.header && labels) labels.areHashed = true
  return { ...stored, header: header ?? stored.header }
}

async function* verified(
  stored: Stored,
  forms: readonly Buffer[],
  checksum: string,
  {
    path,
    treePath,
    doubt,
  }: { readonly path: string; readonly treePath: string | undefined; readonly doubt: string },
): Bytes & AsyncGenerator<Uint8Array> {
  try {
    const hashes = forms.map((form) => createHash('sha256').update(form))
    const whole = stored.whole?.()
    if (whole === undefined)
      for await (const chunk of stored.open()) {
        for (const hash of hashes) hash.update(chunk)
        yield chunk
      }
    else for (const hash of hashes) hash.update(whole)
    if (!hashes.some((hash) => hash.digest('hex') === checksum))
      throw new OcishError('DIGEST_MISMATCH', `the object is not what its name says${doubt}`)
    if (whole !== undefined) yield whole
  } catch (error) {
    throw inObject(error, path, treePath)
  }
}

/** What a repository of a mode may not know of its own objects (ostree.md §6.4, §7). */
function doubtOf({ mode }: RepoConfig): string {
  if (mode === 'bare-user-only') return ', or it has an owner or attributes, which this mode does not store'
  return mode === 'bare' ? ', or it has attributes and neither python3 nor perl is here to read them' : ''
}

async function* nothing(): AsyncGenerator<Uint8Array> {}

function invalid(what: string): OcishError {
  return new OcishError('OSTREE_OBJECT_INVALID', `a content object with ${what}`)
}
