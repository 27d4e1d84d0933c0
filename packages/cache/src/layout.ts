import { basename, join, resolve } from 'node:path'
import { type Descriptor, OcishError, parseDigest } from '@ocish/sdk'
import { manifestEtag, notModified, paged, unsupported } from '@ocish/core'
import type {
  Abilities,
  CallOptions,
  ListOptions,
  ManifestContent,
  ManifestStat,
  PushedManifest,
  PushManifestOptions,
  ReadOptions,
  Registry,
} from '@ocish/core'
import { BlobPool } from './blob-pool.ts'
import { createEntry, type LayoutEntry, LayoutIndex, unnamed } from './index-json.ts'
import { checkPrecondition, placeEntries } from './layout-changes.ts'
import { checkLayout, createLayoutHeader } from './layout-header.ts'
import { checkEntryRepository, checkEntryTag } from './layout-names.ts'
import { LayoutIndexFile } from './layout-index-file.ts'
import { findReferrers } from './layout-referrers.ts'
import { findManifestDigest, manifestNotFound, ManifestReader } from './manifest-facts.ts'
import { poolAbilities, PoolRegistry } from './pool-registry.ts'

export interface LayoutOptions {
  /** `write` creates a layout that is missing, at the first write. */
  readonly access: 'read' | 'write'
  /** The name of the layout's own repository; default: that of its folder. */
  readonly name?: string
}

/**
 * An image layout as a registry (image-spec, image-layout.md). It is one repository, `repository`; entries named by a
 * full reference (`docker.io/library/alpine:3.20`) are found in the repository they name, too, and pushing to another
 * repository than its own writes such names. Blobs, and manifests by digest, are the same in all of them.
 */
export interface Layout extends Registry {
  /** Absolute. */
  readonly folder: string
  readonly repository: string
}

/**
 * Opens a layout. Nothing is written by opening or reading.
 * Errors: FILE_NOT_FOUND (reading what is not there), LAYOUT_INVALID (no layout; writing into a folder of other things).
 */
export async function openLayout(folder: string, options: LayoutOptions): Promise<Layout> {
  const path = resolve(folder)
  await checkLayout(path, folder, options.access)
  return new LayoutRegistry(path, `oci:${folder}`, options)
}

class LayoutRegistry extends PoolRegistry implements Layout {
  readonly name: string
  readonly abilities: Abilities
  readonly folder: string
  readonly repository: string
  readonly #index: LayoutIndexFile
  readonly #isWritable: boolean
  #created: Promise<void> | undefined

  constructor(folder: string, name: string, options: LayoutOptions) {
    const pool = new BlobPool({
      root: join(folder, 'blobs'),
      scratch: join(folder, '.ocish'),
      private: false,
    })
    super(pool, new ManifestReader(pool))
    this.folder = folder
    this.name = name
    this.repository = options.name ?? basename(folder)
    this.#index = new LayoutIndexFile(folder, pool.fileMode)
    this.#isWritable = options.access === 'write'
    this.abilities = poolAbilities(this.#isWritable)
  }

  async openManifest(repository: string, reference: string, options?: ReadOptions): Promise<ManifestContent> {
    const found = await this.#find(repository, reference, options)
    const bytes = await this.manifests.bytes(found.digest, options?.signal)
    if (bytes === undefined) throw manifestNotFound(repository, reference, this.name)
    return { descriptor: { ...found, size: bytes.length }, bytes, etag: manifestEtag(found.digest) }
  }

  async statManifest(repository: string, reference: string, options?: ReadOptions): Promise<ManifestStat> {
    const descriptor = await this.#find(repository, reference, options)
    return { descriptor, etag: manifestEtag(descriptor.digest) }
  }

  async pushManifest(
    repository: string,
    bytes: Uint8Array,
    options: PushManifestOptions,
  ): Promise<PushedManifest> {
    const { tags = [], signal } = options
    await this.prepareWrite(repository, signal)
    for (const tag of tags) checkEntryTag(tag, this.#own(repository))
    const { descriptor, facts } = await this.writeManifest(repository, bytes, options)
    const name = this.#own(repository)
    const entryOf = (tag?: string): LayoutEntry =>
      createEntry({ ...descriptor, repository: name, tag, artifactType: facts.artifactType })
    await this.#index.update(async (index) => {
      for (const tag of tags) checkPrecondition(tag, index.find(name, tag)?.digest, options)
      const entries = tags.length === 0 ? [entryOf()] : tags.map((tag) => entryOf(tag))
      return await placeEntries(index, entries, facts, this.manifests)
    }, signal)
    return { descriptor, tags, ...(facts.subject !== undefined && { subject: facts.subject }) }
  }

