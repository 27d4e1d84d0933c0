import { type Bytes, isOcishError } from '@ocish/sdk'

/** What a route answers; how it is sent is not its business. */
export interface Answer {
  readonly status: number
  readonly headers?: Readonly<Record<string, string | readonly string[]>>
  /** A stream needs `content-length` among the headers. */
  readonly body?: Uint8Array | Bytes
  /** What went wrong inside, for the log. */
  readonly error?: unknown
}

/** An entry of an error body (distribution-spec, "Error Codes"). */
export interface WireError {
  readonly code: string
  readonly message: string
  readonly detail?: unknown
}

/** A refusal that a route throws. */
export class Refusal extends Error {
  readonly answer: Answer

  constructor(answer: Answer) {
    super(`answered ${answer.status}`)
    this.answer = answer
  }
}

/** An answer without a body. */
export function empty(status: number, headers: Answer['headers'] = {}): Answer {
  return { status, headers: { 'content-length': '0', ...headers } }
}

/** A value as JSON. */
export function json(value: unknown, headers: Answer['headers'] = {}, status = 200): Answer {
  const body = new TextEncoder().encode(JSON.stringify(value))
  return {
    status,
    headers: { 'content-type': 'application/json', 'content-length': String(body.length), ...headers },
    body,
  }
}

/** A refusal in the form of the specification (distribution-spec, Error Codes). */
export function errors(status: number, list: readonly WireError[], headers: Answer['headers'] = {}): Answer {
  return json({ errors: list }, headers, status)
}

/** A refusal with one error. */
export function refuse(
  status: number,
  code: string,
  message: string,
  headers: Answer['headers'] = {},
  detail?: unknown,
): Refusal {
  return new Refusal(errors(status, [{ code, message, ...(detail !== undefined && { detail }) }], headers))
}

/** Status and code on the wire for what a registry throws. */
const wire: Readonly<Record<string, readonly [number, string]>> = {
  BLOB_NOT_FOUND: [404, 'BLOB_UNKNOWN'],
  MANIFEST_NOT_FOUND: [404, 'MANIFEST_UNKNOWN'],
  TAG_NOT_FOUND: [404, 'MANIFEST_UNKNOWN'],
  REPOSITORY_NOT_FOUND: [404, 'NAME_UNKNOWN'],
  UPLOAD_NOT_FOUND: [404, 'BLOB_UPLOAD_UNKNOWN'],
  UPLOAD_RANGE_INVALID: [416, 'RANGE_INVALID'],
  DIGEST_INVALID: [400, 'DIGEST_INVALID'],
  DIGEST_MISMATCH: [400, 'DIGEST_INVALID'],
  SIZE_MISMATCH: [400, 'SIZE_INVALID'],
  REFERENCE_INVALID: [400, 'NAME_INVALID'],
  MANIFEST_INVALID: [400, 'MANIFEST_INVALID'],
  MANIFEST_REFERS_TO_MISSING: [400, 'MANIFEST_BLOB_UNKNOWN'],
  LIMIT_EXCEEDED: [413, 'SIZE_INVALID'],
  PRECONDITION_FAILED: [412, 'DENIED'],
  UNSUPPORTED: [405, 'UNSUPPORTED'],
  REGISTRY_UNAUTHORIZED: [502, 'DENIED'],
  REGISTRY_DENIED: [403, 'DENIED'],
  REGISTRY_RATE_LIMITED: [429, 'TOOMANYREQUESTS'],
  REGISTRY_UNAVAILABLE: [502, 'UNAVAILABLE'],
  NETWORK_FAILED: [502, 'UNAVAILABLE'],
  NETWORK_TLS: [502, 'UNAVAILABLE'],
  NETWORK_TIMEOUT: [504, 'UNAVAILABLE'],
}

/** The answer to an error: a refusal as it is, an `OcishError` by its code, anything else 500 without its text. */
export function answerError(error: unknown): Answer {
  if (error instanceof Refusal) return error.answer
  if (isOcishError(error)) {
    const [status, code] = wire[error.code] ?? [500, 'UNKNOWN']
    const list = wireErrors(error.code, code, error.message, error.details)
    const answer = errors(status, list, waiting(error.details?.['retryAfter']))
    return status < 500 ? answer : { ...answer, error }
  }
  return { ...errors(500, [{ code: 'UNKNOWN', message: 'internal error' }]), error }
}

/** When to come back (RFC 9110, 10.2.3), where the error knows; in seconds. */
function waiting(seconds: unknown): Readonly<Record<string, string>> {
  return typeof seconds === 'number' && seconds >= 0 ? { 'retry-after': String(Math.ceil(seconds)) } : {}
}

/** A manifest that refers to missing content says everything that is missing. */
function wireErrors(
  own: string,
  code: string,
  message: string,
  details: Readonly<Record<string, unknown>> | undefined,
): readonly WireError[] {
  const missing = own === 'MANIFEST_REFERS_TO_MISSING' ? details?.['missing'] : undefined
  if (!Array.isArray(missing) || missing.length === 0) return [{ code, message }]
  return missing.map((digest: unknown) => ({
    code,
    message: 'the manifest refers to content that is not in the repository',
    detail: { digest },
  }))
}
