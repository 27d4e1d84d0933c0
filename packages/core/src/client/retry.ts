import { isNetworkError, networkCode } from './network-error.ts'
import { isLoopbackName } from './origin.ts'

/** Why an attempt failed, and how often such a failure is worth another one. */
export interface Failure {
  readonly reason: string
  /** Attempts after the first one, at most. */
  readonly limit: number
  /** What the server asked for, in seconds. */
  readonly retryAfter?: number | undefined
}

/** Statuses that say "not now" (nginx 499 and Cloudflare 522 among them, as registries behind these answer them). */
const passing: ReadonlySet<number> = new Set([408, 425, 429, 499, 502, 503, 504, 522])

/** Statuses that say of a request that it, or its answer, took too long (Cloudflare 524 among them). */
const late: ReadonlySet<number> = new Set([408, 499, 504, 524])

/**
 * CNCF Distribution answers 500 to what it will never accept, so that status is not believed for long, and neither are
 * the rarer ones like it; 501 is an answer.
 */
const internalErrorLimit = 2
const connectLimit = 2
const longestBackoff = 30

/** Whether a status says "not now". */
export function isPassing(status: number): boolean {
  return passing.has(status) || (status >= 500 && status !== 501)
}

/** Whether a status says that the request took too long. */
export function isLate(status: number): boolean {
  return late.has(status)
}

/** Undefined: this status is an answer. */
export function statusFailure(
  status: number,
  retryAfter: string | undefined,
  retries: number,
): Failure | undefined {
  const limit = passing.has(status)
    ? retries
    : status >= 500 && status !== 501
      ? Math.min(retries, internalErrorLimit)
      : undefined
  if (limit === undefined) return undefined
  const seconds = parseRetryAfter(retryAfter, Date.now())
  return { reason: `it answered ${status}`, limit, retryAfter: seconds ?? (status === 429 ? 2 : undefined) }
}

/** What a failed request is judged by. */
export interface Attempted {
  /** False: the request may have taken effect. */
  readonly repeatable: boolean
  readonly retries: number
  /** The host broke off a transfer a moment ago, so that it may be starting again. */
  readonly mayRestart: boolean
}

/** Undefined: repeating cannot help. */
export function networkFailure(
  error: unknown,
  url: URL,
  { repeatable, retries, mayRestart }: Attempted,
): Failure | undefined {
  if (!isNetworkError(error)) return undefined
  const code = networkCode(error) ?? ''
  if (code === 'ECONNREFUSED' || code === 'ENOTFOUND') {
    // Nothing was sent. A name that is this machine answers at once or not at all.
    const unknown = isLoopbackName(url.hostname) ? 0 : Math.min(retries, connectLimit)
    const reason = code === 'ENOTFOUND' ? 'its name was not found' : 'it refused the connection'
    return { reason, limit: mayRestart ? retries : unknown }
  }
  if (
    code === 'UND_ERR_CONNECT_TIMEOUT' ||
    code === 'EAI_AGAIN' ||
    code === 'ENETUNREACH' ||
    code === 'EHOSTUNREACH'
  ) {
    return { reason: 'it cannot be reached', limit: Math.min(retries, connectLimit) }
  }
  if (
    /^(?:UND_ERR_ABORTED|UND_ERR_INVALID|HPE_|ERR_|CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO|EPROTO|UND_ERR_HEADERS_OVERFLOW)/.test(
      code,
    )
  )
    return undefined
  return repeatable ? { reason: 'the connection broke', limit: retries } : undefined
}

/** Seconds or an HTTP date (RFC 9110, 10.2.3); undefined when it is neither. */
export function parseRetryAfter(text: string | undefined, now: number): number | undefined {
  if (text === undefined) return undefined
  if (/^\s*\d{1,15}\s*$/.test(text)) return Number(text)
  const date = /^[A-Za-z]{3,9},? /.test(text.trim()) ? Date.parse(text) : Number.NaN
  return Number.isNaN(date) ? undefined : Math.max(0, (date - now) / 1000)
}

/** `base`, doubled with each failure, up to 30 s, and up to a half more, so that clients do not come back together. */
export function backoff(base: number, failures: number): number {
  return Math.min(longestBackoff, base * 2 ** failures) * (1 + Math.random() / 2)
}
