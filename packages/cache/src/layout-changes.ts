import { OcishError } from '@ocish/sdk'
import { manifestEtag, type PushManifestOptions } from '@ocish/core'
import { type LayoutEntry, type LayoutIndex, unnamed } from './index-json.ts'
import { type ManifestFacts, type ManifestReader } from './manifest-facts.ts'

/** `current`: the digest the tag has now. Errors: PRECONDITION_FAILED. */
export function checkPrecondition(
  tag: string,
  current: string | undefined,
  options: PushManifestOptions,
): void {
  const { ifMatch, ifNoneMatch } = options
  if (ifNoneMatch === '*' && current !== undefined) {
    throw new OcishError('PRECONDITION_FAILED', `${tag} exists already`)
  }
  if (ifMatch !== undefined && (current === undefined || ifMatch !== manifestEtag(current))) {
    throw new OcishError('PRECONDITION_FAILED', `${tag} is not what it was any more`)
  }
}

/**
 * Adds entries for one manifest: an entry of the same name is replaced where it stands, one without a name gives way
 * to one with, and the manifests of an index need no entry of their own any more. What a name pointed to before goes,
 * unless it is a referrer, which would be lost to its subject. The same index when there is nothing to change.
 */
export async function placeEntries(
  index: LayoutIndex,
  added: readonly LayoutEntry[],
  facts: ManifestFacts,
  manifests: ManifestReader,
): Promise<LayoutIndex> {
  const children = new Set(facts.children.map((child) => child.digest))
  let entries: readonly LayoutEntry[] = index.entries.filter(
    (old) => old.tag !== undefined || !children.has(old.digest) || old.repository !== added[0]?.repository,
  )
  for (const entry of added) entries = placeEntry(entries, entry)
  for (const lost of lostEntries(index.entries, entries)) {
    if ((await manifests.facts(lost.digest))?.subject !== undefined) entries = [...entries, unnamed(lost)]
  }
  const isSame =
    entries.length === index.entries.length && entries.every((entry, at) => entry === index.entries[at])
  return isSame ? index : index.with(entries)
}

function placeEntry(entries: readonly LayoutEntry[], added: LayoutEntry): readonly LayoutEntry[] {
  const isSameContent = (old: LayoutEntry): boolean =>
    old.repository === added.repository && old.digest === added.digest
  if (added.tag === undefined) return entries.some(isSameContent) ? entries : [...entries, added]
  const at = entries.findIndex((old) => old.name === added.name)
  const kept = entries[at]
  const isThere = kept !== undefined && isSameContent(kept) && kept.mediaType === added.mediaType
  const next = isThere ? kept : added
  const others = entries.map((old, place) => (place === at ? next : old))
  const rest = others.filter(
    (old) => old === next || (old.name !== added.name && !(old.tag === undefined && isSameContent(old))),
  )
  return at < 0 ? [...rest, added] : rest
}

/** Named entries whose manifest no entry leads to any more. */
function lostEntries(before: readonly LayoutEntry[], after: readonly LayoutEntry[]): readonly LayoutEntry[] {
  const remaining = new Set(after.map((entry) => entry.digest))
  return before.filter((entry) => entry.tag !== undefined && !remaining.has(entry.digest))
}
