import { createHash } from 'node:crypto'
import { lstat, readdir, readFile, readlink } from 'node:fs/promises'
import { join } from 'node:path'
import { createXattrReader } from '@ocish/archive'

/**
 * What a folder on disk holds, a line for each path: type, mode, owner, attributes but for `security.selinux`, and the
 * content or target. Two folders with equal lines are the same tree.
 */
export async function folderFacts(root: string): Promise<readonly string[]> {
  const xattrs = createXattrReader()
  try {
    const inner = await readdir(root, { recursive: true })
    return await Promise.all(
      ['', ...inner].toSorted().map(async (path) => factsOf(join(root, path), path, xattrs)),
    )
  } finally {
    xattrs.close()
  }
}

async function factsOf(
  full: string,
  path: string,
  xattrs: ReturnType<typeof createXattrReader>,
): Promise<string> {
  const stats = await lstat(full)
  const content = stats.isSymbolicLink()
    ? `-> ${await readlink(full)}`
    : stats.isFile()
      ? createHash('sha256')
          .update(await readFile(full))
          .digest('hex')
      : ''
  const found = await xattrs.read(full)
  if (found === undefined) throw new TypeError('no helper reads attributes')
  const shown = [...found]
    .filter(([name]) => name !== 'security.selinux')
    .map(([name, value]) => `${name}=${Buffer.from(value).toString('hex')}`)
  return [
    JSON.stringify(path),
    stats.mode.toString(8),
    stats.uid,
    stats.gid,
    shown.toSorted().join(),
    content,
  ].join(' ')
}
