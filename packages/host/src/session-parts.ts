import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { OnTransfer, Registry } from '@ocish/core'
import { OcishError } from '@ocish/sdk'
import { allowedNames, isNamed } from './allowed-hosts.ts'
import { type Clients, createClients } from './clients.ts'
import type { Config } from './config.ts'
import { createCredentials, type SessionCredentials } from './credentials.ts'
import { createExclusive, type Exclusive } from './exclusive.ts'
import { Holdings } from './holdings.ts'
import { readPlans } from './read-plans.ts'
import { containerEntries, type ContainerEntries } from './registries-conf.ts'
import type { SessionOptions } from './session-options.ts'
import { createSpool, type Spool } from './spool.ts'
import { openTokenFile } from './tokens.ts'
import { openUploadMemory } from './upload-memory.ts'

/** What a session is made of; none of it has opened anything yet. */
export interface SessionParts {
  readonly credentials: SessionCredentials
  readonly clients: Clients
  readonly holdings: Holdings
  readonly exclusive: Exclusive
  readonly spool: Spool
}

/** How the parts speak to whoever runs the session. */
export interface SessionVoice {
  readonly warn: (message: string) => void
  readonly progress: OnTransfer
}

/** Puts the parts together. */
export function createParts(given: SessionOptions, config: Config, voice: SessionVoice): SessionParts {
  const { paths, flags = {}, cwd, env, home, version, connect, trace } = given
  const { warn, progress } = voice
  const tokens = paths && openTokenFile(join(paths.state, 'tokens.json'))
  const credentials = createCredentials({
    env,
    home,
    config,
    tokens,
    warn,
    optionsFor: async (host) => clients.optionsFor(host),
  })
  const names = allowedNames(given.allowHosts)
  const clients: Clients = createClients({
    config,
    flags,
    env,
    cwd,
    home,
    version,
    credentials: given.credentials ?? credentials.lookup,
    ...(names && { mayContact: (url: URL) => isNamed(url, names) }),
    tokens,
    uploads: paths && openUploadMemory(join(paths.state, 'uploads')),
    warn,
    trace,
    retrying: (seconds, reason) => progress({ type: 'retrying', seconds, reason }),
  })
  let found: Promise<ContainerEntries> | undefined
  const containers = async (): Promise<ContainerEntries> =>
    (found ??= paths === undefined ? Promise.resolve([]) : containerEntries({ env, home }, warn))
  const allowed = allowedHosts(names)
  const connectNamed = allowed(connect ?? (async (host) => clients.get(host)))
  const connectMirror = allowed(connect ?? (async (host, insecure) => clients.mirror(host, insecure)))
  const holdings = new Holdings({
    connect: async (host) => connectNamed(host, false),
    plans: async (host) => readPlans(host, { config, containers, connectMirror }),
    paths,
    noCache: flags.noCache ?? false,
    offline: flags.offline ?? false,
    freshness: async () => (await import('./freshness.ts')).freshnessOf(config, given.freshFor),
    asker: async (host) => {
      const { askerOf } = await import('./freshness.ts')
      return askerOf(await (given.credentials ?? credentials.lookup)(host, undefined, given.signal))
    },
    warn,
  })
  const exclusive = createExclusive(paths && join(paths.runtime, 'locks'))
  return { credentials, clients, holdings, exclusive, spool: createSpool(paths?.cache ?? tmpdir()) }
}

type Connect = (host: string, insecure: boolean) => Promise<Registry>

/** `--allow-host`: a registry that was not named is not asked. Errors: RESTRICTED. */
function allowedHosts(names: ReadonlySet<string> | undefined): (connect: Connect) => Connect {
  if (names === undefined) return (connect) => connect
  return (connect) => async (host, insecure) => {
    if (names.has(host)) return connect(host, insecure)
    throw new OcishError('RESTRICTED', `${host} may not be asked`, { hint: `Add --allow-host ${host}.` })
  }
}

/** Closes what was opened; clients after what reads through them. */
export async function closeParts({ holdings, clients, spool }: SessionParts): Promise<void> {
  await holdings[Symbol.asyncDispose]()
  await clients[Symbol.asyncDispose]()
  await spool[Symbol.asyncDispose]()
}
