import { hasCode, OcishError } from '@ocish/sdk'
import type { Commit } from './commit.ts'
import { isChecksum } from './object-path.ts'
import { isRefName, listRefs, readRefFile } from './refs.ts'
import type { RepoFiles } from './repo-files.ts'

/** Hex digits that may stand for a commit whose checksum begins with them. */
const shortest = 4

/**
 * The commit that a revision means: a checksum, a ref, `remote:ref`, an unambiguous beginning of a checksum, each with
 * `^` for a parent. A ref that looks like hex digits wins over the beginning of a checksum; `ref:` and `commit:` before
 * it decide. Errors: OSTREE_REF_NOT_FOUND, OSTREE_REPO_INVALID, those of reading a commit.
 */
export async function resolveRevision(
  files: RepoFiles,
  revision: string,
  readCommit: (checksum: string) => Promise<Commit>,
): Promise<string> {
  const base = revision.replace(/\^+$/, '')
  let commit = await resolveBase(files, base)
  for (let steps = revision.length - base.length; steps > 0; steps -= 1) {
    const { parent } = await readCommit(commit)
    if (parent === undefined)
      throw new OcishError('OSTREE_REF_NOT_FOUND', `the commit ${commit} has no parent`)
    commit = parent
  }
  return commit
}

async function resolveBase(files: RepoFiles, base: string): Promise<string> {
  const only = /^(ref|commit):(.*)$/.exec(base)
  const name = only?.[2] ?? base
  if (isChecksum(name) && only?.[1] !== 'ref') return name
  const found = only?.[1] === 'commit' ? undefined : await findRef(files, name)
  if (found !== undefined) return found
  if (/^[0-9a-f]+$/.test(name) && name.length >= shortest && only?.[1] !== 'ref') {
    const commit = await findPrefix(files, name)
    if (commit !== undefined) return commit
  }
  throw await noRef(files, base)
}

async function findRef(files: RepoFiles, name: string): Promise<string | undefined> {
  const colon = name.indexOf(':')
  const ref = colon < 0 ? name : name.slice(colon + 1)
  if (!isRefName(ref) || (colon >= 0 && !isRefName(name.slice(0, colon)))) return undefined
  const places =
    colon < 0 ? [`refs/heads/${ref}`, `refs/remotes/${ref}`] : [`refs/remotes/${name.slice(0, colon)}/${ref}`]
  for (const path of places) {
    const commit = await readIfThere(files, path)
    if (commit !== undefined) return commit
  }
  if (colon >= 0) return undefined
  for await (const one of listRefs(files)) if (one.ref.endsWith(`:${ref}`)) return one.commit
  return undefined
}

async function readIfThere(files: RepoFiles, path: string): Promise<string | undefined> {
  try {
    if ((await files.stat(path)).kind === 'folder') return undefined
    return (await readRefFile(files, path)).commit
  } catch (error) {
    if (hasCode(error, 'FILE_NOT_FOUND')) return undefined
    throw error
  }
}

async function findPrefix(files: RepoFiles, prefix: string): Promise<string | undefined> {
  const folder = `objects/${prefix.slice(0, 2)}`
  const found: string[] = []
  try {
    for await (const { path } of files.list(folder)) {
      const checksum = `${prefix.slice(0, 2)}${path.slice(folder.length + 1)}`
      if (checksum.endsWith('.commit') && checksum.startsWith(prefix)) found.push(checksum.slice(0, 64))
    }
  } catch (error) {
    if (!hasCode(error, 'FILE_NOT_FOUND')) throw error
  }
  if (found.length > 1)
    throw new OcishError('OSTREE_REF_NOT_FOUND', `${prefix} begins ${found.length} commits`, {
      details: { commits: found.slice(0, 10) },
    })
  return found[0]
}

async function noRef(files: RepoFiles, revision: string): Promise<OcishError> {
  const names: string[] = []
  for await (const { ref } of listRefs(files)) {
    names.push(ref)
    if (names.length === 20) break
  }
  const hint =
    names.length === 0 ? 'The repository has no refs: name a commit.' : `Name one of: ${names.join(', ')}.`
  return new OcishError('OSTREE_REF_NOT_FOUND', `no ref or commit ${JSON.stringify(revision)}`, {
    hint,
    details: { refs: names },
  })
}
