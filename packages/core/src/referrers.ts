import {
  type Descriptor,
  encodeManifest,
  hasCode,
  type IndexManifest,
  type Manifest,
  manifestArtifactType,
  oci,
  OcishError,
  parseManifest,
  tagFallback,
} from '@ocish/sdk'
import { manifestEtag } from './pages.ts'
import { pause } from './pause.ts'
import { pushWhenComplete } from './push-manifest.ts'
import type { CallOptions, Place, PushedManifest, PushManifestOptions, Registry } from './registry.ts'

/** Runs an act while nobody else runs one with the same key. */
export type Exclusive = <T>(key: string, act: () => Promise<T>) => Promise<T>

/** Which referrers are wanted: those of one artifact type, or all. */
export interface ListReferrersOptions extends CallOptions {
  readonly artifactType?: string
}

/**
 * How the index of the tag schema is written (distribution-spec, Referrers Tag Schema): read, changed and written
 * under one lock.
 */
export interface IndexReferrerOptions extends CallOptions {
  /** A lock across processes; default: within this process only. */
  readonly exclusive?: Exclusive
}

const maxRounds = 20
const maxLost = 5
const notThere = ['MANIFEST_NOT_FOUND', 'TAG_NOT_FOUND', 'REPOSITORY_NOT_FOUND']

/**
 * Who refers to a manifest: asked of the referrers API, or where there is none read from the tag schema
 * (distribution-spec, "Listing Referrers"). Errors: those of the registry; an unknown subject has no referrers.
 */
export async function* listReferrers(
  place: Place,
  subject: string,
  options: ListReferrersOptions = {},
): AsyncGenerator<Descriptor, void, undefined> {
  const { registry, repository } = place
  if (registry.abilities.referrers !== false) {
    let isFirst = true
    try {
      for await (const referrer of registry.referrers(repository, subject, options)) {
        isFirst = false
        yield referrer
      }
      return
    } catch (error) {
      if (isFirst && hasCode(error, 'REPOSITORY_NOT_FOUND')) return
      if (!isFirst || !hasCode(error, 'UNSUPPORTED')) throw error
    }
  }
  const { index } = await readFallback(place, subject, options)
  const { artifactType } = options
  for (const entry of uniqueEntries(index)) {
    if (artifactType === undefined || entry.artifactType === artifactType) yield entry
  }
}

/** How a referrer is listed: with its artifact type and annotations. */
export function referrerDescriptor(descriptor: Descriptor, manifest: Manifest): Descriptor {
  const { mediaType, digest, size } = descriptor
  const artifactType = manifestArtifactType(manifest)
  const { annotations } = manifest
  return {
    mediaType,
    digest,
    size,
    ...(annotations && Object.keys(annotations).length > 0 && { annotations }),
    ...(artifactType !== undefined && { artifactType }),
  }
}

/**
 * Pushes a manifest and, where it has a subject that the registry did not index itself, enters it into the subject's
 * referrers tag. Errors: those of `pushManifest` and `indexReferrer`.
 */
export async function pushReferrer(
  place: Place,
  bytes: Uint8Array,
  options: PushManifestOptions & IndexReferrerOptions,
): Promise<PushedManifest> {
  const { exclusive: _, ...pushOptions } = options
  const pushed = await pushWhenComplete(place, bytes, pushOptions)
  const manifest = parseManifest(bytes, options.mediaType)
  const subject = manifest.subject?.digest
  if (subject !== undefined && !(await isIndexed(place, pushed, subject, options))) {
    await indexReferrer(place, referrerDescriptor(pushed.descriptor, manifest), subject, options)
  }
  return pushed
}

/**
 * Enters a referrer into the referrers tag of its subject. The tag is read, extended, written (`If-Match`, where that
 * is understood) and read back until the entry stays. Errors: MANIFEST_INVALID (the tag is something else),
 * PRECONDITION_FAILED (others kept changing it), MANIFEST_REFERS_TO_MISSING (the referrer is not there), and those of
 * the registry.
 */
