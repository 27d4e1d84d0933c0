import { type Descriptor, OcishError, parseDigest } from '@ocish/sdk'
import {
  type CallOptions,
  type ListOptions,
  manifestEtag,
  type ManifestContent,
  type ManifestStat,
  notModified,
  paged,
  type ReadOptions,
} from '@ocish/core'
import type { ContentSource } from './content-source.ts'
import type { LayoutEntry, LayoutIndex } from './index-json.ts'
import { findReferrers } from './layout-referrers.ts'
import { findManifestDigest, manifestNotFound, type ManifestReader } from './manifest-facts.ts'

/** Whose index is shown as a registry. */
export interface IndexViewOptions {
  /** How errors name the registry. */
  readonly name: string
  /** The repository whose entries have plain names. */
  readonly repository: string
  readonly source: ContentSource
  readonly manifests: ManifestReader
  /** The index as it is now. */
  readonly read: () => Promise<LayoutIndex>
}

/**
 * The reading half of a registry whose manifests an `index.json` names. Its methods are those of `Reader` and `Lister`; the
 * reference `@N` is the entry at that place of the file, from 0.
 */
export class IndexView {
  readonly #options: IndexViewOptions

  constructor(options: IndexViewOptions) {
    this.#options = options
  }

  async openManifest(repository: string, reference: string, options?: ReadOptions): Promise<ManifestContent> {
    const found = await this.#find(repository, reference, options)
    const bytes = await this.#options.manifests.bytes(found.digest, options?.signal)
    if (bytes === undefined) throw manifestNotFound(repository, reference, this.#options.name)
    return { descriptor: { ...found, size: bytes.length }, bytes, etag: manifestEtag(found.digest) }
  }

  async statManifest(repository: string, reference: string, options?: ReadOptions): Promise<ManifestStat> {
    const descriptor = await this.#find(repository, reference, options)
    return { descriptor, etag: manifestEtag(descriptor.digest) }
  }

  async *repositories(options?: ListOptions): AsyncGenerator<string, void> {
    const index = await this.#read(options)
    yield* paged(
      new Set([...(index.hasOwn ? [this.#options.repository] : []), ...index.repositories()]),
      String,
      options,
    )
  }

  async *tags(repository: string, options?: ListOptions): AsyncGenerator<string, void> {
    const index = await this.#read(options)
    const name = this.ownName(repository)
    if (name !== '' && index.entriesOf(name).length === 0) {
      throw new OcishError('REPOSITORY_NOT_FOUND', `no repository ${repository} in ${this.#options.name}`)
    }
    yield* paged(index.tagsOf(name), String, options)
  }

  async tagDigests(repository: string, tag: string, options?: CallOptions): Promise<readonly string[]> {
    const index = await this.#read(options)
    return index.findAll(this.ownName(repository), tag).map(({ digest }) => digest)
  }

  async *referrers(
    repository: string,
    subject: string,
    options?: ListOptions & { readonly artifactType?: string },
  ): AsyncGenerator<Descriptor, void> {
    parseDigest(subject)
    const entries = (await this.#read(options)).entriesOf(this.ownName(repository))
    const found: Descriptor[] = []
    for await (const descriptor of findReferrers(
      entries,
      subject,
      this.#options.manifests,
      options?.signal,
    )) {
      const isWanted = options?.artifactType === undefined || descriptor.artifactType === options.artifactType
      if (isWanted) found.push(descriptor)
    }
    yield* paged(found, ({ digest }) => digest, options)
  }

  /** The name that entries of the repository have: none for the layout's own. */
  ownName(repository: string): string {
    return repository === this.#options.repository ? '' : repository
  }

  async #read(options?: CallOptions): Promise<LayoutIndex> {
    options?.signal?.throwIfAborted()
    return await this.#options.read()
  }

  async #find(repository: string, reference: string, options?: ReadOptions): Promise<Descriptor> {
    const index = await this.#read(options)
    const name = this.ownName(repository)
    const position = /^@(\d{1,9})$/.exec(reference)?.[1]
    const entry =
      position === undefined
        ? (index.find(name, reference) ?? (name === '' ? index.findOnly(reference) : undefined))
        : index.at(Number(position))
    const digest = entry?.digest ?? findManifestDigest(reference)
    if (digest === undefined) throw manifestNotFound(repository, reference, this.#options.name)
    if (options?.ifNoneMatch === manifestEtag(digest)) throw notModified()
    return await this.#describe(
      repository,
      reference,
      digest,
      entry ?? index.entries.find((e) => e.digest === digest),
    )
  }

  async #describe(
    repository: string,
    reference: string,
    digest: string,
    entry: LayoutEntry | undefined,
  ): Promise<Descriptor> {
    const found = await this.#options.source.stat(digest)
    if (found === undefined) throw manifestNotFound(repository, reference, this.#options.name)
    if (entry?.size !== undefined && entry.size !== found.size) {
      throw new OcishError('SIZE_MISMATCH', `${digest} has ${found.size} bytes instead of ${entry.size}`)
    }
    const mediaType = entry?.mediaType ?? (await this.#options.manifests.facts(digest))?.mediaType
    if (mediaType === undefined) throw manifestNotFound(repository, reference, this.#options.name)
    return { mediaType, digest, size: found.size }
  }
}
