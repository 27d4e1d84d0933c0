import {
  algorithmOf,
  type Bytes,
  collect,
  type Descriptor,
  digestOf,
  isDigest,
  isRepository,
  isTag,
  type Manifest,
  maxManifestSize,
  OcishError,
  octetStream,
  type OpenBytes,
  parseDigest,
  parseManifest,
} from '@ocish/sdk'
import { abortable, fromBytes } from './bytes.ts'
import { MemorySession, MemoryUpload, type SessionEnd, uploadNotFound } from './memory-upload.ts'
import { manifestEtag, notModified, paged } from './pages.ts'
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
import { referrerDescriptor } from './referrers.ts'
import { requiredParts } from './successors.ts'
import { unsupported, UnsupportedRegistry } from './unsupported.ts'
import { checkDigest, checkSize, verified } from './verified.ts'

/** What a registry in memory is called and cannot do. */
export interface MemoryRegistryOptions {
  /** Default: `memory`, `memory-2`, … : copy takes two registries of one name for the same one. */
  readonly name?: string
  /** Abilities to do without: `{ referrers: false }` behaves as a registry of the time before the API. */
  readonly abilities?: Partial<
    Record<'mount' | 'range' | 'referrers' | 'tagDelete' | 'delete' | 'deferredDigest' | 'chunked', false>
  >
  /** Take manifests whose parts are not there (what distribution-spec calls a sparse index). */
  readonly sparse?: boolean
}

interface StoredManifest {
  readonly descriptor: Descriptor
  readonly bytes: Uint8Array
  readonly manifest: Manifest
}

interface Repository {
  readonly manifests: Map<string, StoredManifest>
  readonly blobs: Map<string, Uint8Array>
  readonly tags: Map<string, string>
}

/** A registry that lives as long as the object: for tests, demos and what is built before it is written. */
export function createMemoryRegistry(options: MemoryRegistryOptions = {}): Registry {
  return new MemoryRegistry(options)
}

class MemoryRegistry extends UnsupportedRegistry {
  override readonly abilities: Abilities
  readonly #sparse: boolean
  readonly #repositories = new Map<string, Repository>()
  readonly #sessions = new Map<string, MemorySession>()
  #lastSession = 0

  constructor(options: MemoryRegistryOptions) {
    super(options.name ?? nextName())
    this.#sparse = options.sparse ?? false
    this.abilities = Object.freeze({
      mount: true,
      range: true,
      referrers: true,
      tagDelete: true,
      delete: true,
      deferredDigest: true,
      chunked: true,
      ...options.abilities,
      readOnly: false,
      concurrentWrites: true,
      pump: false,
    })
  }

  // Reader

  override async openManifest(
    repository: string,
    reference: string,
    options?: ReadOptions,
  ): Promise<ManifestContent> {
    const { descriptor, bytes } = await this.#manifest(repository, reference, options)
    return { descriptor, bytes: bytes.slice(), etag: manifestEtag(descriptor.digest) }
  }

  override async statManifest(
    repository: string,
    reference: string,
    options?: ReadOptions,
  ): Promise<ManifestStat> {
    const { descriptor } = await this.#manifest(repository, reference, options)
    return { descriptor, etag: manifestEtag(descriptor.digest) }
  }

  override async openBlob(
    repository: string,
    blob: Descriptor | string,
    options?: CallOptions,
  ): Promise<BlobContent> {
    const expected = typeof blob === 'string' ? { mediaType: octetStream, digest: blob } : blob
    const bytes = await this.#blob(repository, expected.digest, options)
    checkSize(expected, bytes.length)
    const descriptor = { ...expected, size: bytes.length }
    return { descriptor, bytes: verified(fromBytes(bytes), descriptor, options) }
  }

  override async openRange(
    repository: string,
    digest: string,
    start: number,
    options?: CallOptions,
  ): Promise<RangeContent> {
    this.#need('range', 'reading parts of blobs')
    const bytes = await this.#blob(repository, digest, options)
    const total = bytes.length
    if (!Number.isSafeInteger(start) || start < 0 || (start >= total && start > 0)) {
      throw new OcishError('UPLOAD_RANGE_INVALID', `${digest} has ${total} bytes, none from ${start} on`)
    }
    return { start, total, bytes: fromBytes(bytes.subarray(start)) }
  }

  override async statBlob(repository: string, digest: string, options?: CallOptions): Promise<Descriptor> {
    const bytes = await this.#blob(repository, digest, options)
    return { mediaType: octetStream, digest, size: bytes.length }
  }

  // Writer

  override async pushBlob(
    repository: string,
    expected: BlobExpectation,
    open: OpenBytes,
    options?: PushBlobOptions,
  ): Promise<Descriptor> {
    begin(options)
    checkRepository(repository)
    const { digest, mediaType = octetStream } = expected
    if (digest === undefined) this.#need('deferredDigest', 'blobs without a known digest')
    else algorithmOf(digest)
    const bytes = await readWhole(open(), expected, options)
    await options?.upload?.cancel()
    const actual = digest ?? digestOf(bytes)
    this.#repository(repository).blobs.set(actual, bytes)
    return { mediaType, digest: actual, size: bytes.length }
  }

