import { decompressed, entryPath, extractTar, readTar } from '@ocish/archive'
import {
  encodeGoJson,
  OcishError,
  type Artifact,
  type Descriptor,
  type GoJson,
  type KindContext,
  type Target,
  type TreeEntry,
  streamOf,
} from '@ocish/sdk'
import { limits, markerFile } from './constants.ts'
import { parseConfigObject } from './config-blobs.ts'
import { readSmall } from './read.ts'

const archiveLimits = { bytes: limits.totalBytes, entries: limits.entries, file: limits.fileBytes }

/** The content layer of this type. Errors: KIND_INPUT_INVALID. */
function contentOf(artifact: Artifact, mediaType: string): Descriptor {
  const layer = artifact.layers.find((candidate) => candidate.mediaType === mediaType)
  if (layer !== undefined) return layer
  throw new OcishError('KIND_INPUT_INVALID', `the artifact has no content layer (${mediaType})`)
}

/**
 * Extracts the content and leaves klaus-oci's marker beside it. Links and devices are left out and said; everything
 * else that is not a plain file below the root refuses the whole archive.
 * Errors: KIND_INPUT_INVALID, ARCHIVE_UNSAFE, ARCHIVE_INVALID, LIMIT_EXCEEDED, those of the target.
 */
export async function unpackContent(
  artifact: Artifact,
  mediaType: string,
  target: Target,
  context: KindContext,
): Promise<void> {
  const layer = contentOf(artifact, mediaType)
  await extractTar(artifact.open(layer), target, {
    limits: archiveLimits,
    signal: context.signal,
    include: (path) => path !== markerFile,
    skipSpecial: (path, type) => context.warn(`${path} is a ${type} and was left out`),
  })
  await target.write(markerFile, streamOf(await marker(artifact)), { mode: 0o600 })
}

/** Entries of the content, for `ls` and `cat`. */
export async function* listContent(
  artifact: Artifact,
  mediaType: string,
): AsyncGenerator<TreeEntry & { readonly open?: () => AsyncIterable<Uint8Array> }, void> {
  const layer = contentOf(artifact, mediaType)
  for await (const member of readTar(decompressed(artifact.open(layer), archiveLimits), {
    limits: archiveLimits,
  })) {
    const path = entryPath(member.path)
    if (path === '') continue
    const kind =
      member.type === 'file' || member.type === 'folder' || member.type === 'link' ? member.type : 'other'
    const open = (): AsyncIterable<Uint8Array> => member.content
    yield { path, kind, size: member.size, mode: member.mode, ...(kind === 'file' ? { open } : {}) }
  }
}

/** `.oci-cache.json` as klaus-oci writes it: two spaces, Go's escapes, no newline at the end. */
async function marker(artifact: Artifact): Promise<Uint8Array> {
  const config =
    artifact.config === undefined ? {} : parseConfigObject(await readSmall(artifact, artifact.config))
  const annotations = Object.entries(artifact.annotations)
  const document: GoJson = {
    digest: artifact.descriptor.digest,
    ref: artifact.ref ?? artifact.descriptor.digest,
    pulledAt: new Date().toISOString(),
    configJSON: config as GoJson,
    annotations: annotations.length === 0 ? undefined : new Map(annotations),
  }
  return new TextEncoder().encode(encodeGoJson(document, { indent: '  ' }))
}
