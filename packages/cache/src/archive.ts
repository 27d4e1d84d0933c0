import { basename, resolve } from 'node:path'
import { type Descriptor, hasCode, isDigest, octetStream, OcishError, type OpenBytes } from '@ocish/sdk'
import {
  type Abilities,
  type BlobContent,
  type BlobExpectation,
  type CallOptions,
  fromBytes,
  type ListOptions,
  type ManifestContent,
  type ManifestStat,
  type MountResult,
  type PushBlobOptions,
  type PushedManifest,
  type PushManifestOptions,
  type RangeContent,
  type ReadOptions,
  type Registry,
  type Sink,
  Turns,
  unsupported,
  UnsupportedRegistry,
} from '@ocish/core'
import { ArchiveContent } from './archive-content.ts'
import { type ArchiveFile, archiveFileOf, openArchiveFile } from './archive-file.ts'
import { ArchiveMembers } from './archive-members.ts'
import { ArchiveWriter } from './archive-writer.ts'
import { createDockerArchive } from './docker-archive-target.ts'
import { readDockerArchive } from './docker-archive.ts'
import { fileError } from './file-error.ts'
import { createEntry, type LayoutEntry, LayoutIndex, maxIndexSize } from './index-json.ts'
import { IndexView } from './index-view.ts'
import { checkPrecondition, placeEntries } from './layout-changes.ts'
import { checkEntryRepository, checkEntryTag } from './layout-names.ts'
import { manifestDigest, manifestFacts, ManifestReader } from './manifest-facts.ts'

/** How an oci-archive or docker-archive is opened. */
export interface ArchiveOptions {
  /** `write` makes a new oci-archive, or a new one out of an uncompressed oci-archive that is there, by `commit`. */
  readonly access: 'read' | 'write'
  /** What a new one is; `docker` is never added to. Default: `oci`. */
  readonly format?: 'oci' | 'docker'
  /** The name of the archive's own repository; default: that of its file without `.tar`. */
  readonly name?: string
  /** The folder where a compressed archive is decompressed to; default: that of the system. */
  readonly spool?: string
  readonly signal?: AbortSignal
}

/** An archive as a registry; its repositories and names are those of a layout (`Layout`). */
export interface Archive extends Registry {
  /** Absolute. */
  readonly file: string
  readonly repository: string
  /** How the file is built. */
  readonly format: 'oci' | 'docker'
}

/**
 * Opens an oci-archive or docker-archive, told apart by content, plain or as a whole compressed with gzip or zstd. It is
 * read in place; only a compressed one is decompressed first. Writing is one pass into a file beside it; `commit` gives
 * that its name, and closing without it leaves the old state.
 * Errors: FILE_NOT_FOUND, FILE_FAILED, ARCHIVE_INVALID, LIMIT_EXCEEDED.
 */
export async function openArchive(path: string, options: ArchiveOptions): Promise<Archive> {
  const file = resolve(path)
  const name = `tar:${path}`
  const existing = await openExisting(file, path, options)
  if (options.access === 'read') return new ArchiveRegistry(file, name, options, existing)
  const isDocker = options.format === 'docker'
  if (existing !== undefined && (isDocker || existing.format !== 'oci' || existing.file.isSpooled)) {
    await existing.file.close()
    const what = existing.format === 'oci' ? 'a compressed archive' : 'a docker-archive'
    const says = isDocker ? 'is there, and a docker-archive' : `is ${what}, which`
    throw new OcishError('UNSUPPORTED', `${path} ${says} cannot be added to`, {
      hint: 'Name another file, or remove this one first.',
    })
  }
  if (isDocker) return createDockerArchive(path, options)
  return new WritableArchive(file, name, options, existing)
}

/** An archive that was read: its index, and where its blobs are. */
interface OpenedArchive {
  readonly file: ArchiveFile
  readonly format: 'oci' | 'docker'
  readonly index: LayoutIndex
  readonly content: ArchiveContent
}

async function openExisting(
  path: string,
  shown: string,
  options: ArchiveOptions,
): Promise<OpenedArchive | undefined> {
  let file: ArchiveFile
  try {
    file = await openArchiveFile(path, shown, options)
  } catch (error) {
    if (options.access === 'write' && hasCode(error, 'FILE_NOT_FOUND')) return undefined
    throw error
  }
  try {
    return await readArchive(file, shown, options.signal)
  } catch (error) {
    await file.close()
    throw fileError(error, `read ${shown}`)
  }
}

