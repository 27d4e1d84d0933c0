import { gunzipSync, zstdDecompressSync } from 'node:zlib'
import { verified } from '@ocish/core'
import {
  type Artifact,
  type Bytes,
  type Descriptor,
  digestOf,
  emptyBytes,
  emptyDescriptor,
  encodeManifest,
  isPackedIndex,
  type Manifest,
  manifestArtifactType,
  oci,
  OcishError,
  type OpenBytes,
  type Packed,
  type PackedIndex,
  type PackedManifest,
  parseManifest,
  type Part,
  type Platform,
  type Written,
} from '@ocish/sdk'
import { opened, readAll } from './content.ts'

/** Blobs and manifests by digest. */
export type MemoryContent = Map<string, OpenBytes>

/** An artifact with everything below it. */
export interface MemoryArtifact extends Artifact {
  readonly content: MemoryContent
  /** What `push` would say: the notes of the pack. */
  readonly notes: readonly string[]
}

/** Does with a pack what a host does: streams and measures the parts, asks for configuration and annotations, writes the manifest. */
export async function artifactOf(packed: Packed): Promise<MemoryArtifact> {
  const content: MemoryContent = new Map()
  const descriptor = isPackedIndex(packed)
    ? await writeIndex(packed, content)
    : await writeManifest(packed, content)
  const bytes = await readAll(openIn(content, descriptor))
  return { ...artifactIn(content, bytes, descriptor), content, notes: packed.notes ?? [] }
}

/** What a kind may see of a manifest whose blobs are in `content`; `open` verifies. Errors: MANIFEST_INVALID. */
export function artifactIn(content: MemoryContent, bytes: Uint8Array, given?: Descriptor): Artifact {
  const manifest = parseManifest(bytes, given?.mediaType)
  const own = { mediaType: manifest.mediaType, digest: digestOf(bytes), size: bytes.length }
  const children = async (platform?: Platform): Promise<readonly Artifact[]> => {
    if (manifest.form !== 'index') return []
    const fitting = manifest.manifests.filter((child) => fits(child.platform, platform))
    return Promise.all(
      fitting.map(async (child) => artifactIn(content, await readAll(openIn(content, child)), child)),
    )
  }
  return {
    descriptor: given ?? own,
    manifest,
    bytes,
    artifactType: manifestArtifactType(manifest),
    annotations: manifest.annotations ?? {},
    ...(manifest.form === 'image' ? { config: manifest.config } : {}),
    layers: layersOf(manifest),
    ...(manifest.subject === undefined ? {} : { subject: manifest.subject }),
    children,
    open: (part) => openIn(content, part),
  }
}

function layersOf(manifest: Manifest): readonly Descriptor[] {
  if (manifest.form === 'image') return manifest.layers
  return manifest.form === 'artifact' ? manifest.blobs : []
}

function fits(offered: Platform | undefined, wanted: Platform | undefined): boolean {
  if (wanted === undefined) return true
  return offered?.os === wanted.os && offered.architecture === wanted.architecture
}

function openIn(content: MemoryContent, part: Descriptor): Bytes {
  const open = content.get(part.digest)
  if (open === undefined) throw new OcishError('BLOB_NOT_FOUND', `no blob ${part.digest}`)
  return verified(open(), part)
}

async function writeManifest(packed: PackedManifest, content: MemoryContent): Promise<Descriptor> {
  const written: Written[] = []
  for (const part of packed.layers) written.push(await writePart(part, content))
  const wanted = await (typeof packed.config === 'function' ? packed.config(written) : packed.config)
  const config = wanted === undefined ? undefined : describe(await writePart(wanted, content))
  if (config === undefined) content.set(emptyDescriptor.digest, opened(emptyBytes()))
  const annotations =
    typeof packed.annotations === 'function' ? await packed.annotations(written) : packed.annotations
  const bytes =
    (await packed.manifest?.(written, annotations ?? {})) ??
    encodeManifest({
      form: 'image',
      mediaType: oci.manifest,
      config: config ?? emptyDescriptor,
      layers: written.map(describe),
      ...(packed.artifactType === undefined ? {} : { artifactType: packed.artifactType }),
      ...(packed.subject === undefined ? {} : { subject: packed.subject }),
      ...(annotations === undefined ? {} : { annotations }),
    })
  return putManifest(bytes, packed.artifactType, content)
}

async function writeIndex(packed: PackedIndex, content: MemoryContent): Promise<Descriptor> {
  const manifests: Descriptor[] = []
  for (const { platform, packed: child } of packed.index) {
    const descriptor = await writeManifest(child, content)
    manifests.push(platform === undefined ? descriptor : { ...descriptor, platform })
  }
  const bytes = encodeManifest({
    form: 'index',
    mediaType: oci.index,
    manifests,
    ...(packed.artifactType === undefined ? {} : { artifactType: packed.artifactType }),
    ...(packed.subject === undefined ? {} : { subject: packed.subject }),
    ...(packed.annotations === undefined ? {} : { annotations: packed.annotations }),
  })
  return putManifest(bytes, undefined, content)
}

function putManifest(
  bytes: Uint8Array,
  artifactType: string | undefined,
  content: MemoryContent,
): Descriptor {
  const { mediaType } = parseManifest(bytes)
  const digest = digestOf(bytes)
  content.set(digest, opened(bytes))
  const descriptor = { mediaType, digest, size: bytes.length }
  return artifactType === undefined ? descriptor : { ...descriptor, artifactType }
}

/** Measures a part; what it claims of itself has to be true. */
async function writePart(part: Part, content: MemoryContent): Promise<Written> {
  const bytes = await readAll(part.open())
  const measured = { digest: digestOf(bytes), size: bytes.length }
  await readAll(verified(opened(bytes)(), { ...measured, ...claimOf(part) }))
  content.set(measured.digest, opened(bytes))
  return {
    mediaType: part.mediaType,
    ...measured,
    ...(part.annotations === undefined ? {} : { annotations: part.annotations }),
    ...(part.platform === undefined ? {} : { platform: part.platform }),
    ...(part.inline === true ? { data: Buffer.from(bytes).toString('base64') } : {}),
    diffId: digestOf(unpacked(part.mediaType, bytes)),
  }
}

function claimOf({ digest, size }: Part): Partial<Pick<Descriptor, 'digest' | 'size'>> {
  return { ...(digest === undefined ? {} : { digest }), ...(size === undefined ? {} : { size }) }
}

function unpacked(mediaType: string, bytes: Uint8Array): Uint8Array {
  if (/[+.]gzip$/.test(mediaType)) return gunzipSync(bytes)
  return /[+.]zstd$/.test(mediaType) ? zstdDecompressSync(bytes) : bytes
}

function describe({ diffId: _diffId, ...descriptor }: Written): Descriptor {
  return descriptor
}
