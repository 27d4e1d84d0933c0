import {
  acceptManifests,
  algorithmOf,
  canVerify,
  type DigestAlgorithm,
  digestOf,
  hasCode,
  isDigest,
  isJsonObject,
  isManifestMediaType,
  isSchema1,
  isTag,
  OcishError,
  parseJson,
  parseManifest,
  parseMediaType,
} from '@ocish/sdk'
import type {
  CallOptions,
  ManifestContent,
  ManifestStat,
  PushedManifest,
  PushManifestOptions,
  ReadOptions,
} from '../registry.ts'
import type { Answer } from './answer.ts'
import { repositoryScope } from './auth/scope.ts'
import { checkDigestHeader } from './blobs.ts'
import type { Call } from './call.ts'
import { limitExceeded, promisedManifest } from './limits.ts'
import type { Remote } from './remote.ts'
import { excerpt } from './wire-error.ts'

/** Tags per request of end-7b; zot takes 46, and an address of 8 KiB holds these many at any length. */
const tagsPerRequest = 40

/** GET of a manifest (end-3). */
export async function openManifest(
  remote: Remote,
  repository: string,
  reference: string,
  options: ReadOptions = {},
): Promise<ManifestContent> {
  const call = reading(remote, 'GET', repository, reference, options)
  const name = `the manifest ${call.subject.text}`
  const { answer, body: bytes } = await remote.exchange.fetch(call, name, remote.exchange.limits.manifest)
  if (answer.status === 304) throw notModified(answer, remote, repository, reference)
  const digest = verifiedDigest(remote, answer, bytes, reference)
  const mediaType = mediaTypeOf(remote, answer, bytes)
  return { descriptor: { mediaType, digest, size: bytes.length }, bytes, ...freshness(answer) }
}

/** HEAD of a manifest; GET where HEAD says too little (specs/distribution.md §5, 27 and 28). */
export async function statManifest(
  remote: Remote,
  repository: string,
  reference: string,
  options: ReadOptions = {},
): Promise<ManifestStat> {
  const head = reading(remote, 'HEAD', repository, reference, options, [400, 405, 501])
  const answer = await remote.exchange.send(head)
  answer.body.discard()
  if (answer.status === 304) throw notModified(answer, remote, repository, reference)
  const told = answer.first('docker-content-digest')
  if (isDigest(reference)) checkDigestHeader(answer, reference)
  const digest = isDigest(reference) ? reference : told
  const size = answer.length
  const mediaType = manifestType(answer)
  if (
    answer.status >= 400 ||
    !isKnown(digest) ||
    size === undefined ||
    size === 0 ||
    mediaType === undefined
  ) {
    const { descriptor, etag, age } = await openManifest(remote, repository, reference, options)
    return { descriptor, ...(etag !== undefined && { etag }), ...(age !== undefined && { age }) }
  }
  return { descriptor: { mediaType, digest, size }, ...freshness(answer) }
}

function isKnown(digest: string | undefined): digest is string {
  return digest !== undefined && canVerify(digest)
}

/** PUT of a manifest (end-7a, end-7b): the exact bytes, then every tag. */
export async function pushManifest(
  remote: Remote,
  repository: string,
  bytes: Uint8Array,
  options: PushManifestOptions,
): Promise<PushedManifest> {
  const algorithm = options.digest === undefined ? 'sha256' : algorithmOf(options.digest)
  const digest = digestOf(bytes, algorithm)
  if (options.digest !== undefined && options.digest !== digest) {
    throw new OcishError('DIGEST_MISMATCH', `the bytes to push are not those of ${options.digest}`, {
      details: { expected: options.digest, actual: digest },
    })
  }
  const { manifest: limit } = remote.exchange.limits
  if (bytes.length > limit) throw limitExceeded('the manifest to push', limit)
  if (bytes.length > promisedManifest) {
    remote.exchange.warnings.warn(`the manifest has ${bytes.length} bytes; registries promise to take 4 MiB`)
  }
  const tags = [...new Set(options.tags)]
  const put = new ManifestPut(remote, repository, bytes, digest, options)
  const subject = await put.all(tags, algorithm).catch((error: unknown) => {
    // Distribution 2.8 calls a manifest that is too long for it invalid.
    if (bytes.length <= promisedManifest || !hasCode(error, 'MANIFEST_INVALID')) throw error
    throw new OcishError('LIMIT_EXCEEDED', `${remote.host} refused a manifest of ${bytes.length} bytes`, {
      cause: error,
    })
  })
  return {
    descriptor: { mediaType: options.mediaType, digest, size: bytes.length },
    tags,
    ...(subject === undefined ? {} : { subject }),
  }
}

