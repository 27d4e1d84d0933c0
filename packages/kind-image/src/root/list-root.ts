import type { Artifact, KindContext, OpenBytes, Target, TreeEntry } from '@ocish/sdk'
import { hasCode } from '@ocish/sdk'
import type { TarEntry, TarInput } from '@ocish/archive'
import { mergedRoot } from './merged-root.ts'
import type { Inode } from './root-tree.ts'

/** The merged root file system of an image, for `ls` and `cat`. */
export async function* listRoot(
  artifact: Artifact,
  { signal }: KindContext,
): AsyncGenerator<TreeEntry & { readonly open?: OpenBytes }, void> {
  const root = await mergedRoot(artifact, signal)
  const names = new Map<Inode, string>()
  for (const { path, inode } of root.paths) {
    if (inode === undefined) {
      yield { path, kind: 'folder', size: 0, mode: 0o755 }
      continue
    }
    const first = names.get(inode)
    const { type, size, mode, mtime, uid, gid, userName, groupName, target } = inode.entry
    const owner = { uid, gid, ...(userName && { user: userName }), ...(groupName && { group: groupName }) }
    const entry = { path, size, mode, mtime, owner }
    if (type !== 'file') {
      yield { ...entry, kind: kindOf(type), ...(target !== undefined && { target }) }
      continue
    }
    const open: OpenBytes = () => root.open(inode)
    yield first === undefined
      ? { ...entry, kind: 'file', open }
      : { ...entry, kind: 'hardlink', target: first, open }
    if (first === undefined) names.set(inode, path)
  }
}

function kindOf(type: TarEntry['type']): TreeEntry['kind'] {
  return type === 'folder' || type === 'link' ? type : 'other'
}

/**
 * Writes the merged root file system. Links stay as they are in the image, also those to absolute paths: data of the
 * image, through which nothing is written. Devices, and names that no target takes, are left out and said.
 * Errors: those of `mergedRoot` and of the target.
 */
export async function unpackRoot(artifact: Artifact, target: Target, context: KindContext): Promise<void> {
  const root = await mergedRoot(artifact, context.signal)
  for await (const entry of root.entries()) {
    try {
      await writeEntry(entry, target, context)
    } catch (error) {
      if (!hasCode(error, 'TARGET_UNSAFE')) throw error
      context.warn(`left out: ${error.message}`)
    }
  }
}

async function writeEntry(entry: TarInput, target: Target, context: KindContext): Promise<void> {
  const { path, type, mode } = entry
  switch (type) {
    case 'folder':
      return target.folder(path, { mode: mode & 0o777 })
    case 'file':
      return target.write(path, entry.open?.() ?? none(), { mode: mode & 0o777 })
    case 'link':
      return target.link(path, entry.target ?? '', { asData: true })
    case 'hardlink':
      return target.hardlink?.(path, entry.target ?? '')
    case 'fifo':
    case 'character':
    case 'block':
      context.warn(`left out: ${path} is a device or a pipe`)
      return undefined
    default:
      return type satisfies never
  }
}

async function* none(): AsyncGenerator<Uint8Array, void> {
  // An empty file.
}
