import { OcishError } from '@ocish/sdk'
import type { LookupAddress } from 'node:dns'
import { isIP, type LookupFunction, type Socket } from 'node:net'
import { buildConnector } from 'undici/index.js'
import { classifyAddress, mayVisit } from './address-policy.ts'
import { forbiddenAddress } from './network-error.ts'
import type { ClientOptions } from './options.ts'
import { isLoopbackName } from './origin.ts'
import type { OnRead } from './slab-sockets.ts'
import type { ProxiedTls } from './transport-proxy.ts'

/** Opens one direct socket. */
export type Connect = ReturnType<typeof buildConnector>

/**
 * How the sockets of one client are opened. The client certificate is for `origin` alone and unchecked certificates for
 * its host alone; every other host is reached only at an address that `address-policy` permits.
 */
export class Connector {
  readonly #origin: URL
  readonly #options: ClientOptions
  /** Milliseconds. */
  readonly #timeout: number
  readonly #registry: RegistryPlace
  readonly #overrides: ReadonlyMap<string, string>
  #authorities: (string | Buffer)[] | undefined
  #trustsSystem = false

  /** `timeout` in milliseconds. Errors: USAGE_INVALID_VALUE. */
  constructor(origin: URL, options: ClientOptions, timeout: number) {
    this.#origin = origin
    this.#options = options
    this.#timeout = timeout
    this.#registry = new RegistryPlace(origin)
    this.#overrides = parseOverrides(options.resolve ?? [])
    if (options.ca !== undefined)
      this.#authorities = [...trustedAuthorities('default'), ...[options.ca].flat()]
  }

  /** Whether what this machine trusts counts besides the list of Node. */
  get trustsSystem(): boolean {
    return this.#trustsSystem
  }

  /** Counts what this machine trusts from here on; it takes 60 ms to read, and most servers are known without it. */
  trustSystem(): void {
    this.#trustsSystem = true
    this.#authorities = [
      ...(this.#authorities ?? trustedAuthorities('default')),
      ...trustedAuthorities('system'),
    ]
  }

  /** What TLS with the origin of `url` is made with. */
  tlsFor(url: URL): ProxiedTls {
    const { cert, key, insecure } = this.#options
    const isOwn = url.origin === this.#origin.origin
    return {
      ...(this.#authorities === undefined ? {} : { ca: this.#authorities }),
      ...(insecure === true && url.hostname === this.#origin.hostname ? { rejectUnauthorized: false } : {}),
      ...(isOwn && cert !== undefined ? { cert } : {}),
      ...(isOwn && key !== undefined ? { key } : {}),
      timeout: this.#timeout,
    }
  }

  /** How a direct socket to the origin of `url` is opened; `onread`: by whom it is read, where not by undici. */
  connectFor(url: URL, onread?: OnRead): Connect {
    const registry = this.#registry
    const isOwn = url.origin === this.#origin.origin
    const connect = buildConnector({
      ...this.tlsFor(url),
      ...(onread && { onread }),
      lookup: isOwn ? registry.lookup : guardedLookup(registry),
      allowH2: false,
    })
    return (target, callback) => {
      const override = this.#overrides.get(
        `${target.hostname}:${target.port || defaultPort(target.protocol)}`,
      )
      const hostname = override ?? target.hostname.replace(/^\[|\]$/g, '')
      if (isOwn && isIP(hostname) !== 0) registry.saw([hostname])
      if (!isOwn && override === undefined && isIP(hostname) !== 0 && !mayVisit(hostname, registry.isLocal)) {
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

  /** A socket to the origin of `url`. Rejects with the reason of `signal` without waiting for it. */
  open(url: URL, onread: OnRead, signal: AbortSignal | undefined): Promise<Socket> {
    const { promise, resolve, reject } = Promise.withResolvers<Socket>()
    const { hostname, host, protocol, port } = url
    const servername = isIP(hostname.replace(/^\[|\]$/g, '')) === 0 ? hostname : ''
    const onAbort = (): void => reject(signal?.reason)
    signal?.addEventListener('abort', onAbort, { once: true })
    this.connectFor(url, onread)({ hostname, host, protocol, port, servername }, (error, socket) => {
      signal?.removeEventListener('abort', onAbort)
      if (error !== null) reject(error)
      else if (signal?.aborted === true) socket.destroy()
      else resolve(socket)
    })
    return promise
  }
}

/**
 * With TLS 1.3 a server refuses a client certificate after the handshake: Node emits the alert as an error and leaves the
 * socket open until its end, of which undici would tell instead.
 */
function keepAlert(socket: Socket): void {
  socket.once('error', (error) => socket.destroy(error))
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

/** `host:port` to the address to connect to instead. Errors: USAGE_INVALID_VALUE. */
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
