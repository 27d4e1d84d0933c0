import { type Descriptor, isDigest, OcishError, type OpenBytes } from '@ocish/sdk'
import type {
  BlobContent,
  BlobExpectation,
  CallOptions,
  Feed,
  ListOptions,
  ManifestContent,
  ManifestStat,
  MountOptions,
  MountResult,
  PushBlobOptions,
  PushedManifest,
  PushManifestOptions,
  RangeContent,
  ReadOptions,
  Registry,
  Sink,
  Upload,
} from '../registry.ts'
import { ForwardingRegistry } from './forwarding.ts'

/** What of a registry is shown; what is left out looks as if it were not there. */
export interface Selection {
  readonly repositories?: (repository: string) => boolean
  /** Digests are not asked for: what is known by digest stays readable within a selected repository. */
  readonly tags?: (repository: string, tag: string) => boolean
}

/**
 * The same registry with only some repositories and tags: the others are not listed and not found. Writing to them is
 * REGISTRY_DENIED.
 */
export function select(registry: Registry, selection: Selection): Registry {
  return new SelectedRegistry(registry, selection)
}

class SelectedRegistry extends ForwardingRegistry {
  readonly #selection: Selection

  constructor(inner: Registry, selection: Selection) {
    super(inner)
    this.#selection = selection
  }

  override async openManifest(
    repository: string,
    reference: string,
    options?: ReadOptions,
  ): Promise<ManifestContent> {
    this.#readable(repository, reference)
    return super.openManifest(repository, reference, options)
  }

  override async statManifest(
    repository: string,
    reference: string,
    options?: ReadOptions,
  ): Promise<ManifestStat> {
    this.#readable(repository, reference)
    return super.statManifest(repository, reference, options)
  }

  override async openBlob(
    repository: string,
    blob: Descriptor | string,
    options?: CallOptions,
  ): Promise<BlobContent> {
    this.#blobReadable(repository, typeof blob === 'string' ? blob : blob.digest)
    return super.openBlob(repository, blob, options)
  }

  override async openRange(
    repository: string,
    digest: string,
    start: number,
    options?: CallOptions,
  ): Promise<RangeContent> {
    this.#blobReadable(repository, digest)
    return super.openRange(repository, digest, start, options)
  }

  override async statBlob(repository: string, digest: string, options?: CallOptions): Promise<Descriptor> {
    this.#blobReadable(repository, digest)
    return super.statBlob(repository, digest, options)
  }

  override async pushBlob(
    repository: string,
    expected: BlobExpectation,
    open: OpenBytes,
    options?: PushBlobOptions,
  ): Promise<Descriptor> {
    this.#writable(repository)
    return super.pushBlob(repository, expected, open, options)
  }

  override async startUpload(
    repository: string,
    options?: CallOptions & { readonly algorithm?: string },
  ): Promise<Upload> {
    this.#writable(repository)
    return super.startUpload(repository, options)
  }

  override async resumeUpload(repository: string, id: string, options?: CallOptions): Promise<Upload> {
    this.#writable(repository)
    return super.resumeUpload(repository, id, options)
  }

  override async mountBlob(
    repository: string,
    digest: string,
    from?: string,
    options?: MountOptions,
  ): Promise<MountResult> {
    this.#writable(repository)
    // "Any repository" could be one that is not to be seen.
    const { repositories } = this.#selection
    if (repositories !== undefined && (from === undefined || !repositories(from))) return {}
    return super.mountBlob(repository, digest, from, options)
  }

  override async pushManifest(
    repository: string,
    bytes: Uint8Array,
    options: PushManifestOptions,
  ): Promise<PushedManifest> {
    this.#writable(repository, ...(options.tags ?? []))
    return super.pushManifest(repository, bytes, options)
  }

  override async deleteBlob(repository: string, digest: string, options?: CallOptions): Promise<void> {
    this.#writable(repository)
    return super.deleteBlob(repository, digest, options)
  }

