import type { Bytes } from '@ocish/sdk'
import { Agent, type Dispatcher } from 'undici/index.js'
import type { Body } from './body.ts'
import { defaultTimeouts } from './limits.ts'
import { isUnreachable, networkCode, proxyUnreachable } from './network-error.ts'
import type { ClientOptions, Timeouts } from './options.ts'
import { proxyFor } from './proxy.ts'
import { requestBySlabs } from './slab-request.ts'
import { SlabSockets } from './slab-sockets.ts'
import { isUnknownAuthority } from './tls.ts'
import { Connector } from './transport-connect.ts'
import { dispatch } from './transport-dispatch.ts'

/** Headers as they came, names in lower case. */
export type HeaderFields = Readonly<Record<string, string | string[] | undefined>>

/** A request that is ready to be sent. */
export interface OutgoingRequest {
  readonly method: string
  readonly url: URL
  readonly headers: Readonly<Record<string, string>>
  readonly body?: Uint8Array | Bytes | undefined
  readonly signal?: AbortSignal | undefined
  /** A GET whose answer is expected to be large: it may be read by the fast body path. */
  readonly isLarge?: boolean | undefined
}

/** Status and headers, with the body still to come. */
export interface IncomingResponse {
  readonly status: number
  readonly headers: HeaderFields
  readonly body: Body
}

/** One HTTP exchange: no retries, no redirects, no credentials. */
export interface Transport {
  send(request: OutgoingRequest): Promise<IncomingResponse>
  close(): Promise<void>
}

/** One larger than any registry needs: storages sign long addresses. */
const maxHeaderSize = 64 * 1024
const shared = { maxHeaderSize, keepAliveTimeout: 4000, pipelining: 1, allowH2: false } as const

/** The sockets of one client. Errors: USAGE_INVALID_VALUE. */
export function createTransport(origin: URL, options: ClientOptions): Transport {
  return new SocketTransport(origin, options)
}

class SocketTransport implements Transport {
  readonly #options: ClientOptions
  readonly #timeouts: Required<Timeouts>
  readonly #connector: Connector
  readonly #dispatchers = new Map<string, Promise<Dispatcher>>()
  readonly #retired: Promise<Dispatcher>[] = []
  /** Origins behind a proxy. */
  readonly #proxied = new Set<string>()
  /** Origins that answer large requests in a way that only undici reads. */
  readonly #unusual = new Set<string>()
  /** Those that undici does not know of. */
  readonly #slabSockets: SlabSockets

  constructor(origin: URL, options: ClientOptions) {
    this.#options = options
    this.#timeouts = { ...defaultTimeouts, ...options.timeouts }
    this.#connector = new Connector(origin, options, this.#timeouts.connect * 1000)
    this.#slabSockets = new SlabSockets((url, onread, signal) => this.#connector.open(url, onread, signal))
  }

  async send(request: OutgoingRequest): Promise<IncomingResponse> {
    const { trustsSystem } = this.#connector
    request.signal?.throwIfAborted()
    try {
      return (await this.#bySlabs(request)) ?? (await this.#byDispatcher(request))
    } catch (error) {
      const code = networkCode(error)
      if (this.#proxied.has(request.url.origin) && isUnreachable(code)) throw proxyUnreachable(error)
      if (trustsSystem || !isUnknownAuthority(code)) throw error
      this.#trustSystem()
      // Nothing was sent: the body has not been touched.
      return await this.#byDispatcher(request)
    }
  }

  async close(): Promise<void> {
    this.#slabSockets.close()
    const all = [...this.#dispatchers.values(), ...this.#retired]
    this.#dispatchers.clear()
    await Promise.allSettled(all.map(async (dispatcher) => (await dispatcher).destroy()))
  }

  /** Undefined: the answer is of another sort, and the usual way is to be taken. */
  async #bySlabs(request: OutgoingRequest): Promise<IncomingResponse | undefined> {
    const { url, isLarge = false } = request
    if (!isLarge || this.#unusual.has(url.origin) || proxyFor(url, this.#options.proxy) !== undefined)
      return undefined
    const response = await requestBySlabs(this.#slabSockets, request, this.#timeouts)
    if (response === undefined) this.#unusual.add(url.origin)
    return response
  }

  async #byDispatcher(request: OutgoingRequest): Promise<IncomingResponse> {
    const dispatcher = await this.#dispatcherFor(request.url)
    // undici gives a connection back one turn after its answer: what follows from an answer waits for it.
    await new Promise(setImmediate)
    request.signal?.throwIfAborted()
    return await dispatch(dispatcher, request, this.#timeouts)
  }

  #dispatcherFor(url: URL): Promise<Dispatcher> {
    const known = this.#dispatchers.get(url.origin)
    if (known !== undefined) return known
    const made = this.#createDispatcher(url)
    this.#dispatchers.set(url.origin, made)
    return made
  }

  async #createDispatcher(url: URL): Promise<Dispatcher> {
    const proxy = proxyFor(url, this.#options.proxy)
    if (proxy === undefined) return new Agent({ ...shared, connect: this.#connector.connectFor(url) })
    const { proxyDispatcher } = await import('./transport-proxy.ts')
    this.#proxied.add(url.origin)
    return proxyDispatcher(proxy, shared, this.#connector.tlsFor(url))
  }

  /** Node trusts its own list; what this machine trusts besides counts when that list does not know a server. */
  #trustSystem(): void {
    if (this.#connector.trustsSystem) return
    this.#connector.trustSystem()
    this.#retired.push(...this.#dispatchers.values())
    this.#dispatchers.clear()
  }
}
