import { encodeCommit, encodeDirMeta, encodeDirTree, type RepoWriter, type Variant } from '@ocish/ostree-repo'
import type { TarMember } from '@ocish/archive'
import type { Artifact } from '@ocish/sdk'
import { layerEntries } from './image-layers.ts'
import { MergedTree, type MergedFolder } from './merged-tree.ts'
import type { OstreeImage } from './model.ts'

const noXattrs: ReadonlyMap<string, Uint8Array> = new Map()

export interface ImportOptions {
  readonly signal: AbortSignal
  readonly warn: (message: string) => void
}

/**
 * The tree of an image, as a container would see it, becomes a commit (ostree.md §17c): owners, modes and attributes are
 * kept, times are not. A file that a later layer replaced stays as an object that no commit needs. Gives the commit.
 */
export async function importPlain(
  artifact: Artifact,
  image: OstreeImage,
  writer: RepoWriter,
  options: ImportOptions,
): Promise<string> {
  const tree = new MergedTree<string>(async (member) => writeMember(writer, member))
  for (const [index, layer] of image.layers.entries())
    for await (const member of layerEntries(artifact, layer)) {
      options.signal.throwIfAborted()
      await tree.add(member, index)
    }
  const root = await writeFolder(writer, tree.root)
  const text = (value: string): Variant => ({ type: 's', value })
  return writer.metadata(
    'commit',
    encodeCommit({
      metadata: new Map([
        ['ostree.manifest-digest', text(artifact.descriptor.digest)],
        ...(image.version === undefined ? [] : ([['version', text(image.version)]] as const)),
      ]),
      subject: image.layers.at(-1)?.history ?? '',
      body: '',
      timestamp: secondsOf(image.created),
      ...root,
    }),
  )
}

/** The object that a file or link of a layer is. */
export async function writeMember(writer: RepoWriter, member: TarMember): Promise<string> {
  const { uid, gid, mode, size, target, xattrs = noXattrs } = member
  return writer.content({
    type: member.type === 'link' ? 'link' : 'file',
    uid,
    gid,
    mode,
    size,
    xattrs,
    ...(target !== undefined && { target }),
    open: () => member.content,
  })
}

async function writeFolder(
  writer: RepoWriter,
  folder: MergedFolder<string>,
): Promise<{ readonly tree: string; readonly meta: string }> {
  const files: { name: string; checksum: string }[] = []
  const folders: { name: string; tree: string; meta: string }[] = []
  for (const [name, entry] of folder.entries) {
    if (entry.type === 'file') files.push({ name, checksum: entry.value })
    else folders.push({ name, ...(await writeFolder(writer, entry)) })
  }
  const { uid = 0, gid = 0, mode = 0o755, xattrs = noXattrs } = folder.member ?? {}
  const tree = await writer.metadata(
    'dirtree',
    encodeDirTree({ files: files.toSorted(byName), folders: folders.toSorted(byName) }),
  )
  return { tree, meta: await writer.metadata('dirmeta', encodeDirMeta({ uid, gid, mode, xattrs })) }
}

function byName(a: { readonly name: string }, b: { readonly name: string }): number {
  return Buffer.compare(Buffer.from(a.name), Buffer.from(b.name))
}

function secondsOf(created: string | undefined): number {
  const time = created === undefined ? 0 : Date.parse(created)
  return Number.isFinite(time) && time > 0 ? Math.floor(time / 1000) : 0
}
