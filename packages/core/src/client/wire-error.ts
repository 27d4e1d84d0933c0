import { isDigest, isJsonObject, OcishError, type OcishErrorOptions, parseJson } from '@ocish/sdk'
import { wantsCertificate } from './tls.ts'

/** One entry of a registry's `errors` (distribution-spec, "Error Codes"). */
export interface WireError {
  readonly code: string
  readonly message: string
  /** What it is about. */
  readonly digest?: string
}

/** What a request was about: decides which error a refusal becomes. */
export interface Subject {
  readonly kind: 'manifest' | 'blob' | 'upload' | 'tags' | 'catalog' | 'referrers' | 'registry'
  /** How a message names it: `team/app:v1`. */
  readonly text: string
  readonly host: string
  readonly repository?: string | undefined
  readonly method: string
}

interface Refusal {
  readonly status: number
  readonly body: Uint8Array
  readonly contentType: string | undefined
  readonly retryAfter?: string | undefined
  /** Another host that gave the answer, to which the registry had led. */
  readonly elsewhere?: string | undefined
  /** What a person is told about the credential that was tried. */
  readonly identity: { readonly text: string; readonly source?: string | undefined }
}

/** The `errors` of a body, whatever its Content-Type; none when it is something else. */
export function parseWireErrors(body: Uint8Array): readonly WireError[] {
  try {
    const parsed = parseJson(body, { what: 'the error', code: 'REGISTRY_PROTOCOL' })
    const list = isJsonObject(parsed)
      ? (parsed['errors'] ?? (parsed['code'] === undefined ? undefined : [parsed]))
      : undefined
    if (!Array.isArray(list)) return []
    return list
      .slice(0, 20)
      .filter(isJsonObject)
      .map((entry) => ({
        code: typeof entry['code'] === 'string' ? printable(entry['code'], 64) : 'UNKNOWN',
        message: typeof entry['message'] === 'string' ? printable(entry['message'], 500) : '',
        ...digestOf(entry['detail']),
      }))
  } catch {
    // A body that is no list of errors says nothing that the status does not.
    return []
  }
}

/** `detail` is what each registry makes of it: CNCF Distribution and zot name a digest, alone or in an object. */
function digestOf(detail: unknown): Pick<WireError, 'digest'> {
  const digest = isJsonObject(detail) ? (detail['digest'] ?? detail['Digest']) : detail
  return typeof digest === 'string' && isDigest(digest) ? { digest } : {}
}

/** The one error for an answer that is no success. */
export function wireError(subject: Subject, refusal: Refusal): OcishError {
  const wire = refusal.elsewhere === undefined ? parseWireErrors(refusal.body) : []
  const codes = new Set(wire.map(({ code }) => code))
  const { code, message, hint } = describe(subject, refusal, codes, reasonOf(refusal, wire))
  const options: OcishErrorOptions = {
    details: {
      host: subject.host,
      ...(subject.repository === undefined ? {} : { repository: subject.repository }),
      status: refusal.status,
      ...(wire.length === 0 ? {} : { wire }),
      ...(refusal.identity.source === undefined ? {} : { credential: refusal.identity.source }),
    },
    ...(hint === undefined ? {} : { hint }),
  }
  return new OcishError(code, message, options)
}

/** Control characters out, white space joined, at most `length` characters. */
export function printable(text: string, length: number): string {
  const clean = text.replaceAll(/[\p{Cc}\p{Cf}\s]+/gu, ' ').trim()
  return clean.length > length ? `${clean.slice(0, length)}…` : clean
}

/** The beginning of an answer that is not what was asked for: its type, and the text of a page without its tags. */
export function excerpt(body: Uint8Array, contentType: string | undefined): string {
  const text = Buffer.from(body.subarray(0, 4096)).toString('utf8')
  const isHtml = /^\s*<(?:!doctype|html|head|body)/i.test(text) || (contentType ?? '').includes('html')
  const title = isHtml ? /<title[^>]*>([^<]*)/i.exec(text)?.[1] : undefined
  const shown = printable(isHtml ? (title ?? '') : text, 200)
  const kind = isHtml ? 'a web page' : 'text'
  return shown === '' ? kind : `${kind}: ${shown}`
}

