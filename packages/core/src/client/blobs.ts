import {
  algorithmOf,
  type Bytes,
  type Descriptor,
  hasCode,
  octetStream,
  OcishError,
  parseDigest,
} from '@ocish/sdk'
import type { BlobContent, CallOptions, RangeContent } from '../registry.ts'
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
  { signal }: CallOptions = {},
): Promise<Descriptor> {
  const answer = await request(remote, 'HEAD', repository, digest, { signal, lane: 'small', accept: [405] })
  answer.body.discard()
  const { length: size } = answer
  if (answer.status === 405 || size === undefined) {
    const { descriptor, bytes } = await openBlob(remote, repository, digest, { ...(signal && { signal }) })
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
  { signal }: CallOptions = {},
): Promise<BlobContent> {
  const digest = typeof blob === 'string' ? blob : blob.digest
  algorithmOf(digest)
  const release = await remote.exchange.enter('read', signal)
  const own: Ask = (options) =>
    request(remote, 'GET', repository, digest, { signal, lane: 'held', ...options })
  try {
    return await open(remote, digest, blob, own, signal, release)
  } catch (error) {
    const urls = typeof blob === 'string' || !hasCode(error, 'BLOB_NOT_FOUND') ? [] : elsewhere(remote, blob)
    for (const url of urls) {
      const there: Ask = (options) => askElsewhere(remote, repository, digest, url, signal, options)
      const found = await open(remote, digest, blob, there, signal, release).catch(() => undefined)
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
  signal: AbortSignal | undefined,
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
  return { descriptor, bytes: new Download(remote, descriptor, ask, signal).bytes(answer, release) }
}

/** GET from `start` on (end-2 with Range). */
export async function openRange(
  remote: Remote,
  repository: string,
  digest: string,
  start: number,
  { signal }: CallOptions = {},
): Promise<RangeContent> {
  parseDigest(digest)
  const release = await remote.exchange.enter('read', signal)
  try {
    const answer = await request(remote, 'GET', repository, digest, {
      signal,
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

interface RequestOptions {
  readonly signal: AbortSignal | undefined
  readonly lane: 'small' | 'held'
  readonly headers?: Readonly<Record<string, string>>
  readonly accept?: readonly number[]
}

function request(
  remote: Remote,
  method: 'GET' | 'HEAD',
  repository: string,
  digest: string,
  options: RequestOptions,
): Promise<Answer> {
  parseDigest(digest)
  return remote.exchange.send({
    method,
    url: remote.url(repository, `blobs/${digest}`),
    scopes: [repositoryScope(remote.path(repository), 'pull')],
    repeatable: true,
    subject: remote.subject('blob', method, repository, digest),
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
  return { descriptor, bytes: new Download(remote, descriptor, ask, undefined).check(bytes) }
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
  signal: AbortSignal | undefined,
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
