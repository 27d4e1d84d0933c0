import type { TarMember } from '@ocish/archive'
import {
  beyond,
  decodeCommit,
  decodeDirTree,
  decodeXattrs,
  defaultRepoLimits,
  type Commit,
  type DirTree,
  type RepoWriter,
} from '@ocish/ostree-repo'
import { digestOf, OcishError, type Artifact } from '@ocish/sdk'
import { layerEntries, memberBytes } from './image-layers.ts'
import type { ImportOptions } from './import-plain.ts'
import type { ImageLayer, OstreeImage } from './model.ts'

const objectName =
  /^(?:\.\/)?sysroot\/ostree\/repo\/objects\/([0-9a-f]{2})\/([0-9a-f]{62})\.(commit|commitmeta|dirtree|dirmeta|file|file-xattrs|file-xattrs-link)$/

/** Everything that was written, to see at the end that nothing is missing. */
interface Imported {
  readonly writer: RepoWriter
  readonly files: Set<string>
  readonly metas: Set<string>
  readonly trees: Map<string, DirTree>
  commit: { readonly checksum: string; readonly commit: Commit } | undefined
}

/** What a layer said before the object it belongs to. */
interface LayerState {
  /** By checksum of the content object. */
  readonly pending: Map<string, Buffer>
  /** By checksum of the attributes: the form of before 2025, with hard links to them. */
  readonly shared: Map<string, Buffer>
  readonly seen: Set<string>
  /** The layer with the commit, in which nothing comes before it; in any other one there are contents only. */
  readonly isFirst: boolean
}

/**
 * The objects in an encapsulated image (ostree.md §15.4, §17a): the same commit as the one it was made from, every object
 * verified by its name, and everything the commit needs there. Layers added later are not part of it.
 */
export async function importEncapsulated(
  artifact: Artifact,
  image: OstreeImage,
  writer: RepoWriter,
  options: ImportOptions,
): Promise<string> {
  const own = image.layers.filter((layer) => !layer.isDerived)
  if (own.length < image.layers.length)
    options.warn(`${image.layers.length - own.length} derived layers are not part of the commit`)
  const imported: Imported = {
    writer,
    files: new Set(),
    metas: new Set(),
    trees: new Map(),
    commit: undefined,
  }
  for (const layer of [...own.slice(1), ...own.slice(0, 1)])
    await importLayer(artifact, layer, imported, { ...options, isFirst: layer === own[0] })
  if (imported.commit === undefined) throw invalid('no commit')
  const { checksum, commit } = imported.commit
  if (image.commit !== '' && image.commit !== checksum)
    throw invalid(`the commit ${checksum}, but the label says ${image.commit}`)
  checkFolder(imported, commit, '', new Set())
  return checksum
}

async function importLayer(
  artifact: Artifact,
  layer: ImageLayer,
  imported: Imported,
  options: ImportOptions & Pick<LayerState, 'isFirst'>,
): Promise<void> {
  const { isFirst } = options
  const state: LayerState = { pending: new Map(), shared: new Map(), seen: new Set(), isFirst }
  for await (const member of layerEntries(artifact, layer)) {
    options.signal.throwIfAborted()
    const [, first, rest, kind] = objectName.exec(member.path) ?? []
    if (first === undefined || rest === undefined || member.type === 'folder') continue
    await importObject(imported, state, member, `${first}${rest}`, kind ?? '')
  }
  for (const checksum of state.pending.keys()) throw invalid(`attributes of ${checksum}, which is not there`)
}

