import { isIPv4, isIPv6 } from 'node:net'
import { canonicalRegistry, dockerHub, OcishError, registryHost } from '@ocish/sdk'
import type { ClientOptions } from './options.ts'

/** `localhost`, `*.localhost`, 127.0.0.0/8 and ::1; a name is not looked up. */
export function isLoopbackName(hostname: string): boolean {
  const name = hostname.toLowerCase().replace(/^\[|\]$/g, '')
  if (isIPv4(name)) return name.startsWith('127.')
  if (isIPv6(name)) return name === '::1'
  return name === 'localhost' || name.endsWith('.localhost')
}

/** Where the API of `host` (`name[:port]`, `[v6]:port`) is: scheme, name and port in their canonical spelling. */
export function apiOrigin(host: string, options: ClientOptions): URL {
  const name = canonicalRegistry(host)
  if (name === undefined) {
    throw new OcishError(
      'REFERENCE_INVALID',
      `${JSON.stringify(host.slice(0, 300))} is not the name of a registry`,
    )
  }
  const url = new URL(`https://${registryHost(name)}/`)
  return isPlain(url, options) ? new URL(`http://${registryHost(name)}/`) : url
}

/** The path of a repository in the API: on Docker Hub a name of one part lives below `library/`. */
export function apiRepository(host: string, repository: string): string {
  return canonicalRegistry(host) === dockerHub && !repository.includes('/')
    ? `library/${repository}`
    : repository
}

function isPlain(url: URL, options: ClientOptions): boolean {
  const { plainHttp = 'auto' } = options
  if (plainHttp !== 'auto') return plainHttp
  const wantsTls = options.ca !== undefined || options.cert !== undefined || options.insecure === true
  return !wantsTls && isLoopbackName(url.hostname)
}
