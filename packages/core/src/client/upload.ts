import { type Bytes, type Descriptor, hasCode, octetStream, OcishError, parseDigest } from '@ocish/sdk'
import type { CallOptions, Upload } from '../registry.ts'
import { type Answer, decimal } from './answer.ts'
import { repositoryScope } from './auth/scope.ts'
import { checkDigestHeader } from './blobs.ts'
import type { Call, RequestBody } from './call.ts'
import { largestMinimumChunk } from './limits.ts'
import { isNetworkError } from './network-error.ts'
import { uploadLocation } from './redirect.ts'
import type { Remote } from './remote.ts'

/** Bytes of a chunk cut from a stream: GHCR takes no more in one PATCH. */
export const chunkSize: number = 4 * 1024 * 1024
/** How often a chunk is tried again after the registry was asked how far it is. */
const chunkTries = 3
/** What registries may answer to a chunk out of its place. */
const misplaced = [400, 403, 404, 405, 411, 413, 415, 416, 500, 501]
/** In how many pieces a registry may take what was sent as one. */
const mostPieces = 100

/** How a session begins: `algorithm` of the digest that it will end with. */
export interface StartOptions extends CallOptions {
  readonly algorithm?: string
}

/** POST of a new session (end-4a, end-4c). */
export async function startUpload(
  remote: Remote,
  repository: string,
  { algorithm, ...call }: StartOptions = {},
): Promise<RemoteUpload> {
  const query = { 'digest-algorithm': algorithm === 'sha256' ? undefined : algorithm }
  const answer = await post(remote, repository, query, [], call)
  return RemoteUpload.of(remote, repository, answer)
}

/** GET of a session (end-13): how far it is. */
export async function resumeUpload(
  remote: Remote,
  repository: string,
  id: string,
  call: CallOptions = {},
): Promise<RemoteUpload> {
  const url = URL.canParse(id) ? new URL(id) : undefined
  if (url === undefined || !/^https?:$/.test(url.protocol)) {
    throw new OcishError('UPLOAD_NOT_FOUND', 'this is not the id of an upload')
  }
  if (url.protocol === 'http:' && remote.exchange.origin.protocol === 'https:') {
    throw new OcishError('REDIRECT_REFUSED', `refused to continue an upload over plain HTTP at ${url.host}`)
  }
  const owner = /^\/v2\/(.+)\/blobs\/uploads\//.exec(url.pathname)?.[1]
  if (
    url.origin === remote.exchange.origin.origin &&
    owner !== undefined &&
    owner !== remote.path(repository)
  ) {
    throw new OcishError('UPLOAD_NOT_FOUND', `this upload is not one of ${repository}`)
  }
  const upload = new RemoteUpload(remote, repository, url, undefined)
  await upload.refresh(call)
  return upload
}

/** POST that asks for a mount (end-11); a refusal's session is handed on. */
export async function mountBlob(
  remote: Remote,
  repository: string,
  digest: string,
  from: string | undefined,
  call: CallOptions = {},
): Promise<{ readonly mounted: boolean; readonly upload?: Upload }> {
  parseDigest(digest)
  const sources = from === undefined ? [] : [repositoryScope(remote.path(from), 'pull')]
  const query = { mount: digest, from: from === undefined ? undefined : remote.path(from) }
  const answer = await post(remote, repository, query, sources, call, [400, 401, 403, 404, 405, 416, 501])
  if (answer.status >= 400) {
    answer.body.discard()
    return { mounted: false }
  }
  if (answer.status !== 201) return { mounted: false, upload: RemoteUpload.of(remote, repository, answer) }
  answer.body.discard()
  checkDigestHeader(answer, digest)
  return { mounted: true }
}

function post(
  remote: Remote,
  repository: string,
  query: Readonly<Record<string, string | undefined>>,
  scopes: readonly string[],
  { signal, onRetry }: CallOptions,
  accept: readonly number[] = [],
): Promise<Answer> {
  return remote.exchange.send({
    method: 'POST',
    url: remote.url(repository, 'blobs/uploads/', query),
    scopes: [repositoryScope(remote.path(repository), 'pull', 'push'), ...scopes],
    lane: 'small',
    // A session that nobody continues is forgotten by the registry.
    repeatable: true,
    accept,
    subject: remote.subject('upload', 'POST', repository),
    signal,
    onRetry,
  })
}

/** An upload session of a registry. Its id is its address, which holds whatever state the registry wants back. */
export class RemoteUpload implements Upload {
  readonly #remote: Remote
  readonly #repository: string
  readonly minimumChunk?: number
  #location: URL
  #offset = 0
  /** Whether a chunk was taken: only then `Range: 0-0` means one byte. */
  #began = false

  constructor(remote: Remote, repository: string, location: URL, minimumChunk: number | undefined) {
    this.#remote = remote
    this.#repository = repository
    this.#location = location
    if (minimumChunk !== undefined) this.minimumChunk = minimumChunk
  }

