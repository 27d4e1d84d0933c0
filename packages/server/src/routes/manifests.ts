import type { ManifestContent, ManifestStat, PushManifestOptions } from '@ocish/core'
import { canVerify, hasCode, isTag, parseDigest, parseManifest, parseMediaType } from '@ocish/sdk'
import { type Answer, empty, errors, refuse } from '../answer.ts'
import { namesTag, quotedTag } from '../conditions.ts'
import { type Exchange, header } from '../exchange.ts'
import { readBody } from '../request-body.ts'

/** end-3, end-7 and end-9. */
export async function answerManifest(
  exchange: Exchange,
  repository: string,
  reference: string,
): Promise<Answer> {
  const { method, access } = exchange
  switch (method) {
    case 'GET':
    case 'HEAD':
      access.require(repository, 'pull')
      return await readManifest(exchange, repository, reference)
    case 'PUT':
      access.require(repository, 'pull', 'push')
      return await pushManifest(exchange, repository, reference)
    case 'DELETE':
      access.require(repository, 'delete')
      return await removeManifest(exchange, repository, reference)
    default:
      throw refuse(405, 'UNSUPPORTED', `${method} is not for manifests`, { allow: 'GET, HEAD, PUT, DELETE' })
  }
}

async function readManifest(exchange: Exchange, repository: string, reference: string): Promise<Answer> {
  const { registry, method, signal } = exchange
  checkReadReference(reference)
  const found: ManifestStat & Partial<ManifestContent> =
    method === 'HEAD'
      ? await registry.statManifest(repository, reference, { signal })
      : await registry.openManifest(repository, reference, { signal })
  const { descriptor, bytes } = found
  const etag = quotedTag(found.etag ?? descriptor.digest)
  if (namesTag(header(exchange, 'if-none-match'), etag)) return empty(304, { etag })
  return {
    status: 200,
    headers: {
      'content-type': descriptor.mediaType,
      'content-length': String(descriptor.size),
      'docker-content-digest': descriptor.digest,
      etag,
    },
    ...(bytes !== undefined && { body: bytes }),
  }
}

async function pushManifest(exchange: Exchange, repository: string, reference: string): Promise<Answer> {
  const { registry, request, limits, options, signal } = exchange
  const { digest, tags } = writeReference(exchange, reference)
  const type = parseMediaType(header(exchange, 'content-type') ?? '')
  if (type === undefined) throw refuse(400, 'MANIFEST_INVALID', 'the Content-Type is no media type')
  const bytes = await readBody(request, limits.manifest)
  parseManifest(bytes, type.essence)
  const push: PushManifestOptions = {
    mediaType: type.essence,
    tags,
    signal,
    ...(digest !== undefined && { digest }),
    ...(options.sparse === true && { sparse: true }),
    ...(await preconditions(exchange, repository, tags)),
  }
  try {
    return pushed(repository, await registry.pushManifest(repository, bytes, push), tags)
  } catch (error) {
    const isOwnWish = header(exchange, 'if-none-match') !== undefined
    if (options.immutableTags !== true || isOwnWish || !hasCode(error, 'PRECONDITION_FAILED')) throw error
    return await keepTags(exchange, repository, bytes, push)
  }
}

interface Pushed {
  readonly descriptor: { readonly digest: string }
  readonly subject?: string
}

function pushed(repository: string, { descriptor, subject }: Pushed, tags: readonly string[]): Answer {
  const { digest } = descriptor
  return empty(201, {
    location: `/v2/${repository}/manifests/${digest}`,
    'docker-content-digest': digest,
    ...(tags.length > 0 && { 'oci-tag': tags }),
    ...(subject !== undefined && { 'oci-subject': subject }),
  })
}

