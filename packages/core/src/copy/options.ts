import type { Descriptor, Platform } from '@ocish/sdk'
import type { OpenedManifest } from '../open-manifest.ts'
import type { OnTransfer } from '../progress.ts'
import type { RateLimit } from '../rate-limit.ts'
import type { Exclusive } from '../referrers.ts'

/** Why something was not moved: it is there, its content lives elsewhere (`urls`), or `preCopy` said so. */
export type SkipReason = 'existing' | 'foreign' | 'hook'

/**
 * What becomes of an index of which not all platforms are wanted: a new index with the wanted ones (another digest, so
 * that signatures of the old one no longer match), the index as it is without what was not copied (most registries
 * refuse it), or an error.
 */
export type IndexMode = 'rewrite' | 'sparse' | 'fail'

/** Which referrers are wanted, at each depth; those that only a tag connects have no type, and are none of them. */
export interface ReferrerFilter {
  /** One of these; absent: any. */
  readonly artifactType?: string | readonly string[]
  /** None of these. */
  readonly except?: readonly string[]
}

/** What `copy` takes along, what it leaves, and how fast it goes. */
export interface CopyOptions {
  readonly signal?: AbortSignal
  /**
   * Transfers at a time, and as many questions beside them; default 8, and 16 of blobs below 4 MiB as far as the registries
   * let them; a target without `concurrentWrites` gets one.
   */
  readonly concurrency?: number
  /** Tags that point to the root afterwards; none: by digest only. */
  readonly tags?: readonly string[]
  /** Copies only what an index has for this platform: the root becomes another one. */
  readonly platform?: Platform
  /** Copies of each index what is there for one of these platforms; what is no index is copied as it is. */
  readonly platforms?: readonly Platform[]
  /** What `platforms` does to an index that has more; default `fail`. */
  readonly index?: IndexMode
  /** Replaces the root, after `platform`; the answer is read from the source. */
  readonly mapRoot?: (root: OpenedManifest) => Descriptor | Promise<Descriptor>
  /**
   * Manifests that refer to what is copied, to all depths: signatures, SBOMs, attestations. `true` takes in those that
   * only a tag connects (cosign: `sha256-<hex>.sig`, `.att`, `.sbom`), with their tags.
   */
  readonly referrers?: boolean | ReferrerFilter
  /** Moves layers whose content lives at their `urls` too. */
  readonly includeForeign?: boolean
  /** Repositories of the target's registry that may hold a blob; the source's own is known where both are one registry. */
  readonly mountFrom?: (blob: Descriptor) => readonly string[] | Promise<readonly string[]>
  /** Replaces what a manifest points down to. */
  readonly successors?: (node: OpenedManifest) => readonly Descriptor[]
  /** `skip`: neither this nor what is below it. */
  readonly preCopy?: (descriptor: Descriptor) => 'skip' | void | Promise<'skip' | void>
  readonly postCopy?: (descriptor: Descriptor) => void | Promise<void>
  readonly skipped?: (descriptor: Descriptor, reason: SkipReason) => void | Promise<void>
  readonly mounted?: (descriptor: Descriptor, from: string) => void | Promise<void>
  readonly onTransfer?: OnTransfer
  /** For the bytes of blobs; several copies may share one. */
  readonly rateLimit?: RateLimit
  /** A lock across processes for the referrers tag of old registries; default: within this process. */
  readonly exclusive?: Exclusive
}

/** How many, and how many bytes of the blobs among them. */
export interface CopyCounts {
  readonly manifests: number
  readonly blobs: number
  readonly bytes: number
}

/** What `copy` did, counted; bytes and numbers of blobs and manifests. */
export interface CopyResult {
  /** What the target holds now. */
  readonly descriptor: Descriptor
  /** What the reference pointed to at the source; another one than `descriptor` where the root was replaced. */
  readonly source: Descriptor
  readonly tags: readonly string[]
  readonly moved: CopyCounts
  /** Found at the target; what is below a manifest that was found is not counted. */
  readonly existing: CopyCounts
  readonly mounted: CopyCounts
  readonly skipped: CopyCounts
  readonly referrers: number
  /** What a person should know about what was made, as whole sentences without their full stops. */
  readonly notices: readonly string[]
}