  override async startUpload(
    repository: string,
    options?: CallOptions & { readonly algorithm?: string },
  ): Promise<Upload> {
    begin(options)
    this.#need('chunked', 'chunked uploads')
    checkRepository(repository)
    return this.#startSession(repository)
  }

  override async resumeUpload(repository: string, id: string, options?: CallOptions): Promise<Upload> {
    begin(options)
    this.#need('chunked', 'chunked uploads')
    const session = this.#sessions.get(id)
    if (session?.repository !== repository) throw uploadNotFound(id)
    return new MemoryUpload(session, this.#sessionEnd)
  }

  override async mountBlob(
    repository: string,
    digest: string,
    from?: string,
    options?: MountOptions,
  ): Promise<MountResult> {
    begin(options)
    this.#need('mount', 'mounting blobs')
    checkRepository(repository)
    const sources = from === undefined ? [...this.#repositories.values()] : [this.#repositories.get(from)]
    const bytes = sources.find((source) => source?.blobs.has(digest))?.blobs.get(digest)
    if (bytes === undefined) return this.abilities.chunked ? { upload: this.#startSession(repository) } : {}
    this.#repository(repository).blobs.set(digest, bytes)
    return { mounted: { mediaType: octetStream, digest, size: bytes.length } }
  }

  override async pushManifest(
    repository: string,
    bytes: Uint8Array,
    options: PushManifestOptions,
  ): Promise<PushedManifest> {
    begin(options)
    checkRepository(repository)
    if (bytes.length > maxManifestSize) {
      throw new OcishError('LIMIT_EXCEEDED', `the manifest is larger than ${maxManifestSize} bytes`)
    }
    const { mediaType, tags = [] } = options
    for (const tag of tags) checkTag(tag)
    const digest = options.digest ?? digestOf(bytes)
    checkDigest(digest, digestOf(bytes, algorithmOf(digest)))
    const manifest = parseManifest(bytes, mediaType)
    const stored = { descriptor: { mediaType, digest, size: bytes.length }, bytes: bytes.slice(), manifest }
    if (options.sparse !== true) this.#checkParts(repository, manifest)
    this.#checkPreconditions(repository, tags, options)
    const { manifests, tags: tagged } = this.#repository(repository)
    manifests.set(digest, stored)
    for (const tag of tags) tagged.set(tag, digest)
    const subject = this.abilities.referrers ? manifest.subject?.digest : undefined
    return { descriptor: stored.descriptor, tags, ...(subject !== undefined && { subject }) }
  }

  // Deleter

  override async deleteBlob(repository: string, digest: string, options?: CallOptions): Promise<void> {
    this.#need('delete', 'deleting blobs')
    await this.#blob(repository, digest, options)
    this.#repository(repository).blobs.delete(digest)
  }

  override async deleteManifest(repository: string, digest: string, options?: CallOptions): Promise<void> {
    begin(options)
    this.#need('delete', 'deleting manifests')
    parseDigest(digest)
    const found = this.#repositories.get(repository)
    if (found?.manifests.delete(digest) !== true) throw manifestNotFound(this.name, repository, digest)
    for (const [tag, target] of found.tags) if (target === digest) found.tags.delete(tag)
  }

  override async deleteTag(repository: string, tag: string, options?: CallOptions): Promise<void> {
    begin(options)
    this.#need('tagDelete', 'deleting tags')
    if (this.#repositories.get(repository)?.tags.delete(tag) !== true) {
      throw manifestNotFound(this.name, repository, tag)
    }
  }

  // Lister

  override repositories(options?: ListOptions): AsyncIterable<string> {
    const names = [...this.#repositories]
      .filter(([, { manifests }]) => manifests.size > 0)
      .map(([name]) => name)
    return paged(names, (name) => name, options)
  }

  override async *tags(repository: string, options?: ListOptions): AsyncGenerator<string, void, undefined> {
    begin(options)
    yield* paged(this.#existing(repository).tags.keys(), (tag) => tag, options)
  }

  override async *referrers(
    repository: string,
    subject: string,
    options?: ListOptions & { readonly artifactType?: string },
  ): AsyncGenerator<Descriptor, void, undefined> {
    begin(options)
    this.#need('referrers', 'the referrers API')
    parseDigest(subject)
    const all = [...(this.#repositories.get(repository)?.manifests.values() ?? [])]
      .filter(({ manifest }) => manifest.subject?.digest === subject)
      .map(({ descriptor, manifest }) => referrerDescriptor(descriptor, manifest))
      .filter(
        ({ artifactType }) => options?.artifactType === undefined || artifactType === options.artifactType,
      )
    yield* paged(all, ({ digest }) => digest, options)
  }

  // What the methods above are made of

  readonly #sessionEnd: SessionEnd = {
    store: (session, digest, bytes) => {
      this.#repository(session.repository).blobs.set(digest, bytes)
    },
    forget: (session) => {
      this.#sessions.delete(session.id)
    },
  }

  #startSession(repository: string): Upload {
    this.#lastSession += 1
    const session = new MemorySession(String(this.#lastSession), repository)
    this.#sessions.set(session.id, session)
    return new MemoryUpload(session, this.#sessionEnd)
  }

  #need(ability: keyof Abilities, what: string): void {
    if (this.abilities[ability] !== true) throw unsupported(this.name, what)
  }

  #repository(name: string): Repository {
    const repository = this.#repositories.get(name) ?? {
      manifests: new Map(),
      blobs: new Map(),
      tags: new Map(),
    }
    this.#repositories.set(name, repository)
    return repository
  }

  #existing(name: string): Repository {
    const repository = this.#repositories.get(name)
    if (repository !== undefined && repository.manifests.size > 0) return repository
    throw new OcishError('REPOSITORY_NOT_FOUND', `no repository ${name} in ${this.name}`)
  }

  async #manifest(repository: string, reference: string, options?: ReadOptions): Promise<StoredManifest> {
    begin(options)
    checkReference(reference)
    const { manifests, tags } = this.#existing(repository)
    const stored = manifests.get(isDigest(reference) ? reference : (tags.get(reference) ?? ''))
    if (stored === undefined) throw manifestNotFound(this.name, repository, reference)
    if (options?.ifNoneMatch === manifestEtag(stored.descriptor.digest)) throw notModified()
    return stored
  }

  async #blob(repository: string, digest: string, options?: CallOptions): Promise<Uint8Array> {
    begin(options)
    parseDigest(digest)
    const bytes = this.#repositories.get(repository)?.blobs.get(digest)
    if (bytes !== undefined) return bytes
    throw new OcishError('BLOB_NOT_FOUND', `no blob ${digest} in ${repository} of ${this.name}`)
  }

  #checkParts(repository: string, manifest: Manifest): void {
    if (this.#sparse) return
    const { blobs, manifests } = this.#repositories.get(repository) ?? {}
    const missing = requiredParts(manifest)
      .map(({ digest }) => digest)
      .filter((digest) => blobs?.has(digest) !== true && manifests?.has(digest) !== true)
    if (missing.length === 0) return
    throw new OcishError(
      'MANIFEST_REFERS_TO_MISSING',
      `the manifest refers to what ${repository} of ${this.name} does not hold: ${missing.slice(0, 3).join(', ')}`,
      { details: { missing } },
    )
  }

  #checkPreconditions(repository: string, tags: readonly string[], options: PushManifestOptions): void {
    for (const tag of tags) {
      const held = this.#repositories.get(repository)?.tags.get(tag)
      const isMet =
        (options.ifNoneMatch === undefined || held === undefined) &&
        (options.ifMatch === undefined || (held !== undefined && options.ifMatch === manifestEtag(held)))
      if (!isMet) throw new OcishError('PRECONDITION_FAILED', `tag ${tag} of ${repository} has changed`)
    }
  }
}

async function readWhole(
  bytes: Bytes,
  expected: BlobExpectation,
  options?: CallOptions,
): Promise<Uint8Array> {
  const { digest, size } = expected
  const source = abortable(bytes, options?.signal)
  const checked =
    digest === undefined ? source : verified(source, { digest, ...(size !== undefined && { size }) })
  const whole = await collect(copied(checked), { limit: Number.MAX_SAFE_INTEGER })
  if (digest === undefined && size !== undefined) checkSize({ digest: digestOf(whole), size }, whole.length)
  return whole
}

/** The chunks are ours only until the next one is asked for where a sender uses its buffer again. */
async function* copied(bytes: Bytes): AsyncGenerator<Uint8Array, void, undefined> {
  for await (const chunk of bytes) yield chunk.slice()
}

let unnamed = 0

function nextName(): string {
  unnamed += 1
  return unnamed === 1 ? 'memory' : `memory-${unnamed}`
}

function begin(options: CallOptions | undefined): void {
  options?.signal?.throwIfAborted()
}

function checkRepository(repository: string): void {
  if (isRepository(repository)) return
  throw new OcishError('REFERENCE_INVALID', `invalid repository ${JSON.stringify(repository.slice(0, 300))}`)
}

function checkTag(tag: string): void {
  if (!isTag(tag))
    throw new OcishError('REFERENCE_INVALID', `invalid tag ${JSON.stringify(tag.slice(0, 300))}`)
}

function checkReference(reference: string): void {
  if (reference.includes(':')) parseDigest(reference)
  else checkTag(reference)
}

function manifestNotFound(registry: string, repository: string, reference: string): OcishError {
  return new OcishError('MANIFEST_NOT_FOUND', `no manifest ${reference} in ${repository} of ${registry}`)
}
