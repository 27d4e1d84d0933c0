import { type Descriptor, isIndexMediaType, isManifestMediaType, tagFallback } from '@ocish/sdk'
import { type ManifestReader, referrerDescriptor } from './manifest-facts.ts'

/** Indexes within indexes (image-spec allows any depth; hostile ones are cut here). */
const maxDepth = 8

/** A manifest that a repository names. */
export interface Root {
  readonly digest: string
  readonly tag?: string
}

/**
 * The manifests below `entries` whose subject this is, and what an index under the fallback tag lists besides.
 * Each digest once; nothing for an unknown subject.
 */
export async function* findReferrers(
  entries: readonly Root[],
  subject: string,
  manifests: ManifestReader,
  signal?: AbortSignal,
): AsyncGenerator<Descriptor, void> {
  const seen = new Set<string>()
  for (const { digest } of entries) yield* below(digest, subject, manifests, seen, 0, signal)
  const fallback = tagFallback(subject)
  for (const entry of entries) {
    if (entry.tag !== fallback || entry.digest === subject) continue
    const facts = await manifests.facts(entry.digest, signal)
    for (const child of facts?.children ?? []) {
      if (seen.has(child.digest)) continue
      seen.add(child.digest)
      yield child
    }
  }
}

/** Yields a referrer when it is met; `seen` holds what was looked at and is there. */
async function* below(
  digest: string,
  subject: string,
  manifests: ManifestReader,
  seen: Set<string>,
  depth: number,
  signal?: AbortSignal,
): AsyncGenerator<Descriptor, void> {
  if (seen.has(digest) || depth > maxDepth) return
  signal?.throwIfAborted()
  const facts = await manifests.facts(digest, signal)
  if (facts === undefined) return
  seen.add(digest)
  if (facts.subject === subject) yield referrerDescriptor(digest, facts)
  if (!isIndexMediaType(facts.mediaType)) return
  for (const child of facts.children) {
    if (isManifestMediaType(child.mediaType))
      yield* below(child.digest, subject, manifests, seen, depth + 1, signal)
  }
}
