import type { Bytes, Descriptor, OpenBytes } from '@ocish/sdk'

/**
 * The centre of the house: everything that holds artifacts implements `Registry` — the Distribution client, the
 * content store, an image layout, an archive, memory, and every filter over another one.
 *
 * Conventions for all methods: `repository` is a path without the host (`team/app`); `reference` is a tag or a digest;
 * what waits takes `signal` and rejects with its reason; a method whose ability is not declared answers UNSUPPORTED.
 */

/** `unknown`: only asking tells (a remote registry); the method then works or answers UNSUPPORTED. */
export type Ability = boolean | 'unknown'

/** What a registry can do, so that a caller need not try. `unknown` is found out by the first call that needs it. */
export interface Abilities {
  /** `mountBlob` can answer `mounted: true`. */
  readonly mount: Ability
  /** `openRange` works. */
  readonly range: Ability
  /** `referrers` works (the API, not the tag schema). */
  readonly referrers: Ability
  readonly tagDelete: Ability
  /** Manifests by digest and blobs can be deleted. */
  readonly delete: Ability
  /** Writes and deletes answer UNSUPPORTED. */
  readonly readOnly: boolean
  /** Several writes at a time; an archive has none. */
  readonly concurrentWrites: boolean
  /** `pushBlob` without a digest: it is learnt at the end. */
  readonly deferredDigest: boolean
  /** `startUpload` and `resumeUpload` work. */
  readonly chunked: Ability
  /** `pump` exists: the fast body path between two of ours. */
  readonly pump: boolean
}

/** A request that failed in passing is sent again after a pause. */
export interface Retry {
  /** How long the next attempt waits. */
  readonly seconds: number
  readonly reason: string
  /** The attempt that failed, from 1. */
  readonly attempt: number
  /** What was moved of it counts for nothing, and is moved again. */
  readonly fromStart?: true
}

/** What every call of a registry takes. An abort passes through as the signal's own reason. */
export interface CallOptions {
  readonly signal?: AbortSignal
  /** Told before each pause. Only what asks over a network repeats anything. */
  readonly onRetry?: (retry: Retry) => void
}

/** How a manifest or a list is read: with an entity tag the answer may be NOT_MODIFIED. */
export interface ReadOptions extends CallOptions {
  /** The ETag the caller holds: an unchanged answer is the error NOT_MODIFIED (an answer, not a fault). */
  readonly ifNoneMatch?: string
}

/** How an answer that was kept may be asked for again (RFC 9110 §8.8.3), and how old it is. */
export interface Freshness {
  readonly etag?: string
  /** Seconds since the origin said so; 0 or absent: just now. */
  readonly age?: number
}

/** The exact bytes as received; `descriptor.mediaType` is the Content-Type without parameters. */
export interface ManifestContent extends Freshness {
  readonly descriptor: Descriptor
  readonly bytes: Uint8Array
}

/** What a HEAD says of a manifest: its descriptor without its bytes. */
export interface ManifestStat extends Freshness {
  readonly descriptor: Descriptor
}

/** A blob that is being read. */
export interface BlobContent {
  /** Size is known before the first byte. */
  readonly descriptor: Descriptor
  /** Verified: the iteration throws DIGEST_MISMATCH or SIZE_MISMATCH after the last byte. Iterate it once. */
  readonly bytes: Bytes
}

declare const unverified: unique symbol
/** Bytes of a part of a blob, which nothing can vouch for; only resume and seek indexes use them. */
export type UnverifiedBytes = Bytes & { readonly [unverified]?: true }

/** A part of a blob, from `start`. It proves nothing: only who has all bytes can check the digest. */
export interface RangeContent {
  readonly start: number
  /** Size of the whole blob. */
  readonly total: number
  readonly bytes: UnverifiedBytes
}

