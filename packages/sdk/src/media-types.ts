import type { Descriptor } from './descriptor.ts'

/** Media types of the OCI image specification, and the withdrawn artifact manifest, which is only read. */
export const oci: {
  readonly index: 'application/vnd.oci.image.index.v1+json'
  readonly manifest: 'application/vnd.oci.image.manifest.v1+json'
  readonly artifact: 'application/vnd.oci.artifact.manifest.v1+json'
  readonly config: 'application/vnd.oci.image.config.v1+json'
  readonly layer: 'application/vnd.oci.image.layer.v1.tar'
  readonly layerGzip: 'application/vnd.oci.image.layer.v1.tar+gzip'
  readonly layerZstd: 'application/vnd.oci.image.layer.v1.tar+zstd'
  readonly foreignLayer: 'application/vnd.oci.image.layer.nondistributable.v1.tar'
  readonly foreignLayerGzip: 'application/vnd.oci.image.layer.nondistributable.v1.tar+gzip'
  readonly foreignLayerZstd: 'application/vnd.oci.image.layer.nondistributable.v1.tar+zstd'
  readonly empty: 'application/vnd.oci.empty.v1+json'
  readonly layoutHeader: 'application/vnd.oci.layout.header.v1+json'
} = {
  index: 'application/vnd.oci.image.index.v1+json',
  manifest: 'application/vnd.oci.image.manifest.v1+json',
  artifact: 'application/vnd.oci.artifact.manifest.v1+json',
  config: 'application/vnd.oci.image.config.v1+json',
  layer: 'application/vnd.oci.image.layer.v1.tar',
  layerGzip: 'application/vnd.oci.image.layer.v1.tar+gzip',
  layerZstd: 'application/vnd.oci.image.layer.v1.tar+zstd',
  foreignLayer: 'application/vnd.oci.image.layer.nondistributable.v1.tar',
  foreignLayerGzip: 'application/vnd.oci.image.layer.nondistributable.v1.tar+gzip',
  foreignLayerZstd: 'application/vnd.oci.image.layer.nondistributable.v1.tar+zstd',
  empty: 'application/vnd.oci.empty.v1+json',
  layoutHeader: 'application/vnd.oci.layout.header.v1+json',
}

/** Media types of Docker's image manifest version 2, schema 2; the two of schema 1 are only recognised. */
export const docker: {
  readonly list: 'application/vnd.docker.distribution.manifest.list.v2+json'
  readonly manifest: 'application/vnd.docker.distribution.manifest.v2+json'
  readonly schema1: 'application/vnd.docker.distribution.manifest.v1+json'
  readonly schema1Signed: 'application/vnd.docker.distribution.manifest.v1+prettyjws'
  readonly config: 'application/vnd.docker.container.image.v1+json'
  readonly layer: 'application/vnd.docker.image.rootfs.diff.tar'
  readonly layerGzip: 'application/vnd.docker.image.rootfs.diff.tar.gzip'
  readonly layerZstd: 'application/vnd.docker.image.rootfs.diff.tar.zstd'
  readonly foreignLayer: 'application/vnd.docker.image.rootfs.foreign.diff.tar'
  readonly foreignLayerGzip: 'application/vnd.docker.image.rootfs.foreign.diff.tar.gzip'
} = {
  list: 'application/vnd.docker.distribution.manifest.list.v2+json',
  manifest: 'application/vnd.docker.distribution.manifest.v2+json',
  schema1: 'application/vnd.docker.distribution.manifest.v1+json',
  schema1Signed: 'application/vnd.docker.distribution.manifest.v1+prettyjws',
  config: 'application/vnd.docker.container.image.v1+json',
  layer: 'application/vnd.docker.image.rootfs.diff.tar',
  layerGzip: 'application/vnd.docker.image.rootfs.diff.tar.gzip',
  layerZstd: 'application/vnd.docker.image.rootfs.diff.tar.zstd',
  foreignLayer: 'application/vnd.docker.image.rootfs.foreign.diff.tar',
  foreignLayerGzip: 'application/vnd.docker.image.rootfs.foreign.diff.tar.gzip',
}

/** The type of a blob or manifest that nobody told the type of. */
export const octetStream = 'application/octet-stream'

/** Everything `parseManifest` reads, most wanted first. */
export const manifestMediaTypes: readonly string[] = [
  oci.index,
  oci.manifest,
  docker.list,
  docker.manifest,
  oci.artifact,
]

/** The `Accept` of every manifest request; a bare wildcard is not one for CNCF Distribution. */
export const acceptManifests: string = `${manifestMediaTypes.join(', ')}, */*;q=0.1`

const emptyText = '{}'

/** The content of the empty descriptor, `{}`: a fresh copy. */
export function emptyBytes(): Uint8Array {
  return new TextEncoder().encode(emptyText)
}

/** The empty descriptor (image-spec, manifest.md, "Guidance for an Empty Descriptor"), with its content inline. */
export const emptyDescriptor: Descriptor = Object.freeze({
  mediaType: oci.empty,
  digest: 'sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a',
  size: 2,
  data: 'e30=',
})

/** A media type in its parts (RFC 6838): `application/vnd.x+json; a=b` has the suffix `json`. */
export interface MediaType {
  /** Lower-case `type/subtype`, without parameters. */
  readonly essence: string
  /** The structured suffix: `json` of `application/x+json`. */
  readonly suffix?: string
  /** Names in lower case, values unquoted. */
  readonly parameters: ReadonlyMap<string, string>
}

const essenceGrammar = /^[a-z0-9][a-z0-9!#$&^_.+-]{0,126}\/[a-z0-9][a-z0-9!#$&^_.+-]{0,126}$/

/** Reads a `Content-Type`; undefined when it is no media type. */
export function parseMediaType(text: string): MediaType | undefined {
  if (text.length > 1024) return undefined
  const [head = '', ...rest] = text.split(';')
  const essence = head.trim().toLowerCase()
  if (!essenceGrammar.test(essence)) return undefined
  const parameters = new Map<string, string>()
  for (const part of rest) {
    const equals = part.indexOf('=')
    if (equals < 0) continue
    const value = part.slice(equals + 1).trim()
    parameters.set(part.slice(0, equals).trim().toLowerCase(), value.replaceAll(/^"|"$/g, ''))
  }
  const plus = essence.lastIndexOf('+')
  return { essence, parameters, ...(plus > 0 && { suffix: essence.slice(plus + 1) }) }
}

/** An image manifest, index or artifact manifest: what `parseManifest` reads. */
export function isManifestMediaType(mediaType: string): boolean {
  return manifestMediaTypes.includes(mediaType)
}

/** An OCI index or Docker manifest list. */
export function isIndexMediaType(mediaType: string): boolean {
  return mediaType === oci.index || mediaType === docker.list
}

/** Docker's schema 1, which nothing here reads. */
export function isSchema1(mediaType: string): boolean {
  return mediaType === docker.schema1 || mediaType === docker.schema1Signed
}

/** A layer whose content lives at its `urls` and is not pushed unless asked. */
export function isForeignLayer(descriptor: Pick<Descriptor, 'mediaType'>): boolean {
  const type = descriptor.mediaType
  return type.startsWith(oci.foreignLayer) || type.startsWith(docker.foreignLayer)
}
