import type { ConnectionOptions } from 'node:tls'
import { type Agent, type Dispatcher, ProxyAgent } from 'undici/index.js'

/** Connections through an HTTP proxy. `tls` is for the registry behind it; the proxy itself sees no client certificate (T19). */
export function proxyDispatcher(
  proxy: string,
  shared: Agent.Options,
  tls: ConnectionOptions & { readonly timeout: number },
): Dispatcher {
  return new ProxyAgent({ ...shared, uri: proxy, requestTls: tls, proxyTls: { timeout: tls.timeout } })
}
