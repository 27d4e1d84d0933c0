import {
  type Descriptor,
  digestOf,
  type IndexManifest,
  isIndexMediaType,
  isJsonObject,
  OcishError,
  parseJson,
  parseManifest,
  type Platform,
} from '@ocish/sdk'
import { maxIndexDepth, type OpenedManifest, readChild, tooDeep } from '../open-manifest.ts'
import { formatPlatform, selectPlatform } from '../platform.ts'
import type { CallOptions, Place } from '../registry.ts'
import type { IndexMode } from './options.ts'

/** An index and those below it, reduced to some platforms. */
export interface Narrowed {
  readonly root: OpenedManifest
  /** Indexes that exist nowhere yet, by digest. */
  readonly made: ReadonlyMap<string, OpenedManifest>
  /** Digests that indexes name but that are not copied. */
  readonly omitted: ReadonlySet<string>
  readonly notices: readonly string[]
}

interface Walk {
  readonly place: Place
  readonly platforms: readonly Platform[]
  readonly mode: IndexMode
  readonly call: CallOptions
  readonly made: Map<string, OpenedManifest>
  readonly omitted: Map<string, Descriptor>
  readonly kept: Set<string>
  readonly found: Set<Platform>
}

/** BuildKit's attestations lie beside the manifest that they are about, and name it so. */
const attestationOf = 'vnd.docker.reference.digest'

/**
 * Reduces an index to the manifests of some platforms and their attestations; what is no index stays as it is.
 * Errors: PLATFORM_NOT_FOUND (one of them has none), USAGE_CONFLICT (`fail`, and there are others), those of `readChild`.
 */
export async function narrowIndex(
  place: Place,
  root: OpenedManifest,
  platforms: readonly Platform[],
  mode: IndexMode,
  call: CallOptions,
): Promise<Narrowed> {
  const unchanged = { root, made: new Map(), omitted: new Set<string>(), notices: [] }
  if (root.manifest.form !== 'index') return unchanged
  const walk: Walk = {
    place,
    platforms,
    mode,
    call,
    made: new Map(),
    omitted: new Map(),
    kept: new Set(),
    found: new Set(),
  }
  const narrowed = (await narrow(walk, root, root.manifest, 0)) ?? root
  const missing = platforms.filter((platform) => !walk.found.has(platform))
  if (missing.length > 0) throw notThere(missing, walk)
  const omitted = new Map([...walk.omitted].filter(([digest]) => !walk.kept.has(digest)))
  if (omitted.size === 0) return unchanged
  if (mode === 'fail') throw hasMore(omitted)
  return {
    root: narrowed,
    made: walk.made,
    omitted: new Set(omitted.keys()),
    notices: [notice(mode, root, narrowed, omitted.size)],
  }
}

/** Undefined: nothing below is wanted. */
async function narrow(
  walk: Walk,
  opened: OpenedManifest,
  index: IndexManifest,
  depth: number,
): Promise<OpenedManifest | undefined> {
  if (depth >= maxIndexDepth) throw tooDeep(opened.descriptor.digest)
  const wanted = choose(walk, index)
  const entries: (Descriptor | undefined)[] = []
  for (const entry of index.manifests) {
    // One level at a time, and one request: what is below decides whether the entry stays.
    // eslint-disable-next-line no-await-in-loop
    const kept = isIndexMediaType(entry.mediaType)
      ? await narrowChild(walk, entry, depth)
      : wanted.has(entry.digest)
        ? entry
        : undefined
    if (kept === undefined) walk.omitted.set(entry.digest, entry)
    else walk.kept.add(entry.digest)
    entries.push(kept)
  }
  if (entries.every((entry) => entry === undefined)) return undefined
  const isSame = entries.every((entry, at) => entry?.digest === index.manifests[at]?.digest)
  if (isSame || walk.mode !== 'rewrite') return opened
  const made = rewritten(opened, entries)
  walk.made.set(made.descriptor.digest, made)
  return made
}

