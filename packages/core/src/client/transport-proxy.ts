import { OcishError } from '@ocish/sdk'
import { type Agent, type Dispatcher, ProxyAgent } from 'undici/index.js'

/** How the registry behind a proxy is connected to. */
export interface ProxiedTls {
  readonly ca?: (string | Buffer)[]
  readonly cert?: string | Buffer
  readonly key?: string | Buffer
  readonly rejectUnauthorized?: boolean
  /** Milliseconds. */
  readonly timeout: number
}

const protocols: ReadonlySet<string> = new Set(['http:', 'https:', 'socks5:', 'socks:'])

/** Connections through a proxy, which itself sees no client certificate (T19). Errors: CONFIG_INVALID. */
export function proxyDispatcher(proxy: string, shared: Agent.Options, tls: ProxiedTls): Dispatcher {
  if (!URL.canParse(proxy) || !protocols.has(new URL(proxy).protocol)) {
    const shown = JSON.stringify(proxy.replace(/\/\/.*@/, '//'))
    throw new OcishError('CONFIG_INVALID', `${shown} is no address of a proxy`, {
      hint: 'Write HTTPS_PROXY and HTTP_PROXY as http://HOST:PORT.',
    })
  }
  const { ca, timeout } = tls
  const proxyTls = ca === undefined ? { timeout } : { ca, timeout }
  return new ProxyAgent({ ...shared, uri: proxy, requestTls: tls, proxyTls })
}