  /** The session that an answer of 202 opened. Errors: REGISTRY_PROTOCOL, LIMIT_EXCEEDED. */
  static of(remote: Remote, repository: string, answer: Answer): RemoteUpload {
    answer.body.discard()
    const minimum = decimal(answer.first('oci-chunk-min-length'))
    if (minimum !== undefined && minimum > largestMinimumChunk) {
      throw new OcishError('LIMIT_EXCEEDED', `${remote.host} wants chunks of at least ${minimum} bytes`)
    }
    const location = uploadLocation(answer.url, answer.first('location'), (text) =>
      remote.exchange.warnings.warn(text),
    )
    return new RemoteUpload(remote, repository, location, minimum)
  }

  get id(): string {
    return this.#location.href
  }

  get offset(): number {
    return this.#offset
  }

  /** A stream is cut into chunks of 4 MiB, or of the registry's minimum where that is more. */
  async write(chunk: Uint8Array | Bytes, options: CallOptions = {}): Promise<void> {
    if (chunk instanceof Uint8Array) {
      await this.#patch(chunk, options)
      return
    }
    for await (const piece of pieces(chunk, Math.max(chunkSize, this.minimumChunk ?? 0)))
      await this.#patch(piece, options)
  }

  /** One PATCH of unknown length, as Docker pushes: for content that nobody measured. Resolves to its size. */
  async stream(body: Bytes, call: CallOptions = {}): Promise<number> {
    let sent = 0
    async function* counted(): Bytes {
      for await (const chunk of body) {
        sent += chunk.length
        yield chunk
      }
    }
    const answer = await this.#send('PATCH', { open: counted, length: undefined }, {}, call)
    this.#moved(answer)
    this.#began = true
    this.#offset += sent
    return sent
  }

