import { defaultLimits, type TarMember } from '@ocish/archive'
import { OcishError, type Artifact } from '@ocish/sdk'
import { layerEntries } from './image-layers.ts'
import { MergedTree, type MergedFolder } from './merged-tree.ts'
import type { ImageLayer, OstreeImage } from './model.ts'

/** A file or link as the layers show it, and where its bytes lie; other names of a file are the same object. */
export interface ShownFile {
  readonly member: Omit<TarMember, 'content'>
  readonly layer: ImageLayer
}

export type ShownFolder = MergedFolder<ShownFile>

/**
 * The tree that the layers of an image make together; each layer is read once and verified, contents are not kept.
 * Errors: those of `MergedTree` and of the layers, LIMIT_EXCEEDED for more than one archive may hold.
 */
export async function shownTree(
  artifact: Artifact,
  image: OstreeImage,
  signal: AbortSignal,
): Promise<ShownFolder> {
  let current: ImageLayer | undefined
  const tree = new MergedTree<ShownFile>(async ({ content: _content, ...member }) => {
    if (current === undefined) throw new OcishError('KIND_FAILED', 'no layer is being read')
    return { member, layer: current }
  })
  const total = { entries: 0, bytes: 0 }
  for (const [index, layer] of image.layers.entries()) {
    current = layer
    for await (const member of layerEntries(artifact, layer)) {
      signal.throwIfAborted()
      total.entries += 1
      total.bytes += member.size
      refuseBeyond(total)
      await tree.add(member, index)
    }
  }
  return tree.root
}

function refuseBeyond(total: Readonly<Record<'entries' | 'bytes', number>>): void {
  for (const what of ['entries', 'bytes'] as const) {
    const limit = defaultLimits[what]
    if (total[what] > limit)
      throw new OcishError('LIMIT_EXCEEDED', `the layers together have more than ${limit} ${what}`, {
        details: { what, limit },
      })
  }
}

/** The content of a file. Its layer is read to the end, since only then its bytes are proven. */
export async function* contentOf(
  artifact: Artifact,
  { member, layer }: ShownFile,
): AsyncGenerator<Uint8Array> {
  for await (const one of layerEntries(artifact, layer)) if (one.offset === member.offset) yield* one.content
}

/** Every entry below a folder with its path, a folder before what is in it. */
export function* shownEntries(
  folder: ShownFolder,
  prefix = '',
): Generator<readonly [path: string, entry: ShownFolder | ShownFile]> {
  for (const [name, entry] of folder.entries) {
    const path = `${prefix}${name}`
    if (entry.type === 'file') yield [path, entry.value]
    else {
      yield [path, entry]
      yield* shownEntries(entry, `${path}/`)
    }
  }
}

/** True for a folder of the tree. */
export function isShownFolder(entry: ShownFolder | ShownFile): entry is ShownFolder {
  return 'entries' in entry
}
