import {
  algorithmOf,
  type Bytes,
  type Descriptor,
  hasCode,
  octetStream,
  OcishError,
  type OpenBytes,
} from '@ocish/sdk'
import { withAttempts } from '../attempts.ts'
import type { CallOptions, PushBlobOptions } from '../registry.ts'
import { statBlob } from './blobs.ts'
import { CheckedSource } from './checked-source.ts'
import type { Remote } from './remote.ts'
import {
  beginsAgain,
  cancelQuietly,
  chunkSize,
  isInterruption,
  isRefusedChunk,
  isWorthAnother,
  RemoteUpload,
  resumeUpload,
  startUpload,
} from './upload.ts'

/** A blob of which everything is known before it is sent. */
export interface KnownBlob {
  readonly digest: string
  readonly size: number
  readonly mediaType?: string
}

/** Attempts in a row that may bring nothing new. */
const triesWithoutProgress = 3

/**
 * Pushes a large blob. Where the registry keeps what arrives (CNCF Distribution 3, ours; found out once) it is one PATCH
 * with all of it, and when that is cut, one with what is missing; with an `UploadMemory` also after the process has died.
 * Elsewhere it is one PUT, which begins again and says so. What broke as a whole and brought nothing is sent in chunks, which a
 * proxy with a limit of time lets through. Errors: as `pushBlob`.
 */
export async function pushResumable(
  remote: Remote,
  repository: string,
  blob: KnownBlob,
  open: OpenBytes,
  options: PushBlobOptions,
): Promise<Descriptor> {
  const attempt = new ResumableUpload(remote, repository, blob, open, options)
  await attempt.run()
  return { mediaType: blob.mediaType ?? octetStream, digest: blob.digest, size: blob.size }
}

class ResumableUpload {
  readonly #remote: Remote
  readonly #repository: string
  readonly #blob: KnownBlob
  readonly #open: OpenBytes
  readonly #options: PushBlobOptions
  readonly #key: string
  /** Whether bytes of an earlier connection, which nobody here has seen, are part of the session. */
  #isResumed = false
  /** Whether the registry keeps what a cut connection brought. */
  #isKept = false
  /** Whether it goes in chunks, since nothing came of one request with all of it. */
  #inChunks = false
  /** Whether it can only go as a whole, in one PUT. */
  #isWhole = false
  #fruitless = 0

  constructor(
    remote: Remote,
    repository: string,
    blob: KnownBlob,
    open: OpenBytes,
    options: PushBlobOptions,
  ) {
    this.#remote = remote
    this.#repository = repository
    this.#blob = blob
    this.#open = open
    this.#options = options
    this.#key = `${remote.host}/${repository}@${blob.digest}`
  }

