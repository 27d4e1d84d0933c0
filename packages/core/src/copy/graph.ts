import { type Descriptor, hasCode, isManifestMediaType, OcishError } from '@ocish/sdk'
import { maxIndexDepth, type OpenedManifest, readChild, tooDeep } from '../open-manifest.ts'
import { pushWhenComplete } from '../push-manifest.ts'
import { indexReferrer, listReferrers, referrerDescriptor } from '../referrers.ts'
import { successors } from '../successors.ts'
import { checkDigest } from '../verified.ts'
import { copyBlob } from './blob.ts'
import { onSide } from './failure.ts'
import type { Narrowed } from './platforms.ts'
import type { Run } from './run.ts'
import { type TaggedReferrer, taggedReferrers } from './tagged-referrers.ts'

/** A manifest of the graph. Without `opened` it is there already, or was not wanted. */
interface Node {
  readonly descriptor: Descriptor
  /** What connects it to its subject; it is written with it. */
  readonly tags: string[]
  opened?: OpenedManifest
  isMissing: boolean
  children: readonly Descriptor[]
  blobs: readonly Descriptor[]
}

/** Manifests of one copy, and bytes of them that are held until they can be written. */
const maxManifests = 10_000
const maxHeldBytes = 256 * 1024 * 1024
const maxReferrerDepth = 8

/** How a manifest is met: how many indexes and how many subjects above it. */
interface Depth {
  readonly index: number
  readonly referrer: number
}

/**
 * The graph of one copy. `discover` walks down from the source and starts to move blobs as it meets them; `write` then
 * writes the manifests, each after all it points to.
 */
export class Graph {
  readonly #run: Run
  readonly #nodes = new Map<string, Node>()
  readonly #blobs = new Map<string, Promise<void>>()
  readonly #written = new Map<string, Promise<void>>()
  #made: ReadonlyMap<string, OpenedManifest> = new Map()
  #omitted: ReadonlySet<string> = new Set()
  #heldBytes = 0
  #referrers = 0

  constructor(run: Run) {
    this.#run = run
  }

  /** Referrers met so far. */
  get referrers(): number {
    return this.#referrers
  }

  /** Whether this stands in for an index of the source, so that nobody has it yet. */
  isMade(digest: string): boolean {
    return this.#made.has(digest)
  }

  /** What stands in for indexes of the source, and what of these is left out. */
  narrow({ made, omitted }: Narrowed): void {
    this.#made = made
    this.#omitted = omitted
  }

  /** Takes in the root, which has been read; `isMissing` as its caller has found out. */
  async discover(root: OpenedManifest, isMissing: boolean): Promise<void> {
    const node = this.#enter(root.descriptor)
    await this.#expand(node, root, isMissing, { index: 0, referrer: 0 })
  }

