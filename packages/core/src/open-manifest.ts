import {
  algorithmOf,
  type Descriptor,
  digestOf,
  isDigest,
  type Manifest,
  OcishError,
  parseManifest,
  type Platform,
} from '@ocish/sdk'
import { formatPlatform, selectPlatform } from './platform.ts'
import type { CallOptions, Freshness, Place } from './registry.ts'
import { checkDigest, checkSize } from './verified.ts'

/** A manifest as received, and what it says. */
export interface OpenedManifest extends Freshness {
  readonly descriptor: Descriptor
  readonly bytes: Uint8Array
  readonly manifest: Manifest
}

/** Indexes within indexes that are followed. */
export const maxIndexDepth = 8

/** Reads a manifest by tag or digest. Errors: those of `openManifest`, and of `parseManifest`. */
export async function readManifest(
  place: Place,
  reference: string,
  options?: CallOptions,
): Promise<OpenedManifest> {
  const { descriptor, bytes, ...freshness } = await place.registry.openManifest(
    place.repository,
    reference,
    options,
  )
  checkBytes(bytes, isDigest(reference) ? reference : descriptor.digest)
  return { descriptor, bytes, manifest: parseManifest(bytes, descriptor.mediaType), ...freshness }
}

/**
 * Reads the manifest that a descriptor speaks of. Its size is checked, and the descriptor's media type is the one that
 * counts: some registries answer another one for the same bytes. Errors: as `readManifest`, and SIZE_MISMATCH.
 */
export async function readChild(
  place: Place,
  child: Descriptor,
  options?: CallOptions,
): Promise<OpenedManifest> {
  const { bytes, ...rest } = await place.registry.openManifest(place.repository, child.digest, options)
  checkSize(child, bytes.length)
  checkBytes(bytes, child.digest)
  return { ...rest, descriptor: child, bytes, manifest: parseManifest(bytes, child.mediaType) }
}

/**
 * Follows indexes down to the manifest for a platform; what is no index stays what it is.
 * Errors: PLATFORM_NOT_FOUND, LIMIT_EXCEEDED (indexes nested too deep), and those of `readChild`.
 */
export async function descendToPlatform(
  place: Place,
  root: OpenedManifest,
  platform: Platform,
  options?: CallOptions,
): Promise<OpenedManifest> {
  let opened = root
  for (let depth = 0; opened.manifest.form === 'index'; depth += 1) {
    if (depth >= maxIndexDepth) throw tooDeep(root.descriptor.digest)
    // One level at a time: the next index is only known by what this one says.
    // eslint-disable-next-line no-await-in-loop
    opened = await readChild(place, choose(opened.manifest.manifests, platform), options)
  }
  return opened
}

/** What every registry promises; looked at again here, where others build on it (T28). */
function checkBytes(bytes: Uint8Array, digest: string): void {
  checkDigest(digest, digestOf(bytes, algorithmOf(digest)))
}

/** The error of indexes nested too deep: LIMIT_EXCEEDED. */
export function tooDeep(digest: string): OcishError {
  return new OcishError('LIMIT_EXCEEDED', `indexes are nested deeper than ${maxIndexDepth} below ${digest}`)
}

function choose(entries: readonly Descriptor[], platform: Platform): Descriptor {
  const child = selectPlatform(entries, platform)
  if (child !== undefined) return child
  const offered = entries.flatMap((entry) => (entry.platform ? [formatPlatform(entry.platform)] : []))
  const platforms = [...new Set(offered)].filter((name) => name !== 'unknown/unknown')
  throw new OcishError('PLATFORM_NOT_FOUND', `the index has nothing for ${formatPlatform(platform)}`, {
    ...(platforms.length > 0 && { hint: `Choose one of ${platforms.slice(0, 12).join(', ')}.` }),
    details: { platforms },
  })
}
