import { OcishError } from '@ocish/sdk'
import type { Commit } from './commit.ts'
import type { ContentObject } from './content.ts'
import { refuseEndless } from './count-paths.ts'
import type { DirMeta } from './dirtree.ts'
import { beyond } from './limits.ts'
import { ahead, budgetOf, type Found, type ReadContentsOptions } from './read-contents.ts'
import type { Repository } from './repository.ts'

/** A folder of a tree. */
export interface TreeFolder extends DirMeta {
  readonly type: 'folder'
  /** Relative, without leading slash; empty for the root. */
  readonly path: string
  /** Checksums of its `.dirtree` and `.dirmeta`. */
  readonly tree: string
  readonly meta: string
}

/** A file or link of a tree. */
export interface TreeFile extends ContentObject {
  readonly path: string
}

/** A folder or a file of a commit's tree. */
export type TreeNode = TreeFolder | TreeFile

/** Where a walk begins, and whether it goes into folders. */
export interface WalkOptions extends ReadContentsOptions {
  readonly signal?: AbortSignal
  /** Begin below this folder, or with this file. Errors: PATH_NOT_FOUND. */
  readonly from?: string
  /** Also what is in folders below. Default true. */
  readonly recursive?: boolean
}

interface State {
  readonly repo: Repository
  readonly options: WalkOptions
  entries: number
  bytes: number
}

/**
 * All entries of a commit: a folder, its files in their order, then its folders, each the same way (ostree.md §10).
 * Contents are not read. Equal subtrees are walked as often as they appear, and paths are what is limited: they are counted
 * before the first entry comes. Errors: LIMIT_EXCEEDED, PATH_NOT_FOUND, those of reading objects.
 */
export async function* walk(
  repo: Repository,
  commit: Pick<Commit, 'tree' | 'meta'>,
  options: WalkOptions = {},
): AsyncGenerator<TreeNode> {
  const state: State = { repo, options, entries: 0, bytes: 0 }
  const start = await find(repo, commit, options.from ?? '')
  if (start.type !== 'folder') {
    yield start
    return
  }
  if (options.recursive ?? true) await refuseEndless(repo, start, options.signal)
  yield* walkFolder(state, start)
}

/** The entry at a path. Errors: PATH_NOT_FOUND, those of reading objects. */
export async function find(
  repo: Repository,
  commit: Pick<Commit, 'tree' | 'meta'>,
  path: string,
): Promise<TreeNode> {
  const parts = path.split('/').filter((part) => part !== '' && part !== '.')
  let at: TreeFolder = await folderAt(repo, '', commit.tree, commit.meta)
  for (const [index, part] of parts.entries()) {
    const tree = await repo.tree(at.tree, at.path)
    const inner = joined(at.path, part)
    const file = tree.files.find(({ name }) => name === part)
    if (file && index === parts.length - 1)
      return { ...(await repo.content(file.checksum, inner)), path: inner }
    const folder = tree.folders.find(({ name }) => name === part)
    if (folder === undefined)
      throw new OcishError('PATH_NOT_FOUND', `no ${JSON.stringify(inner)} in the commit`)
    at = await folderAt(repo, inner, folder.tree, folder.meta)
  }
  return at
}

async function folderAt(repo: Repository, path: string, tree: string, meta: string): Promise<TreeFolder> {
  return { type: 'folder', path, tree, meta, ...(await repo.meta(meta, path)) }
}

function joined(folder: string, name: string): string {
  return folder === '' ? name : `${folder}/${name}`
}

type Step = TreeFolder | { readonly type?: undefined; readonly checksum: string; readonly path: string }

/** A folder whose turn comes: what its parent says of it. */
interface Waiting {
  readonly path: string
  readonly tree: string
  readonly meta: string
  readonly depth: number
}

/** Folders and names of files in their order; contents are looked up by whoever takes the steps. */
async function* steps(state: State, start: TreeFolder): AsyncGenerator<Step> {
  const { repo, options } = state
  const { limits } = repo
  const recursive = options.recursive ?? true
  // Those of one folder lie in reverse: the next one is at the end.
  const waiting: Waiting[] = [{ ...start, depth: 0 }]
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const { path, tree, meta, depth } = next
    options.signal?.throwIfAborted()
    const folder = await folderAt(repo, path, tree, meta)
    const isEntered = depth === 0 || recursive
    if (isEntered && depth > limits.depth) throw beyond('folders within folders', limits.depth)
    if (isEntered) count(state, path)
    yield folder
    if (!isEntered) continue
    const inner = await repo.tree(tree, path)
    for (const { name, checksum } of inner.files) {
      const filePath = joined(path, name)
      count(state, filePath)
      yield { checksum, path: filePath }
    }
    for (const one of inner.folders.toReversed())
      waiting.push({ path: joined(path, one.name), tree: one.tree, meta: one.meta, depth: depth + 1 })
  }
}

async function* walkFolder(state: State, start: TreeFolder): AsyncGenerator<TreeNode> {
  const { repo, options } = state
  const budget = budgetOf(options)
  const nodes = ahead(steps(state, start), async (step): Promise<Found<TreeNode>> => {
    if (step.type === 'folder') return { result: step }
    const content = await repo.content(step.checksum, step.path)
    return { result: { ...content, path: step.path }, done: budget.begin(content) }
  })
  for await (const node of nodes) {
    options.signal?.throwIfAborted()
    if (node.type === 'file') state.bytes += node.size
    if (state.bytes > repo.limits.bytes) throw beyond('bytes of a tree', repo.limits.bytes)
    yield node
  }
}

function count(state: State, path: string): void {
  const { limits } = state.repo
  state.entries += 1
  if (state.entries > limits.entries) throw beyond('entries of a tree', limits.entries)
  // A character is three bytes at most for each unit of its length.
  if (path.length * 3 > limits.path && Buffer.byteLength(path) > limits.path)
    throw beyond('bytes of a path', limits.path)
}
