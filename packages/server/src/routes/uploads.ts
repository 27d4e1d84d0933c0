import { canVerify, hasCode, isRepository, parseDigest } from '@ocish/sdk'
import { type Answer, empty, refuse } from '../answer.ts'
import { type Exchange, header } from '../exchange.ts'
import { bodyChunks, bodyPieces, limited } from '../request-body.ts'
import type { UploadSession } from '../upload-sessions.ts'

/** end-4 and end-11: starts an upload, takes a blob at once, or mounts one. */
export async function answerUploads(exchange: Exchange, repository: string): Promise<Answer> {
  const { method, query, access, sessions } = exchange
  if (method !== 'POST') throw refuse(405, 'UNSUPPORTED', 'an upload starts with POST', { allow: 'POST' })
  access.require(repository, 'pull', 'push')
  const mount = query.get('mount')
  if (mount !== null) return await mountBlob(exchange, repository, mount)
  const digest = query.get('digest')
  if (digest !== null) return await pushWhole(exchange, repository, digest)
  const algorithm = query.get('digest-algorithm')
  if (algorithm !== null && algorithm !== 'sha256' && algorithm !== 'sha512') {
    throw refuse(400, 'DIGEST_INVALID', 'the digest algorithm is not supported')
  }
  const session = await sessions.start(repository, access.user, { ...(algorithm !== null && { algorithm }) })
  return accepted(exchange, session)
}

/** end-5, end-6, end-13 and end-14: everything on one session, one request after the other. */
export async function answerUpload(exchange: Exchange, repository: string, id: string): Promise<Answer> {
  const { method, access, sessions } = exchange
  access.require(repository, 'pull', 'push')
  const act = actions[method]
  if (act === undefined) {
    throw refuse(405, 'UNSUPPORTED', `${method} is not for uploads`, {
      allow: Object.keys(actions).join(', '),
    })
  }
  const session = await sessions.find(repository, id, access.user)
  return await session.inTurn(() => act(exchange, session))
}

const actions: Readonly<Record<string, (exchange: Exchange, session: UploadSession) => Promise<Answer>>> = {
  GET: (_exchange, session) => Promise.resolve(status(session)),
  HEAD: (_exchange, session) => Promise.resolve(status(session)),
  PATCH: appendChunk,
  PUT: finish,
  DELETE: cancel,
}

function status(session: UploadSession): Answer {
  return { status: 204, headers: progress(session) }
}

async function appendChunk(exchange: Exchange, session: UploadSession): Promise<Answer> {
  await append(exchange, session)
  return accepted(exchange, session)
}

async function finish(exchange: Exchange, session: UploadSession): Promise<Answer> {
  const { query, sessions, signal } = exchange
  const digest = query.get('digest')
  if (digest === null) throw refuse(400, 'DIGEST_INVALID', 'the query names no digest')
  checkDigest(digest)
  await append(exchange, session, { isLast: true })
  try {
    await session.upload.commit(digest, { signal })
  } catch (error) {
    if (hasCode(error, 'DIGEST_MISMATCH', 'UPLOAD_NOT_FOUND')) sessions.forget(session)
    throw error
  }
  sessions.forget(session)
  return created(session.repository, digest)
}

async function cancel({ sessions }: Exchange, session: UploadSession): Promise<Answer> {
  sessions.forget(session)
  await session.upload.cancel()
  return empty(204)
}

/** Appends the body piece by piece, so that a connection that dies leaves what has arrived. */
async function append(
  exchange: Exchange,
  session: UploadSession,
  options: { readonly isLast?: boolean } = {},
): Promise<void> {
  const { request, limits } = exchange
  const { upload } = session
  checkOffset(exchange, session)
  const before = upload.offset
  for await (const piece of limited(bodyPieces(request), limits.blob - before)) await upload.write(piece)
  const received = upload.offset - before
  if (options.isLast === true || received >= minimumChunk(exchange, session)) return
  if (session.hadShortChunk)
    throw refuse(400, 'SIZE_INVALID', 'chunks but the last have to be larger', progress(session))
  session.hadShortChunk = true
}

