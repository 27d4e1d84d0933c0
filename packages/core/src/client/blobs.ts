import {
  algorithmOf,
  type Bytes,
  type Descriptor,
  hasCode,
  octetStream,
  OcishError,
  parseDigest,
} from '@ocish/sdk'
import type { BlobContent, CallOptions, RangeContent, Sink } from '../registry.ts'
import type { Answer } from './answer.ts'
import { repositoryScope } from './auth/scope.ts'
import { type Ask, contentRange, Download, sizeMismatch } from './download.ts'
import type { Release } from './host-queue.ts'
import type { Remote } from './remote.ts'

/** HEAD of a blob (end-2). */
export async function statBlob(
  remote: Remote,
  repository: string,
  digest: string,
  call: CallOptions = {},
): Promise<Descriptor> {
  const answer = await request(remote, 'HEAD', repository, digest, { ...call, lane: 'small', accept: [405] })
  answer.body.discard()
  const { length: size } = answer
  if (answer.status === 405 || size === undefined) {
    const { descriptor, bytes } = await openBlob(remote, repository, digest, call)
    await bytes[Symbol.asyncIterator]().return?.()
    return descriptor
  }
  checkDigestHeader(answer, digest)
  return { mediaType: octetStream, digest, size }
}

/**
 * GET of a blob: verified, and taken up again where a connection breaks (specs/distribution.md 1.5). What the registry lacks
 * is looked for at the addresses of its descriptor, without anything private (T21).
 */
export async function openBlob(
  remote: Remote,
  repository: string,
  blob: Descriptor | string,
  call: CallOptions = {},
): Promise<BlobContent> {
  const { signal } = call
  const digest = typeof blob === 'string' ? blob : blob.digest
  algorithmOf(digest)
  const release = await remote.exchange.enter('read', signal)
  const own = asking(remote, repository, digest, call, typeof blob !== 'string' && blob.size >= keptLarge)
  try {
    return await open(remote, digest, blob, own, call, release)
  } catch (error) {
    const urls = typeof blob === 'string' || !hasCode(error, 'BLOB_NOT_FOUND') ? [] : elsewhere(remote, blob)
    for (const url of urls) {
      const there: Ask = (options) => askElsewhere(remote, repository, digest, url, call, options)
      const found = await open(remote, digest, blob, there, call, release).catch(() => undefined)
      if (found !== undefined) return found
    }
    release()
    signal?.throwIfAborted()
    throw error
  }
}

async function open(
  remote: Remote,
  digest: string,
  blob: Descriptor | string,
  ask: Ask,
  call: CallOptions,
  release: Release,
): Promise<BlobContent> {
  const answer = await ask({})
  const told = answer.length
  const size = typeof blob === 'string' ? told : blob.size
  if (size === undefined) return await measured(remote, digest, answer, ask, release)
  if (told !== undefined && told !== size) {
    answer.body.destroy()
    throw sizeMismatch(digest, size, told)
  }
  const descriptor = typeof blob === 'string' ? { mediaType: octetStream, digest, size } : blob
  return { descriptor, bytes: new Download(remote, descriptor, ask, call).bytes(answer, release) }
}

/**
 * `openBlob` into a sink, from byte `start` on and over the fast body path; `verify`: the whole is hashed here, else it is
 * whoever receives it who has the beginning and does so.
 */
export async function pumpBlob(
  remote: Remote,
  repository: string,
  descriptor: Descriptor,
  range: { readonly start: number; readonly verify: boolean },
  sink: Sink,
  call: CallOptions = {},
): Promise<void> {
  const { digest, size } = descriptor
  const ask = asking(remote, repository, digest, call, size >= large)
  const download = new Download(remote, descriptor, ask, call, range)
  const release = await remote.exchange.enter('read', call.signal)
  try {
    await download.pump(sink)
  } catch (error) {
    if (download.hasBegun || !hasCode(error, 'BLOB_NOT_FOUND') || elsewhere(remote, descriptor).length === 0)
      throw error
    release()
    const { bytes } = await openBlob(remote, repository, descriptor, call)
    let toSkip = range.start
    for await (const chunk of bytes) {
      const news = chunk.subarray(Math.min(toSkip, chunk.length))
      toSkip -= chunk.length - news.length
      if (news.length > 0) await sink(news)
    }
  } finally {
    release()
  }
}

/** GET from `start` on (end-2 with Range). */
export async function openRange(
  remote: Remote,
  repository: string,
  digest: string,
  start: number,
  call: CallOptions = {},
): Promise<RangeContent> {
  parseDigest(digest)
  const release = await remote.exchange.enter('read', call.signal)
  try {
    const answer = await request(remote, 'GET', repository, digest, {
      ...call,
      lane: 'held',
      headers: { range: `bytes=${start}-` },
      accept: [416],
    })
    const range = contentRange(answer)
    if (answer.status === 206 && range?.start === start && range.total !== undefined) {
      return { start, total: range.total, bytes: released(remote, answer, release) }
    }
    // The empty blob has no range, and Distribution answers 200 with it.
    if (answer.status === 200 && start === 0 && answer.length !== undefined) {
      return { start: 0, total: answer.length, bytes: released(remote, answer, release) }
    }
    answer.body.destroy()
    if (answer.status === 416) throw beyondEnd(digest, start)
    if (answer.status === 200 && answer.length !== undefined && start >= answer.length)
      throw beyondEnd(digest, start)
    throw new OcishError('UNSUPPORTED', `${remote.host} does not serve parts of blobs`)
  } catch (error) {
    release()
    throw error
  }
}