/** The part of a registry that reads. */
export interface Reader {
  /**
   * Errors: MANIFEST_NOT_FOUND, REPOSITORY_NOT_FOUND, NOT_MODIFIED, DIGEST_MISMATCH (asked by digest), LIMIT_EXCEEDED
   * (> 8 MiB), MANIFEST_INVALID (mediaType and Content-Type contradict).
   */
  openManifest(repository: string, reference: string, options?: ReadOptions): Promise<ManifestContent>
  /** Errors: as `openManifest`. */
  statManifest(repository: string, reference: string, options?: ReadOptions): Promise<ManifestStat>
  /** `blob`: a descriptor where one is known (size is checked too), else a digest. Errors: BLOB_NOT_FOUND, DIGEST_INVALID. */
  openBlob(repository: string, blob: Descriptor | string, options?: CallOptions): Promise<BlobContent>
  /** From `start` to the end. Errors: BLOB_NOT_FOUND, UPLOAD_RANGE_INVALID (start beyond the end), UNSUPPORTED. */
  openRange(repository: string, digest: string, start: number, options?: CallOptions): Promise<RangeContent>
  /** Errors: BLOB_NOT_FOUND. */
  statBlob(repository: string, digest: string, options?: CallOptions): Promise<Descriptor>
}

/** What is known of a blob before it is written; what differs in the end is DIGEST_MISMATCH or SIZE_MISMATCH. */
export interface BlobExpectation {
  /** Absent: needs the ability `deferredDigest`. */
  readonly digest?: string
  /** Bytes. */
  readonly size?: number
  readonly mediaType?: string
}

/** What is known of a file whose content is taken. */
export interface AdoptBlobOptions extends CallOptions {
  /**
   * Whoever calls has hashed exactly these bytes while it wrote the file, which nobody else can write: shared by the file
   * system, they are not read again.
   */
  readonly isHashed?: boolean
}

/** An upload to go on with, and where its bytes come from. */
export interface PushBlobOptions extends CallOptions {
  /** Continue this session (what a refused mount left) instead of starting one. */
  readonly upload?: Upload
  /** The same content by the fast body path, for a target that can use it; it is verified here then. */
  readonly feed?: Feed
  /** The same content from a byte on, unverified: an upload that goes on then reads no more than what is missing. */
  readonly openFrom?: (start: number) => Bytes
}

/** A chunked upload. `id` resumes it later (in another process too, where the registry keeps the bytes). */
export interface Upload {
  readonly id: string
  /** Bytes the registry holds. */
  readonly offset: number
  /** Smallest chunk the registry takes, but for the last one. */
  readonly minimumChunk?: number
  /** Appends; resolves when the registry has it. Errors: UPLOAD_NOT_FOUND, UPLOAD_RANGE_INVALID. */
  write(chunk: Uint8Array | Bytes, options?: CallOptions): Promise<void>
  /** Errors: DIGEST_MISMATCH (the session is gone), UPLOAD_NOT_FOUND. */
  commit(digest: string, options?: CallOptions): Promise<Descriptor>
  /** Never fails because the session is gone already. */
  cancel(options?: CallOptions): Promise<void>
}

/** Either the blob is mounted, or the registry has begun an upload instead; neither: it can do nothing of the two. */
export interface MountResult {
  /** Set when the blob is now in the repository. */
  readonly mounted?: Descriptor
  /** Set when the registry refused and opened a session instead. */
  readonly upload?: Upload
}

/** What is known of a blob that is to be mounted from another repository. */
export interface MountOptions extends CallOptions {
  /** The blob's size where the caller knows it: it saves a remote registry the request that finds it out. */
  readonly size?: number
}

/** What a manifest is pushed as, and which tags shall point to it. */
export interface PushManifestOptions extends CallOptions {
  readonly mediaType: string
  /** Tags that point to it afterwards; none: by digest only. */
  readonly tags?: readonly string[]
  /** The digest it is stored under (sha512 callers); default sha256 of the bytes. */
  readonly digest?: string
  /** Write the tag only when it still has this ETag; `*` with `ifNoneMatch`: only when it does not exist. Errors: PRECONDITION_FAILED. */
  readonly ifMatch?: string
  readonly ifNoneMatch?: '*'
  /** Take it though blobs or manifests that it names are missing (a sparse index). */
  readonly sparse?: boolean
}

