import { type Bytes, OcishError } from '@ocish/sdk'
import type { LookupAddress } from 'node:dns'
import { isIP, type LookupFunction, type Socket } from 'node:net'
import { Agent, buildConnector, type Dispatcher, errors } from 'undici/index.js'
import { classifyAddress, mayVisit } from './address-policy.ts'
import type { Body } from './body.ts'
import { Incoming } from './incoming.ts'
import { defaultTimeouts } from './limits.ts'
import { forbiddenAddress, isUnreachable, networkCode, proxyUnreachable } from './network-error.ts'
import { isUnknownAuthority } from './tls.ts'
import type { ClientOptions } from './options.ts'
import { isLoopbackName } from './origin.ts'
import { proxyFor } from './proxy.ts'
import { type OnRead, requestBySlabs } from './slab-request.ts'

export type HeaderFields = Readonly<Record<string, string | string[] | undefined>>

export interface OutgoingRequest {
  readonly method: string
  readonly url: URL
  readonly headers: Readonly<Record<string, string>>
  readonly body?: Uint8Array | Bytes | undefined
  readonly signal?: AbortSignal | undefined
  /** A GET whose answer is expected to be large: it may be read by the fast body path. */
  readonly isLarge?: boolean | undefined
}

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

type Connect = ReturnType<typeof buildConnector>

/** One larger than any registry needs: storages sign long addresses. */
const maxHeaderSize = 64 * 1024

/**
 * Sockets of one client. The client certificate is for `origin` alone and unchecked certificates for its host alone;
 * every other host is reached only at an address that `address-policy` permits.
 */
export function createTransport(origin: URL, options: ClientOptions): Transport {
  const timeouts = { ...defaultTimeouts, ...options.timeouts }
  const dispatchers = new Map<string, Promise<Dispatcher>>()
  const retired: Promise<Dispatcher>[] = []
  const proxied = new Set<string>()
  /** Origins that answer large requests in a way that only undici reads. */
  const unusual = new Set<string>()
  /** Those that undici does not know of. */
  const sockets = new Set<Socket>()
  const registry = new RegistryPlace(origin)
  const overrides = parseOverrides(options.resolve ?? [])
  let authorities =
    options.ca === undefined ? undefined : [...trustedAuthorities('default'), ...[options.ca].flat()]
  let trustsSystem = false

  function dispatcherFor(url: URL): Promise<Dispatcher> {
    const known = dispatchers.get(url.origin)
    if (known !== undefined) return known
    const made = createDispatcher(url)
    dispatchers.set(url.origin, made)
    return made
  }

  // oxlint-disable-next-line typescript/explicit-function-return-type -- what buildConnector takes, as far as it is given
  function tlsFor(url: URL) {
    const own = url.origin === origin.origin
    return {
      ...(authorities === undefined ? {} : { ca: authorities }),
      ...(options.insecure === true && url.hostname === origin.hostname ? { rejectUnauthorized: false } : {}),
      ...(own && options.cert !== undefined ? { cert: options.cert } : {}),
      ...(own && options.key !== undefined ? { key: options.key } : {}),
    }
  }

  /** How a direct socket to the origin of `url` is opened; `onread`: by whom it is read, where not by undici. */
  function connectorFor(url: URL, onread?: OnRead): Connect {
    const own = url.origin === origin.origin
    const lookup = own ? registry.lookup : guardedLookup(registry)
    const connect = buildConnector({
      ...tlsFor(url),
      ...(onread && { onread }),
      lookup,
      allowH2: false,
      timeout: timeouts.connect * 1000,
    })
    return (target, callback) => {
      const override = overrides.get(`${target.hostname}:${target.port || defaultPort(target.protocol)}`)
      const hostname = override ?? target.hostname.replace(/^\[|\]$/g, '')
      if (own && isIP(hostname) !== 0) registry.saw([hostname])
      if (!own && override === undefined && isIP(hostname) !== 0 && !mayVisit(hostname, registry.isLocal)) {
        callback(forbiddenAddress(target.hostname), null)
        return
      }
      connect({ ...target, hostname }, (error, socket) => {
        if (error !== null) return callback(error, null)
        keepAlert(socket)
        callback(null, socket)
      })
    }
  }

  async function createDispatcher(url: URL): Promise<Dispatcher> {
    const shared = { maxHeaderSize, keepAliveTimeout: 4000, pipelining: 1, allowH2: false }
    const proxy = proxyFor(url, options.proxy)
    if (proxy !== undefined) {
      const { proxyDispatcher } = await import('./transport-proxy.ts')
      proxied.add(url.origin)
      return proxyDispatcher(proxy, shared, { ...tlsFor(url), timeout: timeouts.connect * 1000 })
    }
    return new Agent({ ...shared, connect: connectorFor(url) })
  }

  /** Undefined: the answer is of another sort, and the usual way is to be taken. */
  async function bySlabs(request: OutgoingRequest): Promise<IncomingResponse | undefined> {
    const { url, isLarge = false } = request
    if (!isLarge || unusual.has(url.origin) || proxyFor(url, options.proxy) !== undefined) return undefined
    const connect = async (onread: OnRead): Promise<Socket> => {
      const socket = await connected(connectorFor(url, onread), url, request.signal)
      sockets.add(socket)
      socket.once('close', () => sockets.delete(socket))
      return socket
    }
    const response = await requestBySlabs(connect, request, timeouts)
    if (response === undefined) unusual.add(url.origin)
    return response
  }

  /** Node trusts its own list; what this machine trusts besides is read (60 ms) when that list does not know a server. */
  function trustSystem(): void {
    if (trustsSystem) return
    trustsSystem = true
    authorities = [...(authorities ?? trustedAuthorities('default')), ...trustedAuthorities('system')]
    retired.push(...dispatchers.values())
    dispatchers.clear()
  }

  return {
    async send(request) {
      const trustedSystem = trustsSystem
      request.signal?.throwIfAborted()
      try {
        const response = await bySlabs(request)
        if (response !== undefined) return response
        const dispatcher = await dispatcherFor(request.url)
        return await dispatch(dispatcher, request, timeouts)
      } catch (error) {
        const code = networkCode(error)
        if (proxied.has(request.url.origin) && isUnreachable(code)) throw proxyUnreachable(error)
        if (trustedSystem || !isUnknownAuthority(code)) throw error
        trustSystem()
        // Nothing was sent: the body has not been touched.
        return await dispatch(await dispatcherFor(request.url), request, timeouts)
      }
    },
    async close() {
      for (const socket of sockets) socket.destroy()
      const all = [...dispatchers.values(), ...retired]
      dispatchers.clear()
      await Promise.allSettled(all.map(async (dispatcher) => (await dispatcher).destroy()))
    },
  }
}

