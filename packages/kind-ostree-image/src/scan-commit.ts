import { walk, type TreeFolder } from '@ocish/ostree-repo'
import type { CommitSource } from './open-commit.ts'

/** An object of a commit and where it appears. */
export interface ScannedObject {
  readonly checksum: string
  readonly size: number
  readonly isLink: boolean
  /** In the order of the walk. */
  readonly paths: string[]
  /** Its attribute `user.component`, which puts it into a layer of its own. */
  readonly component?: string
}

export interface ScannedCommit {
  /** By checksum, sorted. */
  readonly objects: ReadonlyMap<string, ScannedObject>
  /** Folders by path, the root as the empty one. */
  readonly folders: ReadonlyMap<string, TreeFolder>
  /** Objects by path. */
  readonly byPath: ReadonlyMap<string, ScannedObject>
}

/** One walk over everything that a commit holds; contents are not read. */
export async function scanCommit(source: CommitSource, signal: AbortSignal): Promise<ScannedCommit> {
  const objects = new Map<string, ScannedObject>()
  const folders = new Map<string, TreeFolder>()
  const byPath = new Map<string, ScannedObject>()
  for await (const node of walk(source.repo, source.commit, { signal })) {
    if (node.type === 'folder') {
      folders.set(node.path, node)
      continue
    }
    const { checksum, size } = node
    const component = node.xattrs.get('user.component')
    const object = objects.get(checksum) ?? {
      checksum,
      size,
      isLink: node.type === 'link',
      paths: [],
      ...(component && { component: Buffer.from(component).toString('utf8') }),
    }
    object.paths.push(node.path)
    objects.set(checksum, object)
    byPath.set(node.path, object)
  }
  const sorted = new Map([...objects].toSorted(([a], [b]) => (a < b ? -1 : 1)))
  return { objects: sorted, folders, byPath }
}