async function readArchive(file: ArchiveFile, shown: string, signal?: AbortSignal): Promise<OpenedArchive> {
  const members = await ArchiveMembers.scan(file, signal)
  const content = new ArchiveContent(() => file)
  if (members.find('index.json') !== undefined) {
    for (const name of members.names()) {
      const [folder, algorithm, encoded, ...rest] = name.split('/')
      const digest = `${algorithm}:${encoded}`
      const extent = members.find(name)
      if (folder === 'blobs' && rest.length === 0 && extent && isDigest(digest)) content.add(digest, extent)
    }
    const index = LayoutIndex.parse(
      await members.read('index.json', maxIndexSize, signal),
      `index.json of ${shown}`,
    )
    return { file, format: 'oci', index, content }
  }
  if (members.find('manifest.json') === undefined && members.find('repositories') === undefined) {
    throw new OcishError('ARCHIVE_INVALID', `${shown} is neither an oci-archive nor a docker-archive`, {
      hint: 'Name an archive with index.json (OCI) or manifest.json (docker save) in it.',
    })
  }
  return {
    file,
    format: 'docker',
    index: await readDockerArchive({ file, members, content }, signal),
    content,
  }
}

/** The reading half. */
class ArchiveRegistry extends UnsupportedRegistry implements Archive {
  override readonly abilities: Abilities = abilities(false)
  readonly file: string
  readonly repository: string
  readonly format: 'oci' | 'docker'
  protected readonly content: ArchiveContent
  protected readonly manifests: ManifestReader
  protected readonly view: IndexView
  protected index: LayoutIndex
  protected opened: ArchiveFile | undefined

  constructor(file: string, name: string, options: ArchiveOptions, existing: OpenedArchive | undefined) {
    super(name)
    this.file = file
    this.repository = options.name ?? basename(file).replace(/\.tar(?:\.gz|\.zst)?$|\.tgz$/, '')
    this.format = existing?.format ?? 'oci'
    this.index = existing?.index ?? LayoutIndex.empty()
    this.opened = existing?.file
    this.content = existing?.content ?? new ArchiveContent(() => this.#readable())
    this.manifests = new ManifestReader(this.content)
    const { repository, content: source, manifests } = this
    this.view = new IndexView({
      name,
      repository,
      source,
      manifests,
      read: () => Promise.resolve(this.index),
    })
  }

  override openManifest(
    repository: string,
    reference: string,
    options?: ReadOptions,
  ): Promise<ManifestContent> {
    return this.view.openManifest(repository, reference, options)
  }

  override statManifest(repository: string, reference: string, options?: ReadOptions): Promise<ManifestStat> {
    return this.view.statManifest(repository, reference, options)
  }

  override async openBlob(
    repository: string,
    blob: Descriptor | string,
    options?: CallOptions,
  ): Promise<BlobContent> {
    options?.signal?.throwIfAborted()
    const content = await this.content.open(blob, options?.signal)
    if (content !== undefined) return content
    throw this.#noBlob(repository, typeof blob === 'string' ? blob : blob.digest)
  }

  override async openRange(
    repository: string,
    digest: string,
    start: number,
    options?: CallOptions,
  ): Promise<RangeContent> {
    options?.signal?.throwIfAborted()
    const content = await this.content.openRange(digest, start, options?.signal)
    if (content !== undefined) return content
    throw this.#noBlob(repository, digest)
  }

  override async statBlob(repository: string, digest: string, options?: CallOptions): Promise<Descriptor> {
    options?.signal?.throwIfAborted()
    const found = await this.content.stat(digest)
    if (found !== undefined) return { mediaType: octetStream, ...found }
    throw this.#noBlob(repository, digest)
  }

  async pump(repository: string, descriptor: Descriptor, sink: Sink, options?: CallOptions): Promise<void> {
    if (await this.content.pump(descriptor, sink, options?.signal)) return
    throw this.#noBlob(repository, descriptor.digest)
  }

  override repositories(options?: ListOptions): AsyncIterable<string> {
    return this.view.repositories(options)
  }

  override tags(repository: string, options?: ListOptions): AsyncIterable<string> {
    return this.view.tags(repository, options)
  }

  tagDigests(repository: string, tag: string, options?: CallOptions): Promise<readonly string[]> {
    return this.view.tagDigests(repository, tag, options)
  }

  override referrers(
    repository: string,
    subject: string,
    options?: ListOptions & { readonly artifactType?: string },
  ): AsyncIterable<Descriptor> {
    return this.view.referrers(repository, subject, options)
  }

  override async [Symbol.asyncDispose](): Promise<void> {
    const { opened } = this
    this.opened = undefined
    await opened?.close()
  }

  #readable(): ArchiveFile {
    if (this.opened === undefined) throw new OcishError('ARCHIVE_INVALID', `${this.name} is closed`)
    return this.opened
  }

  #noBlob(repository: string, digest: string): OcishError {
    return new OcishError('BLOB_NOT_FOUND', `no blob ${digest} in ${repository || this.name}`)
  }
}

/** Writes go, one after the other, into a file that `commit` gives its name. */
class WritableArchive extends ArchiveRegistry {
  override readonly abilities: Abilities = abilities(true)
  readonly #existing: OpenedArchive | undefined
  #writer: ArchiveWriter | undefined
  readonly #turns = new Turns()
  #isCommitted = false

  constructor(file: string, name: string, options: ArchiveOptions, existing: OpenedArchive | undefined) {
    super(file, name, options, existing)
    this.#existing = existing
  }

