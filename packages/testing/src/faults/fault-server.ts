import type { Registry } from '@ocish/core'
import { type ServeOptions, serve, type Server } from '@ocish/server'
import { once } from 'node:events'
import { createServer, type IncomingMessage, request as httpRequest, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createHash } from 'node:crypto'
import { Cut, type Incoming, type Outgoing } from './action.ts'
import { type FaultRoute, type FaultRule, routeOf, RuleBook } from './rule.ts'

/** A request as the fault server saw it; credentials are their scheme and a short hash. */
export interface FaultRecord {
  readonly method: string
  /** Path and query as sent. */
  readonly target: string
  readonly route: FaultRoute
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>
  /** `other`: it came to the second listener. */
  readonly origin: 'registry' | 'other'
  /** The faults it met. */
  readonly faults: readonly string[]
  /** 0: no answer went out. */
  readonly status: number
  /** Bytes of the body that went to the registry. */
  readonly received: number
  /** Bytes of the body that went back. */
  readonly sent: number
}

/** What `count` looks for. */
export interface RequestFilter {
  readonly method?: string
  readonly route?: FaultRoute
  readonly origin?: 'registry' | 'other'
}

/** A registry that misbehaves by script. */
export interface FaultServer extends AsyncDisposable {
  readonly url: string
  readonly host: string
  readonly port: number
  /** A second listener on another port that serves the same, for redirects. */
  readonly otherUrl: string
  /** Requests that were answered or cut, in the order in which they began. */
  readonly requests: readonly FaultRecord[]
  /** How many requests fit. */
  count(filter?: RequestFilter): number
  /** Other rules from now on, with new counters. */
  setRules(rules: readonly FaultRule[]): void
  /** Forgets the requests so far. */
  forget(): void
  close(): Promise<void>
}

/**
 * Puts scripted faults in front of a registry: real HTTP on loopback. `target` is a registry, or the URL of one that is
 * served already (Debian's docker-registry, say).
 */
export async function serveFaults(
  target: Registry | string,
  rules: readonly FaultRule[] = [],
  options: Omit<ServeOptions, 'address' | 'tls'> = {},
): Promise<FaultServer> {
  const served = typeof target === 'string' ? undefined : await serve(target, options)
  const upstream = typeof target === 'string' ? target : (served?.url ?? '')
  const proxy = new FaultProxy(upstream, rules)
  const [registry, other] = await Promise.all([listen(proxy, 'registry'), listen(proxy, 'other')])
  proxy.origins = { registry: registry.url, other: other.url }
  return present(proxy, registry, other, served)
}

function present(
  proxy: FaultProxy,
  registry: Listener,
  other: Listener,
  served: Server | undefined,
): FaultServer {
  const close = async (): Promise<void> => {
    await Promise.all([registry.close(), other.close()])
    await served?.close({ drain: 0 })
  }
  return {
    url: registry.url,
    host: new URL(registry.url).host,
    port: Number(new URL(registry.url).port),
    otherUrl: other.url,
    requests: proxy.records,
    count: (filter = {}) => proxy.records.filter((record) => fits(record, filter)).length,
    setRules: (rules) => proxy.rules.replace(rules),
    forget: () => {
      proxy.records.length = 0
    },
    close,
    [Symbol.asyncDispose]: close,
  }
}

function fits(record: FaultRecord, filter: RequestFilter): boolean {
  return (['method', 'route', 'origin'] as const).every(
    (name) => filter[name] === undefined || filter[name] === record[name],
  )
}

interface Listener {
  readonly url: string
  close(): Promise<void>
}

