import {
  algorithmOf,
  type Bytes,
  type Descriptor,
  isDigest,
  octetStream,
  OcishError,
  type OpenBytes,
} from '@ocish/sdk'
import { fromBytes } from '@ocish/core'
import type {
  Abilities,
  BlobContent,
  BlobExpectation,
  AdoptBlobOptions,
  CallOptions,
  Feed,
  MountResult,
  PushManifestOptions,
  PushBlobOptions,
  RangeContent,
  Sink,
  Upload,
} from '@ocish/core'
import type { BlobPool } from './blob-pool.ts'
import { checkBlob } from './blob-writer.ts'
import { type HeldLock, withLock } from './folder-lock.ts'
import { partialPath, receiveBlob } from './receive.ts'
import { manifestDigest, type ManifestFacts, manifestFacts, type ManifestReader } from './manifest-facts.ts'
import { UploadSessions } from './upload-sessions.ts'

/** The half of a registry that deals with blobs of a pool; who owns which blob is up to the other half. */
export abstract class PoolRegistry {
  abstract readonly name: string
  protected readonly pool: BlobPool
  protected readonly manifests: ManifestReader
  readonly #uploads: UploadSessions
  #swept = false

  constructor(pool: BlobPool, manifests: ManifestReader) {
    this.pool = pool
    this.manifests = manifests
    this.#uploads = new UploadSessions(pool)
  }

  /** Whether the blob belongs to the repository. */
  protected abstract holds(repository: string, digest: string): Promise<boolean>
  /** The blob was written, or mounted, into the repository. */
  protected abstract received(repository: string, blob: Descriptor, signal?: AbortSignal): Promise<void>
  /** Before the first byte is written. Errors: UNSUPPORTED, REFERENCE_INVALID. */
  protected abstract prepareWrite(repository: string, signal?: AbortSignal): Promise<void>

  async openBlob(repository: string, blob: Descriptor | string, options?: CallOptions): Promise<BlobContent> {
    options?.signal?.throwIfAborted()
    const digest = typeof blob === 'string' ? blob : blob.digest
    const content = await this.pool.open(blob, options?.signal)
    if (content === undefined || !(await this.holds(repository, digest)))
      throw this.#noBlob(repository, digest)
    return content
  }

  async openRange(
    repository: string,
    digest: string,
    start: number,
    options?: CallOptions,
  ): Promise<RangeContent> {
    options?.signal?.throwIfAborted()
    const content = await this.pool.openRange(digest, start, options?.signal)
    if (content === undefined || !(await this.holds(repository, digest)))
      throw this.#noBlob(repository, digest)
    return content
  }

  async statBlob(repository: string, digest: string, options?: CallOptions): Promise<Descriptor> {
    options?.signal?.throwIfAborted()
    const found = await this.pool.stat(digest)
    if (found === undefined || !(await this.holds(repository, digest))) throw this.#noBlob(repository, digest)
    return { mediaType: octetStream, digest, size: found.size }
  }

  async pump(repository: string, descriptor: Descriptor, sink: Sink, options?: CallOptions): Promise<void> {
    const found = await this.holds(repository, descriptor.digest)
    if (!found || !(await this.pool.pump(descriptor, sink, options?.signal))) {
      throw this.#noBlob(repository, descriptor.digest)
    }
  }

  async pumpRange(
    repository: string,
    descriptor: Descriptor,
    start: number,
    sink: Sink,
    options?: CallOptions,
  ): Promise<void> {
    const found = await this.holds(repository, descriptor.digest)
    if (!found || !(await this.pool.pumpRange(descriptor, start, sink, options?.signal))) {
      throw this.#noBlob(repository, descriptor.digest)
    }
  }

  async blobFile(repository: string, digest: string): Promise<string | undefined> {
    const found = await this.pool.stat(digest)
    return found !== undefined && (await this.holds(repository, digest)) ? this.pool.path(digest) : undefined
  }

  async adoptBlob(
    repository: string,
    expected: Descriptor,
    file: string,
    options?: AdoptBlobOptions,
  ): Promise<Descriptor> {
    options?.signal?.throwIfAborted()
    await this.prepareWrite(repository, options?.signal)
    const written = await this.pool.adopt(expected, file, options)
    const descriptor = { mediaType: expected.mediaType, ...written }
    await this.received(repository, descriptor, options?.signal)
    return descriptor
  }

  async pushBlob(
    repository: string,
    expected: BlobExpectation,
    open: OpenBytes,
    options?: PushBlobOptions,
  ): Promise<Descriptor> {
    options?.signal?.throwIfAborted()
    await this.prepareWrite(repository, options?.signal)
    await this.#sweepOnce()
    // Whoever pushes what another repository holds has to show that he has it.
    const trusted = expected.digest !== undefined && (await this.holds(repository, expected.digest))
    const { digest, size } = await this.pool.put(expected, open, { signal: options?.signal, trusted })
    await options?.upload?.cancel()
    const descriptor = { mediaType: expected.mediaType ?? octetStream, digest, size }
    await this.received(repository, descriptor, options?.signal)
    return descriptor
  }

