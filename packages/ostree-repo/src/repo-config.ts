import { OcishError } from '@ocish/sdk'

/** How a repository keeps its files (specs/ostree.md §1). */
export type RepoMode = 'archive' | 'bare' | 'bare-user' | 'bare-user-only' | 'bare-split-xattrs'

/** What a repository's `config` says (ostree.md §1). */
export interface RepoConfig {
  readonly mode: RepoMode
  /** Path of a second repository for what is absent here; followed only when allowed. */
  readonly parent?: string
  /** In mode `bare`: the inodes' attributes are not part of the objects. */
  readonly disableXattrs: boolean
}

const modes: Readonly<Record<string, RepoMode>> = {
  'archive-z2': 'archive',
  archive: 'archive',
  bare: 'bare',
  'bare-user': 'bare-user',
  'bare-user-only': 'bare-user-only',
  'bare-split-xattrs': 'bare-split-xattrs',
}

/** Reads a GLib key file; `name` is what errors call its repository. Errors: OSTREE_REPO_INVALID. */
export function parseRepoConfig(text: string, name?: string): RepoConfig {
  const invalid = (what: string): OcishError => invalidConfig(what, name)
  const core = keysOf(text, 'core')
  const version = core.get('repo_version')
  if (version !== '1')
    throw invalid(version === undefined ? 'has no repo_version' : `has version ${JSON.stringify(version)}`)
  if (core.get('archive') === 'true') throw invalid('is in the archive format of before 2013')
  const named = core.get('mode') ?? 'bare'
  const mode = Object.hasOwn(modes, named) ? modes[named] : undefined
  if (mode === undefined) throw invalid(`has the unknown mode ${JSON.stringify(named)}`)
  const parent = core.get('parent')
  return {
    mode,
    disableXattrs: core.get('disable-xattrs') === 'true',
    ...(parent === undefined || parent === '' ? {} : { parent }),
  }
}

/** Keys of all groups of this name, later ones first. */
function keysOf(text: string, group: string): ReadonlyMap<string, string> {
  const keys = new Map<string, string>()
  let within = false
  for (const line of text.split('\n').map((one) => one.trim())) {
    if (line === '' || line.startsWith('#')) continue
    if (line.startsWith('[')) within = line === `[${group}]`
    const equals = line.indexOf('=')
    if (within && equals > 0) keys.set(line.slice(0, equals).trim(), line.slice(equals + 1).trim())
  }
  return keys
}

function invalidConfig(what: string, name: string | undefined): OcishError {
  const repository = name === undefined ? 'the repository' : `the repository ${JSON.stringify(name)}`
  return new OcishError('OSTREE_REPO_INVALID', `${repository} ${what}`, {
    hint: 'Name an OSTree repository: a folder with the file config and the folder objects.',
  })
}
