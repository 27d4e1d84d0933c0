import { compareVersions, parseVersion, type Version } from './version.ts'

/** The version a tag names: `_` stands for the `+` that tags cannot hold (helm). */
export function versionOfTag(tag: string): Version | undefined {
  return parseVersion(tag.replaceAll('_', '+'))
}

/** The tags that are versions, highest first; equal ones keep their order. */
export function sortTags(tags: Iterable<string>): readonly string[] {
  const versions = [...tags].flatMap((tag) => {
    const version = parseVersion(tag)
    return version === undefined ? [] : [{ tag, version }]
  })
  return versions.toSorted((a, b) => compareVersions(b.version, a.version)).map(({ tag }) => tag)
}

/** The tag of the highest version, prereleases included; the first of equal ones. */
export function latestTag(tags: Iterable<string>): string | undefined {
  return sortTags(tags)[0]
}