/** What a registry has taken: the manifest, its tags, and the subject where the registry keeps referrers. */
export interface PushedManifest {
  readonly descriptor: Descriptor
  readonly tags: readonly string[]
  /** The subject digest that the registry said it indexed; absent: the tag schema is the caller's duty. */
  readonly subject?: string
}

/** The part of a registry that writes. */
export interface Writer {
  /**
   * Verifies what it wrote; a failure leaves nothing visible.
   * Errors: DIGEST_MISMATCH, SIZE_MISMATCH, DIGEST_INVALID, UNSUPPORTED.
   */
  pushBlob(
    repository: string,
    expected: BlobExpectation,
    open: OpenBytes,
    options?: PushBlobOptions,
  ): Promise<Descriptor>
  /** Errors: UNSUPPORTED. */
  startUpload(repository: string, options?: CallOptions & { readonly algorithm?: string }): Promise<Upload>
  /** Asks for the offset. Errors: UPLOAD_NOT_FOUND, UNSUPPORTED. */
  resumeUpload(repository: string, id: string, options?: CallOptions): Promise<Upload>
  /** `from` absent: any repository that has it. A refusal is an answer, never an error. */
  mountBlob(repository: string, digest: string, from?: string, options?: MountOptions): Promise<MountResult>
  /** Errors: DIGEST_MISMATCH, MANIFEST_INVALID, MANIFEST_REFERS_TO_MISSING, LIMIT_EXCEEDED, PRECONDITION_FAILED. */
  pushManifest(repository: string, bytes: Uint8Array, options: PushManifestOptions): Promise<PushedManifest>
}

/** The part of a registry that deletes. */
export interface Deleter {
  /** Errors: BLOB_NOT_FOUND, UNSUPPORTED. */
  deleteBlob(repository: string, digest: string, options?: CallOptions): Promise<void>
  /** The manifest and every tag on it. Errors: MANIFEST_NOT_FOUND, UNSUPPORTED. */
  deleteManifest(repository: string, digest: string, options?: CallOptions): Promise<void>
  /** The tag only. Errors: MANIFEST_NOT_FOUND, UNSUPPORTED. */
  deleteTag(repository: string, tag: string, options?: CallOptions): Promise<void>
}

/** One page of a list: how many entries it had, and how it may be asked for again. */
export interface Page extends Freshness {
  readonly count: number
}

/** Which part of a list is wanted, and in what portions. */
export interface ListOptions extends ReadOptions {
  /** Entries after this one, in byte order. */
  readonly last?: string
  /** A wish; registries cap it. */
  readonly pageSize?: number
  /** Called once for each page that arrives. */
  readonly onPage?: (page: Page) => void
}

/** The part of a registry that lists. */
export interface Lister {
  /** Sorted by bytes. Errors: UNSUPPORTED. */
  repositories(options?: ListOptions): AsyncIterable<string>
  /** Sorted by bytes where the registry sorts. Errors: REPOSITORY_NOT_FOUND, NOT_MODIFIED. */
  tags(repository: string, options?: ListOptions): AsyncIterable<string>
  /** Descriptors with artifactType and annotations; none for an unknown subject. Errors: UNSUPPORTED. */
  referrers(
    repository: string,
    subject: string,
    options?: ListOptions & { readonly artifactType?: string },
  ): AsyncIterable<Descriptor>
}

/** Where `pump` delivers, one slab after the other; the slab may be reused as soon as the promise resolves. */
export type Sink = (slab: Uint8Array) => Promise<void> | void

/** Delivers all bytes of one blob from `start` to its end. Nothing vouches for them: whoever receives them verifies. */
export type Feed = (start: number, sink: Sink) => Promise<void>

/** Content of which every part that arrived is kept for the next attempt. */
export interface ResumableContent extends BlobContent {
  /** The bytes are where they belong: nothing needs to be kept. Never throws. */
  drop(): Promise<void>
}

/**
 * A blob that has arrived whole and was verified, for a file of the caller's. Dispose it when it was saved, or is not
 * wanted: what is still here then is found by the next attempt.
 */
