import { parseManifest } from '@ocish/sdk'
import { artifactFacts } from './artifact-facts.ts'
import { digestAt } from './copy-task.ts'
import { mapOrdered } from './map-ordered.ts'
import type { Opened, Services } from './services.ts'
import { copiedTags, type RepositoryPair, type TreeOptions } from './tree-tasks.ts'

/** What the tags of one repository need to be those of another. */
export interface SyncPlan extends RepositoryPair {
  readonly copies: readonly SyncCopy[]
  /** Tags of the destination that the source does not have. */
  readonly deletions: readonly SyncDeletion[]
  /** Tags that point to the same on both sides. */
  readonly same: number
}

export interface SyncCopy {
  readonly tag: string
  readonly digest: string
  /** What the tag points to at the destination. */
  readonly before?: string
}

export interface SyncDeletion {
  readonly tag: string
  readonly digest: string
}

export interface PlanOptions extends TreeOptions {
  readonly match: (tag: string) => boolean
  /** Only what was created after this time. */
  readonly after?: Date
  readonly delete: boolean
  /** Tags that the destination has stay as they are, whatever they point to. */
  readonly skipExisting: boolean
  /** The digest at the source is not the one at the destination: an index is rewritten, one platform is taken. */
  readonly isNarrowed: boolean
}

/** Compares both sides, tag by tag, and reads no content. Errors: those of both registries. */
export async function planSync(
  pair: RepositoryPair,
  services: Services,
  options: PlanOptions,
): Promise<SyncPlan> {
  const { signal, match } = options
  const [source, target] = await Promise.all([
    Array.fromAsync(copiedTags(pair.from, options)),
    Array.fromAsync(copiedTags(pair.to, options)),
  ])
  const there = new Set(target)
  const copies: SyncCopy[] = []
  let same = 0
  const compared = mapOrdered(source.filter(match), services.options.concurrency, (tag) =>
    compare(pair, tag, there.has(tag), services, options),
  )
  for await (const copy of compared) {
    if (copy === 'same') same += 1
    else if (copy !== 'old') copies.push(copy)
  }
  const names = new Set(source)
  const surplus = options.delete ? target.filter((tag) => match(tag) && !names.has(tag)) : []
  if (surplus.length > 0 && source.length === 0) {
    services.warn(`${pair.from.display} has no tags; those of ${pair.to.display} are left alone`)
    return { ...pair, copies, deletions: [], same }
  }
  const deletions = mapOrdered(surplus, services.options.concurrency, async (tag) => {
    return { tag, digest: (await digestAt(pair.to, tag, signal)) ?? '' }
  })
  return { ...pair, copies, deletions: await Array.fromAsync(deletions), same }
}

async function compare(
  { from, to }: RepositoryPair,
  tag: string,
  isThere: boolean,
  services: Services,
  options: PlanOptions,
): Promise<SyncCopy | 'same' | 'old'> {
  const { signal, after } = options
  if (isThere && options.skipExisting) return 'same'
  if (after !== undefined && !(await isYounger(from, tag, after, services, signal))) return 'old'
  const [digest, before] = await Promise.all([
    digestOf(from, tag, signal),
    isThere ? digestAt(to, tag, signal) : undefined,
  ])
  // A narrowed copy has a digest of its own, which only copying tells.
  if (digest === before && !options.isNarrowed) return 'same'
  return { tag, digest, ...(before === undefined ? {} : { before }) }
}

async function digestOf(place: Opened, tag: string, signal: AbortSignal): Promise<string> {
  const { descriptor } = await place.registry.statManifest(place.repository, tag, { signal })
  return descriptor.digest
}

async function isYounger(
  place: Opened,
  tag: string,
  after: Date,
  services: Services,
  signal: AbortSignal,
): Promise<boolean> {
  const { bytes, descriptor } = await place.registry.openManifest(place.repository, tag, { signal })
  const manifest = parseManifest(bytes, descriptor.mediaType)
  const { created } = await artifactFacts(place, manifest, services, { signal, created: true })
  return created !== undefined && created > after
}