  async run(): Promise<void> {
    let upload = (await this.#remembered()) ?? (await this.#begin(this.#options.upload))
    for (;;) {
      const before = upload.offset
      const { feed } = this.#options
      const source = new CheckedSource(this.#blob, algorithmOf(this.#blob.digest), this.#open, feed)
      try {
        // oxlint-disable-next-line no-await-in-loop -- one attempt after the other
        await this.#send(upload, source)
        // oxlint-disable-next-line no-await-in-loop
        await this.#forget()
        return
      } catch (error) {
        // oxlint-disable-next-line no-await-in-loop
        const next = await this.#afterFailure(upload, before, source, error)
        if (next === undefined) return
        upload = next
      }
    }
  }

  async #send(upload: RemoteUpload, source: CheckedSource): Promise<void> {
    const { digest, size } = this.#blob
    const call = this.#call()
    try {
      if (this.#inChunks) {
        await upload.write(this.#from(upload.offset, source), call)
        await upload.commit(digest, call)
        return
      }
      if (upload.offset === 0) {
        source.begin()
        await source.ready()
      }
      if (upload.offset === 0 && (this.#isWhole || !this.#isKept)) {
        await upload.put(digest, { open: () => source.body(), length: size }, call)
        return
      }
      if (upload.offset < size) await this.#sendRest(upload, source)
    } catch (error) {
      source.close()
      // A proxy on the way limits the size of a request: chunks may fit where the whole does not.
      if (!hasCode(error, 'LIMIT_EXCEEDED')) throw error
      await upload.refresh(call)
      await upload.write(this.#from(upload.offset, source), call)
    }
    await upload.commit(digest, call)
  }

  /** One PATCH. Errors: UPLOAD_RANGE_INVALID (the registry is elsewhere, or takes no PATCH of this size). */
  async #sendRest(upload: RemoteUpload, source: CheckedSource): Promise<void> {
    const { offset } = upload
    const call = this.#call()
    const rest = (): Bytes => (offset === 0 ? source.body() : this.#from(offset, source))
    if (await upload.rest(rest, this.#blob.size, call)) return
    await upload.refresh(call)
    if (upload.offset === 0) await this.#learnLost()
    throw new OcishError('UPLOAD_RANGE_INVALID', `${this.#remote.host} did not go on at byte ${offset}`)
  }

  #from(offset: number, source: CheckedSource): Bytes {
    if (offset === 0) return source.bytes()
    const { openFrom } = this.#options
    return openFrom === undefined ? skipping(source.bytes(), offset) : openFrom(offset)
  }

  /** The session to go on with; undefined: the blob is there after all. Throws when another attempt cannot help. */
  async #afterFailure(
    upload: RemoteUpload,
    before: number,
    source: CheckedSource,
    error: unknown,
  ): Promise<RemoteUpload | undefined> {
    const { signal } = this.#options
    if (signal?.aborted === true && this.#remote.exchange.uploads !== undefined) throw error
    const isWrong = hasCode(error, 'DIGEST_MISMATCH') && !this.#isResumed
    const isFirst = upload.offset === before
    const isRefused = this.#inChunks
      ? isFirst && isRefusedChunk(error)
      : before > 0 && hasCode(error, 'UNSUPPORTED')
    const isWorth = isRefused || isWorthAnother(error)
    if (signal?.aborted === true || source.fault !== undefined || isWrong || !isWorth) {
      await this.#abandon(upload)
      throw source.fault ?? error
    }
    if (isInterruption(error)) this.#remote.exchange.uploadBroke()
    if (await this.#isThere(error)) return undefined
    this.#isWhole ||= isRefused
    const isLost = hasCode(error, 'DIGEST_MISMATCH', 'UPLOAD_NOT_FOUND')
    const found = isLost || this.#isWhole ? 0 : await position(upload, this.#call())
    if (found === undefined) await this.#learnLost()
    const held = found ?? 0
    this.#fruitless = held > before ? 0 : this.#fruitless + 1
    this.#inChunks = isInterruption(error) && (this.#inChunks || this.#isTooLong(held, before))
    if (this.#fruitless >= triesWithoutProgress) throw withAttempts(error, this.#fruitless)
    if (held > 0 && held <= this.#blob.size) {
      this.#isResumed = true
      await this.#remote.exchange.uploads?.set(this.#key, upload.id)
      this.#tell(`the upload goes on at byte ${held}`)
      return upload
    }
    this.#tellLost()
    if (!isLost && found !== undefined) await cancelQuietly(upload)
    this.#isResumed = false
    return await this.#begin(undefined)
  }

  async #isThere(error: unknown): Promise<boolean> {
    try {
      const found = await statBlob(this.#remote, this.#repository, this.#blob.digest, this.#call())
      if (found.size !== this.#blob.size) return false
      await this.#forget()
      return true
    } catch (problem) {
      if (hasCode(problem, 'BLOB_NOT_FOUND')) return false
      // That the host is gone says more than how it went.
      throw isInterruption(problem) ? problem : error
    }
  }

  /** What an earlier process left, if the registry still has it. */
  async #remembered(): Promise<RemoteUpload | undefined> {
    const { uploads } = this.#remote.exchange
    const id = await uploads?.get(this.#key)
    if (id === undefined) return undefined
    try {
      const upload = await resumeUpload(this.#remote, this.#repository, id, this.#call())
      if (upload.offset > this.#blob.size) throw new RangeError('more than there is')
      this.#isResumed = upload.offset > 0
      if (this.#isResumed) this.#tell(`the upload goes on at byte ${upload.offset}`)
      await this.#options.upload?.cancel(this.#call())
      return upload
    } catch {
      // Whatever is wrong with it, a new one is begun; what is wrong with the registry shows there.
      this.#options.signal?.throwIfAborted()
      await this.#forget()
      this.#tellLost()
      return undefined
    }
  }

  async #begin(given: PushBlobOptions['upload']): Promise<RemoteUpload> {
    let upload = given instanceof RemoteUpload ? given : await this.#start()
    const { keptUploads, uploads } = this.#remote.exchange
    let isSpoilt = false
    this.#isKept = await keptUploads.ask(async () => {
      const isKept = await upload.refusesMisplaced(this.#call())
      isSpoilt = !isKept
      return isKept
    })
    if (isSpoilt) {
      await cancelQuietly(upload)
      upload = await this.#start()
    }
    await uploads?.set(this.#key, upload.id)
    return upload
  }

  #start(): Promise<RemoteUpload> {
    const algorithm = algorithmOf(this.#blob.digest)
    return startUpload(this.#remote, this.#repository, { algorithm, ...this.#call() })
  }

  async #learnLost(): Promise<void> {
    this.#isKept = false
    await this.#remote.exchange.keptUploads.learn(false)
  }

  async #abandon(upload: RemoteUpload): Promise<void> {
    await cancelQuietly(upload)
    await this.#forget()
  }

  async #forget(): Promise<void> {
    await this.#remote.exchange.uploads?.delete(this.#key)
  }

  /** Nothing came of a request that could be several. */
  #isTooLong(held: number, before: number): boolean {
    return !this.#isWhole && held <= before && this.#blob.size - held > chunkSize
  }

  #tell(reason: string): void {
    this.#options.onRetry?.({ seconds: 0, reason, attempt: this.#fruitless + 1 })
  }

  #tellLost(): void {
    const reason = beginsAgain(this.#remote.host, this.#inChunks)
    this.#options.onRetry?.({ seconds: 0, reason, attempt: this.#fruitless + 1, fromStart: true })
  }

  #call(): CallOptions {
    const { signal, onRetry } = this.#options
    return { ...(signal && { signal }), ...(onRetry && { onRetry }) }
  }
}

/** How far a session is; undefined: the registry has lost it. */
async function position(upload: RemoteUpload, call: CallOptions): Promise<number | undefined> {
  try {
    await upload.refresh(call)
    return upload.offset
  } catch (error) {
    if (isInterruption(error)) throw error
    call.signal?.throwIfAborted()
    return undefined
  }
}

/** All but the first so many bytes. */
async function* skipping(bytes: Bytes, count: number): Bytes {
  let toSkip = count
  for await (const chunk of bytes) {
    const news = chunk.subarray(Math.min(toSkip, chunk.length))
    toSkip -= chunk.length - news.length
    if (news.length > 0) yield news
  }
}
