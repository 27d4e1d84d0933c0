import { OcishError } from '@ocish/sdk'
import { isIP } from 'node:net'
import { classifyAddress, mayVisit } from '../address-policy.ts'
import { isLoopbackName } from '../origin.ts'
import { shownUrl } from '../trace.ts'

/** Who asks for a token, and which token services may be told a secret (T16). */
export interface RealmPolicy {
  /** The registry that sent the challenge. */
  readonly registry: URL
  /** A password or identity token would be sent. */
  readonly hasSecret: boolean
  /** Hosts (`host[:port]`) that may see it besides the registry's own site. */
  readonly allowed: readonly string[]
}

/** Registries whose token service is on another site, by their own documentation. */
const knownRealms: ReadonlySet<string> = new Set(['dhi.io auth.docker.io'])

/** Endings below which each label is an organisation's own choice, so that hosts under the same one belong together. */
const privateEndings: ReadonlySet<string> = new Set([
  'corp',
  'home',
  'internal',
  'intranet',
  'lan',
  'local',
  'test',
])

/**
 * The token service of a challenge, when it may be asked (T13, T14): HTTPS unless the registry is plain HTTP too, no
 * internal address unless the registry is one, and secrets only for the registry's own host or site.
 * Errors: REGISTRY_PROTOCOL, REDIRECT_REFUSED.
 */
export function checkRealm(realm: string | undefined, policy: RealmPolicy): URL {
  const { registry } = policy
  const url = realm === undefined ? null : URL.parse(realm, registry.href)
  if (url === null) {
    throw new OcishError('REGISTRY_PROTOCOL', `${registry.host} wants a token but does not say from where`)
  }
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && registry.protocol === 'http:')) {
    throw refused(registry, `${shownUrl(url, false)}, which is not HTTPS`)
  }
  if (url.username !== '' || url.password !== '')
    throw refused(registry, `${shownUrl(url, false)}, which holds a password`)
  const address = url.hostname.replace(/^\[|\]$/g, '')
  const local = isLocal(registry) || isAllowed(url, policy.allowed)
  if (isIP(address) !== 0 && url.host !== registry.host && !mayVisit(address, local)) {
    throw refused(registry, `${url.host}, an internal address`)
  }
  if (policy.hasSecret && !belongsTo(url, registry) && !isAllowed(url, policy.allowed)) {
    throw refused(
      registry,
      `${url.host}, which does not belong to it`,
      `Add ${url.host} to the realms of ${registry.host} in the configuration if it is its sign-in service.`,
    )
  }
  return url
}

/** The same host (any port; the loopback names and addresses of one machine are one), or the same site. */
export function belongsTo(url: URL, registry: URL): boolean {
  const [a, b] = [hostOf(url), hostOf(registry)]
  if (a === b || knownRealms.has(`${b} ${a}`)) return true
  if (isIP(a) !== 0 || isIP(b) !== 0) return false
  return siteOf(a) === siteOf(b)
}

function isAllowed(url: URL, allowed: readonly string[]): boolean {
  return allowed.some((entry) => {
    const text = entry.toLowerCase()
    return text === url.host || text === url.hostname
  })
}

function hostOf(url: URL): string {
  const host = url.hostname.replace(/^\[|\]$/g, '')
  return host === '127.0.0.1' || host === '::1' ? 'localhost' : host
}

/** The last two labels, the last three below a short second level (`co.uk`). */
function siteOf(host: string): string {
  const labels = host.replace(/\.$/, '').split('.')
  if (labels.length < 2) return host
  if (privateEndings.has(labels.at(-1) ?? ''))
    return labels.slice(-Math.min(2, Math.max(1, labels.length - 1))).join('.')
  const short = (labels.at(-1)?.length ?? 0) === 2 && (labels.at(-2)?.length ?? 0) <= 3
  return labels.slice(short ? -3 : -2).join('.')
}

function isLocal(url: URL): boolean {
  const address = url.hostname.replace(/^\[|\]$/g, '')
  return isLoopbackName(address) || (isIP(address) !== 0 && classifyAddress(address) !== 'public')
}

function refused(registry: URL, what: string, hint?: string): OcishError {
  return new OcishError(
    'REDIRECT_REFUSED',
    `${registry.host} sends its sign-in to ${what}; no credential was sent`,
    {
      details: { host: registry.host },
      ...(hint === undefined ? {} : { hint }),
    },
  )
}