  async deleteBlob(repository: string, digest: string, options?: CallOptions): Promise<void> {
    await this.prepareWrite(repository, options?.signal)
    if (await this.pool.remove(digest)) return
    throw new OcishError('BLOB_NOT_FOUND', `no blob ${digest} in ${repository || this.name}`)
  }

  async deleteManifest(repository: string, digest: string, options?: CallOptions): Promise<void> {
    await this.prepareWrite(repository, options?.signal)
    parseDigest(digest)
    const { digest: found } = await this.#find(repository, digest, options)
    const name = this.#own(repository)
    let isElsewhere = false
    await this.#index.update((index) => {
      const entries = index.entries.filter((entry) => entry.digest !== found || entry.repository !== name)
      isElsewhere = entries.some((entry) => entry.digest === found)
      return entries.length === index.entries.length ? index : index.with(entries)
    }, options?.signal)
    if (!isElsewhere) await this.pool.remove(found)
  }

  async deleteTag(repository: string, tag: string, options?: CallOptions): Promise<void> {
    await this.prepareWrite(repository, options?.signal)
    await this.#index.update((index) => {
      const found = index.find(this.#own(repository), tag)
      if (found === undefined) throw manifestNotFound(repository, tag, this.name)
      const others = index.entries.filter((entry) => entry.name !== found.name)
      if (others.some((entry) => entry.digest === found.digest)) return index.with(others)
      return index.with([...others, unnamed(found)])
    }, options?.signal)
  }

  async *repositories(options?: ListOptions): AsyncGenerator<string, void> {
    const index = await this.#read(options)
    yield* paged(
      new Set([...(index.hasOwn ? [this.repository] : []), ...index.repositories()]),
      String,
      options,
    )
  }

  async *tags(repository: string, options?: ListOptions): AsyncGenerator<string, void> {
    const index = await this.#read(options)
    const name = this.#own(repository)
    if (name !== '' && index.entriesOf(name).length === 0) {
      throw new OcishError('REPOSITORY_NOT_FOUND', `no repository ${repository} in ${this.name}`)
    }
    yield* paged(index.tagsOf(name), String, options)
  }

  async *referrers(
    repository: string,
    subject: string,
    options?: ListOptions & { readonly artifactType?: string },
  ): AsyncGenerator<Descriptor, void> {
    parseDigest(subject)
    const entries = (await this.#read(options)).entriesOf(this.#own(repository))
    const found: Descriptor[] = []
    for await (const descriptor of findReferrers(entries, subject, this.manifests, options?.signal)) {
      const isWanted = options?.artifactType === undefined || descriptor.artifactType === options.artifactType
      if (isWanted) found.push(descriptor)
    }
    yield* paged(found, ({ digest }) => digest, options)
  }

  async commit(): Promise<void> {
    await this.pool.settle()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.pool.settle()
    if (this.#isWritable) await this.pool.tidy()
  }

  protected holds(): Promise<boolean> {
    return Promise.resolve(true)
  }

  protected received(): Promise<void> {
    return Promise.resolve()
  }

  protected async prepareWrite(repository: string, signal?: AbortSignal): Promise<void> {
    if (!this.#isWritable) throw unsupported(this.name, 'writing: it was opened for reading')
    checkEntryRepository(this.#own(repository))
    this.#created ??= this.#create(signal)
    await this.#created.catch((error: unknown) => {
      this.#created = undefined
      throw error
    })
  }

  async #create(signal?: AbortSignal): Promise<void> {
    await createLayoutHeader(this.folder, this.pool)
    if ((await this.#index.read()) === undefined) await this.#index.update((index) => index, signal)
  }

  /** The name that an entry of the repository has in `index.json`: none for the layout's own. */
  #own(repository: string): string {
    return repository === this.repository ? '' : repository
  }

  async #read(options?: CallOptions): Promise<LayoutIndex> {
    options?.signal?.throwIfAborted()
    return (await this.#index.read()) ?? LayoutIndex.empty()
  }

  async #find(repository: string, reference: string, options?: ReadOptions): Promise<Descriptor> {
    const index = await this.#read(options)
    const entry = index.find(this.#own(repository), reference)
    const digest = entry?.digest ?? findManifestDigest(reference)
    if (digest === undefined) throw manifestNotFound(repository, reference, this.name)
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
    const found = await this.pool.stat(digest)
    if (found === undefined) throw manifestNotFound(repository, reference, this.name)
    if (entry?.size !== undefined && entry.size !== found.size) {
      throw new OcishError('SIZE_MISMATCH', `${digest} has ${found.size} bytes instead of ${entry.size}`)
    }
    const mediaType = entry?.mediaType ?? (await this.manifests.facts(digest))?.mediaType
    if (mediaType === undefined) throw manifestNotFound(repository, reference, this.name)
    return { mediaType, digest, size: found.size }
  }
}
