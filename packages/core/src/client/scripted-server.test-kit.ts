import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders, type Server, type ServerResponse } from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'

/** A request as a scripted server saw it, body included. */
export interface Seen {
  readonly method: string
  /** Path and query. */
  readonly target: string
  readonly path: string
  readonly query: URLSearchParams
  readonly headers: IncomingHttpHeaders
  readonly body: Buffer
  /** The TLS client certificate's subject, with `requestCert`. */
  readonly certificate: string | undefined
}

export interface ScriptedOptions {
  /** Default 127.0.0.1. */
  readonly hostname?: string
  readonly tls?: { readonly cert: string; readonly key: string; readonly ca?: string }
}

/** What one request is answered with. */
export interface Reply {
  readonly status?: number
  readonly headers?: Readonly<Record<string, string | readonly string[]>>
  readonly body?: string | Uint8Array
}

/** Answers by returning a reply, or by writing to `response` itself. */
export type Script = (
  seen: Seen,
  response: ServerResponse,
) => Reply | undefined | void | Promise<Reply | undefined | void>

/** A server whose every answer a test writes; it ends with the test. */
export interface ScriptedServer {
  readonly host: string
  readonly url: string
  readonly port: number
  readonly requests: readonly Seen[]
  /** Connections that were opened so far. */
  readonly connections: number
}

/** Starts a server on a free port. */
export async function scripted(script: Script, options: ScriptedOptions = {}): Promise<ScriptedServer> {
  const { hostname = '127.0.0.1', tls } = options
  const requests: Seen[] = []
  const server: Server =
    tls === undefined
      ? createServer({ maxHeaderSize: 128 * 1024 })
      : createSecureServer({ ...tls, requestCert: tls.ca !== undefined, rejectUnauthorized: false })
  let connections = 0
  server.on(tls === undefined ? 'connection' : 'secureConnection', () => (connections += 1))
  server.on('request', (request, response) => {
    const answer = async (): Promise<void> => {
      const chunks: Buffer[] = []
      for await (const chunk of request) chunks.push(chunk as Buffer)
      const target = request.url ?? '/'
      const url = new URL(target, 'http://localhost')
      const socket = request.socket as { getPeerCertificate?: () => { subject?: { CN?: string } } }
      const seen: Seen = {
        method: request.method ?? '',
        target,
        path: url.pathname,
        query: url.searchParams,
        headers: request.headers,
        body: Buffer.concat(chunks),
        certificate: socket.getPeerCertificate?.().subject?.CN,
      }
      requests.push(seen)
      const reply = await script(seen, response)
      if (reply !== undefined) send(response, reply, seen.method)
    }
    answer().catch((error: unknown) => response.destroy(error as Error))
  })
  server.listen(0, hostname)
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  onTestFinished(async () => {
    server.close()
    server.closeAllConnections()
    await once(server, 'close')
  })
  const name = hostname.includes(':') ? `[${hostname}]` : hostname
  const host = `${name}:${port}`
  return {
    host,
    port,
    requests,
    url: `${tls === undefined ? 'http' : 'https'}://${host}`,
    get connections() {
      return connections
    },
  }
}

/** A JSON error body in the registries' form. */
export function refusal(status: number, code: string, message = 'refused'): Reply {
  return {
    status,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ errors: [{ code, message }] }),
  }
}

/** A JSON answer. */
export function json(value: unknown, headers: Readonly<Record<string, string>> = {}): Reply {
  return { headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(value) }
}

function send(response: ServerResponse, { status = 200, headers = {}, body }: Reply, method: string): void {
  const bytes = typeof body === 'string' ? Buffer.from(body) : body
  response.writeHead(status, {
    ...(bytes === undefined ? {} : { 'content-length': String(bytes.length) }),
    ...(headers as Record<string, string>),
  })
  response.end(method === 'HEAD' ? undefined : bytes)
}
