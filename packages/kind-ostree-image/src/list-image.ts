import type { TarMember } from '@ocish/archive'
import { OcishError, type Artifact, type OpenBytes, type TreeEntry } from '@ocish/sdk'
import { layerEntries } from './image-layers.ts'
import { MergedTree, type MergedFolder } from './merged-tree.ts'
import { readImage, type ImageLayer } from './model.ts'

/** A file as the layers show it, and where its bytes lie. */
interface Shown {
  readonly member: Omit<TarMember, 'content'>
  readonly layer: ImageLayer
}

/** The files of the tree that the layers make together; contents are read from their layer again when they are asked for. */
export async function* listImage(
  artifact: Artifact,
): AsyncGenerator<TreeEntry & { readonly open?: OpenBytes }> {
  const image = await readImage(artifact)
  let current: ImageLayer | undefined
  const tree = new MergedTree<Shown>(async ({ content: _content, ...member }) => {
    if (current === undefined) throw new OcishError('KIND_FAILED', 'no layer is being read')
    return { member, layer: current }
  })
  for (const [index, layer] of image.layers.entries()) {
    current = layer
    for await (const member of layerEntries(artifact, layer)) await tree.add(member, index)
  }
  yield* below(artifact, tree.root, '')
}

function* below(
  artifact: Artifact,
  folder: MergedFolder<Shown>,
  prefix: string,
): Generator<TreeEntry & { readonly open?: OpenBytes }> {
  for (const [name, entry] of folder.entries) {
    const path = `${prefix}${name}`
    if (entry.type === 'folder') {
      const { mode = 0o755, uid = 0, gid = 0 } = entry.member ?? {}
      yield { path, kind: 'folder', size: 0, mode, owner: { uid, gid } }
      yield* below(artifact, entry, `${path}/`)
      continue
    }
    const { mode, uid, gid, size, mtime, target, type } = entry.value.member
    const base = { path, size, mode, mtime, owner: { uid, gid } }
    if (type === 'link') yield { ...base, kind: 'link', target: target ?? '' }
    else yield { ...base, kind: 'file', open: () => contentOf(artifact, entry.value) }
  }
}

async function* contentOf(artifact: Artifact, { member, layer }: Shown): AsyncGenerator<Uint8Array> {
  for await (const one of layerEntries(artifact, layer))
    if (one.offset === member.offset) {
      // The layer is read to its end all the same, since only then its bytes are proven.
      yield* one.content
    }
}
