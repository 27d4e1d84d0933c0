import { type Descriptor, hasCode, inlineData } from '@ocish/sdk'
import type { CallOptions, Place, Sink } from '../registry.ts'

/**
 * Delivers a blob from byte `start` on by the fastest way its registry has; unverified, as `Feed` says.
 * Errors: those of `openBlob`.
 */
export async function pumpBlob(
  place: Place,
  blob: Descriptor,
  start: number,
  sink: Sink,
  options?: CallOptions,
): Promise<void> {
  const { registry, repository } = place
  const inline = inlineData(blob)
  if (inline !== undefined) await sink(inline.slice(start))
  else if (registry.pumpRange === undefined) await pumpPlainly(place, blob, start, sink, options)
  else await registry.pumpRange(repository, blob, start, sink, options)
}

/** `pumpBlob` over what every registry has: the reference for the fast ways. */
export async function pumpPlainly(
  { registry, repository }: Place,
  blob: Descriptor,
  start: number,
  sink: Sink,
  options?: CallOptions,
): Promise<void> {
  const range =
    start === 0 ? undefined : await registry.openRange(repository, blob.digest, start, options).catch(none)
  if (range !== undefined) {
    for await (const chunk of range.bytes) await sink(chunk)
    return
  }
  const { bytes } = await registry.openBlob(repository, blob, options)
  let toSkip = start
  for await (const chunk of bytes) {
    const news = chunk.subarray(Math.min(toSkip, chunk.length))
    toSkip -= chunk.length - news.length
    if (news.length > 0) await sink(news)
  }
}

/** A registry without ranges sends the whole again. */
function none(error: unknown): undefined {
  if (hasCode(error, 'UNSUPPORTED', 'UPLOAD_RANGE_INVALID')) return undefined
  throw error
}
