import type { Descriptor, OpenBytes } from '@ocish/sdk'
import type {
  Abilities,
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
import { unsupported } from '../unsupported.ts'

/** Hands everything on to another registry: the base of filters, which override what they change. */
export class ForwardingRegistry implements Registry {
  /** The registry behind. */
  protected readonly inner: Registry
  declare readonly pump?: NonNullable<Registry['pump']>
  declare readonly pumpRange?: NonNullable<Registry['pumpRange']>
  declare readonly receiveBlob?: NonNullable<Registry['receiveBlob']>
  declare readonly blobLocations?: NonNullable<Registry['blobLocations']>
  declare readonly blobFile?: NonNullable<Registry['blobFile']>
  declare readonly adoptBlob?: NonNullable<Registry['adoptBlob']>

  constructor(inner: Registry) {
    this.inner = inner
    if (inner.pump !== undefined) this.pump = (...call) => this.pumpThrough(...call)
    if (inner.pumpRange !== undefined) this.pumpRange = (...call) => this.pumpRangeThrough(...call)
    if (inner.receiveBlob !== undefined) this.receiveBlob = (...call) => this.receiveBlobThrough(...call)
    if (inner.blobLocations !== undefined) this.blobLocations = (digest) => this.blobLocationsThrough(digest)
    if (inner.blobFile !== undefined) this.blobFile = (...call) => this.blobFileThrough(...call)
    if (inner.adoptBlob !== undefined) this.adoptBlob = (...call) => this.adoptBlobThrough(...call)
  }

  get name(): string {
    return this.inner.name
  }

  get abilities(): Abilities {
    return this.inner.abilities
  }

  openManifest(repository: string, reference: string, options?: ReadOptions): Promise<ManifestContent> {
    return this.inner.openManifest(repository, reference, options)
  }

  statManifest(repository: string, reference: string, options?: ReadOptions): Promise<ManifestStat> {
    return this.inner.statManifest(repository, reference, options)
  }

  openBlob(repository: string, blob: Descriptor | string, options?: CallOptions): Promise<BlobContent> {
    return this.inner.openBlob(repository, blob, options)
  }

  openRange(repository: string, digest: string, start: number, options?: CallOptions): Promise<RangeContent> {
    return this.inner.openRange(repository, digest, start, options)
  }

  statBlob(repository: string, digest: string, options?: CallOptions): Promise<Descriptor> {
    return this.inner.statBlob(repository, digest, options)
  }

  pushBlob(
    repository: string,
    expected: BlobExpectation,
    open: OpenBytes,
    options?: PushBlobOptions,
  ): Promise<Descriptor> {
    return this.inner.pushBlob(repository, expected, open, options)
  }

  startUpload(repository: string, options?: CallOptions & { readonly algorithm?: string }): Promise<Upload> {
    return this.inner.startUpload(repository, options)
  }

  resumeUpload(repository: string, id: string, options?: CallOptions): Promise<Upload> {
    return this.inner.resumeUpload(repository, id, options)
  }

  mountBlob(repository: string, digest: string, from?: string, options?: MountOptions): Promise<MountResult> {
    return this.inner.mountBlob(repository, digest, from, options)
  }

  pushManifest(repository: string, bytes: Uint8Array, options: PushManifestOptions): Promise<PushedManifest> {
    return this.inner.pushManifest(repository, bytes, options)
  }

  deleteBlob(repository: string, digest: string, options?: CallOptions): Promise<void> {
    return this.inner.deleteBlob(repository, digest, options)
  }

  deleteManifest(repository: string, digest: string, options?: CallOptions): Promise<void> {
    return this.inner.deleteManifest(repository, digest, options)
  }

  deleteTag(repository: string, tag: string, options?: CallOptions): Promise<void> {
    return this.inner.deleteTag(repository, tag, options)
  }

  repositories(options?: ListOptions): AsyncIterable<string> {
    return this.inner.repositories(options)
  }

  tags(repository: string, options?: ListOptions): AsyncIterable<string> {
    return this.inner.tags(repository, options)
  }

  referrers(
    repository: string,
    subject: string,
    options?: ListOptions & { readonly artifactType?: string },
  ): AsyncIterable<Descriptor> {
    return this.inner.referrers(repository, subject, options)
  }

  commit(options?: CallOptions): Promise<void> {
    return this.inner.commit(options)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.inner[Symbol.asyncDispose]()
  }

  /** What `pump` does where the registry behind has one. */
  protected async pumpThrough(
    repository: string,
    descriptor: Descriptor,
    sink: Sink,
    options?: CallOptions,
  ): Promise<void> {
    await this.inner.pump?.(repository, descriptor, sink, options)
  }

  protected async pumpRangeThrough(
    repository: string,
    descriptor: Descriptor,
    start: number,
    sink: Sink,
    options?: CallOptions,
  ): Promise<void> {
    await this.inner.pumpRange?.(repository, descriptor, start, sink, options)
  }

  protected async receiveBlobThrough(
    repository: string,
    expected: Descriptor,
    feed: Feed,
    options?: CallOptions,
  ): Promise<Descriptor> {
    if (this.inner.receiveBlob === undefined) throw unsupported(this.name, 'receiving blobs')
    return this.inner.receiveBlob(repository, expected, feed, options)
  }

  protected async blobLocationsThrough(digest: string): Promise<readonly string[]> {
    return (await this.inner.blobLocations?.(digest)) ?? []
  }

  protected async blobFileThrough(
    repository: string,
    digest: string,
    options?: CallOptions,
  ): Promise<string | undefined> {
    return this.inner.blobFile?.(repository, digest, options)
  }

  protected async adoptBlobThrough(
    repository: string,
    expected: Descriptor,
    file: string,
    options?: CallOptions,
  ): Promise<Descriptor> {
    if (this.inner.adoptBlob === undefined) throw unsupported(this.name, 'adopting files')
    return this.inner.adoptBlob(repository, expected, file, options)
  }
}