/**
 * With TLS 1.3 a server refuses a client certificate after the handshake: Node emits the alert as an error and leaves the
 * socket open until its end, of which undici would tell instead.
 */
function keepAlert(socket: Socket): void {
  socket.once('error', (error) => socket.destroy(error))
}

/** A socket to the origin of `url`. Rejects with the reason of `signal` without waiting for it. */
function connected(connect: Connect, url: URL, signal: AbortSignal | undefined): Promise<Socket> {
  const { promise, resolve, reject } = Promise.withResolvers<Socket>()
  const { hostname, host, protocol, port } = url
  const servername = isIP(hostname.replace(/^\[|\]$/g, '')) === 0 ? hostname : ''
  const onAbort = (): void => reject(signal?.reason)
  signal?.addEventListener('abort', onAbort, { once: true })
  connect({ hostname, host, protocol, port, servername }, (error, socket) => {
    signal?.removeEventListener('abort', onAbort)
    if (error !== null) reject(error)
    else if (signal?.aborted === true) socket.destroy()
    else resolve(socket)
  })
  return promise
}

/** Sends and waits for the headers; the promise is rejected as soon as `signal` aborts. */
function dispatch(
  dispatcher: Dispatcher,
  request: OutgoingRequest,
  timeouts: { readonly headers: number; readonly bodyIdle: number },
): Promise<IncomingResponse> {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingResponse>()
  const { url, signal } = request
  let controller: Dispatcher.DispatchController | undefined
  let body: Incoming | undefined
  let failure: Error | undefined

  const fail = (error: Error): void => {
    failure ??= error
    controller?.abort(failure)
    body?.end(failure)
    reject(failure)
  }
  const onAbort = (): void => fail(signal?.reason as Error)
  signal?.addEventListener('abort', onAbort, { once: true })
  const finished = (): void => signal?.removeEventListener('abort', onAbort)

  const outgoing =
    request.body === undefined || request.body instanceof Uint8Array
      ? request.body
      : watched(request.body, timeouts.bodyIdle, fail)
  const handler: Dispatcher.DispatchHandler = {
    onRequestStart(started) {
      controller = started
      if (failure !== undefined) started.abort(failure)
    },
    onResponseStart(started, status, headers) {
      if (status < 200) return
      body = new Incoming({
        pause: () => started.pause(),
        resume: () => started.resume(),
        abort: (reason) => started.abort(reason),
      })
      resolve({ status, headers, body })
    },
    onResponseData(_started, chunk) {
      body?.push(chunk)
    },
    onResponseEnd() {
      finished()
      body?.end()
    },
    onResponseError(_started, error) {
      finished()
      const reason = failure ?? coded(error)
      body?.end(reason)
      reject(reason)
    },
  }
  dispatcher.dispatch(
    {
      origin: url.origin,
      path: url.pathname + url.search,
      method: request.method,
      headers: request.headers as Record<string, string>,
      // An async iterable is taken as it is (undici core/request.js); its types do not say so.
      body: (outgoing ?? null) as Uint8Array | null,
      headersTimeout: timeouts.headers * 1000,
      bodyTimeout: timeouts.bodyIdle * 1000,
    },
    handler,
  )
  return promise
}