interface Description {
  readonly code: string
  readonly message: string
  readonly hint?: string | undefined
}

function describe(
  subject: Subject,
  refusal: Refusal,
  codes: ReadonlySet<string>,
  reason: string,
): Description {
  const { status } = refusal
  const { host, text } = subject
  const because = reason === '' ? '' : ` (${reason})`
  // Only these statuses leave it to the code whether they are about permission (ECR and zot answer such a 400 or 405).
  const isOpen = status === 400 || status === 403 || status === 405
  if (status === 401 || (isOpen && codes.has('UNAUTHORIZED'))) {
    return {
      code: 'REGISTRY_UNAUTHORIZED',
      message: `${text} does not exist or ${host} wants a sign-in: ${refusal.identity.text}${because}`,
      hint: `Run login ${host}.`,
    }
  }
  if (status === 403 || (isOpen && codes.has('DENIED'))) {
    return {
      code: 'REGISTRY_DENIED',
      message: `${text} does not exist or access is denied by ${host}: ${refusal.identity.text}${because}`,
      hint: `Run login ${host} with an account that may do this.`,
    }
  }
  if (status === 429) {
    const asked = refusal.retryAfter === undefined ? undefined : printable(refusal.retryAfter, 40)
    const isSeconds = asked !== undefined && /^\d+$/.test(asked)
    const wait = asked === undefined ? 'later' : `after ${asked}${isSeconds ? ' seconds' : ''}`
    const allow = isSeconds ? `, wait for it with --max-wait ${asked}s` : ''
    return {
      code: 'REGISTRY_RATE_LIMITED',
      message: `${host} limits the rate of requests${because}`,
      hint: `Try again ${wait}${allow}, or sign in with login ${host}.`,
    }
  }
  if (status === 408 || status === 499 || (status >= 500 && status !== 501)) {
    return {
      code: 'REGISTRY_UNAVAILABLE',
      message: `${host} failed with status ${status} for ${text}${because}`,
    }
  }
  return refusedCall(subject, status, codes, because)
}

function refusedCall(
  subject: Subject,
  status: number,
  codes: ReadonlySet<string>,
  because: string,
): Description {
  const { host, text, kind } = subject
  if (isTlsExpected(status, because)) {
    return {
      code: 'NETWORK_TLS',
      message: `${host} speaks HTTPS, but was asked over plain HTTP`,
      hint: 'Name its certificate authority with --ca-file FILE (a loopback host is asked over plain HTTP otherwise), and leave out --plain-http; set registries.HOST.plain-http true is for one registry.',
    }
  }
  if (status === 400 && /No required SSL certificate|SSL certificate error/i.test(because)) {
    // nginx, which takes the connection and refuses each request.
    return { code: 'NETWORK_TLS', ...wantsCertificate(host) }
  }
  if (status === 407) {
    return { code: 'NETWORK_FAILED', message: `the proxy wants a sign-in before it lets ${host} be reached` }
  }
  if (status === 405 || status === 501 || codes.has('UNSUPPORTED')) {
    return { code: 'UNSUPPORTED', message: `${host} does not support this for ${text}${because}` }
  }
  if (status === 404) return missing(subject, codes, because)
  if (status === 421) {
    return {
      code: 'REGISTRY_REJECTED',
      message: `what listens there does not answer to the name ${host}`,
      hint: 'Ask it by a name or address of its own, such as 127.0.0.1.',
    }
  }
  if (status === 412) return { code: 'PRECONDITION_FAILED', message: `${text} has changed in the meantime` }
  if (status === 413 || /body too large|too large/i.test(because)) {
    return { code: 'LIMIT_EXCEEDED', message: `${text} is larger than ${host} takes${because}` }
  }
  if (kind === 'manifest' && subject.method === 'PUT') return refusedManifest(subject, status, codes, because)
  if (status === 416)
    return { code: 'UPLOAD_RANGE_INVALID', message: `${host} refused the range of ${text}${because}` }
  if (kind === 'upload' && (codes.has('DIGEST_INVALID') || codes.has('SIZE_INVALID'))) {
    return {
      code: 'DIGEST_MISMATCH',
      message: `${host} received other bytes for ${text} than their digest says${because}`,
    }
  }
  return { code: 'REGISTRY_REJECTED', message: `${host} refused ${text} with status ${status}${because}` }
}

