import {
  type BlobContent,
  type CallOptions,
  ForwardingRegistry,
  type ManifestContent,
  type ManifestStat,
  pumpPlainly,
  type RangeContent,
  type ReadOptions,
  type Registry,
  type Sink,
} from '@ocish/core'
import { type Descriptor, hasCode } from '@ocish/sdk'

/**
 * A registry whose content is read from mirrors first, in their order, and from itself when none of them has it. What
 * comes by digest is verified, whoever gives it. Lists, existence of blobs and writes are its own.
 */
export function mirrored(
  origin: Registry,
  mirrors: readonly Registry[],
  warn: (message: string) => void,
): Registry {
  return mirrors.length === 0 ? origin : new MirroredRegistry(origin, mirrors, warn)
}

class MirroredRegistry extends ForwardingRegistry {
  readonly #mirrors: Set<Registry>
  readonly #warn: (message: string) => void

  constructor(origin: Registry, mirrors: readonly Registry[], warn: (message: string) => void) {
    super(origin)
    this.#mirrors = new Set(mirrors)
    this.#warn = warn
  }

  override async openManifest(
    repository: string,
    reference: string,
    options?: ReadOptions,
  ): Promise<ManifestContent> {
    return this.#first(options, async (registry) => registry.openManifest(repository, reference, options))
  }

  override async statManifest(
    repository: string,
    reference: string,
    options?: ReadOptions,
  ): Promise<ManifestStat> {
    return this.#first(options, async (registry) => registry.statManifest(repository, reference, options))
  }

  override async openBlob(
    repository: string,
    blob: Descriptor | string,
    options?: CallOptions,
  ): Promise<BlobContent> {
    return this.#first(options, async (registry) => registry.openBlob(repository, blob, options))
  }

  override async openRange(
    repository: string,
    digest: string,
    start: number,
    options?: CallOptions,
  ): Promise<RangeContent> {
    return this.#first(options, async (registry) => registry.openRange(repository, digest, start, options))
  }

  protected override async pumpThrough(
    repository: string,
    descriptor: Descriptor,
    sink: Sink,
    options?: CallOptions,
  ): Promise<void> {
    const { bytes } = await this.openBlob(repository, descriptor, options)
    for await (const chunk of bytes) await sink(chunk)
  }

  protected override async pumpRangeThrough(
    repository: string,
    descriptor: Descriptor,
    start: number,
    sink: Sink,
    options?: CallOptions,
  ): Promise<void> {
    await pumpPlainly({ registry: this, repository }, descriptor, start, sink, options)
  }

  /** A mirror that cannot be used is not asked again, one that only lacks something is. */
  async #first<T>(options: CallOptions | undefined, read: (registry: Registry) => Promise<T>): Promise<T> {
    for (const mirror of this.#mirrors) {
      try {
        // In their order: the next one is asked only when this one has it not.
        // oxlint-disable-next-line no-await-in-loop
        return await read(mirror)
      } catch (error) {
        options?.signal?.throwIfAborted()
        if (hasCode(error, 'NOT_MODIFIED')) throw error
        if (!hasCode(error, 'MANIFEST_NOT_FOUND', 'BLOB_NOT_FOUND', 'REPOSITORY_NOT_FOUND', 'TAG_NOT_FOUND'))
          this.#giveUp(mirror, error)
      }
    }
    return read(this.inner)
  }

  #giveUp(mirror: Registry, error: unknown): void {
    if (!this.#mirrors.delete(mirror)) return
    this.#warn(
      `the mirror ${mirror.name} of ${this.name} is left out: ${error instanceof Error ? error.message : ''}`,
    )
  }
}
