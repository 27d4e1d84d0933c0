import { createHash } from 'node:crypto'
import { encodeHashedHeader, type ContentHeader } from './content-header.ts'
import { linkType, regularType } from './dirtree.ts'
import { readFile, type RepoFiles } from './repo-files.ts'

/** Who may own a file: a user's and a group's number. */
export type Owner = readonly [uid: number, gid: number]

/** An object of mode `bare-user` as its file shows it. */
interface PlainFile {
  readonly files: RepoFiles
  readonly path: string
  readonly size: number
  /** Permission bits of the file. */
  readonly mode: number
  /** Owners that folders of the repository have. */
  readonly owners: Iterable<Owner>
}

const longestTarget = 4095
/** Each is a hash over the whole content. */
const mostOwners = 8
const noXattrs = new Uint8Array(0)
/** Bits that the file itself does not show: setuid, setgid, sticky, and writable by anybody. */
const hiddenBits = [0, 0o4000, 0o2000, 0o6000, 0o1000, 0o1002, 0o0002]

/**
 * Owner, mode and type of an object whose attribute nobody here can read: its name is the proof of a guess (ostree.md
 * §7.1). Undefined when no guess fits, as for whatever has attributes of its own.
 */
export async function recoveredHeader(file: PlainFile, checksum: string): Promise<ContentHeader | undefined> {
  const link = await linkOf(file)
  if (link !== undefined && fits(link, checksum)) return link
  const likely = regular(file.mode, [0, 0])
  // Nearly every file of a system: one hash.
  return (await firstThatFits(file, checksum, [likely])) ?? firstThatFits(file, checksum, guesses(file))
}

/** A file that holds a target and a NUL may be a link. */
async function linkOf({ files, path, size, mode }: PlainFile): Promise<ContentHeader | undefined> {
  if (size < 2 || size > longestTarget + 1 || mode !== 0o644) return undefined
  const bytes = await readFile(files, path, longestTarget + 1)
  if (bytes.indexOf(0) !== bytes.length - 1) return undefined
  const target = bytes.toString('utf8', 0, bytes.length - 1)
  return { uid: 0, gid: 0, mode: linkType | 0o777, target, xattrs: noXattrs }
}

function fits(header: ContentHeader, checksum: string): boolean {
  return createHash('sha256').update(encodeHashedHeader(header)).digest('hex') === checksum
}

function regular(mode: number, [uid, gid]: Owner): ContentHeader {
  return { uid, gid, mode: regularType | mode, target: '', xattrs: noXattrs }
}

function guesses({ mode, owners }: PlainFile): readonly ContentHeader[] {
  // The owner can always read the file, whatever its mode in the tree.
  const shown = [mode, mode & ~0o400]
  const modes = shown.flatMap((bits) => hiddenBits.map((hidden) => bits | hidden))
  const known = new Map<string, Owner>([['0:0', [0, 0]]])
  for (const [uid, gid] of owners)
    for (const owner of [
      [uid, gid],
      [0, gid],
    ] as const)
      if (known.size < mostOwners) known.set(owner.join(':'), owner)
  return [...known.values()].flatMap((owner) => modes.map((bits) => regular(bits, owner)))
}

/** The first header that makes the name of the object: one pass over the content for all of them. */
export async function firstThatFits(
  { files, path, size }: Pick<PlainFile, 'files' | 'path' | 'size'>,
  checksum: string,
  headers: readonly ContentHeader[],
): Promise<ContentHeader | undefined> {
  const sums = headers.map((header) => createHash('sha256').update(encodeHashedHeader(header)))
  if (size > 0)
    for await (const chunk of files.open(path, { start: 0, end: size }))
      for (const sum of sums) sum.update(chunk)
  return headers[sums.findIndex((sum) => sum.digest('hex') === checksum)]
}
