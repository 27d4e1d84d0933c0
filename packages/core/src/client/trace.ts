/** One step of a conversation; texts carry no secrets. */
export type TraceEvent =
  | {
      readonly type: 'request'
      readonly method: string
      readonly url: string
      readonly headers: Readonly<Record<string, string>>
    }
  | {
      readonly type: 'response'
      readonly method: string
      readonly url: string
      readonly status: number
      readonly headers: Readonly<Record<string, string>>
      readonly milliseconds: number
    }
  | { readonly type: 'failure'; readonly method: string; readonly url: string; readonly reason: string }

/** Query parameters of the distribution API and of token services that are no secrets. */
const openParameters: ReadonlySet<string> = new Set([
  'artifactType',
  'digest',
  'digest-algorithm',
  'from',
  'last',
  'mount',
  'n',
  'ns',
  'scope',
  'service',
  'tag',
])

const openHeaders: ReadonlySet<string> = new Set([
  'accept',
  'accept-encoding',
  'accept-ranges',
  'age',
  'cache-control',
  'connection',
  'content-encoding',
  'content-length',
  'content-range',
  'content-type',
  'date',
  'docker-content-digest',
  'docker-distribution-api-version',
  'docker-ratelimit-source',
  'docker-upload-uuid',
  'etag',
  'host',
  'if-match',
  'if-none-match',
  'oci-chunk-min-length',
  'oci-filters-applied',
  'oci-subject',
  'oci-tag',
  'range',
  'ratelimit-limit',
  'ratelimit-remaining',
  'retry-after',
  'server',
  'transfer-encoding',
  'user-agent',
  'warning',
])

/** Headers that hold addresses: shown without what an address may hide. */
const addressHeaders: ReadonlySet<string> = new Set(['location'])

/**
 * An address as it may be shown: no user, no password, no fragment, only the known parameters of the query.
 * Of an address that is not `own` (a storage, a token service) only the origin and the last part of the path stay.
 */
export function shownUrl(url: URL, own = true): string {
  const path = own ? url.pathname : url.pathname === '/' ? '/' : '/…'
  const query: string[] = []
  for (const [name, value] of url.searchParams) {
    query.push(openParameters.has(name) ? `${shortText(name)}=${shortText(value)}` : '…')
  }
  return `${url.protocol}//${url.host}${path}${query.length > 0 ? `?${query.join('&')}` : ''}`
}

/** Headers as they may be shown: the values of unknown ones are replaced by `…`. */
export function shownHeaders(
  headers: Readonly<Record<string, string | readonly string[] | undefined>>,
  base: URL,
): Readonly<Record<string, string>> {
  const shown: Record<string, string> = Object.create(null)
  for (const [name, value] of Object.entries(headers)) {
    const key = name.toLowerCase()
    if (value === undefined) continue
    const text = typeof value === 'string' ? value : value.join(', ')
    shown[key] = openHeaders.has(key)
      ? shortText(text)
      : addressHeaders.has(key)
        ? address(text, base)
        : hidden(key, text)
  }
  return shown
}

function address(text: string, base: URL): string {
  const url = URL.parse(text, base.href)
  if (url === null) return '…'
  return shownUrl(url, url.origin === base.origin)
}

/** Of credentials and challenges the scheme stays. */
function hidden(name: string, text: string): string {
  if (name !== 'authorization' && name !== 'www-authenticate') return '…'
  const scheme = /^(?:basic|bearer)(?= )/i.exec(text)?.[0]
  return scheme === undefined ? '…' : `${scheme} …`
}

function shortText(text: string): string {
  return text.length > 500 ? `${text.slice(0, 500)}…` : text
}
