import {
  algorithmOf,
  type Bytes,
  createDigester,
  type Descriptor,
  type Digester,
  octetStream,
  OcishError,
  parseDigest,
} from '@ocish/sdk'
import type { BlobContent, CallOptions, RangeContent } from '../registry.ts'
import { type Answer, decimal } from './answer.ts'
import { repositoryScope } from './auth/scope.ts'
import type { Release } from './host-queue.ts'
import { isNetworkError } from './network-error.ts'
import type { Remote } from './remote.ts'

/** Attempts in a row that may bring nothing new. */
const triesWithoutProgress = 5

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

/** GET of a blob: verified, and taken up again where a connection breaks (specs/distribution.md 1.5). */
export async function openBlob(
  remote: Remote,
  repository: string,
  blob: Descriptor | string,
  { signal }: CallOptions = {},
): Promise<BlobContent> {
  const digest = typeof blob === 'string' ? blob : blob.digest
  const algorithm = algorithmOf(digest)
  const release = await remote.exchange.enter('read', signal)
  try {
    const answer = await request(remote, 'GET', repository, digest, { signal, lane: 'held' })
    const told = answer.length
    const size = typeof blob === 'string' ? told : blob.size
    if (size === undefined) return await measured(remote, repository, digest, answer, release)
    if (told !== undefined && told !== size) {
      answer.body.destroy()
      throw sizeMismatch(digest, size, told)
    }
    const descriptor = typeof blob === 'string' ? { mediaType: octetStream, digest, size } : blob
    const download = new Download(remote, repository, descriptor, createDigester(algorithm), signal)
    return { descriptor, bytes: download.bytes(answer, release) }
  } catch (error) {
    release()
    throw error
  }
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
  repository: string,
  digest: string,
  answer: Answer,
  release: Release,
): Promise<BlobContent> {
  const bytes = await remote.exchange.read(
    answer,
    `blob ${digest} (sent without a length)`,
    remote.exchange.limits.page,
  )
  release()
  const descriptor = { mediaType: octetStream, digest, size: bytes.length }
  const download = new Download(
    remote,
    repository,
    descriptor,
    createDigester(algorithmOf(digest)),
    undefined,
  )
  return { descriptor, bytes: download.check(bytes) }
}

/** One blob on its way: counts and hashes what passes, and asks for the rest when a connection breaks. */
class Download {
  readonly #remote: Remote
  readonly #repository: string
  readonly #descriptor: Descriptor
  readonly #digester: Digester
  readonly #signal: AbortSignal | undefined
  #have = 0
  #fruitless = 0

  constructor(
    remote: Remote,
    repository: string,
    descriptor: Descriptor,
    digester: Digester,
    signal: AbortSignal | undefined,
  ) {
    this.#remote = remote
    this.#repository = repository
    this.#descriptor = descriptor
    this.#digester = digester
    this.#signal = signal
  }

  async *bytes(first: Answer, release: Release): Bytes {
    let answer: Answer | undefined = first
    try {
      let skip = 0
      while (answer !== undefined) {
        yield* this.#read(answer, skip)
        if (this.#have === this.#descriptor.size) break
        ;({ answer, skip } = await this.#resume())
      }
      this.#finish()
    } finally {
      answer?.body.destroy()
      release()
    }
  }

  // eslint-disable-next-line typescript/require-await -- an iterable like the one of a download
  async *check(whole: Uint8Array): Bytes {
    this.#take(whole)
    yield whole
    this.#finish()
  }

  /** Ends early, without an error, when the connection breaks: then there is a rest. */
  async *#read(answer: Answer, skip: number): Bytes {
    const before = this.#have
    let toSkip = skip
    try {
      for await (const chunk of answer.body) {
        const news = toSkip > 0 ? chunk.subarray(Math.min(toSkip, chunk.length)) : chunk
        toSkip -= chunk.length - news.length
        if (news.length === 0) continue
        this.#take(news)
        yield news
      }
    } catch (error) {
      this.#signal?.throwIfAborted()
      if (!isNetworkError(error)) throw error
      this.#fruitless = this.#have > before ? 0 : this.#fruitless + 1
      if (this.#fruitless >= triesWithoutProgress) throw this.#remote.exchange.failure(error, answer.url)
      return
    }
    if (this.#have < this.#descriptor.size) {
      this.#fruitless = this.#have > before ? 0 : this.#fruitless + 1
      const { digest, size } = this.#descriptor
      if (this.#fruitless >= triesWithoutProgress) throw sizeMismatch(digest, size, this.#have)
    }
  }

  #take(chunk: Uint8Array): void {
    this.#have += chunk.length
    const { digest, size } = this.#descriptor
    if (this.#have > size) throw sizeMismatch(digest, size, undefined)
    this.#digester.update(chunk)
  }

  #finish(): void {
    const { digest, size } = this.#descriptor
    if (this.#have !== size) throw sizeMismatch(digest, size, this.#have)
    const actual = this.#digester.digest()
    if (actual === digest) return
    throw new OcishError(
      'DIGEST_MISMATCH',
      `the bytes of ${digest} from ${this.#remote.host} have another digest`,
      {
        details: { expected: digest, actual },
      },
    )
  }

  /** Asks the registry, never a storage's signed address, for what is missing. */
  async #resume(): Promise<{ readonly answer: Answer; readonly skip: number }> {
    const { digest, size } = this.#descriptor
    const from = this.#have
    const answer = await request(this.#remote, 'GET', this.#repository, digest, {
      signal: this.#signal,
      lane: 'held',
      ...(from === 0 ? {} : { headers: { range: `bytes=${from}-` }, accept: [416] }),
    })
    if (answer.status === 200) return { answer, skip: from }
    const range = contentRange(answer)
    if (answer.status === 206 && range?.start === from && (range.total ?? size) === size)
      return { answer, skip: 0 }
    // Whatever this is (a 416, another range): the whole blob again, without what is here already.
    answer.body.destroy()
    const whole = await request(this.#remote, 'GET', this.#repository, digest, {
      signal: this.#signal,
      lane: 'held',
    })
    return { answer: whole, skip: from }
  }
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

function contentRange(
  answer: Answer,
): { readonly start: number; readonly total: number | undefined } | undefined {
  const match = /^bytes\s+(\d+)-(\d+)\/(\d+|\*)$/i.exec(answer.first('content-range') ?? '')
  const start = decimal(match?.[1])
  if (match === null || start === undefined) return undefined
  return { start, total: decimal(match[3]) }
}

function sizeMismatch(digest: string, expected: number, actual: number | undefined): OcishError {
  const found = actual === undefined ? 'more' : String(actual)
  return new OcishError(
    'SIZE_MISMATCH',
    `${digest} should have ${expected} bytes, but the registry sends ${found}`,
    {
      details: { expected, ...(actual === undefined ? {} : { actual }) },
    },
  )
}

function beyondEnd(digest: string, start: number): OcishError {
  return new OcishError('UPLOAD_RANGE_INVALID', `${digest} has no byte ${start}`)
}
