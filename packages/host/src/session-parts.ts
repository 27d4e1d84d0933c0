import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { OnTransfer } from '@ocish/core'
import { type Clients, createClients } from './clients.ts'
import type { Config } from './config.ts'
import { createCredentials, type SessionCredentials } from './credentials.ts'
import { createExclusive, type Exclusive } from './exclusive.ts'
import { Holdings } from './holdings.ts'
import type { SessionOptions } from './session-options.ts'
import { createSpool, type Spool } from './spool.ts'
import { openTokenFile } from './tokens.ts'

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
  const clients: Clients = createClients({
    config,
    flags,
    env,
    cwd,
    home,
    version,
    credentials: given.credentials ?? credentials.lookup,
    tokens,
    warn,
    trace,
    retrying: (seconds, reason) => progress({ type: 'retrying', seconds, reason }),
  })
  const holdings = new Holdings({
    connect: connect ?? (async (host) => clients.get(host)),
    mirrors: (host) => config.registries.get(host)?.mirrors ?? [],
    connectMirror: connect ?? (async (host) => clients.mirror(host)),
    paths,
    noCache: flags.noCache ?? false,
    offline: flags.offline ?? false,
    freshFor: given.freshFor ?? 0,
    warn,
  })
  const exclusive = createExclusive(paths && join(paths.runtime, 'locks'))
  return { credentials, clients, holdings, exclusive, spool: createSpool(paths?.cache ?? tmpdir()) }
}

/** Closes what was opened; clients after what reads through them. */
export async function closeParts({ holdings, clients, spool }: SessionParts): Promise<void> {
  await holdings[Symbol.asyncDispose]()
  await clients[Symbol.asyncDispose]()
  await spool[Symbol.asyncDispose]()
}
