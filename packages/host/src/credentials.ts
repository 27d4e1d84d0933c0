import type { Credentials } from '@ocish/commands'
import type { Registry } from '@ocish/core'
import type { Credential, CredentialLookup } from '@ocish/core/client'
import { OcishError } from '@ocish/sdk'
import type { Config } from './config.ts'
import type { Env } from './paths.ts'
import type { TokenFile } from './tokens.ts'

export interface CredentialsOptions {
  readonly env: Env
  readonly home: string
  readonly config: Config
  readonly tokens: TokenFile | undefined
  readonly warn: (message: string) => void
  /** A client that presents this credential and no other. */
  readonly clientFor: (host: string, credential: Credential) => Promise<Registry>
}

export interface SessionCredentials extends Credentials {
  readonly lookup: CredentialLookup
}

export function createCredentials(_options: CredentialsOptions): SessionCredentials {
  return {
    lookup: () => undefined,
    list: async () => [],
    find: async () => undefined,
    login: async (host) => {
      throw new OcishError('UNSUPPORTED', `login ${host}`)
    },
    logout: async () => false,
  }
}
