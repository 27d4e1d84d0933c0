import { type Descriptor, hasCode, type OpenBytes, parseDescriptor, parseJson } from '@ocish/sdk'
import {
  type BlobContent,
  type BlobExpectation,
  type CallOptions,
  type Feed,
  ForwardingRegistry,
  type ListOptions,
  type ManifestContent,
  type ManifestStat,
  type MountOptions,
  type MountResult,
  notModified,
  pumpPlainly,
  type PushBlobOptions,
  type PushedManifest,
  type PushManifestOptions,
  type RangeContent,
  type ReadOptions,
  type Registry,
  type ResumableContent,
  type Sink,
  type StagedBlob,
} from '@ocish/core'
import { Behind } from './behind.ts'
import { CachedLists } from './cached-lists.ts'
import { admit, type Freshness } from './freshness.ts'
import { CachedManifests, helpful, offlineError } from './cached-manifests.ts'
import type { Fetch } from './ingest.ts'
import { type ListEntry, referrersKey, repositoriesKey, tagsKey } from './list-cache.ts'
import type { Fetched } from './rest-of.ts'
import { type Store, stateOf } from './store.ts'
import type { OpenState, StoreState } from './store-state.ts'

/** Whose content `cached` keeps, and how long what may change is taken as known. */
export interface CachedOptions {
  /** The origin's name in the store: its host. */
  readonly host: string
  /** Seconds for which tags and lists are taken as known without asking; default 60. */
  readonly freshFor?: number
  /** What is younger than this many seconds is given at once and asked for behind; default 0. */
  readonly staleFor?: number
  /** Nothing is asked. */
  readonly offline?: boolean
  /** What is known is given, whatever its age, when the origin cannot be reached. */
  readonly staleOnError?: boolean
  /** Hears once that what is known is given because of that. */
  readonly onStale?: () => void
  /**
   * Who asks, as an opaque text without secrets: what somebody else has learnt is not taken as known without asking. Asked
   * for only where anything may be.
   */
  readonly asker?: () => Promise<string>
  /** Whether a blob that was read is kept; default: all are. What a transfer pumps to another place passes by. */
  readonly keepBlob?: (blob: Descriptor) => boolean
}

/**
 * A registry read through the store: manifests and blobs by digest are asked for once, tags and lists again when they
 * are no longer fresh, with the ETag at hand. Writes go to the origin and are noted. Whether something exists is never
 * answered from the store (`statBlob`), except offline. It does not close the store.
 * Errors besides those of the registry: NETWORK_FAILED (offline, and not in the store).
 */
export function cached(registry: Registry, store: Store, options: CachedOptions): Registry {
  return new CachedRegistry(registry, stateOf(store), store.registry(options.host), options)
}

function freshnessOf(state: StoreState, options: CachedOptions): Freshness {
  const { host, freshFor = 60, staleFor = 0, offline = false, staleOnError = false, asker } = options
  const mayKnow = !offline && (freshFor > 0 || staleFor > 0 || staleOnError)
  let admitted: Promise<void> | undefined
  let told = false
  return {
    freshFor,
    staleFor,
    isOffline: offline,
    staleOnError,
    onStale() {
      if (!told) options.onStale?.()
      told = true
    },
    ready: async () =>
      (admitted ??=
        mayKnow && asker !== undefined ? asker().then((who) => admit(state, host, who)) : Promise.resolve()),
  }
}

class CachedRegistry extends ForwardingRegistry {
  override readonly blobFile: NonNullable<Registry['blobFile']>
  override readonly blobLocations: NonNullable<Registry['blobLocations']>
  readonly #state: StoreState
  /** What the store has of this origin. */
  readonly #local: Registry
  readonly #options: CachedOptions
  readonly #freshness: Freshness
  readonly #lists: CachedLists
  readonly #behind = new Behind()
  readonly #manifests: CachedManifests

  constructor(inner: Registry, state: StoreState, local: Registry, options: CachedOptions) {
    super(inner)
    this.#state = state
    this.#local = local
    this.#options = options
    this.#freshness = freshnessOf(state, options)
    this.#manifests = new CachedManifests(inner, state, options.host, this.#freshness, this.#behind)
    this.#lists = new CachedLists(async () => (await state.open()).lists, this.#freshness, this.#behind)
    this.blobLocations = async (digest) => {
      const { catalog } = await state.open()
      const prefix = `${options.host}/`
      const known = await catalog.locations(digest, prefix)
      return known.map((name) => name.slice(prefix.length))
    }
    this.blobFile = async (repository, digest) => {
      const found = await state.pool.stat(digest)
      return found === undefined ? await inner.blobFile?.(repository, digest) : state.pool.path(digest)
    }
  }

  override async openManifest(
    repository: string,
    reference: string,
    options: ReadOptions = {},
  ): Promise<ManifestContent> {
    options.signal?.throwIfAborted()
    const content = await this.#manifests.open(repository, reference, options)
    if (options.ifNoneMatch !== undefined && options.ifNoneMatch === content.etag) throw notModified()
    return content
  }

