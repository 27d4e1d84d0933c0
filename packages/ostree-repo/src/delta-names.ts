import { hasCode } from '@ocish/sdk'
import type { RepoFiles } from './repo-files.ts'

/** Folders of deltas that are looked through. */
const mostFolders = 4096

/**
 * Whether a static delta makes this commit, `deltas/FR/OM-TO` or `deltas/TO` (ostree.md §8). What is in it is not read.
 */
export async function isInDelta(files: RepoFiles, checksum: string): Promise<boolean> {
  const name = Buffer.from(checksum, 'hex').toString('base64').replace(/=+$/, '').replaceAll('/', '_')
  let count = 0
  try {
    for await (const { path: folder, kind } of files.list('deltas')) {
      count += 1
      if (kind !== 'folder' || count > mostFolders) continue
      for await (const { path } of files.list(folder)) {
        const whole = path.slice('deltas/'.length).replace('/', '')
        if (whole === name || whole.endsWith(`-${name}`)) return true
      }
    }
  } catch (error) {
    if (!hasCode(error, 'FILE_NOT_FOUND')) throw error
  }
  return false
}
