import { compareUtf8, encodeGoJson, type Annotations, type Descriptor, type GoJson } from '@ocish/sdk'

/** The manifest as Helm writes it: no mediaType, layers sorted by digest, bare descriptors (specs/helm.md §2). */
export function encodeHelmManifest(
  config: Descriptor,
  layers: readonly Descriptor[],
  annotations: Annotations,
): Uint8Array {
  const entries = Object.entries(annotations)
  const manifest: GoJson = {
    schemaVersion: 2,
    config: bare(config),
    layers: layers.toSorted((a, b) => compareUtf8(a.digest, b.digest)).map(bare),
    annotations: entries.length === 0 ? undefined : new Map(entries),
  }
  return new TextEncoder().encode(encodeGoJson(manifest))
}

function bare({ mediaType, digest, size }: Descriptor): GoJson {
  return { mediaType, digest, size }
}
