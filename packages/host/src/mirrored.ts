import {
  type BlobContent,
  type CallOptions,
  ForwardingRegistry,
  type ListOptions,
  type ManifestContent,
  type ManifestStat,
  pumpPlainly,
  type RangeContent,
  type ReadOptions,
  type Registry,
  type Sink,
} from '@ocish/core'
import { type Descriptor, hasCode, OcishError } from '@ocish/sdk'

/** A registry that has a repository of another one, perhaps by another name. */
interface ReadSource {
  readonly registry: Registry
  readonly repository: string
  readonly asked: 'all' | 'digest-only' | 'tag-only'
}

/** How one repository is read. */
export interface ReadPlan {
  /** Asked in this order for manifests and blobs. */
  readonly mirrors: readonly ReadSource[]
  /** In place of the registry that is named, for lists too. */
  readonly location?: ReadSource
  /** Nothing of it may be read or written; why. */
  readonly blocked?: string
}

/**
 * A registry whose content is read from mirrors first, in their order, and from itself (or the place its content was
 * moved to) when none of them has it. What comes by digest is verified, whoever gives it. Writes are its own.
 * Errors of reads: RESTRICTED (blocked) besides those of the registries.
 */
export function mirrored(
  origin: Registry,
  planFor: (repository: string) => Promise<ReadPlan | undefined>,
  warn: (message: string) => void,
): Registry {
  return new MirroredRegistry(origin, planFor, warn)
}

class MirroredRegistry extends ForwardingRegistry {
  readonly #planFor: (repository: string) => Promise<ReadPlan | undefined>
  readonly #useless = new Set<Registry>()
  readonly #warn: (message: string) => void

  constructor(
    origin: Registry,
    planFor: (repository: string) => Promise<ReadPlan | undefined>,
    warn: (message: string) => void,
  ) {
    super(origin)
    this.#planFor = planFor
    this.#warn = warn
  }

  override async openManifest(
    repository: string,
    reference: string,
    options?: ReadOptions,
  ): Promise<ManifestContent> {
    return this.#first(repository, reference, options, async (registry, name) =>
      registry.openManifest(name, reference, options),
    )
  }

  override async statManifest(
    repository: string,
    reference: string,
    options?: ReadOptions,
  ): Promise<ManifestStat> {
    return this.#first(repository, reference, options, async (registry, name) =>
      registry.statManifest(name, reference, options),
    )
  }

  override async openBlob(
    repository: string,
    blob: Descriptor | string,
    options?: CallOptions,
  ): Promise<BlobContent> {
    return this.#first(repository, ':', options, async (registry, name) =>
      registry.openBlob(name, blob, options),
    )
  }

  override async openRange(
    repository: string,
    digest: string,
    start: number,
    options?: CallOptions,
  ): Promise<RangeContent> {
    return this.#first(repository, digest, options, async (registry, name) =>
      registry.openRange(name, digest, start, options),
    )
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

  override async statBlob(repository: string, digest: string, options?: CallOptions): Promise<Descriptor> {
    const { registry, repository: name } = await this.#itself(repository)
    return registry.statBlob(name, digest, options)
  }

  override async *tags(repository: string, options?: ListOptions): AsyncGenerator<string, void> {
    const { registry, repository: name } = await this.#itself(repository)
    yield* registry.tags(name, options)
  }

  override async *referrers(
    repository: string,
    subject: string,
    options?: Parameters<Registry['referrers']>[2],
  ): AsyncGenerator<Descriptor, void> {
    const { registry, repository: name } = await this.#itself(repository)
    yield* registry.referrers(name, subject, options)
  }

  /** Where the registry itself has a repository. */
  async #itself(repository: string): Promise<ReadSource> {
    const plan = await this.#planFor(repository)
    if (plan?.blocked !== undefined) throw blockedError(`${this.name}/${repository}`, plan.blocked)
    return plan?.location ?? { registry: this.inner, repository, asked: 'all' }
  }

  /** A mirror that cannot be used is not asked again, one that only lacks something is. */
  async #first<T>(
    repository: string,
    reference: string,
    options: CallOptions | undefined,
    read: (registry: Registry, repository: string) => Promise<T>,
  ): Promise<T> {
    const plan = await this.#planFor(repository)
    const skipped = reference.includes(':') ? 'tag-only' : 'digest-only'
    for (const mirror of plan?.blocked === undefined ? (plan?.mirrors ?? []) : []) {
      if (mirror.asked === skipped || this.#useless.has(mirror.registry)) continue
      try {
        // In their order: the next one is asked only when this one has it not.
        // oxlint-disable-next-line no-await-in-loop
        return await read(mirror.registry, mirror.repository)
      } catch (error) {
        options?.signal?.throwIfAborted()
        if (hasCode(error, 'NOT_MODIFIED')) throw error
        if (!hasCode(error, 'MANIFEST_NOT_FOUND', 'BLOB_NOT_FOUND', 'REPOSITORY_NOT_FOUND', 'TAG_NOT_FOUND'))
          this.#giveUp(mirror.registry, error)
      }
    }
    const itself = await this.#itself(repository)
    return read(itself.registry, itself.repository)
  }

  #giveUp(mirror: Registry, error: unknown): void {
    if (this.#useless.has(mirror)) return
    this.#useless.add(mirror)
    this.#warn(
      `the mirror ${mirror.name} of ${this.name} is left out: ${error instanceof Error ? error.message : ''}`,
    )
  }
}

/** A repository that the configuration of this machine keeps everybody from. */
export function blockedError(name: string, why: string): OcishError {
  return new OcishError('RESTRICTED', `${name} is blocked by ${why}`, {
    hint: 'Use another registry, or have the entry changed.',
  })
}
