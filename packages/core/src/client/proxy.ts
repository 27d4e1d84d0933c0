import { BlockList, isIP } from 'node:net'
import type { ProxySettings } from './options.ts'
import { isLoopbackName } from './origin.ts'

/** `HTTPS_PROXY`, `HTTP_PROXY` (lower case only, for `http_proxy` may be a request's header in CGI) and `NO_PROXY`. */
export function proxyFromEnvironment(
  env: Readonly<Record<string, string | undefined>>,
): ProxySettings | undefined {
  const read = (...names: readonly string[]): string | undefined =>
    names.map((name) => env[name]?.trim()).find((value) => value !== undefined && value !== '')
  const inCgi = env['REQUEST_METHOD'] !== undefined
  const https = read('https_proxy', 'HTTPS_PROXY', 'all_proxy', 'ALL_PROXY')
  const http = inCgi ? read('http_proxy') : read('http_proxy', 'HTTP_PROXY', 'all_proxy', 'ALL_PROXY')
  const no = read('no_proxy', 'NO_PROXY')
  if (https === undefined && http === undefined) return undefined
  return {
    ...(https === undefined ? {} : { https }),
    ...(http === undefined ? {} : { http }),
    ...(no === undefined ? {} : { no }),
  }
}

/** The proxy for `url`; undefined: connect directly. Loopback never goes through one. */
export function proxyFor(url: URL, settings: ProxySettings | undefined): string | undefined {
  if (settings === undefined || isLoopbackName(url.hostname)) return undefined
  const proxy = url.protocol === 'https:' ? settings.https : settings.http
  if (proxy === undefined || isExcluded(url, settings.no ?? '')) return undefined
  return /^[a-z][a-z0-9+.-]*:\/\//i.test(proxy) ? proxy : `http://${proxy}`
}

/** `10.0.0.0/8`, `fd00::/8`; a name is not looked up for it. */
function isInRange(host: string, range: string): boolean {
  const [network = '', bits = ''] = range.split('/')
  const [family, networkFamily] = [isIP(host), isIP(network)]
  if (family === 0 || family !== networkFamily || !/^\d{1,3}$/.test(bits)) return false
  if (Number(bits) > (family === 4 ? 32 : 128)) return false
  const type = family === 4 ? 'ipv4' : 'ipv6'
  const list = new BlockList()
  list.addSubnet(network, Number(bits), type)
  return list.check(host, type)
}

/** `NO_PROXY`: `*`, ranges, or names and addresses, each with or without a port; `.example.com` and `example.com` cover subdomains. */
function isExcluded(url: URL, list: string): boolean {
  const host = url.hostname.replace(/^\[|\]$/g, '')
  const port = url.port || (url.protocol === 'https:' ? '443' : '80')
  return list
    .split(/[\s,]+/)
    .filter((entry) => entry !== '')
    .some((entry) => {
      if (entry === '*') return true
      if (entry.includes('/')) return isInRange(host, entry)
      const match = /^(?:\*?\.)?(\[[^\]]+\]|[^:]+|[0-9a-f:]+)(?::(\d+))?$/i.exec(entry)
      if (match === null) return false
      const name = (match[1] ?? '').toLowerCase().replace(/^\[|\]$/g, '')
      if (match[2] !== undefined && match[2] !== port) return false
      return host === name || host.endsWith(`.${name}`)
    })
}
