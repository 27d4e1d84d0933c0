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

/** Connections through an HTTP proxy, which itself sees no client certificate (T19). Errors: CONFIG_INVALID. */
export function proxyDispatcher(proxy: string, shared: Agent.Options, tls: ProxiedTls): Dispatcher {
  if (!URL.canParse(proxy)) {
    throw new OcishError('CONFIG_INVALID', 'the address of the proxy is not a URL', {
      hint: 'Write HTTPS_PROXY and HTTP_PROXY as http://HOST:PORT.',
    })
  }
  const { ca, timeout } = tls
  const proxyTls = ca === undefined ? { timeout } : { ca, timeout }
  return new ProxyAgent({ ...shared, uri: proxy, requestTls: tls, proxyTls })
}
