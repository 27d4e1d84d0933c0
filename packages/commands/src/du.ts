import { successors } from '@ocish/core'
import { hasCode, isManifestMediaType, parseManifest } from '@ocish/sdk'
import type { Row } from '@ocish/shell'
import { isSet, textArgs } from './call-values.ts'
import { hasGlob } from './name-glob.ts'
import { repositoriesBelow } from './repository-tree.ts'
import type { Opened, Services } from './services.ts'
import { copiedTags } from './tree-tasks.ts'
import type { Run } from './run.ts'

export const run: Run = async function* run(call, services) {
  for (const text of textArgs(call, 'loc')) {
    const entries = await entriesOf(text, services, call.signal)
    yield* isSet(call, 'dedup') ? [total(text, entries)] : rowsOf(entries)
  }
}

/** What one row is about: the sizes of its content by digest. */
interface Entry {
  readonly ref: string
  readonly sizes: ReadonlyMap<string, number>
}

async function entriesOf(text: string, services: Services, signal: AbortSignal): Promise<readonly Entry[]> {
  const named = hasGlob(text) ? undefined : await services.open(text, 'read').catch(nothing)
  if (named?.reference !== undefined) {
    return [{ ref: text, sizes: await new Walk(named, signal).sizes([named.reference]) }]
  }
  const entries: Entry[] = []
  const all = await repositoriesBelow(text, services, signal)
  for (const { place } of all) {
    const walk = new Walk(place, signal)
    const tags = await Array.fromAsync(copiedTags(place, { signal, withReferrers: false }))
    if (all.length > 1) {
      entries.push({ ref: place.display, sizes: await walk.sizes(tags) })
      continue
    }
    for (const tag of tags) {
      entries.push({ ref: `${place.display}:${tag}`, sizes: await walk.sizes([tag]) })
    }
  }
  return entries.filter(({ sizes }) => sizes.size > 0)
}

/** A host or a namespace is opened for listing only. */
function nothing(error: unknown): undefined {
  if (!hasCode(error, 'REFERENCE_INVALID', 'LOCATION_UNSUPPORTED')) throw error
}

/** Reads manifests of one repository, each once. */
class Walk {
  readonly #place: Opened
  readonly #signal: AbortSignal
  readonly #seen = new Map<string, ReadonlyMap<string, number>>()

  constructor(place: Opened, signal: AbortSignal) {
    this.#place = place
    this.#signal = signal
  }

  async sizes(references: readonly string[]): Promise<ReadonlyMap<string, number>> {
    const sizes = new Map<string, number>()
    for (const reference of references) add(sizes, await this.#below(reference, 0))
    return sizes
  }

  /** Of a sparse index only what is there. */
  async #below(reference: string, depth: number): Promise<ReadonlyMap<string, number>> {
    const known = this.#seen.get(reference)
    if (known !== undefined || depth > 8) return known ?? new Map()
    const { registry, repository } = this.#place
    const sizes = new Map<string, number>()
    try {
      const { bytes, descriptor } = await registry.openManifest(repository, reference, {
        signal: this.#signal,
      })
      const manifest = parseManifest(bytes, descriptor.mediaType)
      sizes.set(descriptor.digest, descriptor.size)
      for (const part of successors(manifest)) {
        if (isManifestMediaType(part.mediaType)) add(sizes, await this.#below(part.digest, depth + 1))
        else sizes.set(part.digest, part.size)
      }
    } catch (error) {
      if (!hasCode(error, 'MANIFEST_NOT_FOUND') || depth === 0) throw error
    }
    this.#seen.set(reference, sizes)
    return sizes
  }
}

function add(to: Map<string, number>, more: ReadonlyMap<string, number>): void {
  for (const [digest, size] of more) to.set(digest, size)
}

function rowsOf(entries: readonly Entry[]): readonly Row[] {
  const holders = new Map<string, number>()
  for (const { sizes } of entries) {
    for (const digest of sizes.keys()) holders.set(digest, (holders.get(digest) ?? 0) + 1)
  }
  return entries.map(({ ref, sizes }) => {
    const size = sum(sizes.values())
    const own = [...sizes].filter(([digest]) => holders.get(digest) === 1)
    const unique = sum(own.map(([, bytes]) => bytes))
    return { ref, size, unique, shared: size - unique, count: sizes.size }
  })
}

function total(ref: string, entries: readonly Entry[]): Row {
  const all = new Map<string, number>()
  for (const { sizes } of entries) add(all, sizes)
  const size = sum(all.values())
  return { ref, size, unique: size, shared: 0, count: all.size }
}

function sum(values: Iterable<number>): number {
  let result = 0
  for (const value of values) result += value
  return result
}
