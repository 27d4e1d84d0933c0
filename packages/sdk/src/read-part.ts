import { collect, type CollectOptions } from './bytes.ts'
import type { Descriptor } from './descriptor.ts'
import { OcishError } from './errors.ts'
import type { Artifact } from './artifact.ts'

/**
 * A part of an artifact as a whole, verified. One that says it is larger than `limit` bytes is not opened.
 * Errors: LIMIT_EXCEEDED, and those of opening it.
 */
export async function readPart(
  artifact: Pick<Artifact, 'open'>,
  part: Descriptor,
  options: CollectOptions,
): Promise<Uint8Array> {
  const { limit, what = part.mediaType } = options
  if (part.size > limit) throw new OcishError('LIMIT_EXCEEDED', `${what} is larger than ${limit} bytes`)
  return collect(artifact.open(part), { ...options, what })
}
