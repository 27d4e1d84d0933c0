import type { ManifestContent, Place } from '@ocish/core'
import {
  type Annotations,
  type Artifact,
  type Bytes,
  type Descriptor,
  type IndexManifest,
  inlineData,
  type Manifest,
  manifestArtifactType,
  OcishError,
  parseManifest,
  type Platform,
} from '@ocish/sdk'

/**
 * What a kind sees of an artifact in a repository: its manifest, and verified bytes of its parts, nothing of the registry.
 * `ref`: how it was named, where it was. Errors: MANIFEST_INVALID, LIMIT_EXCEEDED, UNSUPPORTED.
 */
export function createArtifact(
  place: Place,
  content: ManifestContent,
  signal: AbortSignal,
  ref?: string,
): Artifact {
  const manifest = parseManifest(content.bytes, content.descriptor.mediaType)
  return Object.freeze({
    ...(ref !== undefined && { ref }),
    descriptor: content.descriptor,
    manifest,
    bytes: content.bytes,
    artifactType: manifestArtifactType(manifest),
    annotations: manifest.annotations ?? (Object.create(null) as Annotations),
    ...(manifest.form === 'image' && { config: manifest.config }),
    layers: layersOf(manifest),
    ...(manifest.subject && { subject: manifest.subject }),
    children: async (platform?: Platform) => openChildren(place, manifest, platform, signal),
    open: (part: Descriptor) => openPart(place, part, signal),
  })
}

function layersOf(manifest: Manifest): readonly Descriptor[] {
  if (manifest.form === 'image') return manifest.layers
  return manifest.form === 'artifact' ? manifest.blobs : []
}

async function openChildren(
  place: Place,
  manifest: Manifest,
  platform: Platform | undefined,
  signal: AbortSignal,
): Promise<readonly Artifact[]> {
  if (manifest.form !== 'index') return []
  const { readChild } = await import('@ocish/core')
  const entries = platform ? [await entryFor(manifest, platform)] : manifest.manifests
  return Promise.all(
    entries.map(async (entry) => createArtifact(place, await readChild(place, entry, { signal }), signal)),
  )
}

async function entryFor(index: IndexManifest, platform: Platform): Promise<Descriptor> {
  const { formatPlatform, selectPlatform } = await import('@ocish/core')
  const found = selectPlatform(index.manifests, platform)
  if (found) return found
  const offered = index.manifests.flatMap((entry) => (entry.platform ? [formatPlatform(entry.platform)] : []))
  throw new OcishError('PLATFORM_NOT_FOUND', `the index has no entry for ${formatPlatform(platform)}`, {
    details: { platforms: offered.slice(0, 50) },
  })
}

async function* openPart(
  place: Place,
  part: Descriptor,
  signal: AbortSignal,
): Bytes & AsyncGenerator<Uint8Array> {
  const inline = inlineData(part)
  if (inline) {
    yield inline
    return
  }
  const { bytes } = await place.registry.openBlob(place.repository, part, { signal })
  yield* bytes
}