async function listen(proxy: FaultProxy, origin: 'registry' | 'other'): Promise<Listener> {
  const server = createServer({ maxHeaderSize: 256 * 1024 }, (request, response) => {
    void proxy.handle(request, response, origin)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    close: async () => {
      if (!server.listening) return
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
    },
  }
}

type Draft = { -readonly [K in keyof FaultRecord]: FaultRecord[K] }

class FaultProxy {
  readonly records: FaultRecord[] = []
  readonly rules: RuleBook
  origins: Readonly<Record<'registry' | 'other', string>> = { registry: '', other: '' }
  readonly #upstream: string

  constructor(upstream: string, rules: readonly FaultRule[]) {
    this.#upstream = upstream
    this.rules = new RuleBook(rules)
  }

  async handle(
    request: IncomingMessage,
    response: ServerResponse,
    origin: 'registry' | 'other',
  ): Promise<void> {
    request.on('error', () => undefined)
    const seen = {
      method: request.method ?? '',
      target: request.url ?? '',
      route: routeOf(request.url ?? ''),
    }
    // The second listener is where redirects lead: it always serves.
    const actions = origin === 'registry' ? this.rules.actionsFor(seen) : []
    const draft: Draft = {
      ...seen,
      origin,
      headers: redacted(request),
      faults: actions.map(({ name }) => name),
      status: 0,
      received: 0,
      sent: 0,
    }
    this.records.push(draft)
    const gone = new AbortController()
    response.once('close', () => gone.abort())
    try {
      let outgoing: Outgoing | Incoming = this.#outgoing(request, draft)
      for (const action of actions) {
        if (action.request !== undefined && 'target' in outgoing) outgoing = await action.request(outgoing)
      }
      const asked = this.#outgoing(request, draft)
      let incoming = 'target' in outgoing ? await this.#forward(outgoing, gone.signal) : outgoing
      for (const action of actions)
        if (action.response !== undefined) incoming = await action.response(incoming, asked)
      await send(response, incoming, draft)
    } catch (error) {
      // Whatever it was, scripted or not, the other side sees a connection that ends.
      if (!(error instanceof Cut && error.how === 'stall')) response.socket?.resetAndDestroy()
    }
  }

  #outgoing(request: IncomingMessage, draft: Draft): Outgoing {
    const headers = Object.fromEntries(
      Object.entries(request.headersDistinct).map(([name, values = []]) => [
        name,
        values.length === 1 ? (values[0] ?? '') : values,
      ]),
    )
    return {
      method: request.method ?? '',
      target: request.url ?? '',
      headers,
      body: counted(request.iterator({ destroyOnReturn: false }), (bytes) => {
        draft.received += bytes
      }),
      origin: this.origins.registry,
      otherOrigin: this.origins.other,
    }
  }

  async #forward(outgoing: Outgoing, signal: AbortSignal): Promise<Incoming> {
    const { hostname, port, host } = new URL(this.#upstream)
    const request = httpRequest({
      hostname,
      port,
      method: outgoing.method,
      path: outgoing.target,
      headers: { ...copied(outgoing.headers), host },
      signal,
      agent: false,
    })
    request.on('error', () => undefined)
    const responded = once(request, 'response')
    const sent = sendBody(request, outgoing.body)
    await Promise.race([sent, responded])
    const [response] = (await responded) as [IncomingMessage]
    return {
      status: response.statusCode ?? 502,
      headers: without(Object.fromEntries(Object.entries(response.headersDistinct).map(single))),
      body: response,
    }
  }
}

/** Only what the hop itself says stays behind. */
function without(
  headers: Record<string, string | readonly string[]>,
): Record<string, string | readonly string[]> {
  const {
    connection: _connection,
    'keep-alive': _keepAlive,
    'transfer-encoding': _encoding,
    ...rest
  } = headers
  return rest
}

function single([name, values = []]: [string, readonly string[] | undefined]): [
  string,
  string | readonly string[],
] {
  return [name, values.length === 1 ? (values[0] ?? '') : values]
}

async function sendBody(
  request: ReturnType<typeof httpRequest>,
  body: AsyncIterable<Uint8Array>,
): Promise<void> {
  try {
    for await (const chunk of body) {
      if (request.destroyed) return
      await new Promise<void>((resolve) => request.write(chunk, () => resolve()))
    }
    request.end()
  } catch (error) {
    // Cut: the registry keeps what it got.
    request.destroy()
    throw error
  }
}

async function send(response: ServerResponse, incoming: Incoming, draft: Draft): Promise<void> {
  draft.status = incoming.status
  response.writeHead(incoming.status, copied(incoming.headers))
  response.flushHeaders()
  for await (const chunk of incoming.body) {
    if (response.destroyed) return
    await new Promise<void>((resolve) => response.write(chunk, () => resolve()))
    draft.sent += chunk.length
  }
  response.end()
}

async function* counted(
  body: AsyncIterable<Uint8Array>,
  count: (bytes: number) => void,
): AsyncGenerator<Uint8Array, void, undefined> {
  for await (const chunk of body) {
    count(chunk.length)
    yield chunk
  }
}

function copied(
  headers: Readonly<Record<string, string | readonly string[]>>,
): Record<string, string | string[]> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, typeof value === 'string' ? value : [...value]]),
  )
}

function redacted({ headers }: IncomingMessage): FaultRecord['headers'] {
  const { authorization } = headers
  if (authorization === undefined) return headers
  const hash = createHash('sha256').update(authorization).digest('hex').slice(0, 8)
  return { ...headers, authorization: `${authorization.split(' ', 1)[0] ?? ''} #${hash}` }
}