/** Undefined: nothing below is wanted. */
async function narrowChild(walk: Walk, entry: Descriptor, depth: number): Promise<Descriptor | undefined> {
  const child = await readChild(walk.place, entry, walk.call)
  if (child.manifest.form !== 'index') return undefined
  const narrowed = await narrow(walk, child, child.manifest, depth + 1)
  if (narrowed === undefined || narrowed === child) return narrowed && entry
  const { digest, size } = narrowed.descriptor
  return { ...entry, digest, size }
}

/** The best entry for each platform, and the attestations of these. */
function choose(walk: Walk, { manifests }: IndexManifest): ReadonlySet<string> {
  const direct = manifests.filter(({ mediaType }) => !isIndexMediaType(mediaType))
  const wanted = new Set<string>()
  for (const platform of walk.platforms) {
    const best = selectPlatform(direct, platform)
    if (best === undefined) continue
    walk.found.add(platform)
    wanted.add(best.digest)
  }
  const attestations = direct.filter(({ annotations }) => wanted.has(annotations?.[attestationOf] ?? ''))
  return new Set([...wanted, ...attestations.map(({ digest }) => digest)])
}

/** The same document with fewer entries; members that nobody here knows stay, and so does their order. */
function rewritten(opened: OpenedManifest, entries: readonly (Descriptor | undefined)[]): OpenedManifest {
  const document = parseJson(opened.bytes, { what: 'the index', code: 'MANIFEST_INVALID' })
  const raw = isJsonObject(document) ? document['manifests'] : undefined
  if (!isJsonObject(document) || !Array.isArray(raw) || raw.length !== entries.length)
    throw new OcishError('MANIFEST_INVALID', `the index ${opened.descriptor.digest} cannot be rewritten`)
  const manifests = raw.flatMap((entry: unknown, at) => {
    const kept = entries[at]
    if (kept === undefined || !isJsonObject(entry)) return []
    return [{ ...entry, digest: kept.digest, size: kept.size }]
  })
  const bytes = new TextEncoder().encode(JSON.stringify({ ...document, manifests }))
  const { mediaType } = opened.manifest
  const descriptor = { ...opened.descriptor, digest: digestOf(bytes), size: bytes.length }
  return { descriptor, bytes, manifest: parseManifest(bytes, mediaType) }
}

function notice(mode: IndexMode, before: OpenedManifest, after: OpenedManifest, omitted: number): string {
  const left = omitted === 1 ? 'one manifest' : `${omitted} manifests`
  return mode === 'rewrite'
    ? `the index was rewritten without ${left}: its digest is now ${after.descriptor.digest}, and signatures of ${before.descriptor.digest} no longer match`
    : `the index keeps its digest and its signatures, but without ${left} that it names`
}

function notThere(missing: readonly Platform[], { omitted, kept }: Walk): OcishError {
  const offered = [...omitted.values()].filter(({ digest }) => !kept.has(digest))
  const names = offered.flatMap(({ platform }) => (platform ? [formatPlatform(platform)] : []))
  const platforms = [...new Set(names)].filter((name) => name !== 'unknown/unknown')
  const text = missing.map(formatPlatform).join(', ')
  return new OcishError('PLATFORM_NOT_FOUND', `the index has nothing for ${text}`, {
    ...(platforms.length > 0 && {
      hint: `It also has ${platforms.slice(0, 12).join(', ')}: choose of these.`,
    }),
    details: { platforms },
  })
}

function hasMore(omitted: ReadonlyMap<string, Descriptor>): OcishError {
  const names = [...omitted.values()].map(({ platform, digest }) =>
    platform === undefined ? digest : formatPlatform(platform),
  )
  return new OcishError(
    'USAGE_CONFLICT',
    `the index also has ${[...new Set(names)].slice(0, 12).join(', ')}, and only some platforms are to be copied`,
    {
      hint: 'Choose --index rewrite (a new digest, which signatures do not cover) or --index sparse (the same digest, with gaps).',
      details: { omitted: [...omitted.keys()].slice(0, 50) },
    },
  )
}
