import { createHash } from 'node:crypto'
import type { CachedOptions } from '@ocish/cache'
import type { CredentialLookup } from '@ocish/core/client'
import { durationOf } from '@ocish/shell'
import type { Config } from './config.ts'

/** How old what the store knows may be, in seconds: as the caller says, else `[cache]` of the configuration. */
export function freshnessOf(
  config: Config,
  freshFor: number | undefined,
): Required<Pick<CachedOptions, 'freshFor' | 'staleFor' | 'staleOnError'>> {
  return {
    freshFor: freshFor ?? secondsOf(config.get('cache.fresh-for')),
    staleFor: secondsOf(config.get('cache.stale-for')),
    staleOnError: config.get('cache.stale-on-error') === true,
  }
}

function secondsOf(value: unknown): number {
  return typeof value === 'string' ? durationOf(value) / 1000 : 0
}

/** Who asks a registry, to be told from somebody else: a name, or where there is none what stands for a token. */
export function askerOf(credential: Awaited<ReturnType<CredentialLookup>>): string {
  if (credential === undefined) return 'nobody'
  if ('username' in credential && credential.username !== undefined) return `user ${credential.username}`
  return `token ${createHash('sha256').update(JSON.stringify(credential)).digest('hex').slice(0, 16)}`
}