  /** One PATCH of all that is missing of `total` bytes; false: the registry wants them from another byte on. */
  async rest(open: () => Bytes, total: number, call: CallOptions = {}): Promise<boolean> {
    return (await this.#patched(open, total, call)) && this.#offset === total
  }

  /**
   * Offers one byte out of its place to a session that has none: a registry that refuses it knows how far a session is,
   * and keeps what a cut connection brought (CNCF Distribution 3, zot, ours). One that takes it has spoilt the session.
   */
  async refusesMisplaced(call: CallOptions = {}): Promise<boolean> {
    const body = { open: () => new Uint8Array(1), length: 1 }
    const range = { 'content-range': `${this.#offset + 1}-${this.#offset + 1}` }
    const answer = await this.#send('PATCH', body, range, call, this.#location, misplaced)
    answer.body.discard()
    return answer.status === 416
  }

  async commit(digest: string, options: CallOptions = {}): Promise<Descriptor> {
    return await this.put(digest, undefined, options)
  }

  /** PUT that ends the session (end-6), with the whole content where there is a body. */
  async put(digest: string, body: RequestBody | undefined, call: CallOptions = {}): Promise<Descriptor> {
    parseDigest(digest)
    const url = new URL(this.#location)
    // The query is the registry's own and perhaps signed: it is added to, never written anew.
    url.search = `${url.search === '' ? '?' : `${url.search}&`}digest=${encodeURIComponent(digest).replaceAll('%3A', ':')}`
    try {
      const answer = await this.#send('PUT', body, {}, call, url)
      answer.body.discard()
      checkDigestHeader(answer, digest)
    } catch (error) {
      // Distribution 2.8 still shows the session of a refused commit; nothing may continue it.
      if (hasCode(error, 'DIGEST_MISMATCH')) await this.cancel(call)
      throw error
    }
    return { mediaType: octetStream, digest, size: this.#offset + (body?.length ?? 0) }
  }

  async cancel(call: CallOptions = {}): Promise<void> {
    try {
      const answer = await this.#send('DELETE', undefined, {}, call)
      answer.body.discard()
    } catch {
      // A registry forgets what nobody goes on with; only an abort is told.
      call.signal?.throwIfAborted()
    }
  }

  /** Asks how far the session is. Errors: UPLOAD_NOT_FOUND. */
  async refresh(call: CallOptions = {}): Promise<void> {
    const answer = await this.#send('GET', undefined, {}, call)
    this.#moved(answer)
    this.#offset = this.#received(answer) ?? this.#offset
  }

  /** Until the registry has all of it; after a lost answer only the registry knows how much that is. */
  async #patch(chunk: Uint8Array, options: CallOptions): Promise<void> {
    const target = this.#offset + chunk.length
    let interrupted = false
    for (let attempt = 1; this.#offset < target; attempt++) {
      const before = this.#offset
      const rest = chunk.subarray(chunk.length - (target - before))
      try {
        const isTaken = await this.#patched(() => rest, target, options)
        if (isTaken && this.#offset > before && attempt < mostPieces) continue
        // `0-0` was taken for nothing; the registry means the one byte that a lost answer was about.
        this.#began ||= interrupted
      } catch (error) {
        options.signal?.throwIfAborted()
        if (attempt >= chunkTries || !isInterruption(error)) throw error
        interrupted = true
      }
      await this.refresh(options)
      if (this.#offset === before && rest.length > chunkSize && !interrupted) {
        await this.write(slices(rest, chunkSize), options)
        return
      }
      if (!interrupted || this.#offset < before || this.#offset > target || attempt >= chunkTries) {
        throw new OcishError(
          'UPLOAD_RANGE_INVALID',
          `${this.#remote.host} has another idea of where an upload is`,
          {
            details: { expected: before, actual: this.#offset },
          },
        )
      }
    }
  }

  /** One PATCH up to `end`. False: the registry wants another range, or a smaller one (GHCR answers 416 to more than 4 MiB). */
  async #patched(open: () => Bytes | Uint8Array, end: number, call: CallOptions): Promise<boolean> {
    const range = `${this.#offset}-${end - 1}`
    const body = { open, length: end - this.#offset }
    const answer = await this.#send('PATCH', body, { 'content-range': range }, call, this.#location, [416])
    if (answer.status === 416) {
      answer.body.destroy()
      return false
    }
    this.#moved(answer)
    this.#began = true
    this.#offset = Math.min(this.#received(answer) ?? end, end)
    return true
  }

  #moved(answer: Answer): void {
    answer.body.discard()
    const location = answer.first('location')
    if (location === undefined) return
    this.#location = uploadLocation(answer.url, location, (text) => this.#remote.exchange.warnings.warn(text))
  }

  /** Bytes of `Range: 0-<last>`; an empty session is `0-0` or `0--1` (specs/distribution.md 1.2). */
  #received(answer: Answer): number | undefined {
    const match = /^(?:bytes=)?0-(-1|\d+)$/.exec(answer.first('range') ?? '')
    if (match === null) return undefined
    const last = match[1] === '-1' ? -1 : decimal(match[1])
    if (last === undefined) return undefined
    return last === 0 && !this.#began ? 0 : last + 1
  }

  #send(
    method: 'GET' | 'PATCH' | 'PUT' | 'DELETE',
    body: RequestBody | undefined,
    headers: Readonly<Record<string, string>>,
    { signal, onRetry }: CallOptions,
    url: URL = this.#location,
    accept: readonly number[] = [],
  ): Promise<Answer> {
    const call: Call = {
      method,
      url,
      scopes: [repositoryScope(this.#remote.path(this.#repository), 'pull', 'push')],
      headers: body === undefined ? headers : { 'content-type': octetStream, ...headers },
      ...(body === undefined ? {} : { body }),
      lane: body === undefined ? 'small' : 'write',
      repeatable: method === 'GET' || method === 'DELETE',
      endsWhenLate: (body?.length ?? 0) > chunkSize,
      accept,
      subject: this.#remote.subject('upload', method, this.#repository),
      signal,
      onRetry,
    }
    return this.#remote.exchange.send(call)
  }
}

/** True when it is unknown how much of a request arrived. */
export function isInterruption(error: unknown): boolean {
  if (isNetworkError(error)) return true
  const code = (error as { code?: unknown }).code
  return code === 'NETWORK_FAILED' || code === 'NETWORK_TIMEOUT' || code === 'REGISTRY_UNAVAILABLE'
}

/** Whether an upload that failed may succeed when it is begun again. */
export function isWorthAnother(error: unknown): boolean {
  return (
    isInterruption(error) || hasCode(error, 'UPLOAD_NOT_FOUND', 'DIGEST_MISMATCH', 'UPLOAD_RANGE_INVALID')
  )
}

/** Whether a registry, or what stands before it, may take as a whole what it refused as a first chunk. */
export function isRefusedChunk(error: unknown): boolean {
  return hasCode(error, 'UNSUPPORTED', 'REGISTRY_REJECTED', 'LIMIT_EXCEEDED')
}

/** What a person is told when an upload has to begin again. */
export function beginsAgain(host: string, inChunks: boolean): string {
  return `the upload begins again${inChunks ? ', in chunks' : ''}: ${host} kept nothing of it`
}

/** Even after an abort: the registry should not keep what nobody will finish. Its own deadline is two seconds. */
export async function cancelQuietly(upload: RemoteUpload): Promise<void> {
  await upload.cancel({ signal: AbortSignal.timeout(2000) }).catch(() => undefined)
}

// eslint-disable-next-line typescript/require-await -- a stream of what is in memory
async function* slices(bytes: Uint8Array, size: number): Bytes {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}

async function* pieces(source: Bytes, size: number): Bytes {
  let held: Uint8Array[] = []
  let length = 0
  for await (const chunk of source) {
    let rest = chunk
    while (length + rest.length >= size) {
      const cut = size - length
      yield Buffer.concat([...held, rest.subarray(0, cut)])
      rest = rest.subarray(cut)
      held = []
      length = 0
    }
    if (rest.length > 0) held.push(rest)
    length += rest.length
  }
  if (length > 0) yield Buffer.concat(held)
}
