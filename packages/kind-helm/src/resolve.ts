import { hasCode, OcishError, type KindContext } from '@ocish/sdk'
import { parseConstraint, parseVersion, satisfies, type Constraint } from '@ocish/versions'
import { listVersions, type ChartVersion, type ChartVersions } from './versions.ts'

type Context = Pick<KindContext, 'lookup' | 'signal' | 'warn' | 'settings'>

export interface ResolveOptions {
  /** A version or a constraint. */
  readonly version?: string
  /** Without a version: prereleases count too. */
  readonly devel?: boolean
}

/** A chart's reference as Helm's users write it. */
interface ChartReference {
  readonly repository: string
  readonly tag: string
  readonly digest: string
}

/** `oci://` in front, a bare name, a `+` in the tag and constraints after `:` are all understood. */
export function takeApart(word: string, settings: KindContext['settings']): ChartReference {
  const text = word
    .trim()
    .replace(/^oci:\/\//, '')
    .replace(/\/+$/, '')
  if (text === '') throw new OcishError('KIND_INPUT_INVALID', 'empty chart reference')
  const at = text.lastIndexOf('@')
  const [named, digest] = at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)]
  const colon = named.indexOf(':', named.lastIndexOf('/') + 1)
  const name = colon < 0 ? named : named.slice(0, colon)
  return { repository: fullName(name, settings), tag: colon < 0 ? '' : named.slice(colon + 1), digest }
}

/** `--version` of the general verbs. */
export function versionOption({ options }: Pick<KindContext, 'options'>): ResolveOptions {
  const { version } = options
  return typeof version === 'string' ? { version } : {}
}

/** True for a name without a repository while the settings have none for such names: the caller's context decides. */
export function isBareName(word: string, settings: KindContext['settings']): boolean {
  const name = word
    .trim()
    .replace(/^oci:\/\//, '')
    .replace(/\/+$/, '')
  const { repository } = settings
  return name !== '' && !name.includes('/') && !(typeof repository === 'string' && repository !== '')
}

function fullName(name: string, settings: KindContext['settings']): string {
  if (name.includes('/')) return name
  const base = settings['repository']
  if (typeof base === 'string' && base !== '')
    return `${base.replace(/^oci:\/\//, '').replace(/\/+$/, '')}/${name}`
  throw new OcishError('KIND_INPUT_INVALID', `${JSON.stringify(name)} is no reference to a chart`, {
    hint: `Write HOST/PATH/NAME, ./${name} for a folder, or set repository in [kinds.helm] for bare names.`,
  })
}

/**
 * The reference of a chart (specs/helm.md §10, §24): a digest stays (and is compared with the tag, where there is one); a
 * full version is taken as its tag without a question; `1.2` is tried as a tag and then as `~1.2`; a constraint takes
 * the highest version that fits, where strict versions come before loose ones.
 * Errors: KIND_INPUT_INVALID, TAG_NOT_FOUND with the tags that are there, DIGEST_MISMATCH, those of a tag listing.
 */
export async function resolveChart(word: string, options: ResolveOptions, context: Context): Promise<string> {
  const { repository, tag, digest } = takeApart(word, context.settings)
  const { version = '' } = options
  if (tag !== '' && version !== '' && storedTag(tag) !== storedTag(version)) {
    throw new OcishError(
      'KIND_INPUT_INVALID',
      `chart reference and version mismatch: ${version} is not ${tag}`,
    )
  }
  const wanted = tag === '' ? version : tag
  if (digest !== '') return pinned(repository, digest, wanted, context)
  if (wanted !== '' && isPlainTag(wanted, tag !== '')) return `${repository}:${storedTag(wanted)}`
  const found = await highest(repository, wanted, options, context)
  return `${repository}:${found}`
}

function storedTag(version: string): string {
  return version.replaceAll('+', '_')
}

/** What needs no list of tags: a whole version, and whatever stands in a reference and is no constraint. */
function isPlainTag(wanted: string, inReference: boolean): boolean {
  const text = wanted.replaceAll('_', '+')
  if (parseVersion(text) !== undefined) return !isPartial(text)
  return inReference && /^\w[\w.-]*$/.test(wanted) && !isWildcard(wanted)
}

/** `1` or `1.2`, which is more often meant as a range than as a tag. */
function isPartial(text: string): boolean {
  return /^v?\d+(?:\.\d+)?$/.test(text)
}

function isWildcard(text: string): boolean {
  return /^v?[\d.]*[xX](?:\.[\dxX])*$/.test(text)
}

async function pinned(repository: string, digest: string, wanted: string, context: Context): Promise<string> {
  const pin = `${repository}@${digest}`
  if (wanted === '' || parseVersion(wanted.replaceAll('_', '+')) === undefined) return pin
  try {
    const found = await context.lookup.resolve(`${repository}:${storedTag(wanted)}`)
    if (found.digest === digest) return pin
    throw new OcishError(
      'DIGEST_MISMATCH',
      `${repository}:${storedTag(wanted)} is ${found.digest}, not ${digest}`,
    )
  } catch (error) {
    if (!hasCode(error, 'MANIFEST_NOT_FOUND', 'TAG_NOT_FOUND')) throw error
    return pin
  }
}

async function highest(
  repository: string,
  wanted: string,
  { devel = false }: ResolveOptions,
  context: Context,
): Promise<string> {
  const listed = await listVersions(repository, context)
  const exact = listed.versions.find(({ tag }) => tag === storedTag(wanted))
  if (exact !== undefined) return exact.tag
  const partial = isPartial(wanted)
  const constraint = wanted === '' ? (devel ? '>0.0.0-0' : '*') : partial ? `~${wanted}` : wanted
  const parsed = parseConstraint(constraint)
  if (parsed === undefined)
    throw new OcishError(
      'KIND_INPUT_INVALID',
      `${JSON.stringify(wanted)} is neither a version nor a constraint`,
    )
  const found = pick(listed, parsed)
  if (found === undefined) throw noVersion(repository, wanted, listed)
  if (!found.strict) context.warn(`${found.tag} is no strict version, so Helm would not find it`)
  if (partial)
    context.warn(`there is no tag ${wanted}; took ${found.tag}, the highest that fits ${constraint}`)
  return found.tag
}

/** The highest that fits; a loose one only where no strict one does. */
export function pick(
  { versions }: Pick<ChartVersions, 'versions'>,
  constraint: Constraint,
): ChartVersion | undefined {
  const fitting = versions.filter(({ version }) => satisfies(version, constraint))
  return fitting.find(({ strict }) => strict) ?? fitting[0]
}

/** The error for a repository where no version fits, with the tags that are there. */
export function noVersion(
  repository: string,
  wanted: string,
  { versions, skipped }: ChartVersions,
): OcishError {
  const there = [...versions.map(({ tag }) => tag), ...skipped].slice(0, 20)
  const what = wanted === '' ? 'no released version' : `no version that fits ${wanted}`
  return new OcishError('TAG_NOT_FOUND', `${what} in ${repository}`, {
    hint: there.length === 0 ? 'The repository has no tags.' : `It has the tags ${there.join(', ')}.`,
    details: { tags: there },
  })
}
