import { type Descriptor, isTag, OcishError, type OpenBytes, parseDigest, tagFallback } from '@ocish/sdk'
import {
  type Abilities,
  type BlobContent,
  type BlobExpectation,
  type CallOptions,
  type Feed,
  type ListOptions,
  manifestEtag,
  type ManifestContent,
  type ManifestStat,
  notModified,
  paged,
  type PushBlobOptions,
  type PushedManifest,
  type PushManifestOptions,
  type ReadOptions,
  type Registry,
} from '@ocish/core'
import type { KnownManifest } from './catalog.ts'
import { checkPrecondition } from './layout-changes.ts'
import { findReferrers, type Root } from './layout-referrers.ts'
import { findManifestDigest, manifestNotFound } from './manifest-facts.ts'
import { poolAbilities, PoolRegistry } from './pool-registry.ts'
import { repositoryFolder } from './repository-folder.ts'
import type { StoreState } from './store-state.ts'

const batch = 1000

/** The repositories of a store whose names begin with `prefix`, named without it. */
export class StoreRegistry extends PoolRegistry implements Registry {
  readonly name: string
  readonly abilities: Abilities = poolAbilities(true)
  readonly #state: StoreState
  readonly #prefix: string

  constructor(state: StoreState, name: string, prefix: string) {
    super(state.pool, state.manifests)
    this.#state = state
    this.name = name
    this.#prefix = prefix
  }

  async openManifest(repository: string, reference: string, options?: ReadOptions): Promise<ManifestContent> {
    const found = await this.#find(repository, reference, options)
    const bytes = await this.manifests.bytes(found.digest, options?.signal)
    if (bytes === undefined) throw manifestNotFound(repository, reference, this.name)
    this.#state.used(found.digest)
    return { descriptor: { ...found }, bytes, etag: manifestEtag(found.digest) }
  }

  async statManifest(repository: string, reference: string, options?: ReadOptions): Promise<ManifestStat> {
    const found = await this.#find(repository, reference, options)
    return { descriptor: { ...found }, etag: manifestEtag(found.digest) }
  }

  override async openBlob(
    repository: string,
    blob: Descriptor | string,
    options?: CallOptions,
  ): Promise<BlobContent> {
    const content = await super.openBlob(repository, blob, options)
    this.#state.used(content.descriptor.digest)
    return content
  }

  override async pushBlob(
    repository: string,
    expected: BlobExpectation,
    open: OpenBytes,
    options?: PushBlobOptions,
  ): Promise<Descriptor> {
    for (;;) {
      const written = await super.pushBlob(repository, expected, open, options)
      // A collection may have removed a blob that was there already, between the look and the note.
      if ((await this.pool.stat(written.digest)) !== undefined) return written
    }
  }

  async pushManifest(
    repository: string,
    bytes: Uint8Array,
    options: PushManifestOptions,
  ): Promise<PushedManifest> {
    const { tags = [], signal } = options
    signal?.throwIfAborted()
    const name = this.#full(repository)
    for (const tag of tags) checkTag(tag)
    const { descriptor, facts } = await this.writeManifest(repository, bytes, options)
    const { catalog } = await this.#state.open()
    const check = (digestOf: (tag: string) => string | undefined): void => {
      for (const tag of tags) checkPrecondition(tag, digestOf(tag), options)
    }
    await catalog.addManifest({ repository: name, descriptor, facts, tags, check }, signal)
    return { descriptor, tags, ...(facts.subject !== undefined && { subject: facts.subject }) }
  }

