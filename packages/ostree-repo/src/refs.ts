import { hasCode, isOcishError, OcishError } from '@ocish/sdk'
import { isChecksum } from './object-path.ts'
import { readRange, type RepoFiles } from './repo-files.ts'

/** A name for a commit. One that cannot be read has a `problem` instead of a `commit`. */
export interface Ref {
  /** `REMOTE:NAME` for one of a remote. */
  readonly ref: string
  readonly commit?: string
  /** The ref file that an alias leads to. */
  readonly alias?: string
  readonly problem?: string
}

const hops = 8
const fragment = /^[\p{L}\p{N}_][\p{L}\p{N}_.-]*$/u

/** True for a name that OSTree takes for a ref (ostree.md §2). */
export function isRefName(name: string): boolean {
  return name.split('/').every((part) => fragment.test(part))
}

/** All refs: local ones, those of remotes, those of mirrored collections; a bad one does not hide the others. */
export async function* listRefs(files: RepoFiles): AsyncGenerator<Ref> {
  yield* below(files, 'refs/heads', '', (name) => name)
  yield* below(files, 'refs/remotes', '', (name) => name.replace('/', ':'))
  yield* below(files, 'refs/mirrors', '', (name) => `mirrors/${name}`)
}

async function* below(
  files: RepoFiles,
  folder: string,
  prefix: string,
  shown: (name: string) => string,
): AsyncGenerator<Ref> {
  const entries = []
  try {
    for await (const entry of files.list(folder)) entries.push(entry)
  } catch (error) {
    if (hasCode(error, 'FILE_NOT_FOUND')) return
    throw error
  }
  for (const { path, kind } of entries) {
    const part = path.slice(path.lastIndexOf('/') + 1)
    if (!fragment.test(part)) continue
    const name = `${prefix}${part}`
    if (kind === 'folder') yield* below(files, path, `${name}/`, shown)
    else yield { ref: shown(name), ...(await readListed(files, path)) }
  }
}

async function readListed(files: RepoFiles, path: string): Promise<Omit<Ref, 'ref'>> {
  try {
    const { commit, at } = await readRefFile(files, path)
    return { commit, ...(at !== path && { alias: at.replace(/^refs\/heads\//, '') }) }
  } catch (error) {
    if (!isOcishError(error)) throw error
    return { problem: error.message }
  }
}

/**
 * The commit in a ref file; links are followed by hand, and only inside `refs` (ostree.md §2).
 * Errors: FILE_NOT_FOUND, OSTREE_REPO_INVALID.
 */
export async function readRefFile(
  files: RepoFiles,
  path: string,
): Promise<{ readonly commit: string; readonly at: string }> {
  let at = path
  for (let hop = 0; hop <= hops; hop += 1) {
    const entry = await files.stat(at)
    if (entry.kind === 'file') return { commit: await readCommitLine(files, at), at }
    if (entry.kind !== 'link') throw invalid(at, 'is no file')
    at = followed(at, entry.target ?? (await files.readlink(at)))
  }
  throw invalid(path, `is an alias of more than ${hops} steps`)
}

async function readCommitLine(files: RepoFiles, path: string): Promise<string> {
  const text = (await readRange(files, path, 0, 256)).toString('latin1').trimEnd()
  if (!isChecksum(text)) throw invalid(path, 'holds no checksum')
  return text
}

function followed(from: string, target: string): string {
  const parts = from.split('/').slice(0, -1)
  for (const part of target.split('/')) {
    if (part === '..') parts.pop()
    else if (part !== '.' && part !== '') parts.push(part)
  }
  if (target.startsWith('/') || parts[0] !== 'refs' || parts.length < 3)
    throw invalid(from, 'is an alias that leads out of refs')
  return parts.join('/')
}

function invalid(path: string, what: string): OcishError {
  return new OcishError('OSTREE_REPO_INVALID', `the ref ${JSON.stringify(path)} ${what}`)
}
