import { readContents, type TreeFolder, type TreeNode } from '@ocish/ostree-repo'
import { binName, packComponents } from './chunk-packing.ts'
import { ownershipOf } from './components.ts'
import type { CommitSource } from './open-commit.ts'
import { checkLayerLimit } from './layer-limit.ts'
import { scanCommit, type ScannedCommit, type ScannedObject } from './scan-commit.ts'

/** One layer of a tree. */
export interface TreePart {
  readonly nodes: () => AsyncGenerator<TreeNode>
  readonly history: string
}

/**
 * A tree in at most `limit` layers by component: the first has all folders, each other one the folders above its files, with
 * what the commit says of them (ostree.md §11). Errors: USAGE_INVALID_VALUE.
 */
export async function splitTree(
  source: CommitSource,
  limit: number,
  signal: AbortSignal,
): Promise<readonly TreePart[]> {
  checkLayerLimit(limit)
  const scanned = await scanCommit(source, signal)
  const { components, owner } = await ownershipOf(source, scanned)
  const packed = packComponents(components, limit).filter((bin) => bin.length > 0)
  const bins = packed.length === 0 ? [[]] : packed
  return bins.map((bin, index) => {
    const names = new Set(bin.map(({ name }) => name))
    const files = [...scanned.byPath].filter(([, { checksum }]) => names.has(owner.get(checksum) ?? ''))
    return { nodes: () => nodesOf(source, scanned, files, index === 0), history: binName(bin) }
  })
}

async function* nodesOf(
  { repo }: CommitSource,
  scanned: ScannedCommit,
  files: readonly (readonly [string, ScannedObject])[],
  isFirst: boolean,
): AsyncGenerator<TreeNode> {
  const made = new Set<string>()
  if (isFirst) {
    yield* scanned.folders.values()
    for (const path of scanned.folders.keys()) made.add(path)
  }
  const wanted = files.map(([path, { checksum }]) => ({ checksum, path }))
  for await (const [content, { path }] of readContents(repo, wanted, { contents: true })) {
    yield* missingFolders(path, scanned, made)
    yield { ...content, path }
  }
}

function* missingFolders(path: string, scanned: ScannedCommit, made: Set<string>): Generator<TreeFolder> {
  const parts = path.split('/')
  for (let length = 0; length < parts.length; length += 1) {
    const parent = parts.slice(0, length).join('/')
    const folder = made.has(parent) ? undefined : scanned.folders.get(parent)
    made.add(parent)
    if (folder) yield folder
  }
}
