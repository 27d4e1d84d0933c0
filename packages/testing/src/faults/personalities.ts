import { type FaultAction, type Outgoing, without } from './action.ts'
import { dropHeaders, ignoreHeader, ignoreQuery, noReferrers, setStatus, status } from './faults.ts'
import type { FaultRule } from './rule.ts'

const noReferrersApi: readonly FaultRule[] = [
  { route: 'referrers', action: noReferrers },
  { route: 'manifest', method: 'PUT', action: dropHeaders('oci-subject', 'oci-tag') },
  { route: 'manifest', method: 'PUT', action: ignoreQuery('tag') },
]

const noCatalog: FaultRule = { route: 'catalog', action: status(404, { wire: 'UNSUPPORTED' }) }

/** Nothing but a session comes of a POST that carries the blob. */
const noSinglePost: FaultRule = {
  route: 'uploads',
  method: 'POST',
  target: /[?&]digest=/,
  action: {
    name: 'no single POST',
    request: async (request) => {
      for await (const _ of request.body) continue
      const ignored = ignoreQuery('digest').request?.(request) ?? request
      return { ...((await ignored) as Outgoing), body: nothing(), headers: emptied(request) }
    },
  },
}

/** A PATCH larger than this is refused in the way GHCR does. */
function chunkLimit(bytes: number): FaultAction {
  const refuse = status(416, { wire: 'UNKNOWN', body: 'request body is too large, the limit is 4.00MiB' })
  return {
    name: 'chunk limit',
    request: (request) =>
      Number(request.headers['content-length'] ?? 0) > bytes
        ? (refuse.request?.(request) ?? request)
        : request,
  }
}

/**
 * How registries are known to differ (specs/distribution.md, section 3), as rules for a fault server over a registry
 * that does everything.
 */
export const personalities: Readonly<
  Record<'distribution-2.8' | 'ghcr' | 'ecr' | 'gar' | 'docker-hub' | 'zot', readonly FaultRule[]>
> = {
  'distribution-2.8': [
    ...noReferrersApi,
    noSinglePost,
    { route: 'tags', action: ignoreQuery('n', 'last') },
    { route: 'tags', action: dropHeaders('link', 'etag') },
    { route: 'upload', method: 'PATCH', action: ignoreHeader('content-range') },
    { route: 'upload', method: 'PUT', action: ignoreHeader('content-range') },
    { route: 'manifest', method: 'PUT', action: ignoreHeader('if-match') },
    { route: 'manifest', method: 'PUT', action: ignoreHeader('if-none-match') },
    {
      route: 'manifest',
      method: 'DELETE',
      target: /\/manifests\/[^:]+$/,
      action: status(400, { wire: 'DIGEST_INVALID' }),
    },
  ],
  ghcr: [
    ...noReferrersApi,
    noCatalog,
    { route: 'upload', method: 'PATCH', action: chunkLimit(4 * 1024 * 1024) },
    { route: 'manifest', method: 'DELETE', action: status(405, { wire: 'UNSUPPORTED' }) },
  ],
  ecr: [
    { route: 'upload', method: 'PATCH', action: setStatus(201, { from: 202 }) },
    { route: ['tags', 'catalog'], target: /[?&]n=\d{4,}/, action: status(400, { wire: 'UNSUPPORTED' }) },
    { route: 'uploads', method: 'POST', action: ignoreQuery('mount', 'from') },
    noSinglePost,
  ],
  gar: [
    { route: 'upload', method: 'PATCH', action: status(400, { wire: 'UNSUPPORTED' }) },
    { route: 'token', method: 'POST', action: status(404) },
  ],
  'docker-hub': [
    ...noReferrersApi,
    noCatalog,
    { route: ['manifest', 'blob'], method: 'DELETE', action: status(405, { wire: 'UNSUPPORTED' }) },
  ],
  zot: [
    { route: 'uploads', method: 'POST', action: ignoreQuery('digest-algorithm', 'from') },
    { route: 'upload', method: 'DELETE', action: setStatus(200, { from: 204 }) },
  ],
}

function emptied({ headers }: Outgoing): Outgoing['headers'] {
  return { ...without(headers, 'transfer-encoding', 'content-type'), 'content-length': '0' }
}

async function* nothing(): AsyncGenerator<Uint8Array, void, undefined> {
  yield* []
}