  async receiveBlob(
    repository: string,
    expected: Descriptor,
    feed: Feed,
    options?: CallOptions,
  ): Promise<Descriptor> {
    const { signal } = options ?? {}
    const { mediaType, digest } = expected
    signal?.throwIfAborted()
    algorithmOf(digest)
    await this.prepareWrite(repository, signal)
    await this.#sweepOnce()
    let found = await this.pool.stat(digest)
    while (found === undefined) {
      await this.receiveInTurn(expected, feed, signal)
      found = await this.pool.stat(digest)
    }
    checkBlob(expected, { size: found.size })
    const descriptor = { mediaType, digest, size: found.size }
    await this.received(repository, descriptor, signal)
    return descriptor
  }

  async startUpload(
    repository: string,
    options?: CallOptions & { readonly algorithm?: string },
  ): Promise<Upload> {
    options?.signal?.throwIfAborted()
    await this.prepareWrite(repository, options?.signal)
    await this.#sweepOnce()
    return await this.#uploads.start(repository, options?.algorithm, (blob) =>
      this.received(repository, blob),
    )
  }

  async resumeUpload(repository: string, id: string, options?: CallOptions): Promise<Upload> {
    options?.signal?.throwIfAborted()
    await this.prepareWrite(repository, options?.signal)
    return await this.#uploads.resume(repository, id, (blob) => this.received(repository, blob))
  }

  async mountBlob(
    repository: string,
    digest: string,
    from?: string,
    options?: CallOptions,
  ): Promise<MountResult> {
    options?.signal?.throwIfAborted()
    await this.prepareWrite(repository, options?.signal)
    const found = isDigest(digest) ? await this.pool.stat(digest) : undefined
    if (found === undefined || !(from === undefined || (await this.holds(from, digest)))) return {}
    const mounted = { mediaType: octetStream, digest, size: found.size }
    await this.received(repository, mounted, options?.signal)
    return { mounted }
  }

  /** Waits until nobody else receives the digest, and receives it where it is not here then. */
  protected async receiveInTurn(
    expected: Descriptor,
    feed: Feed,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    const lock = `${partialPath(this.pool, expected.digest)}.lock`
    const receive = async (turn: HeldLock): Promise<void> => {
      if ((await this.pool.stat(expected.digest)) !== undefined) return
      await receiveBlob(this.pool, expected, feed, turn, signal)
    }
    // The other one may be at it for hours; when it has died, its lock is taken at once.
    await this.pool.inScratch(() => withLock(lock, receive, { signal, wait: Number.POSITIVE_INFINITY }))
  }

  /** Checks a manifest and puts it into the pool; naming it is up to the caller. */
  protected async writeManifest(
    repository: string,
    bytes: Uint8Array,
    options: PushManifestOptions,
  ): Promise<{ readonly descriptor: Descriptor; readonly facts: ManifestFacts }> {
    const digest = manifestDigest(bytes, options.digest)
    const facts = manifestFacts(bytes, options.mediaType)
    if (options.sparse !== true) await this.#checkParts(repository, facts)
    const source = (): Bytes => fromBytes(bytes)
    await this.pool.put({ digest, size: bytes.length }, source, { signal: options.signal, trusted: true })
    await this.pool.settle()
    return { descriptor: { mediaType: options.mediaType, digest, size: bytes.length }, facts }
  }

  async #checkParts(repository: string, { required }: ManifestFacts): Promise<void> {
    const missing: string[] = []
    for (const { digest } of required) {
      if ((await this.pool.stat(digest)) === undefined || !(await this.holds(repository, digest)))
        missing.push(digest)
    }
    if (missing.length === 0) return
    throw new OcishError(
      'MANIFEST_REFERS_TO_MISSING',
      `the manifest refers to what ${this.name} does not hold: ${missing.slice(0, 3).join(', ')}`,
      { details: { missing } },
    )
  }

  /** What killed processes left behind goes with the first write. */
  async #sweepOnce(): Promise<void> {
    if (this.#swept) return
    this.#swept = true
    await this.#uploads.sweep()
  }

  #noBlob(repository: string, digest: string): OcishError {
    return new OcishError('BLOB_NOT_FOUND', `no blob ${digest} in ${repository || this.name}`)
  }
}

/** What pools of blobs can do. */
export function poolAbilities(isWritable: boolean): Abilities {
  return {
    mount: isWritable,
    range: true,
    referrers: true,
    tagDelete: isWritable,
    delete: isWritable,
    readOnly: !isWritable,
    concurrentWrites: true,
    deferredDigest: isWritable,
    chunked: isWritable,
    pump: true,
  }
}
