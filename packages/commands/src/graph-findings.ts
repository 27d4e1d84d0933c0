import {
  type Descriptor,
  digestOf,
  type Finding,
  hasCode,
  isManifestMediaType,
  type Manifest,
  parseManifest,
} from '@ocish/sdk'
import type { Named, ReadManifest } from './open-artifact.ts'

/** Manifests of one artifact that are looked at; an index of indexes ends somewhere. */
const manifestLimit = 10_000

/** What is wrong with an artifact whatever its kind: parts that are missing, have another size, or lie about `data`. */
export async function* graphFindings(
  artifact: Named,
  read: ReadManifest,
  signal: AbortSignal,
): AsyncGenerator<Finding, void> {
  const seen = new Set<string>([read.content.descriptor.digest])
  const queue: { readonly manifest: Manifest; readonly path: string }[] = [
    { manifest: read.manifest, path: '' },
  ]
  for (const { manifest, path } of queue) {
    for (const { part, name } of partsOf(manifest)) {
      const at = `${path}${name}`
      const wrong = dataFinding(part, at)
      if (wrong !== undefined) yield wrong
      if (seen.has(part.digest) || isElsewhere(part)) continue
      seen.add(part.digest)
      if (!isManifestMediaType(part.mediaType)) {
        yield* blobFindings(artifact, part, at, signal)
        continue
      }
      const found = await child(artifact, part, at, signal)
      if ('severity' in found) yield found
      else if (seen.size < manifestLimit) queue.push({ manifest: found, path: `${at}.` })
    }
  }
}

function partsOf(manifest: Manifest): readonly { readonly part: Descriptor; readonly name: string }[] {
  const list = (parts: readonly Descriptor[], name: string): { part: Descriptor; name: string }[] =>
    parts.map((part, index) => ({ part, name: `${name}[${index}]` }))
  if (manifest.form === 'index') return list(manifest.manifests, 'manifests')
  if (manifest.form === 'artifact') return list(manifest.blobs, 'blobs')
  return [{ part: manifest.config, name: 'config' }, ...list(manifest.layers, 'layers')]
}

/** Foreign layers live at their `urls`. */
function isElsewhere(part: Descriptor): boolean {
  return part.urls !== undefined && part.urls.length > 0
}

function dataFinding(part: Descriptor, path: string): Finding | undefined {
  if (part.data === undefined) return undefined
  const bytes = Buffer.from(part.data, 'base64')
  if (bytes.length === part.size && digestOf(bytes) === part.digest) return undefined
  if (!part.digest.startsWith('sha256:')) return undefined
  return {
    severity: 'error',
    code: 'DATA_MISMATCH',
    path,
    message: 'the embedded data is not what the digest says',
  }
}

async function* blobFindings(
  artifact: Named,
  part: Descriptor,
  path: string,
  signal: AbortSignal,
): AsyncGenerator<Finding, void> {
  try {
    const { size } = await artifact.registry.statBlob(artifact.repository, part.digest, { signal })
    if (size === part.size) return
    yield wrongSize(part, size, path)
  } catch (error) {
    if (!hasCode(error, 'BLOB_NOT_FOUND')) throw error
    yield { severity: 'error', code: 'BLOB_MISSING', path, message: `${part.digest} is not there` }
  }
}

function wrongSize(part: Descriptor, size: number, path: string): Finding {
  const message = `${part.digest} has ${size} bytes, not ${part.size}`
  return { severity: 'error', code: 'SIZE_MISMATCH', path, message }
}

async function child(
  artifact: Named,
  part: Descriptor,
  path: string,
  signal: AbortSignal,
): Promise<Manifest | Finding> {
  try {
    const { bytes, descriptor } = await artifact.registry.openManifest(artifact.repository, part.digest, {
      signal,
    })
    if (bytes.length !== part.size) return wrongSize(part, bytes.length, path)
    return parseManifest(bytes, descriptor.mediaType)
  } catch (error) {
    if (hasCode(error, 'MANIFEST_NOT_FOUND')) {
      return { severity: 'error', code: 'MANIFEST_MISSING', path, message: `${part.digest} is not there` }
    }
    if (!hasCode(error, 'MANIFEST_INVALID', 'DIGEST_MISMATCH', 'LIMIT_EXCEEDED')) throw error
    return { severity: 'error', code: error.code, path, message: error.message }
  }
}