/** DELETE of a blob (end-10). */
export async function deleteBlob(
  remote: Remote,
  repository: string,
  digest: string,
  { signal }: CallOptions = {},
): Promise<void> {
  parseDigest(digest)
  const answer = await remote.exchange.send({
    method: 'DELETE',
    url: remote.url(repository, `blobs/${digest}`),
    scopes: [repositoryScope(remote.path(repository), 'delete')],
    lane: 'small',
    repeatable: true,
    accept: [404],
    subject: remote.subject('blob', 'DELETE', repository, digest),
    signal,
  })
  answer.body.discard()
  // A second attempt that finds nothing: the first one did it.
  if (answer.status === 404 && answer.attempt === 1) {
    throw new OcishError('BLOB_NOT_FOUND', `no blob ${digest} in ${remote.host}/${repository}`)
  }
}

/** Throws DIGEST_MISMATCH when the registry names another digest of the same algorithm. */
export function checkDigestHeader(answer: Answer, digest: string): void {
  const told = answer.first('docker-content-digest')
  if (told === undefined || told === digest) return
  if (told.slice(0, told.indexOf(':')) !== digest.slice(0, digest.indexOf(':'))) return
  answer.body.destroy()
  throw new OcishError('DIGEST_MISMATCH', `${answer.url.host} calls ${digest} by another digest`, {
    details: { expected: digest, actual: told.slice(0, 200) },
  })
}

/** From here on memory that is used again pays. */
const large = 64 * 1024
/** The same for who keeps the chunks: each is a slab of its own, but a few large ones instead of many small. */
const keptLarge = 8 * 1024 * 1024

function asking(remote: Remote, repository: string, digest: string, call: CallOptions, isLarge = false): Ask {
  return (options) =>
    request(remote, 'GET', repository, digest, { ...call, lane: 'held', isLarge, ...options })
}

interface RequestOptions extends CallOptions {
  readonly lane: 'small' | 'held'
  readonly isLarge?: boolean
  readonly headers?: Readonly<Record<string, string>>
  readonly accept?: readonly number[]
}

function request(
  remote: Remote,
  method: 'GET' | 'HEAD',
  repository: string,
  digest: string,
  { signal, ...options }: RequestOptions,
): Promise<Answer> {
  parseDigest(digest)
  return remote.exchange.send({
    method,
    url: remote.url(repository, `blobs/${digest}`),
    scopes: [repositoryScope(remote.path(repository), 'pull')],
    repeatable: true,
    subject: remote.subject('blob', method, repository, digest),
    signal,
    ...options,
  })
}

/** Without a length nobody can say the size before the end: such an answer is read whole, within the limit of a page. */
async function measured(
  remote: Remote,
  digest: string,
  answer: Answer,
  ask: Ask,
  release: Release,
): Promise<BlobContent> {
  const bytes = await remote.exchange.read(
    answer,
    `blob ${digest} (sent without a length)`,
    remote.exchange.limits.page,
  )
  release()
  const descriptor = { mediaType: octetStream, digest, size: bytes.length }
  return { descriptor, bytes: new Download(remote, descriptor, ask, {}).check(bytes) }
}

/** The addresses of a non-distributable layer that may be visited: HTTPS where the registry is. */
function elsewhere(remote: Remote, { urls = [] }: Descriptor): readonly URL[] {
  const schemes = remote.exchange.origin.protocol === 'https:' ? ['https:'] : ['https:', 'http:']
  return urls
    .slice(0, 10)
    .map((text) => URL.parse(text))
    .filter((url): url is URL => url !== null && schemes.includes(url.protocol) && url.username === '')
}

function askElsewhere(
  remote: Remote,
  repository: string,
  digest: string,
  url: URL,
  { signal, ...call }: CallOptions,
  options: Parameters<Ask>[0],
): Promise<Answer> {
  return remote.exchange.send({
    method: 'GET',
    url,
    scopes: [],
    lane: 'held',
    repeatable: true,
    subject: remote.subject('blob', 'GET', repository, digest),
    signal,
    ...call,
    ...options,
  })
}

async function* released(remote: Remote, answer: Answer, release: Release): Bytes {
  try {
    yield* answer.body
  } catch (error) {
    throw remote.exchange.failure(error, answer.url)
  } finally {
    answer.body.destroy()
    release()
  }
}

function beyondEnd(digest: string, start: number): OcishError {
  return new OcishError('UPLOAD_RANGE_INVALID', `${digest} has no byte ${start}`)
}
