import { algorithmOf, type Descriptor, hasCode, octetStream, type OpenBytes } from '@ocish/sdk'
import { withAttempts } from '../attempts.ts'
import type { BlobExpectation, PushBlobOptions } from '../registry.ts'
import { statBlob } from './blobs.ts'
import { CheckedSource } from './checked-source.ts'
import type { Remote } from './remote.ts'
import { pushResumable } from './resumable-upload.ts'
import {
  beginsAgain,
  cancelQuietly,
  chunkSize,
  isInterruption,
  isRefusedChunk,
  isWorthAnother,
  RemoteUpload,
  startUpload,
} from './upload.ts'

/** Sessions that one blob may use up. */
const sessions = 3

/**
 * Pushes a blob (specs/distribution.md 1.9): POST and one PUT where digest and size are known; one PATCH of unknown length
 * and an empty PUT where they are not; a large one goes on where it was cut. What broke as a whole is sent in chunks, which a
 * proxy with a limit of time lets through. Content that is not what was promised never completes.
 */
export async function pushBlob(
  remote: Remote,
  repository: string,
  expected: BlobExpectation,
  open: OpenBytes,
  options: PushBlobOptions = {},
): Promise<Descriptor> {
  const { digest, size } = expected
  if (digest !== undefined && size !== undefined && size >= remote.exchange.resumableFrom) {
    return await pushResumable(remote, repository, { ...expected, digest, size }, open, options)
  }
  const algorithm = expected.digest === undefined ? 'sha256' : algorithmOf(expected.digest)
  let given = options.upload
  let inChunks = false
  for (let session = 1; ; session++) {
    const source = new CheckedSource(expected, algorithm, open, options.feed)
    // The source is asked while the session is opened.
    source.begin()
    const upload = await sessionOf(remote, repository, given, algorithm, options).catch((error: unknown) => {
      source.close()
      throw error
    })
    given = undefined
    try {
      const descriptor = await transfer(upload, source, expected, options, inChunks)
      return {
        mediaType: expected.mediaType ?? octetStream,
        digest: descriptor.digest,
        size: descriptor.size,
      }
    } catch (error) {
      source.close()
      const found = await afterFailure(error, remote, repository, expected, options, session, source)
      if (found !== undefined) return found
      await cancelQuietly(upload)
      const isOver = session >= sessions || options.signal?.aborted === true
      const isWorth = isWorthAnother(error) || (inChunks && upload.offset === 0 && isRefusedChunk(error))
      if (source.fault !== undefined || isOver || !isWorth) {
        throw withAttempts(source.fault ?? error, session)
      }
      inChunks = isInterruption(error) && digest !== undefined && size !== undefined && size > chunkSize
      const reason = beginsAgain(remote.host, inChunks)
      options.onRetry?.({ seconds: 0, reason, attempt: session, fromStart: true })
    }
  }
}

async function transfer(
  upload: RemoteUpload,
  source: CheckedSource,
  { digest, size }: BlobExpectation,
  { signal }: PushBlobOptions,
  inChunks: boolean,
): Promise<Descriptor> {
  const call = signal === undefined ? {} : { signal }
  if (digest !== undefined && inChunks) {
    await upload.write(source.bytes(), call)
    return await upload.commit(digest, call)
  }
  if (digest !== undefined && size !== undefined && upload.offset === 0) {
    await source.ready()
    try {
      return await upload.put(digest, { open: () => source.body(), length: size }, call)
    } catch (error) {
      // A proxy on the way limits the size of a request: chunks may fit where the whole does not.
      if (!hasCode(error, 'LIMIT_EXCEEDED')) throw error
      source.close()
      await upload.refresh(call)
      await upload.write(source.bytes(), call)
      return await upload.commit(digest, call)
    }
  }
  await upload.stream(source.bytes(), call)
  return await upload.commit(source.digest, call)
}

/** A blob that is there although its upload failed was completed by an answer that got lost. */
async function afterFailure(
  error: unknown,
  remote: Remote,
  repository: string,
  { digest, size, mediaType }: BlobExpectation,
  { signal }: PushBlobOptions,
  session: number,
  source: CheckedSource,
): Promise<Descriptor | undefined> {
  if (digest === undefined || source.fault !== undefined || signal?.aborted === true) return undefined
  if (!isInterruption(error) || session >= sessions) return undefined
  remote.exchange.uploadBroke()
  try {
    const found = await statBlob(remote, repository, digest, signal === undefined ? {} : { signal })
    return size === undefined || found.size === size
      ? { ...found, mediaType: mediaType ?? octetStream }
      : undefined
  } catch (problem) {
    if (hasCode(problem, 'BLOB_NOT_FOUND')) return undefined
    // That the host is gone says more than how it went.
    throw isInterruption(problem) ? problem : error
  }
}

async function sessionOf(
  remote: Remote,
  repository: string,
  given: PushBlobOptions['upload'],
  algorithm: string,
  { signal }: PushBlobOptions,
): Promise<RemoteUpload> {
  if (given instanceof RemoteUpload) return given
  return await startUpload(remote, repository, { algorithm, ...(signal && { signal }) })
}
