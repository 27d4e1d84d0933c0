import type { CallOptions, OnTransfer, Place } from '@ocish/core'
import { type Bytes, hasCode } from '@ocish/sdk'
import type { PreparedPart } from './prepare-part.ts'

/** Bytes from which asking whether a blob is there (1 request) is worth more than sending it (2 requests). */
export const probeFrom: number = 64 * 1024

/** How a part is brought, and who is told. */
export interface PushBlobSettings {
  readonly signal: AbortSignal
  readonly progress: OnTransfer
}

/** Brings a part to a repository unless it is there. Errors: those of `Registry.pushBlob`. */
export async function bringBlob(place: Place, part: PreparedPart, settings: PushBlobSettings): Promise<void> {
  const { written: descriptor, open, file } = part
  const { signal, progress } = settings
  const { digest, size, mediaType } = descriptor
  const call: CallOptions = {
    signal,
    onRetry: ({ seconds, reason }) => progress({ type: 'retrying', descriptor, seconds, reason }),
  }
  progress({ type: 'probing', descriptor })
  if (size >= probeFrom && (await isThere(place, digest, call))) {
    progress({ type: 'done', descriptor, how: 'existing' })
    return
  }
  if (file !== undefined && place.registry.adoptBlob) {
    // A file of our own, measured while it was written.
    const known = { mediaType, digest, size }
    await place.registry.adoptBlob(place.repository, known, file, { ...call, isHashed: true })
    progress({ type: 'done', descriptor, how: 'moved' })
    return
  }
  const counted = (): Bytes => counting(open(), (done) => progress({ type: 'moving', descriptor, done }))
  await place.registry.pushBlob(place.repository, { digest, size, mediaType }, counted, call)
  progress({ type: 'done', descriptor, how: 'moved' })
}

async function isThere(place: Place, digest: string, call: CallOptions): Promise<boolean> {
  try {
    await place.registry.statBlob(place.repository, digest, call)
    return true
  } catch (error) {
    // Artifactory answers 403 to the question for a blob that is missing: sending it tells the truth.
    if (hasCode(error, 'BLOB_NOT_FOUND', 'REPOSITORY_NOT_FOUND', 'REGISTRY_DENIED')) return false
    throw error
  }
}

async function* counting(bytes: Bytes, report: (done: number) => void): AsyncGenerator<Uint8Array> {
  let done = 0
  for await (const chunk of bytes) {
    yield chunk
    done += chunk.length
    report(done)
  }
}
