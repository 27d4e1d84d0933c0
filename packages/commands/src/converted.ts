import {
  ForwardingRegistry,
  type ManifestContent,
  type ManifestStat,
  type ReadOptions,
  type Registry,
} from '@ocish/core'
import {
  type Descriptor,
  digestOf,
  docker,
  encodeManifest,
  type ImageManifest,
  type IndexManifest,
  type Manifest,
  oci,
  OcishError,
  parseManifest,
} from '@ocish/sdk'

export type ImageFormat = 'oci' | 'docker'

/**
 * A registry whose images read as ones of the other format: manifests and indexes are written anew, blobs keep their
 * bytes. Errors of reading besides those of the registry: UNSUPPORTED (what the format cannot say).
 */
export function converted(registry: Registry, format: ImageFormat, note: (text: string) => void): Registry {
  return new ConvertedRegistry(registry, format, note)
}

const toDocker: Readonly<Record<string, string>> = {
  [oci.config]: docker.config,
  [oci.layer]: docker.layer,
  [oci.layerGzip]: docker.layerGzip,
  [oci.layerZstd]: docker.layerZstd,
  [oci.foreignLayer]: docker.foreignLayer,
  [oci.foreignLayerGzip]: docker.foreignLayerGzip,
}

const toOci: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries(toDocker).map(([one, other]) => [other, one]),
)

class ConvertedRegistry extends ForwardingRegistry {
  readonly #format: ImageFormat
  readonly #note: (text: string) => void
  readonly #made = new Map<string, ManifestContent>()

  constructor(inner: Registry, format: ImageFormat, note: (text: string) => void) {
    super(inner)
    this.#format = format
    this.#note = note
  }

  /** Another one than that of the registry, whose repositories do not hold what is made here. */
  override get name(): string {
    return `${this.inner.name} as ${this.#format}`
  }

  override async openManifest(
    repository: string,
    reference: string,
    options?: ReadOptions,
  ): Promise<ManifestContent> {
    const made = this.#made.get(reference)
    if (made !== undefined) return made
    const content = await this.inner.openManifest(repository, reference, options)
    return this.#convert(repository, content, options)
  }

  override async statManifest(
    repository: string,
    reference: string,
    options?: ReadOptions,
  ): Promise<ManifestStat> {
    return this.openManifest(repository, reference, options)
  }

  async #convert(
    repository: string,
    content: ManifestContent,
    options: ReadOptions | undefined,
  ): Promise<ManifestContent> {
    const manifest = parseManifest(content.bytes, content.descriptor.mediaType)
    const next =
      manifest.form === 'index'
        ? await this.#index(repository, manifest, options)
        : this.#image(manifest, content.descriptor)
    if (next === undefined) return content
    const bytes = encodeManifest(next)
    const descriptor = { mediaType: next.mediaType, digest: digestOf(bytes), size: bytes.length }
    const made = { bytes, descriptor }
    this.#made.set(descriptor.digest, made)
    return made
  }

  /** Errors: UNSUPPORTED. */
  #image(manifest: Exclude<Manifest, IndexManifest>, root: Descriptor): ImageManifest | undefined {
    if (manifest.form !== 'image' || !isImageConfig(manifest.config.mediaType)) {
      throw new OcishError('UNSUPPORTED', `${root.digest} is no image, and only images have two formats`)
    }
    const mediaType = this.#format === 'oci' ? oci.manifest : docker.manifest
    if (manifest.mediaType === mediaType) return undefined
    this.#tellLost(manifest)
    const { annotations, subject, artifactType, ...rest } = manifest
    const kept = this.#format === 'oci' ? { annotations, subject, artifactType } : {}
    return {
      ...rest,
      ...defined(kept),
      mediaType,
      config: this.#part(manifest.config),
      layers: manifest.layers.map((layer) => this.#part(layer)),
    }
  }

  async #index(
    repository: string,
    index: IndexManifest,
    options: ReadOptions | undefined,
  ): Promise<IndexManifest | undefined> {
    const mediaType = this.#format === 'oci' ? oci.index : docker.list
    const manifests: Descriptor[] = []
    for (const entry of index.manifests) {
      if (isAttestation(entry) && this.#format === 'docker') {
        this.#note(`the attestation ${entry.digest} is left out: the Docker format has none`)
        continue
      }
      const content = await this.inner.openManifest(repository, entry.digest, options)
      const { descriptor } = await this.#convert(repository, content, options)
      const { annotations: _annotations, ...plain } = entry
      manifests.push({ ...(this.#format === 'docker' ? plain : entry), ...descriptor })
    }
    if (
      index.mediaType === mediaType &&
      manifests.every(({ digest }, at) => digest === index.manifests[at]?.digest)
    )
      return undefined
    this.#tellLost(index)
    const { annotations, subject, artifactType, ...rest } = index
    const kept = this.#format === 'oci' ? { annotations, subject, artifactType } : {}
    return { ...rest, ...defined(kept), mediaType, manifests }
  }

  /** Errors: UNSUPPORTED. */
  #part(part: Descriptor): Descriptor {
    const types = this.#format === 'oci' ? toOci : toDocker
    const others = this.#format === 'oci' ? toDocker : toOci
    const mediaType =
      types[part.mediaType] ?? (Object.hasOwn(others, part.mediaType) ? part.mediaType : undefined)
    if (mediaType === undefined) {
      throw new OcishError(
        'UNSUPPORTED',
        `the ${this.#format} format has no layers of type ${part.mediaType}`,
        {
          hint: 'Copy the image as it is with cp.',
        },
      )
    }
    const { annotations, ...rest } = part
    return { ...rest, ...(this.#format === 'oci' ? defined({ annotations }) : {}), mediaType }
  }

  #tellLost({ annotations, subject }: Manifest): void {
    if (this.#format !== 'docker') return
    if (annotations !== undefined && Object.keys(annotations).length > 0)
      this.#note('annotations are left out: the Docker format has none')
    if (subject !== undefined) this.#note('the subject is left out: the Docker format has none')
  }
}

function isImageConfig(type: string): boolean {
  return type === oci.config || type === docker.config
}

/** What buildkit puts beside images: it names no platform. */
function isAttestation({ platform, annotations }: Descriptor): boolean {
  return platform?.os === 'unknown' || annotations?.['vnd.docker.reference.type'] !== undefined
}

function defined<T extends object>(values: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as never
}