  override async statManifest(
    repository: string,
    reference: string,
    options: ReadOptions = {},
  ): Promise<ManifestStat> {
    options.signal?.throwIfAborted()
    const stat = await this.#manifests.stat(repository, reference, options)
    if (options.ifNoneMatch !== undefined && options.ifNoneMatch === stat.etag) throw notModified()
    return stat
  }

  override async openBlob(
    repository: string,
    blob: Descriptor | string,
    options: CallOptions = {},
  ): Promise<BlobContent> {
    const { signal } = options
    signal?.throwIfAborted()
    const digest = typeof blob === 'string' ? blob : blob.digest
    const stored = await this.#state.pool.open(blob, signal)
    if (stored !== undefined) {
      this.#state.used(digest)
      return stored
    }
    this.#mayAsk(`the blob ${digest}`)
    const descriptor = typeof blob === 'string' ? await this.inner.statBlob(repository, blob, options) : blob
    const open = await this.#state.open()
    if (!this.#keeps(descriptor, open)) return await this.inner.openBlob(repository, blob, options)
    const bytes = await open.ingest.open(
      descriptor,
      async (start) => await this.#fetch(repository, descriptor, start, options),
      { signal, onStored: () => open.catalog.hold(this.#full(repository), digest, descriptor.size) },
    )
    return { descriptor, bytes }
  }

  async openResumable(
    repository: string,
    blob: Descriptor,
    options: CallOptions = {},
  ): Promise<ResumableContent> {
    const { signal } = options
    const open = await this.#state.open()
    const isKept = (await this.#state.pool.stat(blob.digest)) !== undefined || this.#keeps(blob, open)
    if (isKept || !open.database.isPersistent || this.#freshness.isOffline)
      return { ...(await this.openBlob(repository, blob, options)), drop: async () => {} }
    const fetch: Fetch = (start) => this.#fetch(repository, blob, start, options)
    const bytes = await open.ingest.openPassing(blob, fetch, signal)
    if (bytes === undefined)
      return { ...(await this.inner.openBlob(repository, blob, options)), drop: async () => {} }
    const drop = (): Promise<void> => helpful(this.#state, ({ ingest }) => ingest.forget(blob.digest))
    return { descriptor: blob, bytes, drop }
  }

  async stageBlob(
    blob: Descriptor,
    beside: string,
    feed: Feed,
    { signal }: CallOptions = {},
  ): Promise<StagedBlob | undefined> {
    const open = await this.#state.open()
    const isKept = (await this.#state.pool.stat(blob.digest)) !== undefined || this.#keeps(blob, open)
    if (isKept || !open.database.isPersistent || this.#freshness.isOffline) return undefined
    return await open.ingest.stage(blob, beside, feed, signal)
  }

  override async openRange(
    repository: string,
    digest: string,
    start: number,
    options?: CallOptions,
  ): Promise<RangeContent> {
    const stored = await this.#state.pool.openRange(digest, start, options?.signal)
    if (stored !== undefined) return stored
    this.#mayAsk(`the blob ${digest}`)
    return await this.inner.openRange(repository, digest, start, options)
  }

  override async statBlob(repository: string, digest: string, options?: CallOptions): Promise<Descriptor> {
    if (this.#freshness.isOffline) return await this.#local.statBlob(repository, digest, options)
    return await this.inner.statBlob(repository, digest, options)
  }

  override async pushBlob(
    repository: string,
    expected: BlobExpectation,
    open: OpenBytes,
    options?: PushBlobOptions,
  ): Promise<Descriptor> {
    this.#mayAsk('a push')
    const pushed = await this.inner.pushBlob(repository, expected, open, options)
    await helpful(this.#state, ({ catalog }) => catalog.noteLocation(this.#full(repository), pushed.digest))
    return pushed
  }

  override async mountBlob(
    repository: string,
    digest: string,
    from?: string,
    options?: MountOptions,
  ): Promise<MountResult> {
    this.#mayAsk('a mount')
    const source = from ?? (await this.#locationOf(repository, digest))
    const result = await this.inner.mountBlob(repository, digest, source, options)
    if (result.mounted !== undefined) {
      await helpful(this.#state, ({ catalog }) => catalog.noteLocation(this.#full(repository), digest))
    }
    return result
  }

  override async pushManifest(
    repository: string,
    bytes: Uint8Array,
    options: PushManifestOptions,
  ): Promise<PushedManifest> {
    this.#mayAsk('a push')
    const pushed = await this.inner.pushManifest(repository, bytes, options)
    await this.#manifests.keep(repository, { descriptor: pushed.descriptor, bytes }, pushed.tags)
    await helpful(this.#state, () => this.#changed(repository, pushed.subject))
    return pushed
  }

  override async deleteBlob(repository: string, digest: string, options?: CallOptions): Promise<void> {
    this.#mayAsk('a deletion')
    await this.inner.deleteBlob(repository, digest, options)
    await helpful(this.#state, ({ catalog }) => catalog.release(this.#full(repository), digest))
  }

  override async deleteManifest(repository: string, digest: string, options?: CallOptions): Promise<void> {
    this.#mayAsk('a deletion')
    await this.inner.deleteManifest(repository, digest, options)
    const subject = (await this.#state.manifests.facts(digest).catch(() => undefined))?.subject
    await helpful(this.#state, async ({ catalog }) => {
      await catalog.removeManifest(this.#full(repository), digest)
      await this.#changed(repository, subject)
    })
  }

  override async deleteTag(repository: string, tag: string, options?: CallOptions): Promise<void> {
    this.#mayAsk('a deletion')
    await this.inner.deleteTag(repository, tag, options)
    await helpful(this.#state, async ({ catalog }) => {
      await catalog.removeTag(this.#full(repository), tag)
      await this.#changed(repository, undefined)
    })
  }

  override async *repositories(options?: ListOptions): AsyncGenerator<string, void> {
    const { host } = this.#options
    const fetch = (ask: ListOptions): AsyncIterable<string> => this.#originOrLocal().repositories(ask)
    yield* this.#lists.read({ key: repositoriesKey(host), fetch, ...names }, options)
  }

  override async *tags(repository: string, options?: ListOptions): AsyncGenerator<string, void> {
    const key = tagsKey(this.#full(repository))
    const fetch = (ask: ListOptions): AsyncIterable<string> => this.#originOrLocal().tags(repository, ask)
    yield* this.#lists.read({ key, fetch, ...names }, options)
  }

  override async *referrers(
    repository: string,
    subject: string,
    options: ListOptions & { readonly artifactType?: string } = {},
  ): AsyncGenerator<Descriptor, void> {
    const { artifactType, ...rest } = options
    const filter = artifactType === undefined ? {} : { artifactType }
    const fetch = (ask: ListOptions): AsyncIterable<Descriptor> =>
      this.#originOrLocal().referrers(repository, subject, { ...ask, ...filter })
    const key = `${referrersKey(this.#full(repository), subject)}${artifactType ?? ''}`
    yield* this.#lists.read({ key, fetch, ...descriptors }, rest)
  }

  override async [Symbol.asyncDispose](): Promise<void> {
    await this.#behind.settle()
    await super[Symbol.asyncDispose]()
  }

  protected override async pumpThrough(
    repository: string,
    descriptor: Descriptor,
    sink: Sink,
    options?: CallOptions,
  ): Promise<void> {
    if (await this.#state.pool.pump(descriptor, sink, options?.signal)) return
    this.#mayAsk(`the blob ${descriptor.digest}`)
    await super.pumpThrough(repository, descriptor, sink, options)
  }

  protected override async pumpRangeThrough(
    repository: string,
    descriptor: Descriptor,
    start: number,
    sink: Sink,
    options?: CallOptions,
  ): Promise<void> {
    if ((await this.#state.pool.stat(descriptor.digest)) !== undefined)
      return await pumpPlainly({ registry: this, repository }, descriptor, start, sink, options)
    this.#mayAsk(`the blob ${descriptor.digest}`)
    await super.pumpRangeThrough(repository, descriptor, start, sink, options)
  }

  /** Opens the rest of a blob that has begun to arrive. */
  async #fetch(repository: string, blob: Descriptor, start: number, options: CallOptions): Promise<Fetched> {
    if (start > 0 && this.inner.abilities.range !== false) {
      try {
        return await this.inner.openRange(repository, blob.digest, start, options)
      } catch (error) {
        if (!hasCode(error, 'UNSUPPORTED', 'UPLOAD_RANGE_INVALID')) throw error
      }
    }
    return { start: 0, bytes: (await this.inner.openBlob(repository, blob, options)).bytes }
  }

  async #locationOf(repository: string, digest: string): Promise<string | undefined> {
    return (await this.blobLocations(digest)).find((name) => name !== repository)
  }

  /** What a write to the repository makes doubtful. */
  async #changed(repository: string, subject: string | undefined): Promise<void> {
    await this.#lists.expire(tagsKey(this.#full(repository)))
    await this.#lists.expire(repositoriesKey(this.#options.host))
    if (subject !== undefined) await this.#lists.expireBelow(referrersKey(this.#full(repository), subject))
  }

  #mayAsk(what: string): void {
    if (this.#freshness.isOffline) throw offlineError(what, this.#options.host)
  }

  #keeps(blob: Descriptor, { database }: OpenState): boolean {
    return database.isPersistent && (this.#options.keepBlob?.(blob) ?? true)
  }

  /** Offline what the store has is all there is. */
  #originOrLocal(): Registry {
    return this.#freshness.isOffline ? this.#local : this.inner
  }

  #full(repository: string): string {
    return `${this.#options.host}/${repository}`
  }
}

const names = {
  encode: (name: string): ListEntry => ({ name, value: null }),
  decode: ({ name }: ListEntry): string => name,
}

/** In the order of the origin: the position is the name. */
const descriptors = {
  encode: (descriptor: Descriptor, position: number): ListEntry => ({
    name: String(position).padStart(8, '0'),
    value: JSON.stringify(descriptor),
  }),
  decode: ({ value }: ListEntry): Descriptor =>
    parseDescriptor(parseJson(value ?? '', { what: 'a cached list', code: 'CACHE_FAILED' }), 'a cached list'),
}
