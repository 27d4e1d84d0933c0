import {
  beyond,
  createRepo,
  decodeCommit,
  decodeDirTree,
  defaultRepoLimits,
  type DirTree,
  type RepoWriter,
} from '@ocish/ostree-repo'
import { OcishError } from '@ocish/sdk'
import type { Difference } from './compare.ts'
import { nowhere } from './nowhere.ts'
import type { CommitSource } from './open-commit.ts'

/** Takes a whole repository and keeps its metadata objects, which say everything but the contents. */
export interface MetadataKeeper extends RepoWriter {
  readonly kept: ReadonlyMap<string, Uint8Array>
}

/** A keeper for one comparison. */
export async function metadataKeeper(): Promise<MetadataKeeper> {
  const writer = await createRepo(nowhere())
  const kept = new Map<string, Uint8Array>()
  return {
    kept,
    async metadata(kind, bytes) {
      const checksum = await writer.metadata(kind, bytes)
      kept.set(checksum, bytes)
      return checksum
    },
    content: async (content) => writer.content(content),
    detached: async (commit, bytes) => writer.detached(commit, bytes),
    ref: async (name, commit) => writer.ref(name, commit),
  }
}

type Entry = { readonly checksum: string } | { readonly tree: string; readonly meta: string }
type Trees = (checksum: string, path: string) => Promise<DirTree>

/**
 * Compares two commits by what their folders say: equal checksums need no look. `op` is seen from the image.
 * Errors: those of reading folders, LIMIT_EXCEEDED.
 */
export async function* compareCommits(
  image: { readonly kept: MetadataKeeper['kept']; readonly commit: string },
  source: CommitSource,
): AsyncGenerator<Difference> {
  const bytesOf = (checksum: string): Uint8Array => {
    const bytes = image.kept.get(checksum)
    if (bytes === undefined) throw new OcishError('OSTREE_OBJECT_MISSING', `the image lacks ${checksum}`)
    return bytes
  }
  const left: Trees = async (checksum) => decodeDirTree(bytesOf(checksum))
  const right: Trees = async (checksum, path) => source.repo.tree(checksum, path)
  const { tree, meta } = decodeCommit(bytesOf(image.commit))
  let count = 0
  for await (const difference of compareEntries(left, { tree, meta }, right, source.commit, '')) {
    count += 1
    if (count > defaultRepoLimits.entries) throw beyond('differences', defaultRepoLimits.entries)
    yield difference
  }
}

async function* compareEntries(
  left: Trees,
  one: Entry,
  right: Trees,
  other: Entry,
  path: string,
): AsyncGenerator<Difference> {
  if (!('tree' in one) || !('tree' in other)) {
    if (!('checksum' in one) || !('checksum' in other) || one.checksum !== other.checksum)
      yield { path, op: '~' }
    if ('tree' in one) yield* insideOf(left, one.tree, path, '+')
    if ('tree' in other) yield* insideOf(right, other.tree, path, '-')
    return
  }
  if (one.meta !== other.meta) yield { path: path || '/', op: '~' }
  if (one.tree === other.tree) return
  const here = entriesOf(await left(one.tree, path))
  const there = entriesOf(await right(other.tree, path))
  for (const [name, entry] of there) {
    const found = here.get(name)
    if (found === undefined) yield* allOf(right, entry, `${path}/${name}`, '-')
    else yield* compareEntries(left, found, right, entry, `${path}/${name}`)
  }
  for (const [name, entry] of here) if (!there.has(name)) yield* allOf(left, entry, `${path}/${name}`, '+')
}

function entriesOf(tree: DirTree): ReadonlyMap<string, Entry> {
  return new Map([...tree.files, ...tree.folders].map(({ name, ...entry }) => [name, entry]))
}

async function* allOf(
  trees: Trees,
  entry: Entry,
  path: string,
  op: Difference['op'],
): AsyncGenerator<Difference> {
  yield { path, op }
  if ('tree' in entry) yield* insideOf(trees, entry.tree, path, op)
}

async function* insideOf(
  trees: Trees,
  tree: string,
  path: string,
  op: Difference['op'],
): AsyncGenerator<Difference> {
  for (const [name, entry] of entriesOf(await trees(tree, path)))
    yield* allOf(trees, entry, `${path}/${name}`, op)
}
