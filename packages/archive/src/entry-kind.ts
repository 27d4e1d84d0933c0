import type { Stats } from 'node:fs'
import type { TreeEntry } from '@ocish/sdk'

/** What a file of this machine is as an entry of a tree; a link is told by `lstat` only. */
export function entryKind(stats: Stats): TreeEntry['kind'] {
  if (stats.isFile()) return 'file'
  if (stats.isDirectory()) return 'folder'
  return stats.isSymbolicLink() ? 'link' : 'other'
}