/** Fails when the other side stops taking bytes; a slow source is no failure. */
async function* watched(body: Bytes, idleSeconds: number, fail: (error: Error) => void): Bytes {
  let timer: NodeJS.Timeout | undefined
  try {
    for await (const chunk of body) {
      timer = setTimeout(() => fail(uploadStalled()), idleSeconds * 1000)
      yield chunk
      clearTimeout(timer)
    }
  } catch (error) {
    // The source failed: this, not a cut connection, is what the caller must see.
    fail(error as Error)
    throw error
  } finally {
    clearTimeout(timer)
  }
}

/** What undici cannot read as HTTP comes without a code. */
function coded(error: Error): Error {
  if (!(error instanceof errors.HTTPParserError)) return error
  return Object.assign(new Error('the answer is not HTTP', { cause: error }), { code: 'HPE_INVALID' })
}

function uploadStalled(): Error {
  return Object.assign(new Error('the upload stalled'), { code: 'UND_ERR_BODY_TIMEOUT' })
}

/** Remembers whether the registry itself is on a local network: all the addresses it ever had are. */
class RegistryPlace {
  #isLocal: boolean | undefined

  constructor(origin: URL) {
    const address = origin.hostname.replace(/^\[|\]$/g, '')
    if (isLoopbackName(address)) this.#isLocal = true
    else if (isIP(address) !== 0) this.saw([address])
  }

  /** False as long as nothing is known. */
  get isLocal(): boolean {
    return this.#isLocal ?? false
  }

  saw(addresses: readonly string[]): void {
    const local = addresses.every((address) => classifyAddress(address) !== 'public')
    this.#isLocal = local && (this.#isLocal ?? true)
  }

  readonly lookup: LookupFunction = (hostname, options, callback) => {
    process.getBuiltinModule('node:dns').lookup(hostname, options, (error, found, family) => {
      if (error === null) this.saw(listed(found))
      callback(error, found, family)
    })
  }
}

/** Checks after DNS, on the very addresses that the socket then uses (T27). */
function guardedLookup(registry: RegistryPlace): LookupFunction {
  return (hostname, options, callback) => {
    process.getBuiltinModule('node:dns').lookup(hostname, options, (error, found, family) => {
      const refused = error === null && listed(found).some((address) => !mayVisit(address, registry.isLocal))
      callback(refused ? forbiddenAddress(hostname) : error, found, family)
    })
  }
}

function listed(found: string | LookupAddress[]): readonly string[] {
  return typeof found === 'string' ? [found] : found.map(({ address }) => address)
}

/** PEM texts; an own authority adds to them, it does not replace them. */
function trustedAuthorities(which: 'default' | 'system'): readonly string[] {
  const tls = process.getBuiltinModule('node:tls')
  // oxlint-disable-next-line typescript/no-unnecessary-condition -- older runtimes have the built-in list only
  return tls.getCACertificates?.(which) ?? (which === 'default' ? tls.rootCertificates : [])
}

/** Errors: USAGE_INVALID_VALUE. */
function parseOverrides(texts: readonly string[]): ReadonlyMap<string, string> {
  const overrides = new Map<string, string>()
  for (const text of texts) {
    const match = /^(\[[^\]]+\]|[^:]+):(\d+):(.+)$/.exec(text)
    if (match === null) {
      throw new OcishError('USAGE_INVALID_VALUE', `${JSON.stringify(text)} is no address for a host`, {
        hint: 'Write HOST:PORT:ADDRESS, such as registry.example.com:443:10.0.0.1.',
      })
    }
    const [, host = '', port = '', address = ''] = match
    overrides.set(`${host.toLowerCase()}:${port}`, address.replace(/^\[|\]$/g, ''))
  }
  return overrides
}

function defaultPort(protocol: string): string {
  return protocol === 'https:' ? '443' : '80'
}
