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

/** One call that has ended. */
export interface LoggedCall {
  readonly registry: string
  readonly method: Exclude<keyof Registry, 'name' | 'abilities' | symbol>
  readonly repository?: string
  /** The tag or digest, where the call has one. */
  readonly target?: string
  /** Until the answer (of a list: until its end); a body is read after it. */
  readonly milliseconds: number
  /** What it failed with. */
  readonly error?: unknown
}

type Method = LoggedCall['method']

/** The same registry; each call is told once it has ended. */
export function logged(registry: Registry, log: (call: LoggedCall) => void): Registry {
  return new LoggedRegistry(registry, log)
}

class LoggedRegistry extends ForwardingRegistry {
  readonly #log: (call: LoggedCall) => void

  constructor(inner: Registry, log: (call: LoggedCall) => void) {
    super(inner)
    this.#log = log
  }

  override openManifest(
    repository: string,
    reference: string,
    options?: ReadOptions,
  ): Promise<ManifestContent> {
    return this.#call('openManifest', repository, reference, () =>
      super.openManifest(repository, reference, options),
    )
  }

  override statManifest(repository: string, reference: string, options?: ReadOptions): Promise<ManifestStat> {
    return this.#call('statManifest', repository, reference, () =>
      super.statManifest(repository, reference, options),
    )
  }

  override openBlob(
    repository: string,
    blob: Descriptor | string,
    options?: CallOptions,
  ): Promise<BlobContent> {
    const digest = typeof blob === 'string' ? blob : blob.digest
    return this.#call('openBlob', repository, digest, () => super.openBlob(repository, blob, options))
  }

  override openRange(
    repository: string,
    digest: string,
    start: number,
    options?: CallOptions,
  ): Promise<RangeContent> {
    return this.#call('openRange', repository, digest, () =>
      super.openRange(repository, digest, start, options),
    )
  }

  override statBlob(repository: string, digest: string, options?: CallOptions): Promise<Descriptor> {
    return this.#call('statBlob', repository, digest, () => super.statBlob(repository, digest, options))
  }

  override pushBlob(
    repository: string,
    expected: BlobExpectation,
    open: OpenBytes,
    options?: PushBlobOptions,
  ): Promise<Descriptor> {
    return this.#call('pushBlob', repository, expected.digest, () =>
      super.pushBlob(repository, expected, open, options),
    )
  }

  override startUpload(
    repository: string,
    options?: CallOptions & { readonly algorithm?: string },
  ): Promise<Upload> {
    return this.#call('startUpload', repository, undefined, () => super.startUpload(repository, options))
  }

  override resumeUpload(repository: string, id: string, options?: CallOptions): Promise<Upload> {
    return this.#call('resumeUpload', repository, id, () => super.resumeUpload(repository, id, options))
  }

  override mountBlob(
    repository: string,
    digest: string,
    from?: string,
    options?: MountOptions,
  ): Promise<MountResult> {
    return this.#call('mountBlob', repository, digest, () =>
      super.mountBlob(repository, digest, from, options),
    )
  }

  override pushManifest(
    repository: string,
    bytes: Uint8Array,
    options: PushManifestOptions,
  ): Promise<PushedManifest> {
    const target = options.tags?.[0] ?? options.digest
    return this.#call('pushManifest', repository, target, () =>
      super.pushManifest(repository, bytes, options),
    )
  }

  override deleteBlob(repository: string, digest: string, options?: CallOptions): Promise<void> {
    return this.#call('deleteBlob', repository, digest, () => super.deleteBlob(repository, digest, options))
  }

  override deleteManifest(repository: string, digest: string, options?: CallOptions): Promise<void> {
    return this.#call('deleteManifest', repository, digest, () =>
      super.deleteManifest(repository, digest, options),
    )
  }

  override deleteTag(repository: string, tag: string, options?: CallOptions): Promise<void> {
    return this.#call('deleteTag', repository, tag, () => super.deleteTag(repository, tag, options))
  }

  override repositories(options?: ListOptions): AsyncIterable<string> {
    return this.#list('repositories', undefined, undefined, super.repositories(options))
  }

  override tags(repository: string, options?: ListOptions): AsyncIterable<string> {
    return this.#list('tags', repository, undefined, super.tags(repository, options))
  }

  override referrers(
    repository: string,
    subject: string,
    options?: ListOptions & { readonly artifactType?: string },
  ): AsyncIterable<Descriptor> {
    return this.#list('referrers', repository, subject, super.referrers(repository, subject, options))
  }

  override commit(options?: CallOptions): Promise<void> {
    return this.#call('commit', undefined, undefined, () => super.commit(options))
  }

  protected override pumpThrough(
    repository: string,
    descriptor: Descriptor,
    sink: Sink,
    options?: CallOptions,
  ): Promise<void> {
    return this.#call('pump', repository, descriptor.digest, () =>
      super.pumpThrough(repository, descriptor, sink, options),
    )
  }

  protected override pumpRangeThrough(
    repository: string,
    descriptor: Descriptor,
    start: number,
    sink: Sink,
    options?: CallOptions,
  ): Promise<void> {
    return this.#call('pumpRange', repository, descriptor.digest, () =>
      super.pumpRangeThrough(repository, descriptor, start, sink, options),
    )
  }

  protected override receiveBlobThrough(
    repository: string,
    expected: Descriptor,
    feed: Feed,
    options?: CallOptions,
  ): Promise<Descriptor> {
    return this.#call('receiveBlob', repository, expected.digest, () =>
      super.receiveBlobThrough(repository, expected, feed, options),
    )
  }

  protected override blobFileThrough(
    repository: string,
    digest: string,
    options?: CallOptions,
  ): Promise<string | undefined> {
    return this.#call('blobFile', repository, digest, () =>
      super.blobFileThrough(repository, digest, options),
    )
  }

  protected override adoptBlobThrough(
    repository: string,
    expected: Descriptor,
    file: string,
    options?: CallOptions,
  ): Promise<Descriptor> {
    return this.#call('adoptBlob', repository, expected.digest, () =>
      super.adoptBlobThrough(repository, expected, file, options),
    )
  }

  async #call<T>(
    method: Method,
    repository: string | undefined,
    target: string | undefined,
    act: () => Promise<T>,
  ): Promise<T> {
    const end = this.#begin(method, repository, target)
    try {
      const value = await act()
      end()
      return value
    } catch (error) {
      end(error)
      throw error
    }
  }

  async *#list<T>(
    method: Method,
    repository: string | undefined,
    target: string | undefined,
    entries: AsyncIterable<T>,
  ): AsyncGenerator<T, void, undefined> {
    const end = this.#begin(method, repository, target)
    let failure: unknown
    try {
      yield* entries
    } catch (error) {
      failure = error
      throw error
    } finally {
      end(failure)
    }
  }

  #begin(
    method: Method,
    repository: string | undefined,
    target: string | undefined,
  ): (error?: unknown) => void {
    const started = performance.now()
    return (error) => {
      this.#log({
        registry: this.name,
        method,
        ...(repository !== undefined && { repository }),
        ...(target !== undefined && { target }),
        milliseconds: performance.now() - started,
        ...(error !== undefined && { error }),
      })
    }
  }
}
