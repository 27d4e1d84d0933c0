import { lookup } from 'node:dns/promises'
import { connect as connectTls } from 'node:tls'
import type { HealthCheck } from '@ocish/commands'
import type { ClientOptions, TraceEvent } from '@ocish/core/client'
import { canonicalRegistry, hasCode, isOcishError, OcishError } from '@ocish/sdk'

/** How the registry under examination is reached. */
export interface DoctorOptions {
  readonly optionsFor: (host: string) => Promise<ClientOptions>
  readonly signal: AbortSignal
}

/** A clock that is further off makes tokens and certificates invalid. */
const skewSeconds = 300

/** What stands between this machine and a registry, step by step. Errors: REFERENCE_INVALID, RESTRICTED. */
export async function* doctor(name: string, options: DoctorOptions): AsyncGenerator<HealthCheck, void> {
  const registry = canonicalRegistry(name)
  if (registry === undefined)
    throw new OcishError('REFERENCE_INVALID', `${JSON.stringify(name)} is not a registry`, {
      hint: 'Give a host such as ghcr.io.',
    })
  const client = await options.optionsFor(registry)
  const { apiOrigin, checkContact, proxyFor } = await import('@ocish/core/client')
  const url = apiOrigin(registry, client)
  const hostname = url.hostname.replace(/^\[|\]$/g, '')
  checkContact(url, client)
  const proxy = proxyFor(url, client.proxy)
  const resolved = yield* step('dns', async () => {
    if (client.resolve !== undefined && client.resolve.length > 0) return 'named by --resolve'
    const addresses = await lookup(hostname, { all: true })
    return addresses.map(({ address }) => address).join(', ')
  })
  yield { check: 'proxy', ok: true, detail: proxyDetail(url, proxy, client) }
  if (url.protocol === 'http:') yield { check: 'tls', ok: true, detail: 'plain HTTP' }
  else if (resolved && proxy === undefined)
    yield* step('tls', async () =>
      handshake({ hostname, port: Number(url.port) || 443, client, signal: options.signal }),
    )
  yield* overHttp(registry, client, options.signal)
}

/** Runs one check and says how it went. */
async function* step(check: string, work: () => Promise<string>): AsyncGenerator<HealthCheck, boolean> {
  try {
    yield { check, ok: true, detail: await work() }
    return true
  } catch (error) {
    if (error instanceof Error && error.name === 'AbortError') throw error
    yield { check, ok: false, detail: error instanceof Error ? error.message : String(error) }
    return false
  }
}

async function handshake(target: {
  readonly hostname: string
  readonly port: number
  readonly client: ClientOptions
  readonly signal: AbortSignal
}): Promise<string> {
  const { hostname, port, client, signal } = target
  const { promise, resolve, reject } = Promise.withResolvers<string>()
  const socket = connectTls({
    host: hostname,
    port,
    servername: /^[\d.]+$|:/.test(hostname) ? '' : hostname,
    ...(client.ca === undefined ? {} : { ca: [client.ca].flat() }),
    rejectUnauthorized: client.insecure !== true,
  })
  const stop = (): void => void socket.destroy(signal.reason as Error)
  signal.addEventListener('abort', stop, { once: true })
  socket.setTimeout(10_000, () => socket.destroy(new Error('no answer within 10 s')))
  socket.once('error', reject)
  socket.once('secureConnect', () => {
    const { valid_to: until, issuer } = socket.getPeerCertificate()
    resolve(
      `${socket.getProtocol() ?? 'TLS'}, by ${String(issuer?.O ?? issuer?.CN ?? 'nobody')}, until ${until}`,
    )
  })
  try {
    return await promise
  } finally {
    signal.removeEventListener('abort', stop)
    socket.destroy()
  }
}

