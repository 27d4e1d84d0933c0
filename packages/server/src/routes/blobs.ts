import { canVerify, type Descriptor, hasCode, octetStream, parseDigest } from '@ocish/sdk'
import { type Answer, empty, refuse } from '../answer.ts'
import { type ByteRange, cutRange, readRange } from '../byte-range.ts'
import { namesTag, quotedTag } from '../conditions.ts'
import { type Exchange, header } from '../exchange.ts'

/** end-2 and end-10. */
export async function answerBlob(exchange: Exchange, repository: string, digest: string): Promise<Answer> {
  const { method, access } = exchange
  if (method === 'DELETE') {
    access.require(repository, 'delete')
    return await removeBlob(exchange, repository, digest)
  }
  if (method !== 'GET' && method !== 'HEAD') {
    throw refuse(405, 'UNSUPPORTED', `${method} is not for blobs`, { allow: 'GET, HEAD, DELETE' })
  }
  access.require(repository, 'pull')
  parseDigest(digest)
  if (!canVerify(digest)) throw refuse(404, 'BLOB_UNKNOWN', 'the algorithm of the digest is not supported')
  return await readBlob(exchange, repository, digest)
}

async function removeBlob(
  { registry, signal }: Exchange,
  repository: string,
  digest: string,
): Promise<Answer> {
  parseDigest(digest)
  await registry.deleteBlob(repository, digest, { signal })
  return empty(202)
}

async function readBlob(exchange: Exchange, repository: string, digest: string): Promise<Answer> {
  const { registry, method, signal } = exchange
  const etag = quotedTag(digest)
  const headers = {
    'content-type': octetStream,
    'docker-content-digest': digest,
    'accept-ranges': 'bytes',
    'cache-control': 'max-age=31536000, immutable',
    etag,
  }
  const isFresh = namesTag(header(exchange, 'if-none-match'), etag)
  if (method === 'HEAD' || isFresh) {
    const { size } = await registry.statBlob(repository, digest, { signal })
    return isFresh
      ? empty(304, { etag })
      : { status: 200, headers: { ...headers, 'content-length': String(size) } }
  }
  const range = await wantedRange(exchange, repository, digest)
  if (range !== undefined) return await readPart(exchange, repository, range, headers)
  const { descriptor, bytes } = await registry.openBlob(repository, digest, { signal })
  return { status: 200, headers: { ...headers, 'content-length': String(descriptor.size) }, body: bytes }
}

interface WantedRange {
  readonly blob: Descriptor
  readonly range: ByteRange
}

/** Undefined: the whole blob is wanted. Throws 416 for a range outside it. */
async function wantedRange(
  exchange: Exchange,
  repository: string,
  digest: string,
): Promise<WantedRange | undefined> {
  const wanted = header(exchange, 'range')
  if (wanted === undefined) return undefined
  const condition = header(exchange, 'if-range')
  if (condition !== undefined && !namesTag(condition, digest)) return undefined
  const blob = await exchange.registry.statBlob(repository, digest, { signal: exchange.signal })
  const range = readRange(wanted, blob.size)
  if (range !== 'unsatisfiable') return range === undefined ? undefined : { blob, range }
  throw refuse(416, 'RANGE_INVALID', `the blob has ${blob.size} bytes`, {
    'content-range': `bytes */${blob.size}`,
  })
}

async function readPart(
  { registry, signal }: Exchange,
  repository: string,
  { blob, range }: WantedRange,
  headers: Readonly<Record<string, string>>,
): Promise<Answer> {
  const { start, end } = range
  const part = await openFrom()
  return {
    status: 206,
    headers: {
      ...headers,
      'content-length': String(end - start + 1),
      'content-range': `bytes ${start}-${end}/${blob.size}`,
    },
    body: cutRange(part.bytes, part.start, range),
  }

  /** A registry that cannot seek is read from the beginning. */
  async function openFrom(): Promise<{ readonly start: number; readonly bytes: AsyncIterable<Uint8Array> }> {
    try {
      return await registry.openRange(repository, blob.digest, start, { signal })
    } catch (error) {
      if (!hasCode(error, 'UNSUPPORTED')) throw error
      const { bytes } = await registry.openBlob(repository, blob.digest, { signal })
      return { start: 0, bytes }
    }
  }
}