  override async deleteManifest(repository: string, digest: string, options?: CallOptions): Promise<void> {
    this.#writable(repository)
    return super.deleteManifest(repository, digest, options)
  }

  override async deleteTag(repository: string, tag: string, options?: CallOptions): Promise<void> {
    this.#writable(repository, tag)
    return super.deleteTag(repository, tag, options)
  }

  override async *repositories(options?: ListOptions): AsyncGenerator<string, void, undefined> {
    for await (const name of super.repositories(options)) if (this.#hasRepository(name)) yield name
  }

  override async *tags(repository: string, options?: ListOptions): AsyncGenerator<string, void, undefined> {
    if (!this.#hasRepository(repository)) throw this.#notFound(repository)
    for await (const tag of super.tags(repository, options)) if (this.#hasTag(repository, tag)) yield tag
  }

  override async *referrers(
    repository: string,
    subject: string,
    options?: ListOptions & { readonly artifactType?: string },
  ): AsyncGenerator<Descriptor, void, undefined> {
    if (this.#hasRepository(repository)) yield* super.referrers(repository, subject, options)
  }

  protected override async pumpThrough(
    repository: string,
    descriptor: Descriptor,
    sink: Sink,
    options?: CallOptions,
  ): Promise<void> {
    this.#blobReadable(repository, descriptor.digest)
    return super.pumpThrough(repository, descriptor, sink, options)
  }

  protected override async pumpRangeThrough(
    repository: string,
    descriptor: Descriptor,
    start: number,
    sink: Sink,
    options?: CallOptions,
  ): Promise<void> {
    this.#blobReadable(repository, descriptor.digest)
    return super.pumpRangeThrough(repository, descriptor, start, sink, options)
  }

  protected override async receiveBlobThrough(
    repository: string,
    expected: Descriptor,
    feed: Feed,
    options?: CallOptions,
  ): Promise<Descriptor> {
    this.#writable(repository)
    return super.receiveBlobThrough(repository, expected, feed, options)
  }

  protected override async blobLocationsThrough(digest: string): Promise<readonly string[]> {
    const known = await super.blobLocationsThrough(digest)
    return known.filter((name) => this.#hasRepository(name))
  }

  protected override async blobFileThrough(
    repository: string,
    digest: string,
    options?: CallOptions,
  ): Promise<string | undefined> {
    this.#blobReadable(repository, digest)
    return super.blobFileThrough(repository, digest, options)
  }

  protected override async adoptBlobThrough(
    repository: string,
    expected: Descriptor,
    file: string,
    options?: CallOptions,
  ): Promise<Descriptor> {
    this.#writable(repository)
    return super.adoptBlobThrough(repository, expected, file, options)
  }

  #hasRepository(repository: string): boolean {
    return this.#selection.repositories?.(repository) ?? true
  }

  #hasTag(repository: string, tag: string): boolean {
    return this.#selection.tags?.(repository, tag) ?? true
  }

  #readable(repository: string, reference: string): void {
    if (!this.#hasRepository(repository)) throw this.#notFound(repository)
    if (isDigest(reference) || this.#hasTag(repository, reference)) return
    throw new OcishError('MANIFEST_NOT_FOUND', `no manifest ${reference} in ${repository} of ${this.name}`)
  }

  #blobReadable(repository: string, digest: string): void {
    if (this.#hasRepository(repository)) return
    throw new OcishError('BLOB_NOT_FOUND', `no blob ${digest} in ${repository} of ${this.name}`)
  }

  #writable(repository: string, ...tags: readonly string[]): void {
    const hidden = this.#hasRepository(repository)
      ? tags.find((tag) => !this.#hasTag(repository, tag))
      : repository
    if (hidden === undefined) return
    throw new OcishError('REGISTRY_DENIED', `${hidden} is not among what is selected of ${this.name}`)
  }

  #notFound(repository: string): OcishError {
    return new OcishError('REPOSITORY_NOT_FOUND', `no repository ${repository} in ${this.name}`)
  }
}
