import type { Descriptor, OpenBytes } from '@ocish/sdk'
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

/** The repositories below `prefix` (`team/`), by what follows it. Nothing outside can be named. */
export function scoped(registry: Registry, prefix: string): Registry {
  const trimmed = prefix.replace(/\/+$/, '')
  return trimmed === '' ? registry : new ScopedRegistry(registry, `${trimmed}/`)
}

class ScopedRegistry extends ForwardingRegistry {
  readonly #prefix: string

  constructor(inner: Registry, prefix: string) {
    super(inner)
    this.#prefix = prefix
  }

  override get name(): string {
    return `${this.inner.name}/${this.#prefix.slice(0, -1)}`
  }

  override openManifest(
    repository: string,
    reference: string,
    options?: ReadOptions,
  ): Promise<ManifestContent> {
    return super.openManifest(this.#full(repository), reference, options)
  }

  override statManifest(repository: string, reference: string, options?: ReadOptions): Promise<ManifestStat> {
    return super.statManifest(this.#full(repository), reference, options)
  }

  override openBlob(
    repository: string,
    blob: Descriptor | string,
    options?: CallOptions,
  ): Promise<BlobContent> {
    return super.openBlob(this.#full(repository), blob, options)
  }

  override openRange(
    repository: string,
    digest: string,
    start: number,
    options?: CallOptions,
  ): Promise<RangeContent> {
    return super.openRange(this.#full(repository), digest, start, options)
  }

  override statBlob(repository: string, digest: string, options?: CallOptions): Promise<Descriptor> {
    return super.statBlob(this.#full(repository), digest, options)
  }

  override pushBlob(
    repository: string,
    expected: BlobExpectation,
    open: OpenBytes,
    options?: PushBlobOptions,
  ): Promise<Descriptor> {
    return super.pushBlob(this.#full(repository), expected, open, options)
  }

  override startUpload(
    repository: string,
    options?: CallOptions & { readonly algorithm?: string },
  ): Promise<Upload> {
    return super.startUpload(this.#full(repository), options)
  }

  override resumeUpload(repository: string, id: string, options?: CallOptions): Promise<Upload> {
    return super.resumeUpload(this.#full(repository), id, options)
  }

  override mountBlob(
    repository: string,
    digest: string,
    from?: string,
    options?: MountOptions,
  ): Promise<MountResult> {
    const source = from === undefined ? undefined : this.#full(from)
    return super.mountBlob(this.#full(repository), digest, source, options)
  }

  override pushManifest(
    repository: string,
    bytes: Uint8Array,
    options: PushManifestOptions,
  ): Promise<PushedManifest> {
    return super.pushManifest(this.#full(repository), bytes, options)
  }

  override deleteBlob(repository: string, digest: string, options?: CallOptions): Promise<void> {
    return super.deleteBlob(this.#full(repository), digest, options)
  }

  override deleteManifest(repository: string, digest: string, options?: CallOptions): Promise<void> {
    return super.deleteManifest(this.#full(repository), digest, options)
  }

  override deleteTag(repository: string, tag: string, options?: CallOptions): Promise<void> {
    return super.deleteTag(this.#full(repository), tag, options)
  }

  override async *repositories(options: ListOptions = {}): AsyncGenerator<string, void, undefined> {
    const { last } = options
    const inner = last === undefined ? options : { ...options, last: this.#full(last) }
    for await (const name of super.repositories(inner)) {
      if (name.startsWith(this.#prefix)) yield name.slice(this.#prefix.length)
    }
  }

  override tags(repository: string, options?: ListOptions): AsyncIterable<string> {
    return super.tags(this.#full(repository), options)
  }

  override referrers(
    repository: string,
    subject: string,
    options?: ListOptions & { readonly artifactType?: string },
  ): AsyncIterable<Descriptor> {
    return super.referrers(this.#full(repository), subject, options)
  }

  protected override pumpThrough(
    repository: string,
    descriptor: Descriptor,
    sink: Sink,
    options?: CallOptions,
  ): Promise<void> {
    return super.pumpThrough(this.#full(repository), descriptor, sink, options)
  }

  protected override pumpRangeThrough(
    repository: string,
    descriptor: Descriptor,
    start: number,
    sink: Sink,
    options?: CallOptions,
  ): Promise<void> {
    return super.pumpRangeThrough(this.#full(repository), descriptor, start, sink, options)
  }

  protected override receiveBlobThrough(
    repository: string,
    expected: Descriptor,
    feed: Feed,
    options?: CallOptions,
  ): Promise<Descriptor> {
    return super.receiveBlobThrough(this.#full(repository), expected, feed, options)
  }

  protected override async blobLocationsThrough(digest: string): Promise<readonly string[]> {
    const known = await super.blobLocationsThrough(digest)
    return known
      .filter((name) => name.startsWith(this.#prefix))
      .map((name) => name.slice(this.#prefix.length))
  }

  protected override blobFileThrough(
    repository: string,
    digest: string,
    options?: CallOptions,
  ): Promise<string | undefined> {
    return super.blobFileThrough(this.#full(repository), digest, options)
  }

  protected override adoptBlobThrough(
    repository: string,
    expected: Descriptor,
    file: string,
    options?: CallOptions,
  ): Promise<Descriptor> {
    return super.adoptBlobThrough(this.#full(repository), expected, file, options)
  }

  #full(repository: string): string {
    return this.#prefix + repository
  }
}
