import { type Field, hasCode, isManifestMediaType } from '@ocish/sdk'
import type { Row } from '@ocish/shell'
import { readContent, type Named } from './open-artifact.ts'

/**
 * The description of a manifest whose media type is not known here: it is carried, not understood. `error` is why it could
 * not be read, and is thrown again when its type is a known one.
 */
export async function describeUnknown(artifact: Named, error: unknown, signal: AbortSignal): Promise<Row> {
  if (!hasCode(error, 'MANIFEST_INVALID')) throw error
  const { descriptor } = await readContent(artifact, signal)
  const { digest, mediaType, size } = descriptor
  if (isManifestMediaType(mediaType)) throw error
  const fields: readonly Field[] = [
    { label: 'kind', value: 'unknown' },
    { label: 'repository', value: artifact.display, format: 'ref' },
    ...(artifact.tag === undefined ? [] : [{ label: 'tag', value: artifact.tag }]),
    { label: 'digest', value: digest, format: 'digest' },
    { label: 'media type', value: mediaType },
    { label: 'size', value: size, format: 'bytes' },
  ]
  const title = `${artifact.display}:${artifact.tag ?? artifact.reference}`
  return { kind: 'unknown', ref: artifact.location.text, digest, title, fields }
}
