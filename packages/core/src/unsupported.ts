import { type Descriptor, OcishError, type OpenBytes } from '@ocish/sdk'
import type {
  Abilities,
  BlobContent,
  BlobExpectation,
  CallOptions,
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
  Upload,
} from './registry.ts'

/** Nothing declared: what a registry starts from. */
export const noAbilities: Abilities = Object.freeze({
  mount: false,
  range: false,
  referrers: false,
  tagDelete: false,
  delete: false,
  readOnly: true,
  concurrentWrites: false,
  deferredDigest: false,
  chunked: false,
  pump: false,
})

/** The error of a method whose ability is not declared. */
export function unsupported(registry: string, what: string): OcishError {
  return new OcishError('UNSUPPORTED', `${registry} does not support ${what}`)
}

/** A registry whose every method answers UNSUPPORTED: the base of those that implement only some. */
export class UnsupportedRegistry implements Registry {
  readonly name: string
  readonly abilities: Abilities = noAbilities

  constructor(name: string) {
    this.name = name
  }

  openManifest(_repository: string, _reference: string, _options?: ReadOptions): Promise<ManifestContent> {
    return this.#refuse('reading manifests')
  }

  statManifest(_repository: string, _reference: string, _options?: ReadOptions): Promise<ManifestStat> {
    return this.#refuse('reading manifests')
  }

  openBlob(_repository: string, _blob: Descriptor | string, _options?: CallOptions): Promise<BlobContent> {
    return this.#refuse('reading blobs')
  }

  openRange(
    _repository: string,
    _digest: string,
    _start: number,
    _options?: CallOptions,
  ): Promise<RangeContent> {
    return this.#refuse('reading parts of blobs')
  }

  statBlob(_repository: string, _digest: string, _options?: CallOptions): Promise<Descriptor> {
    return this.#refuse('reading blobs')
  }

  pushBlob(
    _repository: string,
    _expected: BlobExpectation,
    _open: OpenBytes,
    _options?: PushBlobOptions,
  ): Promise<Descriptor> {
    return this.#refuse('writing blobs')
  }

  startUpload(
    _repository: string,
    _options?: CallOptions & { readonly algorithm?: string },
  ): Promise<Upload> {
    return this.#refuse('chunked uploads')
  }

  resumeUpload(_repository: string, _id: string, _options?: CallOptions): Promise<Upload> {
    return this.#refuse('chunked uploads')
  }

  mountBlob(
    _repository: string,
    _digest: string,
    _from?: string,
    _options?: MountOptions,
  ): Promise<MountResult> {
    return this.#refuse('mounting blobs')
  }

  pushManifest(
    _repository: string,
    _bytes: Uint8Array,
    _options: PushManifestOptions,
  ): Promise<PushedManifest> {
    return this.#refuse('writing manifests')
  }

  deleteBlob(_repository: string, _digest: string, _options?: CallOptions): Promise<void> {
    return this.#refuse('deleting blobs')
  }

  deleteManifest(_repository: string, _digest: string, _options?: CallOptions): Promise<void> {
    return this.#refuse('deleting manifests')
  }

  deleteTag(_repository: string, _tag: string, _options?: CallOptions): Promise<void> {
    return this.#refuse('deleting tags')
  }

  repositories(_options?: ListOptions): AsyncIterable<string> {
    return this.#refuseList('listing repositories')
  }

  tags(_repository: string, _options?: ListOptions): AsyncIterable<string> {
    return this.#refuseList('listing tags')
  }

  referrers(
    _repository: string,
    _subject: string,
    _options?: ListOptions & { readonly artifactType?: string },
  ): AsyncIterable<Descriptor> {
    return this.#refuseList('listing referrers')
  }

  commit(_options?: CallOptions): Promise<void> {
    return Promise.resolve()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return Promise.resolve()
  }

  #refuse(what: string): Promise<never> {
    return Promise.reject(unsupported(this.name, what))
  }

  // eslint-disable-next-line require-yield -- a list that only fails
  async *#refuseList(what: string): AsyncGenerator<never, void, undefined> {
    await this.#refuse(what)
  }
}
