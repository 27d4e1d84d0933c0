import { basename, join, resolve } from 'node:path'
import { type Descriptor, OcishError, parseDigest } from '@ocish/sdk'
import {
  type Abilities,
  type CallOptions,
  type ListOptions,
  type ManifestContent,
  type ManifestStat,
  type PushedManifest,
  type PushManifestOptions,
  type ReadOptions,
  type Registry,
  unsupported,
} from '@ocish/core'
import { BlobPool } from './blob-pool.ts'
import { createEntry, type LayoutEntry, LayoutIndex, unnamed } from './index-json.ts'
import { checkPrecondition, placeEntries } from './layout-changes.ts'
import { checkLayout, createLayoutHeader } from './layout-header.ts'
import { checkEntryRepository, checkEntryTag } from './layout-names.ts'
import { LayoutIndexFile } from './layout-index-file.ts'
import { IndexView } from './index-view.ts'
import { manifestNotFound, ManifestReader } from './manifest-facts.ts'
import { poolAbilities, PoolRegistry } from './pool-registry.ts'

/** How an image layout is opened (image-spec, image-layout.md). */
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
  readonly #view: IndexView
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
    const read = async (): Promise<LayoutIndex> => (await this.#index.read()) ?? LayoutIndex.empty()
    this.#view = new IndexView({
      name,
      repository: this.repository,
      source: pool,
      manifests: this.manifests,
      read,
    })
    this.#isWritable = options.access === 'write'
    this.abilities = poolAbilities(this.#isWritable)
  }

  openManifest(repository: string, reference: string, options?: ReadOptions): Promise<ManifestContent> {
    return this.#view.openManifest(repository, reference, options)
  }

  statManifest(repository: string, reference: string, options?: ReadOptions): Promise<ManifestStat> {
    return this.#view.statManifest(repository, reference, options)
  }

  async pushManifest(
    repository: string,
    bytes: Uint8Array,
    options: PushManifestOptions,
  ): Promise<PushedManifest> {
    const { tags = [], signal } = options
    await this.prepareWrite(repository, signal)
    for (const tag of tags) checkEntryTag(tag, this.#view.ownName(repository))
    const { descriptor, facts } = await this.writeManifest(repository, bytes, options)
    const name = this.#view.ownName(repository)
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
    await this.#view.statManifest(repository, digest, options)
    const name = this.#view.ownName(repository)
    let isElsewhere = false
    await this.#index.update((index) => {
      const entries = index.entries.filter((entry) => entry.digest !== digest || entry.repository !== name)
      isElsewhere = entries.some((entry) => entry.digest === digest)
      return entries.length === index.entries.length ? index : index.with(entries)
    }, options?.signal)
    if (!isElsewhere) await this.pool.remove(digest)
  }

  async deleteTag(repository: string, tag: string, options?: CallOptions): Promise<void> {
    await this.prepareWrite(repository, options?.signal)
    await this.#index.update((index) => {
      const found = index.find(this.#view.ownName(repository), tag)
      if (found === undefined) throw manifestNotFound(repository, tag, this.name)
      const others = index.entries.filter((entry) => entry.name !== found.name)
      if (others.some((entry) => entry.digest === found.digest)) return index.with(others)
      return index.with([...others, unnamed(found)])
    }, options?.signal)
  }

  repositories(options?: ListOptions): AsyncIterable<string> {
    return this.#view.repositories(options)
  }

  tags(repository: string, options?: ListOptions): AsyncIterable<string> {
    return this.#view.tags(repository, options)
  }

  tagDigests(repository: string, tag: string, options?: CallOptions): Promise<readonly string[]> {
    return this.#view.tagDigests(repository, tag, options)
  }

  referrers(
    repository: string,
    subject: string,
    options?: ListOptions & { readonly artifactType?: string },
  ): AsyncIterable<Descriptor> {
    return this.#view.referrers(repository, subject, options)
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
    checkEntryRepository(this.#view.ownName(repository))
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
}