export function indexReferrer(
  place: Place,
  referrer: Descriptor,
  subject: string,
  options: IndexReferrerOptions = {},
): Promise<void> {
  return updateFallback(place, subject, options, (entries) =>
    entries.some(({ digest }) => digest === referrer.digest) ? undefined : [...entries, referrer],
  )
}

/**
 * Takes a deleted referrer out of the referrers tag of its subject; where the registry has the API, or the tag does not
 * hold it, nothing happens. An empty index stays: deleting a tag is often not possible. Errors: as `indexReferrer`.
 */
export async function removeReferrer(
  place: Place,
  referrer: string,
  subject: string,
  options: IndexReferrerOptions = {},
): Promise<void> {
  if (await hasReferrersApi(place, subject, options)) return
  await updateFallback(place, subject, options, (entries) =>
    entries.some(({ digest }) => digest === referrer)
      ? entries.filter(({ digest }) => digest !== referrer)
      : undefined,
  )
}

interface Fallback {
  /** Undefined: there is no index at the tag. */
  readonly index: IndexManifest | undefined
  readonly etag?: string
}

/** Errors: MANIFEST_INVALID when `strict` and the tag is something else than an index of referrers. */
async function readFallback(
  place: Place,
  subject: string,
  options: CallOptions,
  strict = false,
): Promise<Fallback> {
  const tag = tagFallback(subject)
  const found = await place.registry.openManifest(place.repository, tag, signalOf(options)).catch(noneThere)
  if (found === undefined) return { index: undefined }
  // GitLab takes the tag for the digest and answers the subject itself (oras-go#1396).
  if (found.descriptor.digest === subject) return { index: undefined }
  if (found.descriptor.mediaType === oci.index) {
    const index = parseManifest(found.bytes, oci.index)
    if (index.form === 'index') return { index, etag: found.etag ?? manifestEtag(found.descriptor.digest) }
  }
  if (!strict) return { index: undefined }
  throw new OcishError('MANIFEST_INVALID', `tag ${tag} of ${place.repository} is no index of referrers`, {
    hint: `Look at manifest ${place.registry.name}/${place.repository}:${tag}, and remove the tag if nobody needs it.`,
  })
}

function noneThere(error: unknown): undefined {
  if (!hasCode(error, ...notThere)) throw error
}

/** Changes the list until a read shows the change; `change` answers undefined when there is nothing to do. */
async function updateFallback(
  place: Place,
  subject: string,
  options: IndexReferrerOptions,
  change: (entries: readonly Descriptor[]) => readonly Descriptor[] | undefined,
): Promise<void> {
  const tag = tagFallback(subject)
  const isRight = (entries: readonly Descriptor[]): boolean => change(entries) === undefined
  const exclusive = options.exclusive ?? ((key, act) => inTurn(place.registry, key, act))
  await exclusive(`${place.registry.name}/${place.repository}:${tag}`, async () => {
    // Few rounds are lost unnoticed by the registry before this gives up; more where it says that somebody was faster.
    for (let round = 0, lost = 0; round < maxRounds && lost < maxLost; round += 1) {
      // Each round depends on what the one before has left.
      // eslint-disable-next-line no-await-in-loop
      const current = await readFallback(place, subject, options, true)
      const entries = change(uniqueEntries(current.index))
      if (entries === undefined) return
      // eslint-disable-next-line no-await-in-loop
      if (await writeFallback(place, tag, { current, entries, isRight }, options)) {
        // eslint-disable-next-line no-await-in-loop
        const written = await readFallback(place, subject, options, true)
        const isKept = isRight(uniqueEntries(written.index))
        // Where others write too, it is looked at once more: the next round finds it, or writes it again.
        if (isKept && round === 0) return
        if (!isKept) lost += 1
      }
      // eslint-disable-next-line no-await-in-loop
      await pause(Math.random() * 50 * 2 ** Math.min(round, 4), options.signal)
    }
    throw new OcishError(
      'PRECONDITION_FAILED',
      `tag ${tag} of ${place.repository} keeps being changed by others`,
      {
        hint: 'Run the command again.',
      },
    )
  })
}

