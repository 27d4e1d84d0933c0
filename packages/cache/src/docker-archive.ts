import { type Compression, sniffCompression } from '@ocish/archive'
import {
  createDigester,
  type Descriptor,
  digestOf,
  encodeManifest,
  isDigest,
  isJsonObject,
  oci,
  OcishError,
  parseJson,
} from '@ocish/sdk'
import type { ArchiveContent } from './archive-content.ts'
import type { ArchiveFile } from './archive-file.ts'
import type { ArchiveMembers, Extent } from './archive-members.ts'
import { createEntry, type LayoutEntry, LayoutIndex } from './index-json.ts'
import { readEntryName } from './layout-names.ts'

const maxListSize = 4 * 1024 * 1024
/** Bytes of a configuration that is read. */
export const maxConfigSize: number = 16 * 1024 * 1024

const layerTypes: Readonly<Record<Compression, string>> = {
  none: oci.layer,
  gzip: oci.layerGzip,
  zstd: oci.layerZstd,
}

/** What `docker save` and its like wrote, opened. */
export interface DockerArchive {
  readonly file: ArchiveFile
  readonly members: ArchiveMembers
  /** Takes the blobs that are found. */
  readonly content: ArchiveContent
}

interface Image {
  readonly config: string
  readonly names: readonly string[]
  readonly layers: readonly string[]
}

/**
 * The images of a docker-archive, each as an OCI manifest that is made here: the configuration keeps its bytes, a layer
 * is the member as it is. An uncompressed layer goes by its diff_id, which is checked when it is read; a compressed one
 * has to be hashed now. Errors: ARCHIVE_INVALID, LIMIT_EXCEEDED.
 */
export async function readDockerArchive(archive: DockerArchive, signal?: AbortSignal): Promise<LayoutIndex> {
  const { members } = archive
  if (members.find('manifest.json') === undefined) {
    const { readOldDockerArchive } = await import('./old-docker-archive.ts')
    return LayoutIndex.empty().with(await readOldDockerArchive(archive, signal))
  }
  const list = await members.read('manifest.json', maxListSize, signal)
  const images = parseJson(list, { what: 'manifest.json', code: 'ARCHIVE_INVALID', unique: 'all' })
  if (!Array.isArray(images)) throw invalid('manifest.json is not a list')
  const entries: LayoutEntry[] = []
  for (const [position, each] of images.entries())
    entries.push(...(await readImage(archive, imageOf(each), position, signal)))
  return LayoutIndex.empty().with(entries)
}

async function readImage(
  archive: DockerArchive,
  image: Image,
  position: number,
  signal?: AbortSignal,
): Promise<readonly LayoutEntry[]> {
  const config = await archive.members.read(image.config, maxConfigSize, signal)
  const diffIds = diffIdsOf(config, image)
  const layers: Descriptor[] = []
  for (const [at, name] of image.layers.entries()) {
    layers.push(await readLayer(archive, name, diffIds[at] ?? '', signal))
  }
  return dockerImage(archive, { config, layers, names: image.names, position })
}

/** An image whose layers are known. */
export interface DockerImage {
  readonly config: Uint8Array
  readonly layers: readonly Descriptor[]
  readonly names: readonly string[]
  /** Its place in the archive, from 0. */
  readonly position: number
}

/** Makes the manifest of an image, and the entries that name it. */
export function dockerImage(
  { content }: DockerArchive,
  { config: bytes, layers, names, position }: DockerImage,
): readonly LayoutEntry[] {
  const config = { mediaType: oci.config, digest: digestOf(bytes), size: bytes.length }
  content.add(config.digest, bytes)
  const manifest = encodeManifest({ form: 'image', mediaType: oci.manifest, config, layers })
  const digest = digestOf(manifest)
  content.add(digest, manifest)
  const base = { digest, mediaType: oci.manifest, size: manifest.length }
  const entries =
    names.length === 0
      ? [createEntry({ ...base, repository: '' })]
      : names.map((name) => createEntry({ ...base, ...readEntryName(name) }))
  return entries.map((entry) => ({ ...entry, position }))
}

async function readLayer(
  archive: DockerArchive,
  name: string,
  diffId: string,
  signal?: AbortSignal,
): Promise<Descriptor> {
  const extent = archive.members.find(name)
  if (extent === undefined) throw invalid(`the archive has no layer ${JSON.stringify(name)}`)
  const mediaType = await layerTypeOf(archive.file, extent)
  const digest = mediaType === oci.layer ? diffId : await hashExtent(archive.file, extent, signal)
  archive.content.add(digest, extent)
  return { mediaType, digest, size: extent.size }
}

/** What a layer is, by how it begins. */
export async function layerTypeOf(file: ArchiveFile, { offset, size }: Extent): Promise<string> {
  const head = new Uint8Array(Math.min(6, size))
  await file.readInto(head, offset)
  return layerTypes[sniffCompression(head)]
}

/** The digest of a stretch of the archive. */
export async function hashExtent(
  file: ArchiveFile,
  { offset, size }: Extent,
  signal?: AbortSignal,
): Promise<string> {
  const digester = createDigester()
  for await (const chunk of file.bytes(offset, offset + size, signal)) digester.update(chunk)
  return digester.digest()
}

function diffIdsOf(config: Uint8Array, image: Image): readonly string[] {
  const body = parseJson(config, { what: image.config, code: 'ARCHIVE_INVALID' })
  const rootfs = isJsonObject(body) ? body['rootfs'] : undefined
  const ids = isJsonObject(rootfs) ? rootfs['diff_ids'] : undefined
  const diffIds: readonly unknown[] = Array.isArray(ids) ? ids : []
  if (!diffIds.every((id): id is string => typeof id === 'string' && isDigest(id)))
    throw invalid(`${image.config} has an invalid diff_id`)
  if (diffIds.length !== image.layers.length) {
    throw invalid(
      `${image.config} speaks of ${diffIds.length} layers, manifest.json of ${image.layers.length}`,
    )
  }
  return diffIds
}

function imageOf(value: unknown): Image {
  if (!isJsonObject(value)) throw invalid('an entry of manifest.json is not a JSON object')
  const { Config: config, RepoTags: names, Layers: layers } = value
  if (typeof config !== 'string') throw invalid('an entry of manifest.json has no Config')
  return { config, names: texts(names, 'RepoTags'), layers: texts(layers, 'Layers') }
}

function texts(value: unknown, what: string): readonly string[] {
  if (value === undefined || value === null) return []
  if (Array.isArray(value) && value.every((each) => typeof each === 'string')) return value
  throw invalid(`${what} of manifest.json is not a list of texts`)
}

function invalid(message: string): OcishError {
  return new OcishError('ARCHIVE_INVALID', message)
}
