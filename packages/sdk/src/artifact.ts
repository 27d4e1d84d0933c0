import type { Bytes } from './bytes.ts'
import type { Annotations, Descriptor, Platform } from './descriptor.ts'
import type { Manifest } from './manifest.ts'
import type { Source } from './source.ts'

/** What a kind may read: it never sees the registry client or the cache. */
export interface Artifact {
  /** The reference it was opened by, where there is one (a child of an index has none). */
  readonly ref?: string
  readonly descriptor: Descriptor
  readonly manifest: Manifest
  /** The exact bytes of the manifest as received. */
  readonly bytes: Uint8Array
  /** `artifactType`, else the configuration's media type (image-spec, manifest.md). */
  readonly artifactType: string | undefined
  readonly annotations: Annotations
  /** The manifest's configuration; absent for an index. */
  readonly config?: Descriptor
  /** Layers of an image manifest, blobs of an artifact manifest, empty for an index. */
  readonly layers: readonly Descriptor[]
  readonly subject?: Descriptor
  /** For an index: its entries, or the one that fits the platform. */
  children(platform?: Platform): Promise<readonly Artifact[]>
  /** Verified bytes: the iteration throws after the last byte if digest or size differ. */
  open(part: Descriptor): Bytes
}

/** True for an artifact (as against a source) in `validate`. */
export function isArtifact(input: Artifact | Source): input is Artifact {
  return 'descriptor' in input
}
