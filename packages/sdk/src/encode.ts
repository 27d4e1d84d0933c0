import type { Annotations, Descriptor, Platform } from './descriptor.ts'
import { encodeGoJson, type GoJson } from './go-json.ts'
import type { ImageManifest, IndexManifest } from './manifest.ts'

/**
 * The bytes of a new manifest: compact JSON with the member order of image-spec's Go types, annotations sorted by
 * bytes; what oras and other Go tools would write, so that digests agree. Never for a manifest that was received.
 */
export function encodeManifest(manifest: ImageManifest | IndexManifest): Uint8Array {
  return new TextEncoder().encode(encodeGoJson(goManifest(manifest)))
}

/** A descriptor in the member order of image-spec's Go type, to be embedded in a document for `encodeGoJson`. */
export function goDescriptor(descriptor: Descriptor): GoJson {
  return {
    mediaType: descriptor.mediaType,
    digest: descriptor.digest,
    size: descriptor.size,
    urls: nonEmpty(descriptor.urls),
    annotations: goAnnotations(descriptor.annotations),
    data: descriptor.data || undefined,
    platform: descriptor.platform && goPlatform(descriptor.platform),
    artifactType: descriptor.artifactType || undefined,
  }
}

function goManifest(manifest: ImageManifest | IndexManifest): GoJson {
  return {
    schemaVersion: 2,
    mediaType: manifest.mediaType,
    artifactType: manifest.artifactType || undefined,
    ...(manifest.form === 'image'
      ? { config: goDescriptor(manifest.config), layers: manifest.layers.map(goDescriptor) }
      : { manifests: manifest.manifests.map(goDescriptor) }),
    subject: manifest.subject && goDescriptor(manifest.subject),
    annotations: goAnnotations(manifest.annotations),
  }
}

function goPlatform(platform: Platform): GoJson {
  return {
    architecture: platform.architecture,
    os: platform.os,
    'os.version': platform['os.version'] || undefined,
    'os.features': nonEmpty(platform['os.features']),
    variant: platform.variant || undefined,
  }
}

function goAnnotations(annotations: Annotations | undefined): GoJson | undefined {
  const entries = Object.entries(annotations ?? {})
  return entries.length === 0 ? undefined : new Map(entries)
}

function nonEmpty(list: readonly string[] | undefined): readonly string[] | undefined {
  return list === undefined || list.length === 0 ? undefined : list
}
