import type { OpenBytes } from './bytes.ts'
import type { Annotations, Descriptor, Platform } from './descriptor.ts'

/** One blob to be written. It can be opened again; without digest and size the host measures while it streams. */
export interface Part {
  readonly mediaType: string
  readonly annotations?: Annotations
  readonly digest?: string
  readonly size?: number
  /** Put the content into the descriptor as `data` too. */
  readonly inline?: boolean
  readonly platform?: Platform
  readonly open: OpenBytes
  /**
   * Digest of the uncompressed bytes of what `open` gave last, asked for when that was read to its end: whoever compressed
   * them knows it. Without it the host decompresses again.
   */
  readonly diffId?: () => string
}

/** What the host measured while it streamed a part. `diffId` is the digest of the uncompressed bytes. */
export interface Written extends Descriptor {
  readonly diffId: string
}

/** A manifest to publish. The host computes digests and sizes while it streams the parts. */
export interface PackedManifest {
  readonly artifactType?: string
  readonly subject?: Descriptor
  readonly layers: readonly Part[]
  readonly config?: Part | ((written: readonly Written[]) => Part | PromiseLike<Part>)
  readonly annotations?:
    | Annotations
    | ((written: readonly Written[]) => Annotations | PromiseLike<Annotations>)
  /**
   * For kinds whose member order or omissions matter; the default is `encodeManifest`. The annotations are those above
   * and what the user asked for beside them.
   */
  readonly manifest?: (
    written: readonly Written[],
    annotations: Annotations,
  ) => Uint8Array | PromiseLike<Uint8Array>
  /** What `push` should say about this pack: what was left out and why. */
  readonly notes?: readonly string[]
  /** The tag `push` uses when the reference has none. */
  readonly tag?: string
}

/** An index to publish; `tag` and `notes` as for a manifest. */
export interface PackedIndex {
  readonly index: readonly { readonly platform?: Platform; readonly packed: PackedManifest }[]
  readonly annotations?: Annotations
  readonly artifactType?: string
  readonly subject?: Descriptor
  readonly notes?: readonly string[]
  readonly tag?: string
}

/** What `pack` gives: one manifest, or an index of several. */
export type Packed = PackedManifest | PackedIndex

/** True for a packed index. */
export function isPackedIndex(packed: Packed): packed is PackedIndex {
  return 'index' in packed
}
