import { decisiveMembers, lookalikeMember } from './decisive-members.ts'
import { type Annotations, type Descriptor, parseAnnotations, parseDescriptor } from './descriptor.ts'
import { OcishError } from './errors.ts'
import { isJsonObject, parseJson } from './json.ts'
import { docker, isIndexMediaType, isManifestMediaType, isSchema1, oci } from './media-types.ts'

/** OCI image manifest or Docker v2 schema 2 (image-spec, manifest.md). */
export interface ImageManifest {
  readonly form: 'image'
  readonly mediaType: string
  readonly artifactType?: string
  readonly config: Descriptor
  readonly layers: readonly Descriptor[]
  readonly subject?: Descriptor
  readonly annotations?: Annotations
}

/** OCI image index or Docker manifest list (image-spec, image-index.md). */
export interface IndexManifest {
  readonly form: 'index'
  readonly mediaType: string
  readonly artifactType?: string
  readonly manifests: readonly Descriptor[]
  readonly subject?: Descriptor
  readonly annotations?: Annotations
}

/** The withdrawn artifact manifest, read only (image-spec 1.1.0-rc2, artifact.md). */
export interface ArtifactManifest {
  readonly form: 'artifact'
  readonly mediaType: string
  readonly artifactType?: string
  readonly blobs: readonly Descriptor[]
  readonly subject?: Descriptor
  readonly annotations?: Annotations
}

/** A manifest that was read; `form` tells which. */
export type Manifest = ImageManifest | IndexManifest | ArtifactManifest

/** Bytes of the largest manifest that is read. */
export const maxManifestSize: number = 8 * 1024 * 1024

/**
 * Reads the bytes of a manifest; they stay what they are and are never written again from the result. `mediaType`
 * (of the Content-Type or the descriptor) has to agree with the body's own; where both are silent the members decide.
 * Errors: MANIFEST_INVALID, LIMIT_EXCEEDED, UNSUPPORTED (Docker schema 1).
 */
export function parseManifest(bytes: Uint8Array, mediaType?: string): Manifest {
  const body = parseJson(bytes, {
    what: 'the manifest',
    code: 'MANIFEST_INVALID',
    maxSize: maxManifestSize,
    unique: decisiveMembers,
  })
  if (!isJsonObject(body)) throw invalid('the manifest is not a JSON object')
  const type = typeOf(body, mediaType)
  const lookalike = lookalikeMember(body)
  if (lookalike !== undefined) {
    throw invalid(
      `the manifest has the member ${JSON.stringify(lookalike)}, which other tools read differently`,
    )
  }
  if (type !== oci.artifact && body['schemaVersion'] !== 2)
    throw invalid('schemaVersion of the manifest is not 2')
  const shared = sharedMembers(body, type)
  if (isIndexMediaType(type)) {
    refuseMembers(body, type, 'config', 'layers', 'blobs')
    return { form: 'index', ...shared, manifests: descriptors(body, 'manifests') }
  }
  if (type === oci.artifact) {
    refuseMembers(body, type, 'config', 'layers', 'manifests')
    return { form: 'artifact', ...shared, blobs: 'blobs' in body ? descriptors(body, 'blobs') : [] }
  }
  refuseMembers(body, type, 'manifests', 'blobs')
  const config = parseDescriptor(body['config'], 'config')
  return { form: 'image', ...shared, config, layers: descriptors(body, 'layers') }
}

/** `artifactType`, else the configuration's media type (image-spec, manifest.md). */
export function manifestArtifactType(manifest: Manifest): string | undefined {
  if (manifest.artifactType !== undefined) return manifest.artifactType
  return manifest.form === 'image' ? manifest.config.mediaType : undefined
}

function typeOf(body: Readonly<Record<string, unknown>>, told: string | undefined): string {
  const own = body['mediaType']
  if (own !== undefined && own !== null && typeof own !== 'string') throw invalid('mediaType is not a string')
  if (own && told && own !== told) {
    throw invalid(`the manifest says it is ${own}, but it came as ${told}`)
  }
  const type = own || told || typeByMembers(body)
  if (isSchema1(type) || body['schemaVersion'] === 1) {
    throw new OcishError('UNSUPPORTED', 'the manifest is of Docker schema 1, which is not supported', {
      hint: 'Push the image again with a current tool.',
    })
  }
  if (!isManifestMediaType(type)) throw invalid(`${JSON.stringify(type)} is not the media type of a manifest`)
  return type
}

function typeByMembers(body: Readonly<Record<string, unknown>>): string {
  if ('manifests' in body) return oci.index
  if (!('layers' in body && isJsonObject(body['config']))) {
    if (body['schemaVersion'] === 1) return docker.schema1
    throw invalid('the manifest has neither a mediaType nor the members of an image manifest or an index')
  }
  return body['config']['mediaType'] === docker.config ? docker.manifest : oci.manifest
}

/** One document that is an image and an index at once: CVE-2021-41190. */
function refuseMembers(
  body: Readonly<Record<string, unknown>>,
  type: string,
  ...names: readonly string[]
): void {
  const found = [...names, 'fsLayers'].find((name) => body[name] !== undefined && body[name] !== null)
  if (found !== undefined) throw invalid(`the manifest is of type ${type} but has the member ${found}`)
}

function sharedMembers(
  body: Readonly<Record<string, unknown>>,
  mediaType: string,
): Pick<Manifest, 'mediaType' | 'artifactType' | 'subject' | 'annotations'> {
  const artifactType = body['artifactType']
  if (artifactType !== undefined && artifactType !== null && typeof artifactType !== 'string') {
    throw invalid('artifactType is not a string')
  }
  const subject = body['subject']
  const annotations = parseAnnotations(body['annotations'], 'annotations')
  return {
    mediaType,
    ...(artifactType && { artifactType }),
    ...(subject !== undefined && subject !== null && { subject: parseDescriptor(subject, 'subject') }),
    ...(annotations && { annotations }),
  }
}

function descriptors(body: Readonly<Record<string, unknown>>, name: string): readonly Descriptor[] {
  const value = body[name]
  // A nil slice of Go is written as null.
  if (value === null) return []
  if (!Array.isArray(value)) throw invalid(`${name} of the manifest is not a list`)
  return value.map((entry, index) => parseDescriptor(entry, `${name}[${index}]`))
}

function invalid(message: string): OcishError {
  return new OcishError('MANIFEST_INVALID', message)
}
