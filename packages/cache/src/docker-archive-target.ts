import { basename, resolve } from 'node:path'
import {
  type Abilities,
  type BlobExpectation,
  type CallOptions,
  manifestEtag,
  type ManifestStat,
  noAbilities,
  type PushBlobOptions,
  type PushedManifest,
  type PushManifestOptions,
  Turns,
  unsupported,
  UnsupportedRegistry,
} from '@ocish/core'
import {
  type Descriptor,
  docker,
  isDigest,
  isRepository,
  isTag,
  oci,
  octetStream,
  OcishError,
  type OpenBytes,
  parseManifest,
} from '@ocish/sdk'
import type { Archive } from './archive.ts'
import { DockerArchiveWriter, diffIdsOf, type SavedImage } from './docker-archive-writer.ts'
import { manifestDigest, manifestNotFound } from './manifest-facts.ts'

const configTypes: readonly string[] = [oci.config, docker.config]

/**
 * A docker-archive to be written, as a registry that takes images and gives nothing back; `commit` gives the file its
 * name, and closing without it leaves nothing. A tag is a name with a tag (`team/app:1`), or a tag of the archive's own
 * repository. Errors: FILE_FAILED.
 */
export function createDockerArchive(path: string, options: { readonly name?: string } = {}): Archive {
  return new DockerArchiveTarget(path, options.name)
}

class DockerArchiveTarget extends UnsupportedRegistry implements Archive {
  override readonly abilities: Abilities = { ...noAbilities, readOnly: false }
  readonly format = 'docker'
  readonly file: string
  readonly repository: string
  readonly #configs = new Map<string, Uint8Array>()
  /** Of each layer by its digest. */
  readonly #diffIds = new Map<string, string>()
  readonly #images = new Map<string, SavedImage>()
  /** The manifests behind the images, by digest and by name. */
  readonly #manifests = new Map<string, Descriptor>()
  #writer: Promise<DockerArchiveWriter> | undefined
  readonly #turns = new Turns()
  #isCommitted = false

  constructor(path: string, name: string | undefined) {
    super(`docker-archive:${path}`)
    this.file = resolve(path)
    this.repository = name ?? basename(this.file).replace(/\.tar$/, '')
  }

  override async statManifest(repository: string, reference: string): Promise<ManifestStat> {
    const key = isDigest(reference) ? reference : this.#nameOf(repository, reference)
    const descriptor = key === undefined ? undefined : this.#manifests.get(key)
    if (descriptor === undefined) throw manifestNotFound(repository, reference, this.name)
    return { descriptor, etag: manifestEtag(descriptor.digest) }
  }

  override async statBlob(_repository: string, digest: string): Promise<Descriptor> {
    const config = this.#configs.get(digest)
    if (config !== undefined) return { mediaType: octetStream, digest, size: config.length }
    throw new OcishError('BLOB_NOT_FOUND', `no blob ${digest} in ${this.name}`)
  }