/** The tags of a request: the reference, or the query's `tag` beside a digest. */
function writeReference(
  { query, limits }: Exchange,
  reference: string,
): { readonly digest?: string; readonly tags: readonly string[] } {
  const isDigest = reference.includes(':')
  if (isDigest) {
    parseDigest(reference)
    if (!canVerify(reference))
      throw refuse(400, 'DIGEST_INVALID', 'the algorithm of the digest is not supported')
  }
  const tags = [...new Set(isDigest ? query.getAll('tag') : [reference])]
  if (tags.length > limits.tags) throw refuse(414, 'TAG_INVALID', `more than ${limits.tags} tags at once`)
  const wrong = tags.find((tag) => !isTag(tag))
  if (wrong !== undefined) {
    throw refuse(400, 'TAG_INVALID', 'invalid tag', {}, { tag: wrong.slice(0, 300) })
  }
  return { tags, ...(isDigest && { digest: reference }) }
}

/** `If-Match` and `If-None-Match: *`, which make the read-modify-write of a tag safe. */
async function preconditions(
  exchange: Exchange,
  repository: string,
  tags: readonly string[],
): Promise<Pick<PushManifestOptions, 'ifMatch' | 'ifNoneMatch'>> {
  const { registry, options, signal } = exchange
  const ifMatch = header(exchange, 'if-match')
  const ifNoneMatch = header(exchange, 'if-none-match')
  if (options.immutableTags === true || ifNoneMatch?.trim() === '*') return { ifNoneMatch: '*' }
  const [tag] = tags
  if (ifMatch === undefined || tag === undefined) return {}
  const held = await registry.statManifest(repository, tag, { signal }).catch((error: unknown) => {
    if (hasCode(error, 'MANIFEST_NOT_FOUND', 'REPOSITORY_NOT_FOUND')) return undefined
    throw error
  })
  const etag = held?.etag ?? held?.descriptor.digest
  if (etag === undefined || !namesTag(ifMatch, etag)) throw refuse(412, 'DENIED', 'the tag has changed')
  // The registry compares again when it writes: what changes in between is still found out.
  return { ifMatch: etag }
}

/** A tag that cannot move: writing what it already points to is no change, anything else is 409. */
async function keepTags(
  { registry, signal }: Exchange,
  repository: string,
  bytes: Uint8Array,
  options: PushManifestOptions,
): Promise<Answer> {
  const { ifNoneMatch: _tagged, tags = [], ...push } = options
  const result = await registry.pushManifest(repository, bytes, push)
  for (const tag of tags) {
    const held = await registry.statManifest(repository, tag, { signal }).catch((error: unknown) => {
      if (hasCode(error, 'MANIFEST_NOT_FOUND')) return undefined
      throw error
    })
    if (held !== undefined && held.descriptor.digest !== result.descriptor.digest) {
      return errors(409, [{ code: 'DENIED', message: `tag ${tag} is immutable` }])
    }
    if (held === undefined) {
      await registry.pushManifest(repository, bytes, { ...push, tags: [tag], ifNoneMatch: '*' })
    }
  }
  return pushed(repository, result, tags)
}

async function removeManifest(exchange: Exchange, repository: string, reference: string): Promise<Answer> {
  const { registry, options, signal } = exchange
  if (options.immutableTags === true) throw refuse(405, 'UNSUPPORTED', 'tags are immutable here')
  const isDigest = reference.includes(':')
  if (isDigest) parseDigest(reference)
  else checkReadReference(reference)
  try {
    await (isDigest
      ? registry.deleteManifest(repository, reference, { signal })
      : registry.deleteTag(repository, reference, { signal }))
  } catch (error) {
    if (isDigest || !hasCode(error, 'UNSUPPORTED')) throw error
    throw refuse(400, 'UNSUPPORTED', 'tags cannot be deleted here')
  }
  return empty(202)
}

/** What cannot be a tag is not there; what looks like a digest has to be one. */
function checkReadReference(reference: string): void {
  if (reference.includes(':')) parseDigest(reference)
  else if (!isTag(reference)) throw refuse(404, 'MANIFEST_UNKNOWN', 'no tag has such a name')
}
