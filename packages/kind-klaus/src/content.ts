import { compressed, folderEntries, writeTar, type TarInput } from '@ocish/archive'
import { compareUtf8, OcishError, type Bytes, type Source, type TreeEntry } from '@ocish/sdk'
import { markerFile } from './constants.ts'

export interface ContentOptions {
  /** klaus-oci's own tar: everything, with its owners, modes and times. */
  readonly compat: boolean
  /** Seconds since 1970. */
  readonly mtime: number
  readonly skipped: (path: string, why: string) => void
}

/** What never belongs into an artifact. */
const alwaysIgnored: readonly string[] = ['.git/', markerFile]

/** The content layer, uncompressed. Errors: KIND_INPUT_INVALID for a folder without any file. */
export async function* contentTar(
  source: Source,
  options: ContentOptions,
): Bytes & AsyncGenerator<Uint8Array, void> {
  const entries = options.compat ? compatEntries(source, '') : cleanEntries(source, options)
  yield* writeTar(nonEmpty(entries, source.name), { bareFolders: options.compat })
}

/** The content layer as it is pushed. */
export function contentLayer(source: Source, options: ContentOptions): Bytes {
  return compressed(contentTar(source, options), 'gzip')
}

async function* nonEmpty(entries: AsyncIterable<TarInput>, name: string): AsyncGenerator<TarInput, void> {
  let files = 0
  for await (const entry of entries) {
    if (entry.type === 'file') files += 1
    yield entry
  }
  if (files === 0) throw new OcishError('KIND_INPUT_INVALID', `${name} holds no file to pack`)
}

function cleanEntries(source: Source, options: ContentOptions): AsyncGenerator<TarInput, void> {
  return folderEntries(source, {
    mtime: options.mtime,
    ignore: alwaysIgnored,
    skipSpecial: (entry) =>
      options.skipped(entry.path, entry.kind === 'link' ? 'is a link' : 'is a special file'),
  })
}

async function* compatEntries(source: Source, folder: string): AsyncGenerator<TarInput, void> {
  const entries: TreeEntry[] = []
  for await (const entry of source.list(folder)) entries.push(entry)
  for (const entry of entries.toSorted((a, b) => compareUtf8(a.path, b.path))) {
    const marker = entry.path.slice(entry.path.lastIndexOf('/') + 1) === markerFile
    if ((entry.kind === 'file' || entry.kind === 'folder') && !marker) yield compatEntry(source, entry)
    if (entry.kind === 'folder') yield* compatEntries(source, entry.path)
  }
}

function compatEntry(source: Source, entry: TreeEntry): TarInput {
  const owner = entry.owner ?? { uid: 0, gid: 0 }
  return {
    path: entry.path,
    type: entry.kind === 'folder' ? 'folder' : 'file',
    mode: (entry.mode ?? (entry.kind === 'folder' ? 0o755 : 0o644)) & 0o7777,
    uid: owner.uid,
    gid: owner.gid,
    ...(owner.user === undefined ? {} : { userName: owner.user }),
    ...(owner.group === undefined ? {} : { groupName: owner.group }),
    size: entry.kind === 'file' ? entry.size : 0,
    mtime: Math.round(entry.mtime ?? 0),
    ...(entry.kind === 'file' ? { open: () => source.open(entry.path) } : {}),
  }
}
