import { decompressed, readTar, type TarInput, type TarMember, writeTar } from '@ocish/archive'
import { type Artifact, type Bytes, type Descriptor, isForeignLayer, type OpenBytes } from '@ocish/sdk'
import { type Inode, type RootPath, RootTree } from './root-tree.ts'

/** The root file system of an image, known by its paths; contents are read from the layers when they are wanted. */
export interface MergedRoot {
  /** Parents first, siblings by name. A second name of a file is the same inode. */
  readonly paths: readonly RootPath[]
  /** The content of a file; reads its layer up to there, and on to its end so that all of it is verified. */
  open(inode: Inode): Bytes
  /** Everything as entries of one archive: folders, files with their other names, then links and devices. */
  entries(): AsyncIterable<TarInput>
}

/**
 * Reads the layers of an image once and merges them (image-spec, layer.md).
 * Errors: ARCHIVE_INVALID, ARCHIVE_UNSAFE, LIMIT_EXCEEDED, those of the layers.
 */
export async function mergedRoot(artifact: Artifact, signal: AbortSignal): Promise<MergedRoot> {
  const tree = new RootTree()
  const layers = artifact.layers.filter((layer) => isRootLayer(layer))
  for (const [layer, descriptor] of layers.entries()) {
    let ordinal = 0
    for await (const member of membersOf(artifact, descriptor)) {
      signal.throwIfAborted()
      const { content: _content, offset: _offset, ...entry } = member
      tree.add({ layer, ordinal, entry })
      ordinal += 1
    }
  }
  const paths = [...tree.paths()]
  return {
    paths,
    open: (inode) => contentOf(artifact, layers[inode.layer], inode),
    entries: () => entriesOf(artifact, layers, paths, signal),
  }
}

/** The merged root file system of an image as one tar stream. Errors: those of `mergedRoot`. */
export async function* exportRoot(artifact: Artifact, signal: AbortSignal): AsyncGenerator<Uint8Array, void> {
  const root = await mergedRoot(artifact, signal)
  yield* writeTar(root.entries())
}

function isRootLayer(layer: Descriptor): boolean {
  return /[./]tar(?:[.+](?:gzip|zstd))?$/.test(layer.mediaType) && !isForeignLayer(layer)
}

function membersOf(artifact: Artifact, layer: Descriptor): AsyncGenerator<TarMember, void> {
  return readTar(decompressed(artifact.open(layer)))
}

async function* contentOf(
  artifact: Artifact,
  layer: Descriptor | undefined,
  wanted: Inode,
): AsyncGenerator<Uint8Array, void> {
  if (layer === undefined) return
  let ordinal = 0
  for await (const member of membersOf(artifact, layer)) {
    if (ordinal === wanted.ordinal) yield* member.content
    ordinal += 1
  }
}

async function* entriesOf(
  artifact: Artifact,
  layers: readonly Descriptor[],
  paths: readonly RootPath[],
  signal: AbortSignal,
): AsyncGenerator<TarInput, void> {
  const files = new Map<Inode, string[]>()
  for (const { path, inode } of paths) {
    if (inode === undefined) yield impliedFolder(path)
    else if (inode.entry.type === 'folder') yield { ...inode.entry, path }
    else if (inode.entry.type === 'file') files.set(inode, [...(files.get(inode) ?? []), path])
  }
  for (const [index, layer] of layers.entries()) {
    const wanted = [...files].filter(([inode]) => inode.layer === index)
    if (wanted.length > 0)
      yield* filesOf(artifact, layer, new Map(wanted.map(([inode, names]) => [inode.ordinal, names])), signal)
  }
  for (const { path, inode } of paths) {
    const type = inode?.entry.type
    if (inode !== undefined && type !== 'folder' && type !== 'file') yield { ...inode.entry, path }
  }
}

/** The files of one layer that are still there, by their place in it. */
async function* filesOf(
  artifact: Artifact,
  layer: Descriptor,
  wanted: ReadonlyMap<number, readonly string[]>,
  signal: AbortSignal,
): AsyncGenerator<TarInput, void> {
  let ordinal = 0
  for await (const { content, offset: _offset, ...entry } of membersOf(artifact, layer)) {
    signal.throwIfAborted()
    const [first, ...others] = wanted.get(ordinal) ?? []
    ordinal += 1
    if (first === undefined) continue
    const open: OpenBytes = () => content
    yield { ...entry, path: first, open }
    for (const path of others) yield { ...entry, path, type: 'hardlink', size: 0, target: first }
  }
}

function impliedFolder(path: string): TarInput {
  return { path, type: 'folder', mode: 0o755, uid: 0, gid: 0, size: 0, mtime: 0 }
}
