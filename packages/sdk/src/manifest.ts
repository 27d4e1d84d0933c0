import type { Annotations, Descriptor } from './descriptor.ts'

/** OCI image manifest or Docker v2 schema 2 (image-spec, manifest.md). */
export interface ImageManifest {
  readonly form: 'image'
  readonly mediaType: string
  readonly artifactType?: string
  readonly config: Descriptor
  readonly layers: readonly Descriptor[]
  readonly subject?: Descriptor
  readonly annotations?: Annotations
}

/** OCI image index or Docker manifest list (image-spec, image-index.md). */
export interface IndexManifest {
  readonly form: 'index'
  readonly mediaType: string
  readonly artifactType?: string
  readonly manifests: readonly Descriptor[]
  readonly subject?: Descriptor
  readonly annotations?: Annotations
}

/** The withdrawn artifact manifest, read only (image-spec 1.1.0-rc2, artifact.md). */
export interface ArtifactManifest {
  readonly form: 'artifact'
  readonly mediaType: string
  readonly artifactType?: string
  readonly blobs: readonly Descriptor[]
  readonly subject?: Descriptor
  readonly annotations?: Annotations
}

export type Manifest = ImageManifest | IndexManifest | ArtifactManifest
