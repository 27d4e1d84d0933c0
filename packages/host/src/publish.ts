import type { Published } from '@ocish/commands'
import { type Exclusive, fromBytes, type OnTransfer, type Place, pushReferrer } from '@ocish/core'
import {
  type Annotations,
  type Descriptor,
  digestOf,
  emptyBytes,
  emptyDescriptor,
  encodeManifest,
  hasCode,
  isPackedIndex,
  manifestArtifactType,
  oci,
  type Packed,
  type PackedIndex,
  type PackedManifest,
  type Part,
  parseManifest,
} from '@ocish/sdk'
import { type PreparedPart, preparePart } from './prepare-part.ts'
import { bringBlob, probeFrom } from './push-blob.ts'

/** How a pack is published. */
export interface PublishOptions {
  readonly tags: readonly string[]
  /** Everything is measured and built, nothing is sent. */
  readonly dryRun: boolean
  readonly signal: AbortSignal
  /** Parts at a time. */
  readonly concurrency: number
  readonly progress: OnTransfer
  readonly spoolFolder: () => Promise<string>
  /** A lock across processes, for the referrers tag of a registry that keeps no referrers itself. */
  readonly exclusive: Exclusive
}

/**
 * Executes what a kind packed: parts are measured and sent, the manifest is built from what was measured and sent after
 * them, tags come last. Errors: KIND_INPUT_INVALID, those of preparing a part and of `Registry.pushBlob`, `pushManifest`.
 */
export async function publishPacked(packed: Packed, to: Place, given: PublishOptions): Promise<Published> {
  const stop = new AbortController()
  try {
    return await publish(packed, to, { ...given, signal: AbortSignal.any([given.signal, stop.signal]) })
  } catch (error) {
    // What still runs beside the part that failed ends with it.
    stop.abort(error)
    throw error
  }
}

async function publish(packed: Packed, to: Place, options: PublishOptions): Promise<Published> {
  const built = isPackedIndex(packed)
    ? await publishIndex(packed, to, options)
    : await buildManifest(packed, options)
  const descriptor = await send(built, to, options.tags, options)
  if (!options.dryRun) await to.registry.commit({ signal: options.signal })
  const { digest, mediaType, size } = descriptor
  return { digest, mediaType, size, tags: options.tags }
}

/** A manifest that is ready to be sent, and the parts that have to be there before it. */
interface Built {
  readonly bytes: Uint8Array
  readonly descriptor: Descriptor
  readonly parts: readonly PreparedPart[]
}

async function publishIndex(packed: PackedIndex, to: Place, options: PublishOptions): Promise<Built> {
  const manifests: Descriptor[] = []
  for (const { platform, packed: inner } of packed.index) {
    // One after the other: each of them keeps several connections busy.
    // oxlint-disable-next-line no-await-in-loop
    const built = await buildManifest(inner, options)
    // oxlint-disable-next-line no-await-in-loop
    const descriptor = await send(built, to, [], options)
    manifests.push(platform ? { ...descriptor, platform } : descriptor)
  }
  const { artifactType, annotations, subject } = packed
  const bytes = encodeManifest({
    form: 'index',
    mediaType: oci.index,
    ...(artifactType !== undefined && { artifactType }),
    manifests,
    ...(subject && { subject }),
    ...(annotations && { annotations }),
  })
  return assembled(bytes, [])
}

async function buildManifest(packed: PackedManifest, options: PublishOptions): Promise<Built> {
  const { config, annotations, manifest, artifactType, subject } = packed
  const withDiffId =
    typeof config === 'function' || typeof annotations === 'function' || manifest !== undefined
  const prepare = async (part: Part, diffId: boolean): Promise<PreparedPart> =>
    preparePart(part, { withDiffId: diffId, signal: options.signal, spoolFolder: options.spoolFolder })
  const layers = await inOrder(packed.layers, options.concurrency, async (part) => prepare(part, withDiffId))
  const written = layers.map((layer) => layer.written)
  const configPart = typeof config === 'function' ? await config(written) : config
  const preparedConfig = configPart ? await prepare(configPart, false) : emptyPart()
  // At least one layer, for registries that refuse none (image-spec, manifest.md, "Guidelines for Artifact Usage").
  if (layers.length === 0 && configPart === undefined) layers.push(emptyPart())
  const notes: Annotations | undefined =
    typeof annotations === 'function' ? await annotations(written) : annotations
  const bytes =
    (await manifest?.(written, notes ?? {})) ??
    encodeManifest({
      form: 'image',
      mediaType: oci.manifest,
      ...(artifactType !== undefined && { artifactType }),
      config: preparedConfig.written,
      layers: layers.map((layer) => layer.written),
      ...(subject && { subject }),
      ...(notes && { annotations: notes }),
    })
  return assembled(bytes, [preparedConfig, ...layers])
}

function assembled(bytes: Uint8Array, parts: readonly PreparedPart[]): Built {
  const manifest = parseManifest(bytes)
  const artifactType = manifestArtifactType(manifest)
  const { mediaType, annotations } = manifest
  return {
    bytes,
    parts,
    descriptor: {
      mediaType,
      digest: digestOf(bytes),
      size: bytes.length,
      ...(artifactType !== undefined && { artifactType }),
      ...(annotations && { annotations }),
    },
  }
}

async function send(
  built: Built,
  to: Place,
  tags: readonly string[],
  options: PublishOptions,
): Promise<Descriptor> {
  const { bytes, descriptor, parts } = built
  const { mediaType, digest, size } = descriptor
  const plain = { mediaType, digest, size }
  if (options.dryRun) return plain
  const { signal, progress } = options
  const known = parts.every((part) => part.written.size < probeFrom) && (await isThere(to, digest, signal))
  if (!known) {
    const several = to.registry.abilities.concurrentWrites ? options.concurrency : 1
    await inOrder(distinct(parts), several, async (part) => bringBlob(to, part, { signal, progress }))
  }
  if (known && tags.length === 0) return plain
  await pushReferrer(to, bytes, { mediaType, tags, signal, exclusive: options.exclusive })
  return plain
}

/** A manifest that is there has its parts with it: one question instead of one for each of many small parts. */
async function isThere(to: Place, digest: string, signal: AbortSignal): Promise<boolean> {
  try {
    await to.registry.statManifest(to.repository, digest, { signal })
    return true
  } catch (error) {
    if (hasCode(error, 'MANIFEST_NOT_FOUND', 'REPOSITORY_NOT_FOUND', 'REGISTRY_DENIED')) return false
    throw error
  }
}

function emptyPart(): PreparedPart {
  return {
    written: { ...emptyDescriptor, diffId: emptyDescriptor.digest },
    open: () => fromBytes(emptyBytes()),
  }
}

function distinct(parts: readonly PreparedPart[]): readonly PreparedPart[] {
  return [...new Map(parts.map((part) => [part.written.digest, part])).values()]
}

/** Results in the order of the items, at most `width` at a time; the first failure ends it. */
async function inOrder<T, R>(
  items: readonly T[],
  width: number,
  work: (item: T) => Promise<R>,
): Promise<R[]> {
  const results: R[] = []
  const queue = items.entries()
  const worker = async (): Promise<void> => {
    for (const [index, item] of queue) {
      // A worker does one thing at a time.
      // oxlint-disable-next-line no-await-in-loop
      results[index] = await work(item)
    }
  }
  await Promise.all(Array.from({ length: Math.max(1, Math.min(width, items.length)) }, worker))
  return results
}
