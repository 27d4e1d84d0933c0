import { isDigest, isRegistry, isRepository, isTag, OcishError } from '@ocish/sdk'

/** The annotation that names an entry of `index.json` (image-spec, annotations.md). */
export const refName = 'org.opencontainers.image.ref.name'

/** Which repository an entry belongs to, and its tag there. */
export interface EntryName {
  /** Empty: the layout's own. */
  readonly repository: string
  readonly tag?: string
}

/**
 * Reads the name of an entry. A full reference (`docker.io/library/alpine:3.20`, `team/app:1`, `team/app@sha256:…`)
 * names a repository of its own; anything else is a tag of the layout's own repository, whatever it consists of.
 */
export function readEntryName(name: string | undefined): EntryName {
  if (name === undefined) return { repository: '' }
  const at = name.indexOf('@')
  const head = at > 0 && isDigest(name.slice(at + 1)) ? name.slice(0, at) : name
  const colon = head.lastIndexOf(':')
  if (colon > head.lastIndexOf('/') && isTag(head.slice(colon + 1)) && isPath(head.slice(0, colon))) {
    return { repository: head.slice(0, colon), tag: head.slice(colon + 1) }
  }
  return head !== name && isPath(head) ? { repository: head } : { repository: '', tag: name }
}

/** The inverse: undefined for an entry without a name. */
export function writeEntryName(
  repository: string,
  tag: string | undefined,
  digest: string,
): string | undefined {
  if (repository === '') return tag
  return tag === undefined ? `${repository}@${digest}` : `${repository}:${tag}`
}

/** Errors: REFERENCE_INVALID for a repository that no full reference can name. */
export function checkEntryRepository(repository: string): void {
  if (repository === '' || isPath(repository)) return
  throw new OcishError('REFERENCE_INVALID', `invalid repository ${JSON.stringify(repository.slice(0, 300))}`)
}

/** A layout's own tags may be any name that annotations.md allows. Errors: REFERENCE_INVALID. */
export function checkEntryTag(tag: string, repository: string): void {
  const isName = tag.length <= 2048 && /^[A-Za-z0-9_](?:[A-Za-z0-9._:@/+-]*[A-Za-z0-9_])?$/.test(tag)
  if (repository === '' ? isName : isTag(tag)) return
  throw new OcishError('REFERENCE_INVALID', `invalid tag ${JSON.stringify(tag.slice(0, 300))}`)
}

function isPath(text: string): boolean {
  if (isRepository(text)) return true
  const slash = text.indexOf('/')
  return slash > 0 && isRegistry(text.slice(0, slash)) && isRepository(text.slice(slash + 1))
}