  override pushBlob(
    repository: string,
    expected: BlobExpectation,
    open: OpenBytes,
    options: PushBlobOptions = {},
  ): Promise<Descriptor> {
    return this.#inTurn(repository, options.signal, async (writer) => {
      const { mediaType = octetStream } = expected
      const known = expected.digest === undefined ? undefined : await this.content.stat(expected.digest)
      if (known !== undefined && (expected.size === undefined || expected.size === known.size))
        return { mediaType, ...known }
      const { digest, size, extent } = await writer.append(expected, open, options)
      this.content.add(digest, extent)
      return { mediaType, digest, size }
    })
  }

  override async mountBlob(
    repository: string,
    digest: string,
    _from?: string,
    options: CallOptions = {},
  ): Promise<MountResult> {
    options.signal?.throwIfAborted()
    checkEntryRepository(this.view.ownName(repository))
    const found = isDigest(digest) ? await this.content.stat(digest) : undefined
    return found === undefined ? {} : { mounted: { mediaType: octetStream, ...found } }
  }

  override pushManifest(
    repository: string,
    bytes: Uint8Array,
    options: PushManifestOptions,
  ): Promise<PushedManifest> {
    return this.#inTurn(repository, options.signal, async (writer) => {
      const { mediaType, tags = [] } = options
      const name = this.view.ownName(repository)
      for (const tag of tags) checkEntryTag(tag, name)
      const digest = manifestDigest(bytes, options.digest)
      const facts = manifestFacts(bytes, mediaType)
      if (options.sparse !== true) await this.#checkParts(facts.required)
      for (const tag of tags) checkPrecondition(tag, this.index.find(name, tag)?.digest, options)
      const descriptor = { mediaType, digest, size: bytes.length }
      if ((await this.content.stat(digest)) === undefined) {
        this.content.add(digest, (await writer.append(descriptor, () => fromBytes(bytes), options)).extent)
      }
      const entryOf = (tag?: string): LayoutEntry =>
        createEntry({ ...descriptor, repository: name, tag, artifactType: facts.artifactType })
      const entries = tags.length === 0 ? [entryOf()] : tags.map((tag) => entryOf(tag))
      this.index = await placeEntries(this.index, entries, facts, this.manifests)
      return { descriptor, tags, ...(facts.subject !== undefined && { subject: facts.subject }) }
    })
  }

  override async commit(options: CallOptions = {}): Promise<void> {
    // Nothing was written: what is there stays as it is.
    if (this.#isCommitted || this.#writer === undefined) return
    await this.#inTurn(this.repository, options.signal, async (writer) => {
      await writer.finish(this.index.encode())
      this.#isCommitted = true
    })
  }

  override async [Symbol.asyncDispose](): Promise<void> {
    await this.#turns.ended()
    const writer = this.#writer
    this.#writer = undefined
    this.opened = undefined
    await this.#existing?.file.close()
    await writer?.discard()
  }

  async #checkParts(parts: readonly Descriptor[]): Promise<void> {
    const missing: string[] = []
    for (const { digest } of parts) if ((await this.content.stat(digest)) === undefined) missing.push(digest)
    if (missing.length === 0) return
    const named = missing.slice(0, 3).join(', ')
    throw new OcishError(
      'MANIFEST_REFERS_TO_MISSING',
      `the manifest refers to what ${this.name} does not hold: ${named}`,
      {
        details: { missing },
      },
    )
  }

  #inTurn<T>(
    repository: string,
    signal: AbortSignal | undefined,
    work: (writer: ArchiveWriter) => Promise<T>,
  ): Promise<T> {
    return this.#turns.take(async () => {
      signal?.throwIfAborted()
      if (this.#isCommitted) throw unsupported(this.name, 'writing after it was finished')
      checkEntryRepository(this.view.ownName(repository))
      return await work(await this.#begin(signal))
    })
  }

  /** What the archive held before comes first, in its order. */
  async #begin(signal?: AbortSignal): Promise<ArchiveWriter> {
    if (this.#writer !== undefined) return this.#writer
    const writer = await ArchiveWriter.create(this.file)
    const moved = new Map<string, Awaited<ReturnType<ArchiveWriter['append']>>>()
    try {
      for (const digest of this.content.blobs.keys()) {
        const blob = await this.content.open(digest, signal)
        if (blob !== undefined)
          moved.set(digest, await writer.append(blob.descriptor, () => blob.bytes, { signal }))
      }
    } catch (error) {
      await writer.discard()
      throw error
    }
    this.#writer = writer
    this.content.readFrom(() => archiveFileOf(writer.file, writer.size))
    for (const [digest, { extent }] of moved) this.content.add(digest, extent)
    return writer
  }
}

function abilities(isWritable: boolean): Abilities {
  return {
    mount: isWritable,
    range: true,
    referrers: true,
    tagDelete: false,
    delete: false,
    readOnly: !isWritable,
    concurrentWrites: false,
    deferredDigest: isWritable,
    chunked: false,
    pump: true,
  }
}
