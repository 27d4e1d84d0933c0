import { isOcishError } from '@ocish/sdk'
import type { Commit } from './commit.ts'
import type { Repository } from './repository.ts'

/** What is wrong with an object that a commit needs. */
export interface Fault {
  /** `objects/ab/….filez`, or the checksum of a commit. */
  readonly object: string
  /** Where in the tree it is needed first. */
  readonly path: string
  readonly code: string
  readonly message: string
}

/** What `fsck` found of one commit: the objects it looked at, and how many are missing or wrong. */
export interface FsckResult {
  readonly commit: string
  readonly objects: number
  readonly faults: number
}

/**
 * Reads and verifies every object that a commit needs, each once. Faults come as they are found; the generator returns
 * their number. A commit of which only a part is here is a fault, too.
 */
export async function* fsck(
  repo: Repository,
  commit: string,
  options: { readonly signal?: AbortSignal } = {},
): AsyncGenerator<Fault, FsckResult> {
  const seen = new Set<string>()
  let faults = 0
  for await (const fault of check(repo, commit, seen, options.signal)) {
    faults += 1
    yield fault
  }
  return { commit, objects: seen.size, faults }
}

async function* check(
  repo: Repository,
  checksum: string,
  seen: Set<string>,
  signal: AbortSignal | undefined,
): AsyncGenerator<Fault> {
  seen.add(`${checksum}.commit`)
  const read = await attempt('', async () => repo.commit(checksum))
  if ('fault' in read) yield read.fault
  else yield* checkFolder(repo, read.value, '', seen, signal)
  if (await repo.isPartial(checksum))
    yield { object: checksum, path: '', code: 'OSTREE_COMMIT_PARTIAL', message: 'only a part of it is here' }
}

async function* checkFolder(
  repo: Repository,
  { tree, meta }: Pick<Commit, 'tree' | 'meta'>,
  path: string,
  seen: Set<string>,
  signal: AbortSignal | undefined,
): AsyncGenerator<Fault> {
  signal?.throwIfAborted()
  if (isNew(seen, `${meta}.dirmeta`)) {
    const read = await attempt(path, async () => repo.meta(meta, path))
    if ('fault' in read) yield read.fault
  }
  if (!isNew(seen, `${tree}.dirtree`)) return
  const read = await attempt(path, async () => repo.tree(tree, path))
  if ('fault' in read) {
    yield read.fault
    return
  }
  const below = path === '' ? '' : `${path}/`
  for (const { name, checksum } of read.value.files) {
    if (!isNew(seen, `${checksum}.file`)) continue
    signal?.throwIfAborted()
    const inner = `${below}${name}`
    const content = await attempt(inner, async () => {
      for await (const _ of (await repo.content(checksum, inner)).open());
    })
    if ('fault' in content) yield content.fault
  }
  for (const folder of read.value.folders)
    yield* checkFolder(repo, folder, `${below}${folder.name}`, seen, signal)
}

function isNew(seen: Set<string>, object: string): boolean {
  if (seen.has(object)) return false
  seen.add(object)
  return true
}

async function attempt<T>(
  path: string,
  work: () => Promise<T>,
): Promise<{ readonly value: T } | { readonly fault: Fault }> {
  try {
    return { value: await work() }
  } catch (error) {
    if (!isOcishError(error)) throw error
    const object = error.details?.['object']
    return {
      fault: {
        object: typeof object === 'string' ? object : '',
        path,
        code: error.code,
        message: error.message,
      },
    }
  }
}
