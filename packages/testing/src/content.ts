import { type Annotations, type Descriptor, digestOf, type Platform } from '@ocish/sdk'
import type { Registry } from '@ocish/core'

/** Text, bytes, or an object that is written as JSON. */
export type BlobInput = string | Uint8Array | Readonly<Record<string, unknown>>

/** The symbolic name of a blob, or the name with what its descriptor says besides. */
export type PartInput<Blob extends string = string> =
  | Blob
  | {
      readonly blob: Blob
      readonly mediaType?: string
      readonly annotations?: Annotations
      readonly urls?: readonly string[]
      readonly inline?: boolean
    }

/** A manifest; its parts by the names of blobs, or as descriptors. */
export interface ManifestInput<Blob extends string = string, Name extends string = string> {
  readonly mediaType?: string
  readonly artifactType?: string
  /** Absent: the empty configuration. */
  readonly config?: PartInput<Blob>
  readonly layers?: readonly PartInput<Blob>[]
  /** The name of a manifest, or a descriptor of something that is elsewhere. */
  readonly subject?: Name | Descriptor
  readonly annotations?: Annotations
  /** Members the specification does not know. */
  readonly extra?: Readonly<Record<string, unknown>>
}

/** An index; its entries by name, or as descriptors. */
export interface IndexInput<Name extends string = string> {
  readonly mediaType?: string
  readonly artifactType?: string
  readonly manifests: readonly (
    | Name
    | { readonly manifest: Name; readonly platform?: Platform; readonly annotations?: Annotations }
    | Descriptor
  )[]
  readonly subject?: Name | Descriptor
  readonly annotations?: Annotations
  readonly extra?: Readonly<Record<string, unknown>>
}

/** Exact bytes, for what no builder would write. */
export interface RawInput {
  readonly bytes: string | Uint8Array
  readonly mediaType: string
}

/** Blobs, manifests and tags by names of the test's own. */
export interface ContentInput<Blob extends string, Name extends string, Tag extends string> {
  readonly blobs?: Readonly<Record<Blob, BlobInput>>
  readonly manifests?: Readonly<
    Record<Name, ManifestInput<NoInfer<Blob>, NoInfer<Name>> | IndexInput<NoInfer<Name>> | RawInput>
  >
  readonly tags?: Readonly<Record<Tag, NoInfer<Name>>>
  /** Default `sha256`. */
  readonly algorithm?: 'sha256' | 'sha512'
}

/** Bytes and the descriptor that names them. */
export interface Piece {
  readonly descriptor: Descriptor
  readonly bytes: Uint8Array
}

/** What symbolic names became. */
export interface Content<
  Blob extends string = string,
  Name extends string = string,
  Tag extends string = string,
> {
  readonly blobs: Readonly<Record<Blob, Piece>>
  readonly manifests: Readonly<Record<Name, Piece>>
  readonly tags: Readonly<Record<Tag, Name>>
  /** Writes everything: blobs, manifests after what they refer to, tags last. */
  push(registry: Registry, repository: string): Promise<void>
}

const empty = { mediaType: 'application/vnd.oci.empty.v1+json', bytes: bytesOf('{}') }
const types = {
  manifest: 'application/vnd.oci.image.manifest.v1+json',
  index: 'application/vnd.oci.image.index.v1+json',
  config: 'application/vnd.oci.image.config.v1+json',
  layer: 'application/vnd.oci.image.layer.v1.tar',
  file: 'application/octet-stream',
} as const

/** UTF-8. */
export function bytesOf(text: string): Uint8Array {
  return new TextEncoder().encode(text)
}

/** One chunk as a stream that can be opened again and again. */
export function opened(...chunks: readonly (Uint8Array | string)[]): () => AsyncIterable<Uint8Array> {
  return async function* open() {
    for (const chunk of chunks) yield typeof chunk === 'string' ? bytesOf(chunk) : chunk.slice()
  }
}

/** All bytes of a stream. */
export async function readAll(bytes: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  for await (const chunk of bytes) chunks.push(chunk)
  return new Uint8Array(Buffer.concat(chunks))
}

/** Bytes that look random and are the same in every run (xorshift from `seed`). */
export function noise(size: number, seed = 1): Uint8Array {
  const words = new Uint32Array(Math.ceil(size / 4))
  let state = (seed * 2_654_435_761) >>> 0 || 1
  for (let index = 0; index < words.length; index += 1) {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    words[index] = state >>> 0
  }
  return new Uint8Array(words.buffer).slice(0, size)
}

function encode(input: BlobInput): Uint8Array {
  if (input instanceof Uint8Array) return input
  return bytesOf(typeof input === 'string' ? input : JSON.stringify(input))
}

/**
 * Builds artifacts from symbolic names: `content({ blobs: { a: 'hello' }, manifests: { app: { layers: ['a'] } }, tags:
 * { latest: 'app' } })`. Layers and manifests name each other; digests, sizes and media types are filled in.
 */
export function content<
  const Blob extends string,
  const Name extends string,
  const Tag extends string = never,
>(input: ContentInput<Blob, Name, Tag>): Content<Blob, Name, Tag> {
  const builder = new Builder(input)
  return {
    blobs: builder.named(builder.blobNames, (name) => builder.blob(name)),
    manifests: builder.named(builder.manifestNames, (name) => builder.manifest(name)),
    tags: builder.tags,
    push: (registry, repository) => builder.push(registry, repository),
  } as Content<Blob, Name, Tag>
}

