import type { Server as HttpServer, ServerOptions, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { once } from 'node:events'
import { OcishError, type Registry } from '@ocish/core'
import { RequestHandler } from './handler.ts'
import { type HostPolicy, isLoopback } from './host-check.ts'
import { defaultLimits, type Limits, type ServeOptions } from './options.ts'

/** A registry being served. */
export interface Server extends AsyncDisposable {
  /** With scheme, without a trailing slash: `http://127.0.0.1:41234`. */
  readonly url: string
  /** `127.0.0.1:41234`: what a reference begins with. */
  readonly host: string
  readonly port: number
  /**
   * Takes no more connections and waits for the requests under way, at most `drain` seconds (default 5), then cuts them.
   * The registry stays open: it belongs to the caller.
   */
  close(options?: { readonly drain?: number }): Promise<void>
}

/**
 * Serves any registry over HTTP as distribution-spec 1.1 says, and what its next version adds. Without options: on
 * loopback, a free port, for programs of this machine only. Errors: ADDRESS_INVALID, ADDRESS_REFUSED (reachable from
 * other machines without `auth` or `allowRemote`), ADDRESS_IN_USE.
 */
export async function serve(registry: Registry, options: ServeOptions = {}): Promise<Server> {
  const address = parseAddress(options.address ?? '127.0.0.1:0')
  const handler = new RequestHandler(registry, options, hostPolicy(address.host, options))
  const limits = { ...defaultLimits, ...options.limits }
  const server = await createServer(options, limits)
  const underWay = new UnderWay()
  server.on('request', (request, response) => {
    underWay.add(response)
    void handler.handle(request, response)
  })
  await listen(server, address)
  const close = async ({ drain = 5 }: { readonly drain?: number } = {}): Promise<void> => {
    if (server.listening) await stop(server, underWay, drain)
    await handler.close()
  }
  return present(server, address.host, options.tls !== undefined, close)
}

interface Address {
  readonly host: string
  readonly port: number
}

function parseAddress(text: string): Address {
  const { host, port } =
    /^(?<host>\[[0-9a-fA-F:.]+\]|[A-Za-z0-9._-]*):(?<port>\d{1,5})$/.exec(text)?.groups ?? {}
  if (host === undefined || port === undefined || Number(port) > 65_535) {
    throw new OcishError('ADDRESS_INVALID', `invalid address ${JSON.stringify(text)}`, {
      hint: 'Write host:port, such as 127.0.0.1:5000, or port 0 for a free one.',
    })
  }
  return { host: host.replaceAll(/[[\]]/g, '') || '0.0.0.0', port: Number(port) }
}

/** Without credentials, only a loopback address can tell a web page's requests from those of this machine. */
function hostPolicy(host: string, options: ServeOptions): HostPolicy {
  const isOpen = options.auth === undefined
  if (!isLoopback(host) && isOpen && options.allowRemote !== true) {
    throw new OcishError(
      'ADDRESS_REFUSED',
      `${host} can be reached from other machines, and nothing asks them for a password`,
      {
        hint: 'Serve 127.0.0.1, name who may use it with --users FILE, or let everybody in with --allow-remote.',
      },
    )
  }
  const hosts = options.hosts?.map((name) => name.toLowerCase())
  if (isLoopback(host) && isOpen) return { hosts: new Set(hosts) }
  return { hosts: hosts === undefined ? undefined : new Set(hosts) }
}

async function createServer(options: ServeOptions, limits: Limits): Promise<HttpServer> {
  const settings: ServerOptions = {
    maxHeaderSize: limits.headers,
    headersTimeout: limits.idle * 1000,
    // An upload may take as long as bytes keep coming; `timeout` below watches for that.
    requestTimeout: 0,
    keepAliveTimeout: limits.idle * 1000,
    connectionsCheckingInterval: Math.max(50, Math.min(5000, limits.idle * 500)),
  }
  const server = await plainOrSecure(options, settings)
  server.maxConnections = limits.connections
  server.timeout = limits.idle * 1000
  return server
}

async function plainOrSecure({ tls }: ServeOptions, settings: ServerOptions): Promise<HttpServer> {
  if (tls === undefined) {
    const http = await import('node:http')
    return http.createServer(settings)
  }
  const https = await import('node:https')
  const { cert, key, clientCa } = tls
  const client = clientCa === undefined ? {} : { ca: clientCa, requestCert: true, rejectUnauthorized: true }
  return https.createServer({ ...settings, cert, key, ...client })
}

async function listen(server: HttpServer, { host, port }: Address): Promise<void> {
  server.listen(port, host)
  try {
    await once(server, 'listening')
  } catch (cause) {
    const isTaken = cause instanceof Error && 'code' in cause && cause.code === 'EADDRINUSE'
    throw new OcishError(isTaken ? 'ADDRESS_IN_USE' : 'ADDRESS_INVALID', `cannot listen on ${host}:${port}`, {
      cause,
      hint: isTaken ? 'Take another port, or 0 for a free one.' : 'Take an address of this machine.',
    })
  }
}

function present(server: HttpServer, host: string, isSecure: boolean, close: Server['close']): Server {
  const { port } = server.address() as AddressInfo
  const shown = `${host.includes(':') ? `[${host}]` : host}:${port}`
  return {
    url: `${isSecure ? 'https' : 'http'}://${shown}`,
    host: shown,
    port,
    close,
    [Symbol.asyncDispose]: () => close(),
  }
}

/** The responses that have not gone out yet. */
class UnderWay {
  readonly #responses = new Set<ServerResponse>()
  #whenNone: (() => void) | undefined

  add(response: ServerResponse): void {
    this.#responses.add(response)
    const done = (): void => {
      this.#responses.delete(response)
      if (this.#responses.size === 0) this.#whenNone?.()
    }
    response.once('finish', done)
    response.once('close', done)
  }

  none(): Promise<void> {
    return new Promise((resolve) => {
      this.#whenNone = resolve
      if (this.#responses.size === 0) resolve()
    })
  }
}

async function stop(server: HttpServer, underWay: UnderWay, drain: number): Promise<void> {
  const closed = once(server, 'close')
  // close() would cut connections whose last bytes are still on their way.
  server.closeIdleConnections = () => undefined
  server.close()
  const patience = new AbortController()
  const timeout = setTimeout(() => patience.abort(), drain * 1000)
  await Promise.race([underWay.none(), once(patience.signal, 'abort')])
  clearTimeout(timeout)
  server.closeAllConnections()
  await closed
}
