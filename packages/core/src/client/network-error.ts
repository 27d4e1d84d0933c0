import { hasCode, OcishError } from '@ocish/sdk'
import { tlsProblem } from './tls.ts'

/** A registry led to an address that no public registry has a reason to name (T26, T27). */
export function forbiddenAddress(host: string): OcishError {
  return new OcishError(
    'REDIRECT_REFUSED',
    `refused to follow the registry to the internal address ${host}`,
    {
      details: { host },
    },
  )
}

/** The code of a failed connection: Node's, undici's or OpenSSL's; of the innermost cause. */
export function networkCode(error: unknown): string | undefined {
  let code: string | undefined
  let current: unknown = error
  for (let depth = 0; depth < 5 && typeof current === 'object' && current !== null; depth++) {
    if ('code' in current && typeof current.code === 'string') code = current.code
    current = current instanceof AggregateError ? current.errors[0] : (current as { cause?: unknown }).cause
  }
  return code
}

/** Failures that came from the network, as opposed to a caller's abort, a source's error or a mistake of ours. */
export function isNetworkError(error: unknown): boolean {
  if (hasCode(error, 'REDIRECT_REFUSED')) return false
  if (proxyRefusal(error) !== undefined) return true
  const code = networkCode(error)
  return (
    code !== undefined &&
    (/^(?:UND_ERR_(?!ABORTED|INVALID|NOT_SUPPORTED|REQ_CONTENT))/.test(code) || isSystemCode(code))
  )
}

const timeoutCodes: Readonly<Record<string, string>> = {
  UND_ERR_CONNECT_TIMEOUT: 'did not accept a connection in time',
  ETIMEDOUT: 'did not accept a connection in time',
  UND_ERR_HEADERS_TIMEOUT: 'did not answer in time',
  UND_ERR_BODY_TIMEOUT: 'stopped sending or taking data',
}

const closed = 'closed the connection'
const plainCodes: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'refused the connection',
  ECONNRESET: closed,
  EPIPE: closed,
  UND_ERR_SOCKET: closed,
  UND_ERR_DESTROYED: closed,
  UND_ERR_CLOSED: closed,
  ENOTFOUND: 'has no address (DNS)',
  EAI_AGAIN: 'could not be looked up (DNS)',
  ENETUNREACH: 'cannot be reached from this network',
  EHOSTUNREACH: 'cannot be reached from this network',
}

/** The one error a person sees for a failed connection to the host of `url`; `hasAnswered`: it has answered before. */
export function networkError(error: unknown, url: URL, hasAnswered: boolean): OcishError {
  const host = url.host
  const code = networkCode(error) ?? 'UNKNOWN'
  const details = { host, reason: code }
  const refusal = proxyRefusal(error)
  if (refusal !== undefined) {
    return new OcishError('NETWORK_FAILED', `the proxy refused the way to ${host} (${refusal})`, {
      details: { host, status: refusal },
      ...(refusal === 407 ? { hint: 'Put a user and password into the address of the proxy.' } : {}),
    })
  }
  if (isProxyFailure(error)) {
    return new OcishError('NETWORK_FAILED', `the proxy on the way to ${host} cannot be reached (${code})`, {
      details,
      cause: error,
      hint: 'Check HTTPS_PROXY, HTTP_PROXY and NO_PROXY.',
    })
  }
  const tls = tlsProblem(code, error, host)
  if (tls !== undefined) {
    // What Node says of a known fault adds only advice about its own flags.
    return new OcishError('NETWORK_TLS', tls.message, { details, hint: tls.hint })
  }
  if (code.startsWith('HPE_')) {
    return new OcishError('REGISTRY_PROTOCOL', `${host} does not answer in HTTP`, { details, cause: error })
  }
  if (code === 'UND_ERR_HEADERS_OVERFLOW') {
    return new OcishError('REGISTRY_PROTOCOL', `${host} sent headers that are too long`, {
      details,
      cause: error,
    })
  }
  const late = timeoutCodes[code]
  if (late !== undefined)
    return new OcishError('NETWORK_TIMEOUT', `${host} ${late}`, { details, cause: error })
  const text = plainCodes[code] ?? `cannot be reached (${code})`
  const hint = connectionHint(code, url, hasAnswered)
  return new OcishError('NETWORK_FAILED', `${host} ${text}`, {
    details,
    cause: error,
    ...(hint === undefined ? {} : { hint }),
  })
}

function connectionHint(code: string, { host, protocol }: URL, hasAnswered: boolean): string | undefined {
  if (code === 'ENOTFOUND') return 'Check the name of the registry.'
  if (code === 'ECONNREFUSED') return `Check that a registry listens at ${host}.`
  // Some servers say in no other way that they miss a certificate.
  return protocol === 'https:' && !hasAnswered && plainCodes[code] === closed
    ? 'Present a client certificate with --cert FILE --key FILE where it wants one.'
    : undefined
}

/** The status of a proxy that does not let a request through: undici says so in a text alone. */
function proxyRefusal(error: unknown): number | undefined {
  if (!(error instanceof Error) || !/^UND_ERR_(?:ABORTED|INVALID_ARG)$/.test(networkCode(error) ?? ''))
    return undefined
  const status = /^Proxy .*\((\d{3})\)/.exec(error.message)?.[1]
  return status === undefined ? undefined : Number(status)
}

/** No connection came about; behind a proxy that was the connection to the proxy. */
export function isUnreachable(code: string | undefined): boolean {
  return (
    code !== undefined &&
    /^(?:ECONNREFUSED|ENOTFOUND|EAI_AGAIN|E(?:NET|HOST)UNREACH|UND_ERR_CONNECT_TIMEOUT)$/.test(code)
  )
}

/** Marks a failure as one of the proxy, in undici's own way. */
export function proxyUnreachable(cause: unknown): Error {
  return Object.assign(new Error('the proxy cannot be reached', { cause }), { code: 'UND_ERR_PRX_CONN' })
}

/** The connection to the proxy itself, as undici calls it. */
function isProxyFailure(error: unknown): boolean {
  return error instanceof Error && 'code' in error && String(error.code).startsWith('UND_ERR_PRX_')
}

function isSystemCode(code: string): boolean {
  return (
    code in plainCodes ||
    code in timeoutCodes ||
    code === 'ECONNABORTED' ||
    code === 'EADDRNOTAVAIL' ||
    code.startsWith('HPE_') ||
    tlsProblem(code, undefined, '') !== undefined
  )
}
