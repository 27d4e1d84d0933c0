import type { KindContext } from '@ocish/sdk'
import { compareVersions, parseStrictVersion, parseVersion, type Version } from '@ocish/versions'

/** A version of a chart with the tag it is stored under. */
export interface ChartVersion {
  readonly tag: string
  /** With `+`, as in Chart.yaml. */
  readonly text: string
  readonly version: Version
  /** Helm takes only these: three numbers, no `v`. */
  readonly strict: boolean
}

export interface ChartVersions {
  /** Highest first; strict and loose ones among each other. */
  readonly versions: readonly ChartVersion[]
  /** Tags that are no versions: `latest`, signatures. */
  readonly skipped: readonly string[]
}

/** The versions in a repository, by its tags alone. Errors: those of a tag listing. */
export async function listVersions(
  repository: string,
  context: Pick<KindContext, 'lookup' | 'signal'>,
): Promise<ChartVersions> {
  const tags: string[] = []
  for await (const tag of context.lookup.versions(repository)) {
    context.signal.throwIfAborted()
    tags.push(tag)
  }
  return sortVersions(tags)
}

/** Versions of these tags (specs/helm.md §7, §10): every `_` stands for a `+`. */
export function sortVersions(tags: readonly string[]): ChartVersions {
  const versions: ChartVersion[] = []
  const skipped: string[] = []
  for (const tag of tags) {
    const text = tag.replaceAll('_', '+')
    const version = parseVersion(text)
    if (version === undefined) skipped.push(tag)
    else versions.push({ tag, text, version, strict: parseStrictVersion(text) !== undefined })
  }
  return { versions: versions.toSorted((a, b) => compareVersions(b.version, a.version)), skipped }
}