  async deleteBlob(repository: string, digest: string, options?: CallOptions): Promise<void> {
    options?.signal?.throwIfAborted()
    parseDigest(digest)
    const { catalog } = await this.#state.open()
    if (await catalog.release(this.#full(repository), digest)) return
    throw new OcishError('BLOB_NOT_FOUND', `no blob ${digest} in ${repository} of ${this.name}`)
  }

  async deleteManifest(repository: string, digest: string, options?: CallOptions): Promise<void> {
    options?.signal?.throwIfAborted()
    parseDigest(digest)
    const { catalog } = await this.#state.open()
    if (await catalog.removeManifest(this.#full(repository), digest)) return
    throw manifestNotFound(repository, digest, this.name)
  }

  async deleteTag(repository: string, tag: string, options?: CallOptions): Promise<void> {
    options?.signal?.throwIfAborted()
    const { catalog } = await this.#state.open()
    if (await catalog.removeTag(this.#full(repository), tag)) return
    throw manifestNotFound(repository, tag, this.name)
  }

  async *repositories(options?: ListOptions): AsyncGenerator<string, void> {
    const { catalog } = await this.#state.open()
    const prefix = this.#prefix
    const names = batches(
      (after) => catalog.repositories(prefix, `${prefix}${after}`, batch),
      prefix.length,
      options,
    )
    for await (const page of names) {
      options?.onPage?.({ count: page.length })
      yield* page
    }
  }

  async *tags(repository: string, options?: ListOptions): AsyncGenerator<string, void> {
    const name = this.#full(repository)
    const { catalog } = await this.#state.open()
    const version = await catalog.version(name)
    if (version === undefined) {
      throw new OcishError('REPOSITORY_NOT_FOUND', `no repository ${repository} in ${this.name}`)
    }
    const etag = `"${version}"`
    if (options?.ifNoneMatch === etag) throw notModified()
    for await (const page of batches((after) => catalog.tags(name, after, batch), 0, options)) {
      options?.onPage?.({ count: page.length, etag })
      yield* page
    }
  }

  async *referrers(
    repository: string,
    subject: string,
    options?: ListOptions & { readonly artifactType?: string },
  ): AsyncGenerator<Descriptor, void> {
    options?.signal?.throwIfAborted()
    parseDigest(subject)
    const name = this.#full(repository)
    const found: Descriptor[] = []
    for await (const descriptor of this.#referrersOf(name, subject, options?.signal)) {
      const isWanted = options?.artifactType === undefined || descriptor.artifactType === options.artifactType
      if (isWanted) found.push(descriptor)
    }
    yield* paged(found, ({ digest }) => digest, options)
  }

  async commit(): Promise<void> {
    await this.#state.flush()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#state.flush()
  }

  protected async holds(repository: string, digest: string): Promise<boolean> {
    const { catalog } = await this.#state.open()
    return await catalog.holds(this.#full(repository), digest)
  }

  protected async received(repository: string, blob: Descriptor): Promise<void> {
    const { catalog } = await this.#state.open()
    await catalog.hold(this.#full(repository), blob.digest, blob.size)
  }

  /** Leases instead of lock files: they are shared with what is read through the store. */
  protected override async receiveInTurn(
    expected: Descriptor,
    feed: Feed,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    const { ingest } = await this.#state.open()
    await ingest.receive(expected, feed, signal)
  }

  protected async prepareWrite(repository: string): Promise<void> {
    this.#full(repository)
    await this.#state.open()
  }

  /** Errors: REFERENCE_INVALID. */
  #full(repository: string): string {
    const name = `${this.#prefix}${repository}`
    repositoryFolder(name)
    return name
  }

  async #find(repository: string, reference: string, options?: ReadOptions): Promise<KnownManifest> {
    options?.signal?.throwIfAborted()
    const name = this.#full(repository)
    const { catalog } = await this.#state.open()
    const digest = findManifestDigest(reference) ?? (await catalog.tag(name, reference))?.digest
    const found = digest === undefined ? undefined : await catalog.manifest(name, digest)
    if (found === undefined) throw manifestNotFound(repository, reference, this.name)
    if (options?.ifNoneMatch === manifestEtag(found.digest)) throw notModified()
    return found
  }

  async *#referrersOf(name: string, subject: string, signal?: AbortSignal): AsyncGenerator<Descriptor, void> {
    const { catalog } = await this.#state.open()
    const digests = await catalog.referrers(name, subject)
    const tag = tagFallback(subject)
    const fallback = await catalog.tag(name, tag)
    const roots: Root[] = digests.map((digest) => ({ digest }))
    if (fallback !== undefined) roots.push({ digest: fallback.digest, tag })
    yield* findReferrers(roots, subject, this.manifests, signal)
  }
}

/** Errors: REFERENCE_INVALID. */
function checkTag(tag: string): void {
  if (isTag(tag)) return
  throw new OcishError('REFERENCE_INVALID', `invalid tag ${JSON.stringify(tag.slice(0, 300))}`)
}

/** Pages of a query that answers by name, without their prefix. */
async function* batches(
  query: (after: string) => Promise<readonly string[]>,
  prefixLength: number,
  options: ListOptions | undefined,
): AsyncGenerator<readonly string[], void> {
  const size = Math.min(batch, Math.max(1, options?.pageSize ?? batch))
  let after = options?.last ?? ''
  for (;;) {
    options?.signal?.throwIfAborted()
    const names = await query(after)
    const page = names.map((name) => name.slice(prefixLength))
    for (let start = 0; start === 0 || start < page.length; start += size)
      yield page.slice(start, start + size)
    if (names.length < batch) return
    after = page.at(-1) ?? ''
  }
}