/** The sign-in, what the API offers, the clock and the limits, out of a few requests that change nothing. */
async function* overHttp(
  registry: string,
  given: ClientOptions,
  signal: AbortSignal,
): AsyncGenerator<HealthCheck, void> {
  const { createClient } = await import('@ocish/core/client')
  const trace: TraceEvent[] = []
  await using client = createClient(registry, {
    ...given,
    onTrace: (event) => void trace.push(event),
    retries: 0,
  })
  const reached = yield* step('api', async () => {
    // A name that nobody has: what counts is who answers.
    await client.statManifest(nobody, 'none', { signal }).catch((error: unknown) => {
      if (!isAnswer(error)) throw error
    })
    return 'distribution'
  })
  if (!reached) return
  let listed: string | undefined
  let catalog = 'no'
  yield* step('authentication', async () => {
    const repositories = client.repositories({ signal, pageSize: 1 })[Symbol.asyncIterator]()
    const found = await repositories.next().catch((error: unknown) => {
      if (isAnswer(error) && !hasCode(error, 'REGISTRY_UNAUTHORIZED')) return undefined
      throw error
    })
    await repositories.return?.()
    listed = found?.done === false ? found.value : undefined
    catalog = found === undefined ? 'no' : 'yes'
    return signIn(registry, trace, given, signal)
  })
  const answers = trace.filter((event) => event.type === 'response')
  yield clock(answers.findLast(({ headers }) => headers['date'] !== undefined)?.headers['date'])
  const { abilityDetail } = await import('./doctor-abilities.ts')
  yield* step('abilities', async () => {
    const details = await abilityDetail(client, { listed, nobody, trace, signal })
    return `catalog ${catalog}, ${details}`
  })
  const limited = trace.findLast(
    (event) => event.type === 'response' && event.headers['ratelimit-remaining'] !== undefined,
  )
  yield rateLimit(limited?.type === 'response' ? limited.headers : {})
}

/** A repository that nobody has. */
const nobody = 'ocish/doctor'

/** The scheme that the registry asked for, and which credential answered it. */
async function signIn(
  registry: string,
  trace: readonly TraceEvent[],
  { credentials }: ClientOptions,
  signal: AbortSignal,
): Promise<string> {
  const schemes = trace.flatMap((event) => {
    const text =
      event.type === 'response'
        ? event.headers['www-authenticate']
        : event.type === 'request'
          ? event.headers['authorization']
          : undefined
    return /^(basic|bearer)/i.exec(text ?? '')?.[1]?.toLowerCase() ?? []
  })
  const scheme = schemes.includes('bearer') ? 'bearer token' : schemes.includes('basic') ? 'basic' : undefined
  const found = await credentials?.(registry, undefined, signal)
  const who = found !== undefined && 'username' in found ? ` of ${found.username ?? 'nobody named'}` : ''
  const credential = found === undefined ? 'no credential' : `the credential${who} from ${found.source}`
  return scheme === undefined ? `none is asked for; ${credential}` : `${scheme}, taken with ${credential}`
}

function rateLimit(headers: Readonly<Record<string, string>>): HealthCheck {
  const left = headers['ratelimit-remaining']
  return {
    check: 'rate limit',
    ok: left === undefined || !/^0(?:;|$)/.test(left),
    detail: left === undefined ? 'none is told' : `${left} of ${headers['ratelimit-limit'] ?? '?'} left`,
  }
}

/** A refusal in the registry's own words: it was reached, and speaks the protocol. */
function isAnswer(error: unknown): boolean {
  return (
    hasCode(error, 'UNSUPPORTED', 'REGISTRY_DENIED') ||
    (isOcishError(error) && error.code !== 'RESTRICTED' && ![5, 6].includes(error.exit))
  )
}

function clock(date: string | undefined): HealthCheck {
  const theirs = date === undefined ? Number.NaN : Date.parse(date)
  if (Number.isNaN(theirs)) return { check: 'clock', ok: true, detail: 'the registry tells no time' }
  const seconds = Math.round((Date.now() - theirs) / 1000)
  return {
    check: 'clock',
    ok: Math.abs(seconds) <= skewSeconds,
    detail: `${Math.abs(seconds)} s ${seconds < 0 ? 'behind' : 'ahead'}`,
  }
}

function proxyDetail(url: URL, proxy: string | undefined, client: ClientOptions): string {
  if (proxy !== undefined) return withoutUser(proxy)
  const named = url.protocol === 'https:' ? client.proxy?.https : client.proxy?.http
  if (named === undefined) return 'none'
  const why = client.proxy?.no === undefined ? 'a loopback address' : 'NO_PROXY or a loopback address'
  return `none for ${url.host} (${why}); others go through ${withoutUser(named)}`
}

function withoutUser(proxy: string): string {
  const url = URL.parse(proxy)
  return url === null ? 'set' : `${url.protocol}//${url.host}`
}
