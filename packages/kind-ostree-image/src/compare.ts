import { createRepo, encodeDirMeta, walk, type DirMeta } from '@ocish/ostree-repo'
import type { Artifact } from '@ocish/sdk'
import { compareCommits, metadataKeeper } from './compare-commits.ts'
import { importEncapsulated } from './import-encapsulated.ts'
import { writeMember, type ImportOptions } from './import-plain.ts'
import { layerEntries } from './image-layers.ts'
import { MergedTree, type MergedFolder } from './merged-tree.ts'
import { readImage } from './model.ts'
import { nowhere } from './nowhere.ts'
import type { CommitSource } from './open-commit.ts'

/** A path that is not the same in an image and a commit. */
export interface Difference {
  readonly path: string
  /** `+` only in the image, `-` only in the commit, `~` in both. */
  readonly op: '+' | '-' | '~'
}

/**
 * Compares an image with a commit, entry by entry: type, owner, mode, attributes, content (ostree.md §13). An
 * encapsulated image has a commit in it, so that the folders of two commits are compared.
 */
export async function* compareImage(
  artifact: Artifact,
  source: CommitSource,
  options: ImportOptions,
): AsyncGenerator<Difference> {
  const image = await readImage(artifact)
  if (image.form === 'encapsulated') {
    const keeper = await metadataKeeper()
    const commit = await importEncapsulated(artifact, image, keeper, options)
    yield* compareCommits({ kept: keeper.kept, commit }, source)
    return
  }
  const writer = await createRepo(nowhere())
  const tree = new MergedTree<string>(async (member) => writeMember(writer, member))
  for (const [index, layer] of image.layers.entries())
    for await (const member of layerEntries(artifact, layer)) await tree.add(member, index)
  const found = new Map(flat(tree.root, ''))
  for await (const node of walk(source.repo, source.commit, { signal: options.signal })) {
    const there = found.get(node.path)
    found.delete(node.path)
    const wanted = node.type === 'folder' ? metaKey(node) : node.checksum
    if (there === undefined) yield { path: `/${node.path}`, op: '-' }
    else if (there !== wanted) yield { path: `/${node.path}`, op: '~' }
  }
  for (const path of found.keys()) yield { path: `/${path}`, op: '+' }
}

function* flat(folder: MergedFolder<string>, path: string): Generator<readonly [string, string]> {
  const { uid = 0, gid = 0, mode = 0o755, xattrs = new Map<string, Uint8Array>() } = folder.member ?? {}
  yield [path, metaKey({ uid, gid, mode, xattrs })]
  for (const [name, entry] of folder.entries) {
    const inner = path === '' ? name : `${path}/${name}`
    if (entry.type === 'folder') yield* flat(entry, inner)
    else yield [inner, entry.value]
  }
}

function metaKey(meta: DirMeta): string {
  return encodeDirMeta(meta).toString('hex')
}