/** A `Content-Range` has to begin where the upload is and be as long as the body; nothing is consumed otherwise. */
function checkOffset(exchange: Exchange, session: UploadSession): void {
  const range = header(exchange, 'content-range')
  if (range === undefined) return
  const [, first, last] = /^(\d{1,15})-(\d{1,15})$/.exec(range) ?? []
  const length = header(exchange, 'content-length')
  if (length === undefined)
    throw refuse(411, 'SIZE_INVALID', 'a chunk with Content-Range needs Content-Length')
  const isFitting =
    Number(first) === session.upload.offset && Number(last) - Number(first) + 1 === Number(length)
  if (isFitting) return
  throw refuse(416, 'RANGE_INVALID', `the upload has ${session.upload.offset} bytes`, progress(session))
}

async function mountBlob(exchange: Exchange, repository: string, digest: string): Promise<Answer> {
  const { registry, query, access, sessions, signal } = exchange
  checkDigest(digest)
  const from = query.get('from')
  const { mounted, upload } = mayMountFrom(exchange, from)
    ? await registry.mountBlob(repository, digest, from ?? undefined, { signal }).catch(refused)
    : {}
  if (mounted !== undefined) return created(repository, digest)
  return accepted(
    exchange,
    await sessions.start(repository, access.user, { ...(upload !== undefined && { upload }) }),
  )
}

/** Reading the source is a right of its own; without a source it would have to be the right to read all of them. */
function mayMountFrom({ access, options }: Exchange, from: string | null): boolean {
  if (from !== null) return isRepository(from) && access.may(from, 'pull')
  return options.auth === undefined || (options.auth.scheme === 'basic' && options.auth.allow === undefined)
}

function refused(error: unknown): Record<string, never> {
  if (hasCode(error, 'UNSUPPORTED', 'BLOB_NOT_FOUND', 'REPOSITORY_NOT_FOUND')) return {}
  throw error
}

async function pushWhole(exchange: Exchange, repository: string, digest: string): Promise<Answer> {
  const { registry, request, limits, signal } = exchange
  checkDigest(digest)
  const length = header(exchange, 'content-length')
  const size = length === undefined ? undefined : Number(length)
  const open = once(() => limited(bodyChunks(request), limits.blob))
  await registry.pushBlob(repository, { digest, ...(size !== undefined && { size }) }, open, { signal })
  return created(repository, digest)
}

/** A request's body comes once. */
function once<T>(open: () => T): () => T {
  let isOpen = false
  return () => {
    if (isOpen) throw new TypeError('the body of a request can be read once')
    isOpen = true
    return open()
  }
}

function checkDigest(digest: string): void {
  parseDigest(digest)
  if (!canVerify(digest)) throw refuse(400, 'DIGEST_INVALID', 'the algorithm of the digest is not supported')
}

function minimumChunk({ options }: Exchange, { upload }: UploadSession): number {
  return Math.max(options.minimumChunk ?? 0, upload.minimumChunk ?? 0)
}

function accepted(exchange: Exchange, session: UploadSession): Answer {
  const minimum = minimumChunk(exchange, session)
  return empty(202, { ...progress(session), ...(minimum > 0 && { 'oci-chunk-min-length': String(minimum) }) })
}

/** An upload without bytes is written `0-0`, as CNCF Distribution does. */
function progress({ repository, id, upload }: UploadSession): Record<string, string> {
  return {
    location: `/v2/${repository}/blobs/uploads/${id}`,
    range: `0-${Math.max(0, upload.offset - 1)}`,
    'docker-upload-uuid': id,
  }
}

function created(repository: string, digest: string): Answer {
  return empty(201, { location: `/v2/${repository}/blobs/${digest}`, 'docker-content-digest': digest })
}
