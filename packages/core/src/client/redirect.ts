import { OcishError } from '@ocish/sdk'
import { shownUrl } from './trace.ts'

/** Redirects of one request, at most. */
export const maxRedirects = 10

/** True for an answer that sends the client elsewhere. */
export function isRedirect(status: number): boolean {
  return status === 301 || status === 302 || status === 303 || status === 307 || status === 308
}

/**
 * The address of the next hop; what it may be told is decided by comparing origins (`sameOrigin`), and whether it may be
 * connected to by the transport, after DNS. Errors: REDIRECT_REFUSED, REGISTRY_PROTOCOL.
 */
export function nextHop(from: URL, status: number, location: string | undefined, method: string): URL {
  const target = location === undefined ? null : URL.parse(location, from.href)
  if (target === null) {
    throw new OcishError('REGISTRY_PROTOCOL', `${from.host} answered ${status} without saying where to go`, {
      details: { status },
    })
  }
  target.username = ''
  target.password = ''
  target.hash = ''
  if (target.protocol !== 'https:' && target.protocol !== 'http:') {
    throw refused(from, `an address that is not HTTP (${target.protocol})`)
  }
  if (from.protocol === 'https:' && target.protocol === 'http:') {
    throw refused(from, `plain HTTP at ${target.host}`)
  }
  if (status !== 307 && status !== 308 && method !== 'GET' && method !== 'HEAD') {
    throw refused(
      from,
      `${shownUrl(target, target.origin === from.origin)} with status ${status}, which would drop the ${method}`,
    )
  }
  return target
}

/** Where an upload goes on (`Location`): relative to what answered; back to HTTPS where a proxy forgot it. */
export function uploadLocation(from: URL, location: string | undefined, warn: (text: string) => void): URL {
  const target = location === undefined ? null : URL.parse(location, from.href)
  if (target === null) {
    throw new OcishError('REGISTRY_PROTOCOL', `${from.host} opened an upload without saying where it is`)
  }
  if (from.protocol === 'https:' && target.protocol === 'http:' && target.hostname === from.hostname) {
    warn('it names plain HTTP addresses for uploads; HTTPS is used')
    const upgraded = new URL(target)
    upgraded.protocol = 'https:'
    if (target.port === '' || target.port === '80') upgraded.port = from.port
    return nextHop(from, 307, upgraded.href, 'PUT')
  }
  return nextHop(from, 307, location, 'PUT')
}

/** More than `maxRedirects`, or a circle. */
export function tooManyRedirects(hosts: readonly string[]): OcishError {
  const chain = [...new Set(hosts)].join(' → ')
  return new OcishError('REDIRECT_REFUSED', `too many redirects (${chain})`, {
    details: { hosts: [...new Set(hosts)] },
  })
}

function refused(from: URL, where: string): OcishError {
  return new OcishError('REDIRECT_REFUSED', `refused to follow ${from.host} to ${where}`, {
    details: { host: from.host },
  })
}