async function importObject(
  imported: Imported,
  state: LayerState,
  member: TarMember,
  checksum: string,
  kind: string,
): Promise<void> {
  const { metadata } = defaultRepoLimits
  if (state.isFirst && imported.commit === undefined && kind !== 'commit')
    throw invalid(`the object ${checksum}.${kind} before the commit`)
  if (!state.isFirst && !kind.startsWith('file'))
    throw invalid(`the object ${checksum}.${kind} in a layer of contents`)
  if (kind === 'file') return importFile(imported, state, member, checksum)
  if (kind === 'file-xattrs-link') {
    const shared =
      member.type === 'hardlink'
        ? /([0-9a-f]{2})\/([0-9a-f]{62})\.file-xattrs$/.exec(member.target ?? '')
        : null
    const known = shared && state.shared.get(`${shared[1]}${shared[2]}`)
    const bytes = member.type === 'hardlink' ? known : await memberBytes(member, 2 ** 20)
    if (!bytes) throw invalid(`attributes of ${checksum} that are not in the layer`)
    if (state.pending.size > 0) throw invalid(`attributes of ${checksum} before the object of those before`)
    state.pending.set(checksum, bytes)
    return undefined
  }
  const bytes = await memberBytes(member, metadata)
  if (kind === 'file-xattrs') {
    state.shared.set(checksum, bytes)
    return undefined
  }
  if (kind === 'commitmeta') return imported.writer.detached(checksum, bytes)
  if (digestOf(bytes) !== `sha256:${checksum}`) throw mismatch(`${checksum}.${kind}`)
  await imported.writer.metadata(kind as 'commit' | 'dirtree' | 'dirmeta', bytes)
  if (kind === 'dirtree') imported.trees.set(checksum, decodeDirTree(bytes))
  else if (kind === 'dirmeta') imported.metas.add(checksum)
  else if (imported.commit === undefined) imported.commit = { checksum, commit: decodeCommit(bytes) }
  else throw invalid('two commits')
  return undefined
}

async function importFile(
  imported: Imported,
  state: LayerState,
  member: TarMember,
  checksum: string,
): Promise<void> {
  if (state.seen.has(checksum)) throw invalid(`the object ${checksum} twice in one layer`)
  state.seen.add(checksum)
  const raw = state.pending.get(checksum)
  if (raw === undefined) throw invalid(`the object ${checksum} without its attributes`)
  state.pending.delete(checksum)
  const { uid, gid, mode, size, target } = member
  if (member.type !== 'file' && member.type !== 'link')
    throw invalid(`the object ${checksum} as a ${member.type}`)
  const written = await imported.writer.content({
    type: member.type,
    uid,
    gid,
    mode,
    size,
    xattrs: decodeXattrs(raw, defaultRepoLimits),
    rawXattrs: raw,
    ...(target !== undefined && { target }),
    open: () => member.content,
  })
  if (written !== checksum) throw mismatch(`${checksum}.file`)
  imported.files.add(checksum)
}

/**
 * Images of ostree-ext 0.15.3 can lack folders of /sysroot without anybody noticing (ostree.md §15.2). Each folder object
 * is looked at once, however many paths lead to it. Errors: OSTREE_OBJECT_MISSING, LIMIT_EXCEEDED.
 */
function checkFolder(
  imported: Imported,
  at: { readonly tree: string; readonly meta: string },
  path: string,
  seen: Set<string>,
): void {
  if (!imported.metas.has(at.meta)) throw missing(`${at.meta}.dirmeta`, path)
  if (seen.has(at.tree)) return
  seen.add(at.tree)
  if (Buffer.byteLength(path) > defaultRepoLimits.path)
    throw beyond('bytes of a path', defaultRepoLimits.path)
  const tree = imported.trees.get(at.tree)
  if (tree === undefined) throw missing(`${at.tree}.dirtree`, path)
  for (const { name, checksum } of tree.files)
    if (!imported.files.has(checksum)) throw missing(`${checksum}.file`, `${path}/${name}`)
  for (const folder of tree.folders) checkFolder(imported, folder, `${path}/${folder.name}`, seen)
}

function missing(object: string, path: string): OcishError {
  return new OcishError(
    'OSTREE_OBJECT_MISSING',
    `the image lacks the object ${object} (${JSON.stringify(path || '/')})`,
    {
      details: { object, path },
    },
  )
}

function mismatch(object: string): OcishError {
  return new OcishError('DIGEST_MISMATCH', `the object ${object} in the image is not what its name says`, {
    details: { object },
  })
}

function invalid(what: string): OcishError {
  return new OcishError('KIND_INPUT_INVALID', `an encapsulated image with ${what}`)
}
