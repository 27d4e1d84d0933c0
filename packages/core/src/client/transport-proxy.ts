import { OcishError } from '@ocish/sdk'
import { type Agent, type buildConnector, type Dispatcher, ProxyAgent } from 'undici/index.js'

/** Connections through an HTTP proxy. `tls` is for the registry behind it; the proxy itself sees no client certificate (T19). */
export function proxyDispatcher(
  proxy: string,
  shared: Agent.Options,
  tls: buildConnector.BuildOptions,
): Dispatcher {
  if (!URL.canParse(proxy)) {
    throw new OcishError('CONFIG_INVALID', 'the address of the proxy is not a URL', {
      hint: 'Write HTTPS_PROXY and HTTP_PROXY as http://HOST:PORT.',
    })
  }
  return new ProxyAgent({
    ...shared,
    uri: proxy,
    requestTls: tls,
    proxyTls: tls.timeout == null ? {} : { timeout: tls.timeout },
  })
}