function missing(subject: Subject, codes: ReadonlySet<string>, because: string): Description {
  const { host, text, kind, repository = '' } = subject
  if (codes.has('NAME_UNKNOWN') || kind === 'tags') {
    return { code: 'REPOSITORY_NOT_FOUND', message: `no repository ${repository} in ${host}` }
  }
  if (kind === 'manifest' && subject.method === 'PUT')
    return { code: 'REPOSITORY_NOT_FOUND', message: `${host} has no place for ${text}${because}` }
  if (kind === 'manifest') return { code: 'MANIFEST_NOT_FOUND', message: `no manifest ${text}` }
  if (kind === 'blob') return { code: 'BLOB_NOT_FOUND', message: `no blob ${text}` }
  if (kind === 'upload' && subject.method !== 'POST') {
    return { code: 'UPLOAD_NOT_FOUND', message: `the upload of ${text} is gone at ${host}` }
  }
  if (kind === 'upload')
    return { code: 'REPOSITORY_NOT_FOUND', message: `no repository ${repository} in ${host}` }
  return { code: 'UNSUPPORTED', message: `${host} does not support this for ${text}${because}` }
}

function refusedManifest(
  subject: Subject,
  status: number,
  codes: ReadonlySet<string>,
  because: string,
): Description {
  const { host, text } = subject
  if (codes.has('MANIFEST_BLOB_UNKNOWN') || codes.has('BLOB_UNKNOWN') || codes.has('MANIFEST_UNKNOWN')) {
    return {
      code: 'MANIFEST_REFERS_TO_MISSING',
      message: `${host} lacks something that ${text} refers to${because}`,
    }
  }
  if (codes.has('DIGEST_INVALID')) {
    return { code: 'DIGEST_MISMATCH', message: `${host} computed another digest for ${text}${because}` }
  }
  if (status === 400 || status === 415 || codes.has('MANIFEST_INVALID')) {
    return { code: 'MANIFEST_INVALID', message: `${host} refused the manifest ${text}${because}` }
  }
  return { code: 'REGISTRY_REJECTED', message: `${host} refused ${text} with status ${status}${because}` }
}

function isTlsExpected(status: number, because: string): boolean {
  return status === 400 && /HTTP request (?:to an HTTPS server|was sent to HTTPS port)/i.test(because)
}

function reasonOf(refusal: Refusal, wire: readonly WireError[]): string {
  // Storages repeat the signed address, or parts of it, in their errors.
  if (refusal.elsewhere !== undefined) return `said by ${refusal.elsewhere}`
  if (wire.length > 0) {
    return printable(reasons(wire).join('; '), 400)
  }
  return refusal.body.length === 0 ? '' : excerpt(refusal.body, refusal.contentType)
}

/** Each message once, with what it is about. */
function reasons(wire: readonly WireError[]): readonly string[] {
  const digests = new Map<string, string[]>()
  for (const { code, message, digest } of wire) {
    const text = message === '' ? code : message
    const named = digests.get(text) ?? []
    digests.set(text, digest === undefined || text.includes(digest) ? named : [...named, digest])
  }
  return [...digests].map(([text, named]) => (named.length === 0 ? text : `${text}: ${named.join(', ')}`))
}
