import type { TarInput } from '@ocish/archive'
import type { TreeNode } from '@ocish/ostree-repo'
import { OcishError } from '@ocish/sdk'
import type { ImageOptions } from './image-options.ts'
import type { ReusableInput } from './reused-gzip.ts'

/** A layer's entries from a tree's (ostree.md §10): times are 0, equal files of one layer are hard links. */
export async function* treeEntries(
  nodes: AsyncIterable<TreeNode>,
  options: ImageOptions,
): AsyncGenerator<ReusableInput> {
  const first = new Map<string, string>()
  const dropped: string[] = []
  for await (const node of nodes) {
    if (isDropped(node.path, options, dropped)) continue
    const path = imagePath(node.path, options)
    const known = node.type === 'file' && node.size > 0 ? first.get(node.checksum) : undefined
    if (known !== undefined && options.hardlinks) {
      yield { ...headOf(node, path), type: 'hardlink', target: known, size: 0 }
      continue
    }
    if (node.type === 'file' && node.size > 0) first.set(node.checksum, path)
    yield entryOf(node, path)
  }
}

/** The root is `.`, which a tar writes as `./`. */
function imagePath(path: string, options: Pick<ImageOptions, 'etc'>): string {
  if (path === '') return '.'
  return options.etc === 'usr-to-etc' ? path.replace(/^usr\/etc(?=\/|$)/, 'etc') : path
}

/** A name that a layer would read as a deletion cannot be written as one. Errors: KIND_INPUT_INVALID. */
function isDropped(path: string, options: ImageOptions, dropped: string[]): boolean {
  if (dropped.some((folder) => path.startsWith(folder))) return true
  const name = path.slice(path.lastIndexOf('/') + 1)
  if (!name.startsWith('.wh.')) return false
  if (options.whiteouts === 'refuse')
    throw new OcishError(
      'KIND_INPUT_INVALID',
      `${JSON.stringify(`/${path}`)} would delete another file when the image is unpacked`,
      { hint: 'Remove it from the commit, or leave it out with --whiteouts drop.', details: { path } },
    )
  dropped.push(`${path}/`)
  return true
}

function headOf(node: TreeNode, path: string): Omit<TarInput, 'type' | 'size'> {
  return { path, mode: node.mode, uid: node.uid, gid: node.gid, mtime: 0 }
}

function entryOf(node: TreeNode, path: string): ReusableInput {
  // The label of the machine that unpacks it counts, not that of the one that built it.
  const xattrs = new Map([...node.xattrs].filter(([name]) => name !== 'security.selinux'))
  const head = { ...headOf(node, path), ...(xattrs.size > 0 && { xattrs }) }
  if (node.type === 'folder') return { ...head, type: 'folder', size: 0 }
  if (node.type === 'link') return { ...head, type: 'link', size: 0, target: node.target ?? '' }
  const { size, open, openDeflated } = node
  return { ...head, type: 'file', size, open, ...(openDeflated && { openDeflated }) }
}
