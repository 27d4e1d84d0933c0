import { openRepo, walk, type TreeNode } from '@ocish/ostree-repo'
import {
  OcishError,
  type KindLocation,
  type LocationContext,
  type OpenBytes,
  type TreeEntry,
} from '@ocish/sdk'

/**
 * The files of a commit, `ostree:REPO:REVISION//path`: at the path and below.
 * Errors: LOCATION_INVALID, OSTREE_REPO_INVALID, OSTREE_REF_NOT_FOUND, PATH_NOT_FOUND, those of reading objects.
 */
export async function* listCommit(
  location: KindLocation,
  context: LocationContext,
): AsyncGenerator<TreeEntry & { readonly open?: OpenBytes }> {
  const { folder, revision } = split(location)
  const repo = await openRepo(await context.folder(folder), { name: folder })
  const commit = await repo.commit(await repo.resolve(revision))
  for await (const node of walk(repo, commit, { signal: context.signal, from: location.inner ?? '' }))
    if (node.path !== '') yield entryOf(node)
}

/** The first colon ends the folder; a revision may have one itself (`remote:ref`). */
function split({ rest, text }: KindLocation): { readonly folder: string; readonly revision: string } {
  const colon = rest.indexOf(':', /^[A-Za-z]:[\\/]/.test(rest) ? 2 : 0)
  const folder = colon < 0 ? rest : rest.slice(0, colon)
  if (colon > 0 && colon < rest.length - 1) return { folder, revision: rest.slice(colon + 1) }
  throw new OcishError('LOCATION_INVALID', `${JSON.stringify(text)} names no commit`, {
    hint: `Write ostree:${folder}:REF; ostree refs ${folder} lists what there is.`,
    details: { input: text, span: { from: 0, to: text.length } },
  })
}

function entryOf(node: TreeNode): TreeEntry & { readonly open?: OpenBytes } {
  const { path, mode, uid, gid } = node
  const base = { path, mode, owner: { uid, gid } }
  if (node.type === 'folder') return { ...base, kind: 'folder', size: 0 }
  if (node.type === 'link') return { ...base, kind: 'link', size: 0, target: node.target ?? '' }
  return { ...base, kind: 'file', size: node.size, open: node.open }
}