interface FallbackUpdate {
  readonly current: Fallback
  readonly entries: readonly Descriptor[]
  /** True for a list that has the change in it. */
  readonly isRight: (entries: readonly Descriptor[]) => boolean
}

/** False when the registry says that somebody was faster. */
async function writeFallback(
  place: Place,
  tag: string,
  { current, entries, isRight }: FallbackUpdate,
  options: CallOptions,
): Promise<boolean> {
  const base: Omit<IndexManifest, 'manifests'> = current.index ?? { form: 'index', mediaType: oci.index }
  const bytes = encodeManifest({ ...base, mediaType: oci.index, manifests: entries })
  try {
    await place.registry.pushManifest(place.repository, bytes, {
      mediaType: oci.index,
      tags: [tag],
      ...(current.etag === undefined ? { ifNoneMatch: '*' } : { ifMatch: current.etag }),
      ...signalOf(options),
    })
    return true
  } catch (error) {
    if (hasCode(error, 'PRECONDITION_FAILED')) return false
    if (!hasCode(error, 'MANIFEST_REFERS_TO_MISSING')) throw error
    const present = await stillThere(place, entries, options)
    if (present.length === entries.length || !isRight(present)) throw error
    return writeFallback(place, tag, { current, entries: present, isRight }, options)
  }
}

/** Without what was deleted behind the index's back: CNCF Distribution takes no index that names it. */
async function stillThere(
  place: Place,
  entries: readonly Descriptor[],
  options: CallOptions,
): Promise<readonly Descriptor[]> {
  const present: Descriptor[] = []
  for (const entry of entries) {
    // In turn: a list of referrers is short, and this is rare.
    // eslint-disable-next-line no-await-in-loop
    const found = await place.registry
      .statManifest(place.repository, entry.digest, signalOf(options))
      .catch(noneThere)
    if (found !== undefined) present.push(entry)
  }
  return present
}

function uniqueEntries(index: IndexManifest | undefined): readonly Descriptor[] {
  const byDigest = new Map<string, Descriptor>()
  for (const entry of index?.manifests ?? [])
    if (!byDigest.has(entry.digest)) byDigest.set(entry.digest, entry)
  return [...byDigest.values()]
}

/** Registries whose word was checked: Docker Hub answered `OCI-Subject` in 2024 and had no API. */
const trusted = new WeakMap<Registry, Set<string>>()

async function isIndexed(
  place: Place,
  pushed: PushedManifest,
  subject: string,
  options: CallOptions,
): Promise<boolean> {
  if (pushed.subject !== subject) return false
  if (place.registry.abilities.referrers === true) return true
  const repositories = trusted.get(place.registry) ?? new Set()
  if (repositories.has(place.repository)) return true
  if (!(await hasReferrersApi(place, subject, options))) return false
  trusted.set(place.registry, repositories.add(place.repository))
  return true
}

async function hasReferrersApi(place: Place, subject: string, options: CallOptions): Promise<boolean> {
  const { registry, repository } = place
  if (registry.abilities.referrers !== 'unknown') return registry.abilities.referrers
  try {
    for await (const _ of registry.referrers(repository, subject, { pageSize: 1, ...signalOf(options) }))
      break
    return true
  } catch (error) {
    if (hasCode(error, 'UNSUPPORTED')) return false
    throw error
  }
}

const turns = new WeakMap<Registry, Map<string, Promise<unknown>>>()

/** The lock within this process. */
async function inTurn<T>(registry: Registry, key: string, act: () => Promise<T>): Promise<T> {
  const queue = turns.get(registry) ?? new Map<string, Promise<unknown>>()
  turns.set(registry, queue)
  const turn = (queue.get(key) ?? Promise.resolve()).then(act)
  const settled = turn.catch(() => null)
  queue.set(key, settled)
  try {
    return await turn
  } finally {
    if (queue.get(key) === settled) queue.delete(key)
  }
}

function signalOf(options: CallOptions): CallOptions {
  return options.signal === undefined ? {} : { signal: options.signal }
}