/** DELETE of a manifest by digest, or of a tag (end-9). */
export async function deleteManifest(
  remote: Remote,
  repository: string,
  reference: string,
  { signal }: CallOptions = {},
): Promise<void> {
  const subject = remote.subject('manifest', 'DELETE', repository, checked(reference))
  const answer = await remote.exchange.send({
    method: 'DELETE',
    url: remote.url(repository, `manifests/${reference}`),
    scopes: [repositoryScope(remote.path(repository), 'delete')],
    lane: 'small',
    repeatable: true,
    // Distribution 2.8 takes a tag for a bad digest and answers 400.
    accept: isTag(reference) ? [400, 404] : [404],
    subject,
    signal,
  })
  answer.body.discard()
  if (answer.status === 400) {
    throw new OcishError('UNSUPPORTED', `${remote.host} cannot delete a tag alone`, {
      hint: 'Delete the manifest by its digest, which removes every tag on it.',
    })
  }
  // A second attempt that finds nothing: the first one did it.
  if (answer.status === 404 && answer.attempt === 1) {
    throw new OcishError('MANIFEST_NOT_FOUND', `no manifest ${subject.text}`)
  }
}

/** One manifest on its way to a digest and to tags. */
class ManifestPut {
  readonly #remote: Remote
  readonly #repository: string
  readonly #bytes: Uint8Array
  readonly #digest: string
  readonly #options: PushManifestOptions
  #subject: string | undefined

  constructor(
    remote: Remote,
    repository: string,
    bytes: Uint8Array,
    digest: string,
    options: PushManifestOptions,
  ) {
    this.#remote = remote
    this.#repository = repository
    this.#bytes = bytes
    this.#digest = digest
    this.#options = options
  }

  /** The subject that the registry said it indexed. */
  async all(tags: readonly string[], algorithm: DigestAlgorithm): Promise<string | undefined> {
    const conditional = this.#options.ifMatch !== undefined || this.#options.ifNoneMatch !== undefined
    // A tag is pushed under the digest of its URL, which only end-7b can make another than sha256.
    const together = !conditional && (tags.length > 1 || (tags.length === 1 && algorithm !== 'sha256'))
    if (tags.length === 0) await this.#put(this.#digest)
    const missing = together ? await this.#tagTogether(tags) : tags
    for (const tag of missing) await this.#put(tag)
    return this.#subject
  }