export interface StagedBlob extends AsyncDisposable {
  /**
   * Makes it the content of an empty file that is there, whose mode and group stay; the file shares nothing with what is
   * kept here. By a rename where that gives the same; `keep`: in any case by a copy, so that it can be saved again.
   * Errors: FILE_FAILED.
   */
  saveTo(file: string, options?: CallOptions & { readonly keep?: boolean }): Promise<void>
  /** The bytes are where they belong: nothing needs to be kept. Never throws. */
  drop(): Promise<void>
}

/**
 * Everything a registry can do, whatever is behind it: a server, a layout, an archive, the store, memory. Dispose it
 * to end what it holds open.
 */
export interface Registry extends Reader, Writer, Deleter, Lister, AsyncDisposable {
  /** How errors and progress name it: `ghcr.io`, `oci:./dir`, `memory`. */
  readonly name: string
  readonly abilities: Abilities
  /** Makes what was written visible where that is one act (an archive's footer and rename); a no-op elsewhere. */
  commit(options?: CallOptions): Promise<void>
  /** The fast body path; present when `abilities.pump`. Verifies like `openBlob`. */
  pump?(repository: string, descriptor: Descriptor, sink: Sink, options?: CallOptions): Promise<void>
  /** `pump` from byte `start` on: unverified, but exactly `descriptor.size - start` bytes. Present where `pump` is, or not. */
  pumpRange?(
    repository: string,
    descriptor: Descriptor,
    start: number,
    sink: Sink,
    options?: CallOptions,
  ): Promise<void>
  /**
   * Takes a blob of which a part may be here: what an interrupted call left stays, by digest and also between
   * processes, so that the feed is asked for the rest alone; of several that want the same blob at once one is fed.
   * Errors: as `pushBlob`, and those of the feed; after DIGEST_MISMATCH nothing is kept.
   */
  receiveBlob?(
    repository: string,
    expected: Descriptor,
    feed: Feed,
    options?: CallOptions,
  ): Promise<Descriptor>
  /** Repositories that are known, without asking, to hold or have held the blob: candidates for `mountBlob`. */
  blobLocations?(digest: string): Promise<readonly string[]>
  /**
   * The local file that holds exactly the blob's bytes, where there is one: it never changes, and nothing has verified
   * it. With `adoptBlob` of another registry of this machine, content moves without being read and written.
   */
  blobFile?(repository: string, digest: string, options?: CallOptions): Promise<string | undefined>
  /**
   * What each entry of that tag names, in the order of the file: two where an `index.json` holds the tag twice (the last
   * one is what the tag reads as), none for no such tag. Present where a file holds tags that nothing keeps unique.
   */
  tagDigests?(repository: string, tag: string, options?: CallOptions): Promise<readonly string[]>
  /**
   * `openBlob` for what takes long: what arrives stays on this machine, also when the process is killed, until it is
   * dropped; the next attempt asks for the rest only. Present where there is a content store. Errors: as `openBlob`.
   */
  openResumable?(repository: string, blob: Descriptor, options?: CallOptions): Promise<ResumableContent>
  /**
   * Brings a blob to this machine, to be saved as a file: what of it arrives stays, by digest and also when the process
   * is killed, and `feed` is asked for the rest only. `beside`: where it is going to be saved. Undefined: that is another
   * file system, the blob is kept here anyway, or somebody else is at it; it is read with `openResumable` then. Present
   * where there is a content store.
   * Errors: DIGEST_MISMATCH, SIZE_MISMATCH (nothing is kept then), FILE_FAILED, those of the feed.
   */
  stageBlob?(
    blob: Descriptor,
    beside: string,
    feed: Feed,
    options?: CallOptions,
  ): Promise<StagedBlob | undefined>
  /** Takes the content of a local file by reflink, else hard link, else copy, and verifies it. Errors: as `pushBlob`. */
  adoptBlob?(
    repository: string,
    expected: Descriptor,
    file: string,
    options?: AdoptBlobOptions,
  ): Promise<Descriptor>
}

/** A repository of a registry: one side of a copy. */
export interface Place {
  readonly registry: Registry
  readonly repository: string
  /** As a person writes it, for errors; default: made of the two. */
  readonly display?: string
}
