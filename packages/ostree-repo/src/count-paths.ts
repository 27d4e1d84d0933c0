import type { DirTree } from './dirtree.ts'
import { beyond } from './limits.ts'
import type { Repository } from './repository.ts'

/** What a walk of a folder would meet, itself not counted. */
interface Below {
  readonly entries: number
  /** Bytes of the longest path. */
  readonly longest: number
  /** Folders within folders. */
  readonly height: number
}

/** Of a folder object, what counting needs. */
interface Sizes {
  readonly files: number
  readonly longestFile: number
  readonly folders: readonly (readonly [checksum: string, nameBytes: number])[]
}

/** Folder objects that are read at the same time. */
const width = 32

const nothing: Below = { entries: 0, longest: 0, height: 0 }

/**
 * Refuses a tree of too many paths, too long ones, or too many folders within folders, before it is walked (ostree.md §9).
 * Equal folders count as often as they appear, but each object is read once: a few small ones may be more paths than
 * anybody can walk. What cannot be read counts nothing, whoever walks there meets it. Errors: LIMIT_EXCEEDED.
 */
export async function refuseEndless(
  repo: Repository,
  folder: { readonly path: string; readonly tree: string },
  signal?: AbortSignal,
): Promise<void> {
  const { limits } = repo
  const sizes = await readSizes(repo, folder.tree, signal)
  const { entries, longest } = measure(sizes, folder.tree, limits.depth)
  if (entries >= limits.entries) throw beyond('entries of a tree', limits.entries)
  const above = folder.path === '' ? 0 : Buffer.byteLength(folder.path) + 1
  if (above + longest > limits.path) throw beyond('bytes of a path', limits.path)
}

/** All folder objects, level by level. */
async function readSizes(
  repo: Repository,
  root: string,
  signal: AbortSignal | undefined,
): Promise<ReadonlyMap<string, Sizes>> {
  const { limits } = repo
  const known = new Map<string, Sizes>()
  let names = 0
  let level = new Set([root])
  for (let depth = 0; level.size > 0; depth += 1) {
    if (depth > limits.depth) throw beyond('folders within folders', limits.depth)
    const next = new Set<string>()
    const read = async (checksum: string): Promise<void> => {
      const sizes = sizesOf(await repo.tree(checksum).catch(() => undefined))
      known.set(checksum, sizes)
      names += sizes.files + sizes.folders.length
      for (const [inner] of sizes.folders) next.add(inner)
    }
    const waiting = level.values()
    const reader = async (): Promise<void> => {
      for (const checksum of waiting) {
        signal?.throwIfAborted()
        if (names >= limits.entries) throw beyond('entries of a tree', limits.entries)
        if (!known.has(checksum)) await read(checksum)
      }
    }
    await Promise.all(Array.from({ length: Math.min(width, level.size) }, reader))
    level = next
  }
  return known
}

function sizesOf(tree: DirTree | undefined): Sizes {
  if (tree === undefined) return { files: 0, longestFile: 0, folders: [] }
  const { files, folders } = tree
  return {
    files: files.length,
    longestFile: files.reduce((longest, { name }) => Math.max(longest, Buffer.byteLength(name)), 0),
    folders: folders.map((folder) => [folder.tree, Buffer.byteLength(folder.name)] as const),
  }
}

function measure(sizes: ReadonlyMap<string, Sizes>, root: string, limit: number): Below {
  const known = new Map<string, Below>()
  const below = (checksum: string, depth: number): Below => {
    const before = known.get(checksum)
    if (depth + (before?.height ?? 0) > limit) throw beyond('folders within folders', limit)
    if (before) return before
    const { files, longestFile, folders } = sizes.get(checksum) ?? sizesOf(undefined)
    let { entries, longest, height } = { ...nothing, entries: files, longest: longestFile }
    for (const [tree, nameBytes] of folders) {
      const inner = below(tree, depth + 1)
      entries += 1 + inner.entries
      longest = Math.max(longest, nameBytes + (inner.longest === 0 ? 0 : 1 + inner.longest))
      height = Math.max(height, 1 + inner.height)
    }
    const result = { entries, longest, height }
    known.set(checksum, result)
    return result
  }
  return below(root, 0)
}