  /** The tags that the registry did not confirm: an old one ignores the parameters. */
  async #tagTogether(tags: readonly string[]): Promise<readonly string[]> {
    const missing: string[] = []
    for (let at = 0; at < tags.length; at += tagsPerRequest) {
      const some = tags.slice(at, at + tagsPerRequest)
      const answer = await this.#put(this.#digest, some)
      if (answer.status >= 400) return [...missing, ...tags.slice(at)]
      const set = new Set(answer.all('oci-tag').flatMap((line) => line.split(',').map((tag) => tag.trim())))
      missing.push(...some.filter((tag) => !set.has(tag)))
      if (set.size === 0) return [...missing, ...tags.slice(at + tagsPerRequest)]
    }
    return missing
  }

  async #put(reference: string, tags: readonly string[] = []): Promise<Answer> {
    const { ifMatch, ifNoneMatch, mediaType, signal, onRetry } = this.#options
    const url = this.#remote.url(this.#repository, `manifests/${checked(reference)}`)
    if (tags.length > 0) url.search = tags.map((tag) => `tag=${encodeURIComponent(checked(tag))}`).join('&')
    const answer = await this.#remote.exchange.send({
      method: 'PUT',
      url,
      scopes: [repositoryScope(this.#remote.path(this.#repository), 'pull', 'push')],
      headers: {
        'content-type': mediaType,
        ...(ifMatch === undefined ? {} : { 'if-match': ifMatch }),
        ...(ifNoneMatch === undefined ? {} : { 'if-none-match': ifNoneMatch }),
      },
      body: { open: () => this.#bytes, length: this.#bytes.length },
      lane: 'small',
      repeatable: ifMatch === undefined && ifNoneMatch === undefined,
      ...(tags.length > 0 ? { accept: [400, 414, 431] } : {}),
      subject: this.#remote.subject('manifest', 'PUT', this.#repository, reference),
      signal,
      onRetry,
    })
    answer.body.discard()
    if (answer.status >= 400) return answer
    checkDigestHeader(answer, this.#digest)
    const told = answer.first('oci-subject')
    if (told !== undefined && told === subjectOf(this.#bytes)) this.#subject = told
    return answer
  }
}

function reading(
  remote: Remote,
  method: 'GET' | 'HEAD',
  repository: string,
  reference: string,
  { signal, ifNoneMatch, onRetry }: ReadOptions,
  accept: Call['accept'] = [],
): Call {
  // What nobody can verify is not read.
  if (isDigest(reference)) algorithmOf(reference)
  return {
    method,
    url: remote.url(repository, `manifests/${checked(reference)}`),
    scopes: [repositoryScope(remote.path(repository), 'pull')],
    headers: {
      accept: acceptManifests,
      ...(ifNoneMatch === undefined ? {} : { 'if-none-match': ifNoneMatch }),
    },
    lane: 'small',
    repeatable: true,
    accept: ifNoneMatch === undefined ? accept : [...accept, 304],
    subject: remote.subject('manifest', method, repository, reference),
    signal,
    onRetry,
  }
}

/** A tag or a digest, before it becomes part of an address (T29). */
function checked(reference: string): string {
  if (isTag(reference) || isDigest(reference)) return reference
  const shown = JSON.stringify(reference.slice(0, 200))
  if (reference.includes(':')) throw new OcishError('DIGEST_INVALID', `${shown} is not a digest`)
  throw new OcishError('REFERENCE_INVALID', `${shown} is not a tag`)
}

/** Asked by digest: that digest, or nothing (T28). By tag: computed, and what the registry claims must agree. */
function verifiedDigest(remote: Remote, answer: Answer, bytes: Uint8Array, reference: string): string {
  const told = answer.first('docker-content-digest')
  const wanted = isDigest(reference) ? reference : told !== undefined && canVerify(told) ? told : undefined
  const algorithm = wanted === undefined ? 'sha256' : algorithmOf(wanted)
  const actual = digestOf(bytes, algorithm)
  if (wanted === undefined || wanted === actual) return actual
  throw new OcishError('DIGEST_MISMATCH', `${remote.host} sent another manifest than ${wanted}`, {
    details: { expected: wanted, actual },
  })
}

/** What Content-Type and body agree on; a body that is no manifest is refused (T30). Errors: MANIFEST_INVALID, UNSUPPORTED. */
function mediaTypeOf(remote: Remote, answer: Answer, bytes: Uint8Array): string {
  const header = answer.first('content-type')
  if (bytes[0] === 0x3c || (header ?? '').includes('html')) {
    throw new OcishError(
      'REGISTRY_PROTOCOL',
      `${remote.host} sent ${excerpt(bytes, header)} instead of a manifest`,
    )
  }
  const told = manifestType(answer)
  if (told === undefined || isManifestMediaType(told) || isSchema1(told))
    return parseManifest(bytes, told).mediaType
  // A type of the future is carried, not understood.
  const own = peek(bytes)['mediaType']
  if (own === undefined || own === told) return told
  throw new OcishError(
    'MANIFEST_INVALID',
    `the manifest says it is ${JSON.stringify(own)}, but it came as ${told}`,
  )
}

/** The members of a manifest that need not be one of a known type. Errors: MANIFEST_INVALID. */
function peek(bytes: Uint8Array): Readonly<Record<string, unknown>> {
  const body = parseJson(bytes, {
    what: 'the manifest',
    code: 'MANIFEST_INVALID',
    unique: new Set(['mediaType', 'subject']),
  })
  if (!isJsonObject(body)) throw new OcishError('MANIFEST_INVALID', 'the manifest is not a JSON object')
  return body
}

/** The Content-Type without parameters; undefined for one that says nothing about manifests. */
function manifestType(answer: Answer): string | undefined {
  const essence = parseMediaType(answer.first('content-type') ?? '')?.essence
  if (essence === undefined || essence === 'application/json' || essence === 'application/octet-stream')
    return undefined
  return essence.startsWith('text/') && !isSchema1(essence) ? undefined : essence
}

function subjectOf(bytes: Uint8Array): unknown {
  const { subject } = peek(bytes)
  return isJsonObject(subject) ? subject['digest'] : undefined
}

function freshness(answer: Answer): { readonly etag?: string; readonly age?: number } {
  const etag = answer.first('etag')
  const { age } = answer
  return { ...(etag === undefined ? {} : { etag }), ...(age === undefined ? {} : { age }) }
}

function notModified(answer: Answer, remote: Remote, repository: string, reference: string): OcishError {
  answer.body.discard()
  return new OcishError('NOT_MODIFIED', `${remote.host}/${repository} ${reference} is unchanged`)
}
