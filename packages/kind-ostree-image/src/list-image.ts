import type { Artifact, KindContext, OpenBytes, TreeEntry } from '@ocish/sdk'
import { readImage } from './model.ts'
import { contentOf, isShownFolder, shownEntries, shownTree } from './shown-tree.ts'

/** The files of the tree that the layers make together; contents are read from their layer again when they are asked for. */
export async function* listImage(
  artifact: Artifact,
  { signal }: KindContext,
): AsyncGenerator<TreeEntry & { readonly open?: OpenBytes }> {
  const root = await shownTree(artifact, await readImage(artifact), signal)
  for (const [path, entry] of shownEntries(root)) {
    if (isShownFolder(entry)) {
      const { mode = 0o755, uid = 0, gid = 0 } = entry.member ?? {}
      yield { path, kind: 'folder', size: 0, mode, owner: { uid, gid } }
      continue
    }
    const { mode, uid, gid, size, mtime, target, type } = entry.member
    const base = { path, size, mode, mtime, owner: { uid, gid } }
    if (type === 'link') yield { ...base, kind: 'link', target: target ?? '' }
    else yield { ...base, kind: 'file', open: () => contentOf(artifact, entry) }
  }
}