class Builder {
  readonly blobNames: readonly string[]
  readonly manifestNames: readonly string[]
  readonly tags: Readonly<Record<string, string>>
  readonly #input: ContentInput<string, string, string>
  readonly #algorithm: 'sha256' | 'sha512'
  /** In order of dependency. */
  readonly #built = new Map<string, Piece>()
  readonly #building = new Set<string>()
  #usesEmpty = false

  constructor(input: ContentInput<string, string, string>) {
    this.#input = input
    this.#algorithm = input.algorithm ?? 'sha256'
    this.blobNames = Object.keys(input.blobs ?? {})
    this.manifestNames = Object.keys(input.manifests ?? {})
    this.tags = input.tags ?? {}
  }

  named(names: readonly string[], make: (name: string) => Piece): Record<string, Piece> {
    const pieces = Object.create(null) as Record<string, Piece>
    for (const name of names) pieces[name] = make(name)
    return pieces
  }

  blob(name: string): Piece {
    const input = this.#input.blobs?.[name]
    if (input === undefined) throw new TypeError(`content: no blob named ${name}`)
    const bytes = encode(input)
    return { bytes, descriptor: this.#describe(bytes, types.file) }
  }

  manifest(name: string): Piece {
    const known = this.#built.get(name)
    if (known !== undefined) return known
    const input = this.#input.manifests?.[name]
    if (input === undefined) throw new TypeError(`content: no manifest named ${name}`)
    if (this.#building.has(name)) throw new TypeError(`content: ${name} refers to itself`)
    this.#building.add(name)
    const piece = this.#encodeManifest(input)
    this.#building.delete(name)
    this.#built.set(name, piece)
    return piece
  }

  async push(registry: Registry, repository: string): Promise<void> {
    for (const name of this.manifestNames) this.manifest(name)
    const pieces = this.blobNames.map((name) => this.blob(name))
    if (this.#usesEmpty)
      pieces.push({ bytes: empty.bytes, descriptor: this.#describe(empty.bytes, empty.mediaType) })
    for (const { descriptor, bytes } of pieces) {
      await registry.pushBlob(repository, { digest: descriptor.digest, size: bytes.length }, opened(bytes))
    }
    for (const [name, { descriptor, bytes }] of this.#built) {
      const tags = Object.keys(this.tags).filter((tag) => this.tags[tag] === name)
      const { mediaType, digest } = descriptor
      await registry.pushManifest(repository, bytes, { mediaType, digest, tags })
    }
  }

  #encodeManifest(input: ManifestInput | IndexInput | RawInput): Piece {
    if ('bytes' in input) {
      const bytes = encode(input.bytes)
      return { bytes, descriptor: this.#describe(bytes, input.mediaType) }
    }
    const isIndex = 'manifests' in input
    const mediaType = input.mediaType ?? (isIndex ? types.index : types.manifest)
    const body = isIndex
      ? { manifests: input.manifests.map((entry) => this.#entry(entry)) }
      : this.#parts(input)
    const subject =
      typeof input.subject === 'string' ? this.manifest(input.subject).descriptor : input.subject
    const bytes = encode({
      schemaVersion: 2,
      mediaType,
      ...(input.artifactType !== undefined && { artifactType: input.artifactType }),
      ...body,
      ...(subject !== undefined && { subject: bare(subject) }),
      ...(input.annotations !== undefined && { annotations: input.annotations }),
      ...input.extra,
    })
    const artifactType = input.artifactType
    return {
      bytes,
      descriptor: {
        ...this.#describe(bytes, mediaType),
        ...(artifactType !== undefined && { artifactType }),
      },
    }
  }

  #parts(input: ManifestInput): { readonly config: Descriptor; readonly layers: readonly Descriptor[] } {
    const layerType = input.artifactType === undefined ? types.layer : types.file
    return {
      config: input.config === undefined ? this.#emptyConfig() : this.#part(input.config, types.config),
      layers: (input.layers ?? []).map((layer) => this.#part(layer, layerType)),
    }
  }

  #emptyConfig(): Descriptor {
    this.#usesEmpty = true
    return this.#describe(empty.bytes, empty.mediaType)
  }

  #part(part: PartInput, mediaType: string): Descriptor {
    const options = typeof part === 'string' ? { blob: part } : part
    const { bytes } = this.blob(options.blob)
    return {
      ...this.#describe(bytes, options.mediaType ?? mediaType),
      ...(options.urls !== undefined && { urls: options.urls }),
      ...(options.annotations !== undefined && { annotations: options.annotations }),
      ...(options.inline === true && { data: Buffer.from(bytes).toString('base64') }),
    }
  }

  #entry(entry: IndexInput['manifests'][number]): Descriptor {
    if (typeof entry !== 'string' && 'digest' in entry) return entry
    const { manifest, ...rest } = typeof entry === 'string' ? { manifest: entry } : entry
    return { ...this.manifest(manifest).descriptor, ...rest }
  }

  #describe(bytes: Uint8Array, mediaType: string): Descriptor {
    return { mediaType, digest: digestOf(bytes, this.#algorithm), size: bytes.length }
  }
}

/** A subject's descriptor carries no artifact type of its own. */
function bare({ mediaType, digest, size }: Descriptor): Descriptor {
  return { mediaType, digest, size }
}