  /** Writes all manifests but the root, whose turn (and tags) are the caller's. */
  async write(root: string): Promise<void> {
    this.#refuseCycles()
    await Promise.all(
      [...this.#nodes.keys()].filter((digest) => digest !== root).map((digest) => this.#ready(digest)),
    )
    await Promise.all(this.#blobs.values())
  }

  /** Resolves when nothing is under way any more, however it ended. */
  async settle(): Promise<void> {
    await Promise.allSettled([...this.#blobs.values(), ...this.#written.values()])
  }

  /** Writes one manifest; nothing of what it points to is waited for. */
  async push(opened: OpenedManifest, tags: readonly string[]): Promise<void> {
    const { target, signal, options } = this.#run
    const { descriptor, bytes, manifest } = opened
    await onSide('destination', target, descriptor, async () => {
      const pushed = await pushWhenComplete(target, bytes, {
        mediaType: manifest.mediaType,
        digest: descriptor.digest,
        tags,
        ...this.#run.call(descriptor),
        ...(successors(manifest).some(({ digest }) => this.#omitted.has(digest)) && { sparse: true }),
      })
      checkDigest(descriptor.digest, pushed.descriptor.digest)
      const subject = manifest.subject?.digest
      if (subject === undefined || pushed.subject === subject) return
      const { exclusive } = options
      await indexReferrer(target, referrerDescriptor(descriptor, manifest), subject, {
        signal,
        ...(exclusive && { exclusive }),
      })
    })
    await this.#run.finished(descriptor, 'manifests', 'moved')
  }

  async #visit(descriptor: Descriptor, depth: Depth, tag?: string): Promise<void> {
    const known = this.#nodes.get(descriptor.digest)
    if (known !== undefined) {
      if (tag !== undefined) known.tags.push(tag)
      return
    }
    if (depth.index > maxIndexDepth) throw tooDeep(descriptor.digest)
    const node = this.#enter(descriptor, tag)
    const run = this.#run
    if (await run.isRefused(descriptor)) return run.skip(descriptor, 'manifests', 'hook')
    run.tell({ type: 'waiting', descriptor })
    const isMissing = !(await run.scheduler.run(0, () => this.#isThere(descriptor)))
    if (!isMissing) await run.skip(descriptor, 'manifests', 'existing')
    if (!isMissing && !this.#wantsReferrers) return
    const opened = this.#made.get(descriptor.digest) ?? (await this.#read(descriptor))
    await this.#expand(node, opened, isMissing, depth)
  }

  #read(descriptor: Descriptor): Promise<OpenedManifest> {
    const { source, scheduler } = this.#run
    return scheduler.run(0, () =>
      onSide('source', source, descriptor, () => readChild(source, descriptor, this.#run.call(descriptor))),
    )
  }

  #enter(descriptor: Descriptor, tag?: string): Node {
    if (this.#nodes.size >= maxManifests) throw tooMany()
    const tags = tag === undefined ? [] : [tag]
    const node = { descriptor, tags, isMissing: false, children: [], blobs: [] }
    this.#nodes.set(descriptor.digest, node)
    return node
  }

  async #expand(node: Node, opened: OpenedManifest, isMissing: boolean, depth: Depth): Promise<void> {
    const { manifest, bytes } = opened
    const named = this.#run.options.successors?.(opened) ?? successors(manifest)
    const below = named.filter(({ digest }) => !this.#omitted.has(digest))
    // Only an index has manifests below it; whatever an image calls its layers, registries keep them as blobs.
    const isChild = (part: Descriptor): boolean =>
      manifest.form === 'index' && isManifestMediaType(part.mediaType)
    node.children = below.filter(isChild)
    node.isMissing = isMissing
    if (isMissing) {
      this.#hold(bytes.length)
      node.opened = opened
      node.blobs = below.filter((part) => !isChild(part))
      for (const blob of node.blobs) this.#startBlob(blob)
    }
    await Promise.all([
      ...node.children.map((child) => this.#visit(child, { ...depth, index: depth.index + 1 })),
      this.#visitReferrers(node.descriptor, depth.referrer + 1),
    ])
  }

  async #visitReferrers(subject: Descriptor, referrer: number): Promise<void> {
    if (!this.#wantsReferrers) return
    const { source, scheduler } = this.#run
    const [found, tagged] = await Promise.all([
      scheduler.run(0, () => onSide('source', source, subject, () => this.#referrersOf(subject.digest))),
      this.#taggedReferrersOf(subject),
    ])
    const byDigest = new Map<string, Partial<TaggedReferrer> & { readonly descriptor: Descriptor }>()
    for (const descriptor of found) byDigest.set(descriptor.digest, { descriptor })
    for (const entry of tagged) byDigest.set(entry.descriptor.digest, entry)
    const fresh = [...byDigest.keys()].filter((digest) => !this.#nodes.has(digest)).length
    if (fresh > 0 && referrer > maxReferrerDepth) {
      throw new OcishError('LIMIT_EXCEEDED', `referrers are nested deeper than ${maxReferrerDepth}`)
    }
    this.#referrers += fresh
    await Promise.all(
      [...byDigest.values()].map(({ descriptor, tag }) =>
        this.#visit(descriptor, { index: 0, referrer }, tag),
      ),
    )
  }

  async #taggedReferrersOf(subject: Descriptor): Promise<readonly TaggedReferrer[]> {
    const { options, source, scheduler } = this.#run
    // Within one repository the tags are there, and a filter by type asks for the others only.
    if (options.referrers !== true || this.#run.isOnePlace) return []
    return scheduler.run(0, () =>
      onSide('source', source, subject, () =>
        taggedReferrers(source, subject.digest, this.#run.call(subject)),
      ),
    )
  }

  async #referrersOf(subject: string): Promise<readonly Descriptor[]> {
    const { source, signal, options } = this.#run
    const { artifactType, except = [] } = typeof options.referrers === 'object' ? options.referrers : {}
    const types = artifactType === undefined ? [] : [artifactType].flat()
    const found: Descriptor[] = []
    // One type may be left to the registry to choose.
    const filter = types.length === 1 && types[0] !== undefined ? { artifactType: types[0] } : {}
    for await (const referrer of listReferrers(source, subject, { signal, ...filter })) {
      const { artifactType: type = '' } = referrer
      if ((types.length > 1 && !types.includes(type)) || except.includes(type)) continue
      if (found.length >= maxManifests) throw tooMany()
      found.push(referrer)
    }
    return found
  }

  get #wantsReferrers(): boolean {
    const { referrers = false } = this.#run.options
    return referrers !== false
  }

  async #isThere(descriptor: Descriptor, tag?: string): Promise<boolean> {
    const run = this.#run
    if (run.isOnePlace && !this.isMade(descriptor.digest)) return true
    run.tell({ type: 'probing', descriptor })
    const { registry, repository } = run.target
    return onSide('destination', run.target, descriptor, () =>
      registry
        .statManifest(repository, tag ?? descriptor.digest, run.call(descriptor))
        // Another size than the source's descriptor says: reading it shows that this is wrong.
        .then(
          ({ descriptor: { digest, size } }) => digest === descriptor.digest && size === descriptor.size,
          isAbsence,
        ),
    )
  }

  #hold(size: number): void {
    this.#heldBytes += size
    if (this.#heldBytes > maxHeldBytes) {
      throw new OcishError(
        'LIMIT_EXCEEDED',
        `the manifests of the graph are larger than ${maxHeldBytes} bytes`,
      )
    }
  }

  #startBlob(blob: Descriptor): void {
    if (this.#blobs.has(blob.digest)) return
    const moving = copyBlob(this.#run, blob)
    this.#blobs.set(blob.digest, moving)
    moving.catch((error: unknown) => this.#run.fail(error))
  }

  #ready(digest: string): Promise<void> {
    const known = this.#written.get(digest)
    if (known !== undefined) return known
    const writing = this.#writeNode(digest)
    this.#written.set(digest, writing)
    return writing
  }

  async #writeNode(digest: string): Promise<void> {
    const node = this.#nodes.get(digest)
    if (node === undefined) return
    await Promise.all([
      ...node.children.map((child) => this.#ready(child.digest)),
      ...node.blobs.map((blob) => this.#blobs.get(blob.digest)),
    ])
    const { opened } = node
    if (opened === undefined || !node.isMissing) return
    await this.#run.scheduler.run(0, () => this.push(opened, node.tags))
  }

  /** Digests that are checked cannot form one; what a caller's `successors` says can. */
  #refuseCycles(): void {
    const done = new Set<string>()
    const path = new Set<string>()
    const visit = (digest: string): void => {
      if (done.has(digest)) return
      if (path.has(digest))
        throw new OcishError('MANIFEST_INVALID', `the graph has a cycle through ${digest}`)
      path.add(digest)
      for (const child of this.#nodes.get(digest)?.children ?? []) visit(child.digest)
      path.delete(digest)
      done.add(digest)
    }
    for (const digest of this.#nodes.keys()) visit(digest)
  }
}

function tooMany(): OcishError {
  return new OcishError('LIMIT_EXCEEDED', `the graph has more than ${maxManifests} manifests`)
}

function isAbsence(error: unknown): false {
  // 401 and 403 are what some registries say of a repository that is not there yet (distribution.md §1.4).
  if (hasCode(error, 'MANIFEST_NOT_FOUND', 'REPOSITORY_NOT_FOUND', 'TAG_NOT_FOUND', 'REGISTRY_DENIED'))
    return false
  throw error
}