  override pushBlob(
    _repository: string,
    expected: BlobExpectation,
    open: OpenBytes,
    { signal }: PushBlobOptions = {},
  ): Promise<Descriptor> {
    return this.#inTurn(signal, async (writer) => {
      const { digest, size, mediaType = octetStream } = expected
      if (digest === undefined) throw unsupported(this.name, 'blobs without a digest')
      const blob = { digest, size }
      if (configTypes.includes(mediaType)) {
        const config = await writer.config(blob, open(), signal)
        this.#configs.set(digest, config)
        return { mediaType, digest, size: config.length }
      }
      if (!this.#diffIds.has(digest)) this.#diffIds.set(digest, await writer.layer(blob, open(), signal))
      return { mediaType, digest, size: size ?? 0 }
    })
  }

  override pushManifest(
    repository: string,
    bytes: Uint8Array,
    { mediaType, digest: expected, tags = [], signal }: PushManifestOptions,
  ): Promise<PushedManifest> {
    return this.#inTurn(signal, async () => {
      const manifest = parseManifest(bytes, mediaType)
      if (manifest.form !== 'image') throw onlyImages(this.name)
      const digest = manifestDigest(bytes, expected)
      const config = this.#configs.get(manifest.config.digest)
      if (config === undefined) throw onlyImages(this.name)
      const diffIds = this.#checkedLayers(manifest.layers, diffIdsOf(config))
      const image = this.#images.get(digest) ?? { config: manifest.config.digest, names: [], diffIds }
      this.#images.set(digest, image)
      const descriptor = { mediaType: manifest.mediaType, digest, size: bytes.length }
      this.#manifests.set(digest, descriptor)
      for (const tag of tags) this.#tag(image, this.#nameOf(repository, tag), descriptor)
      return { descriptor, tags }
    })
  }

  override async *repositories(): AsyncGenerator<string, void> {
    const names = this.#names().map((name) => name.slice(0, name.lastIndexOf(':')))
    yield* new Set(names)
  }

  override async *tags(repository: string): AsyncGenerator<string, void> {
    for (const name of this.#names()) {
      if (name.startsWith(`${repository}:`)) yield name.slice(repository.length + 1)
    }
  }

  override async commit({ signal }: CallOptions = {}): Promise<void> {
    if (this.#isCommitted || this.#writer === undefined) return
    await this.#inTurn(signal, async (writer) => {
      await writer.finish([...this.#images.values()], this.#configs)
      this.#isCommitted = true
    })
  }

  override async [Symbol.asyncDispose](): Promise<void> {
    await this.#turns.ended()
    const writer = await this.#writer?.catch(() => undefined)
    this.#writer = undefined
    await writer?.discard()
  }

  /** What was tagged so far. */
  #names(): readonly string[] {
    return [...this.#images.values()].flatMap(({ names }) => names)
  }

  /** A name has one image: what had it before lets go of it. */
  #tag(image: SavedImage, name: string | undefined, descriptor: Descriptor): void {
    if (name === undefined) return
    for (const { names } of this.#images.values()) {
      const at = names.indexOf(name)
      if (at >= 0) names.splice(at, 1)
    }
    image.names.push(name)
    this.#manifests.set(name, descriptor)
  }

  /** `NAME:TAG`; undefined where the archive's own name is none that an image can have. */
  #nameOf(repository: string, tag: string): string | undefined {
    if (tag.includes(':')) return tag
    if (!isTag(tag))
      throw new OcishError('REFERENCE_INVALID', `invalid tag ${JSON.stringify(tag.slice(0, 200))}`)
    return repository !== this.repository || isRepository(repository) ? `${repository}:${tag}` : undefined
  }

  /** The layers are what the configuration says (specs/ostree.md §12). Errors: MANIFEST_INVALID, MANIFEST_REFERS_TO_MISSING. */
  #checkedLayers(layers: readonly Descriptor[], diffIds: readonly unknown[]): readonly string[] {
    if (layers.length !== diffIds.length) {
      const says = `the configuration names ${diffIds.length} layers, the manifest ${layers.length}`
      throw new OcishError('MANIFEST_INVALID', `${says}: it is not that of an image`)
    }
    return layers.map(({ digest }, at) => {
      const diffId = this.#diffIds.get(digest)
      if (diffId === undefined) {
        throw new OcishError('MANIFEST_REFERS_TO_MISSING', `${this.name} does not hold ${digest}`)
      }
      if (diffId !== diffIds[at]) {
        const wrong = `the layer ${digest} has the diff_id ${diffId}, the configuration says ${String(diffIds[at])}`
        throw new OcishError('MANIFEST_INVALID', wrong)
      }
      return diffId
    })
  }

  #inTurn<T>(signal: AbortSignal | undefined, work: (writer: DockerArchiveWriter) => Promise<T>): Promise<T> {
    return this.#turns.take(async () => {
      signal?.throwIfAborted()
      if (this.#isCommitted) throw unsupported(this.name, 'writing after it was finished')
      this.#writer ??= DockerArchiveWriter.create(this.file)
      return work(await this.#writer)
    })
  }
}

function onlyImages(name: string): OcishError {
  return new OcishError('UNSUPPORTED', `${name} can hold images of one platform, and nothing else`, {
    hint: 'Choose one with --platform linux/amd64, or write tar:FILE, which holds everything.',
  })
}
