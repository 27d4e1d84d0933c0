import { encodeGoJson, oci, type Annotations, type Descriptor } from '@ocish/sdk'

/**
 * A manifest in klaus-oci's bytes: no artifactType, descriptors of three members and nothing else, annotations sorted
 * and left out when there are none.
 */
export function encodeKlausManifest(
  config: Descriptor,
  layer: Descriptor,
  annotations: Annotations,
): Uint8Array {
  const plain = ({
    mediaType,
    digest,
    size,
  }: Descriptor): { mediaType: string; digest: string; size: number } => ({
    mediaType,
    digest,
    size,
  })
  const entries = Object.entries(annotations)
  return new TextEncoder().encode(
    encodeGoJson({
      schemaVersion: 2,
      mediaType: oci.manifest,
      config: plain(config),
      layers: [plain(layer)],
      annotations: entries.length === 0 ? undefined : new Map(entries),
    }),
  )
}
