import { OcishError, type KindContext } from '@ocish/sdk'
import { compareVersions, parseConstraint, parseVersion, satisfies, type Version } from '@ocish/versions'

/** A reference taken apart as klaus users write it: `name`, `name:tag`, `name:^1.2`, `host/repo[:tag][@digest]`. */
interface Word {
  readonly repository: string
  readonly wanted: string
  readonly digest: string
}

function takeApart(text: string, base: string): Word {
  const word = text.trim()
  if (word === '') throw new OcishError('KIND_INPUT_INVALID', 'empty artifact reference')
  const at = word.indexOf('@')
  const [named, digest] = at < 0 ? [word, ''] : [word.slice(0, at), word.slice(at + 1)]
  const colon = named.lastIndexOf(':')
  const tagged = colon > named.lastIndexOf('/')
  const name = tagged ? named.slice(0, colon) : named
  return {
    repository: name.includes('/') ? name : `${base}/${name}`,
    wanted: tagged ? named.slice(colon + 1) : '',
    digest,
  }
}

export interface TaggedVersion {
  readonly tag: string
  readonly version: Version
}

/**
 * What counts as a version: at least `major.minor.patch`, or a `v` in front, so that dates and short commit ids do not.
 * Highest first; what is no version is reported once.
 */
export async function listVersions(
  repository: string,
  context: Pick<KindContext, 'lookup' | 'signal'>,
): Promise<{ readonly versions: readonly TaggedVersion[]; readonly skipped: readonly string[] }> {
  const versions: TaggedVersion[] = []
  const skipped: string[] = []
  for await (const tag of context.lookup.versions(repository)) {
    context.signal.throwIfAborted()
    const version = /^v|^\d+\.\d+\.\d+/.test(tag) ? parseVersion(tag) : undefined
    if (version === undefined) skipped.push(tag)
    else versions.push({ tag, version })
  }
  return { versions: versions.toSorted((a, b) => compareVersions(b.version, a.version)), skipped }
}

/**
 * A word to a full reference: `latest` and nothing mean the highest release, a range its highest match (prereleases
 * only where the range names one), anything else is taken as it is, without a request.
 * Errors: KIND_INPUT_INVALID, TAG_NOT_FOUND, those of a tag listing.
 */
export async function resolveWord(
  text: string,
  base: string,
  context: Pick<KindContext, 'lookup' | 'signal'>,
): Promise<string> {
  const { repository, wanted, digest } = takeApart(text, base)
  if (digest !== '') return `${repository}@${digest}`
  const any = wanted === '' || wanted === 'latest'
  const range = any ? undefined : rangeOf(wanted)
  if (!any && range === undefined) return `${repository}:${wanted}`
  const { versions, skipped } = await listVersions(repository, context)
  const found = versions.find(({ version }) =>
    range === undefined ? version.prerelease === '' : satisfies(version, range),
  )
  const only = any && versions.length > 0 ? versions[0] : undefined
  const chosen = found ?? only
  if (chosen !== undefined) return `${repository}:${chosen.tag}`
  const there = [...versions.map(({ tag }) => tag), ...skipped].slice(0, 20)
  throw new OcishError('TAG_NOT_FOUND', `no ${any ? 'version' : `version ${wanted}`} in ${repository}`, {
    hint: there.length === 0 ? 'The repository has no tags.' : `It has the tags ${there.join(', ')}.`,
    details: { tags: there },
  })
}

/** A tag that cannot be a tag but is a constraint (`^1.2`, `>=1 <2`, `1.x`). */
function rangeOf(wanted: string): ReturnType<typeof parseConstraint> {
  return /^[\w][\w.-]{0,127}$/.test(wanted) && !/^[\d.]*[xX](?:\.[\dxX])*$/.test(wanted)
    ? undefined
    : parseConstraint(wanted)
}
