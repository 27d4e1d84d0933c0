import type { Credential as FoundCredential, Credentials } from '@ocish/commands'
import type { ClientOptions, Credential, CredentialLookup, CredentialOptions } from '@ocish/core/client'
import { canonicalRegistry, OcishError } from '@ocish/sdk'
import type { Config } from './config.ts'
import type { Env } from './paths.ts'
import type { TokenFile } from './tokens.ts'

/** Where credentials are looked for. */
export interface CredentialsOptions {
  readonly env: Env
  readonly home: string
  readonly config: Config
  readonly tokens: TokenFile | undefined
  readonly warn: (message: string) => void
  /** How a registry is reached, to verify a credential. */
  readonly optionsFor: (host: string) => Promise<ClientOptions>
}

/** The credentials of a session, for commands and for clients. */
export interface SessionCredentials extends Credentials {
  /** What clients ask. */
  readonly lookup: CredentialLookup
}

/**
 * The credentials of Docker's and podman's files and helpers, a registry's own file from the configuration, and the pair
 * `OCISH_USERNAME`, `OCISH_PASSWORD`, which is only for the host that `OCISH_REGISTRY` names.
 */
export function createCredentials(options: CredentialsOptions): SessionCredentials {
  const lookup: CredentialLookup = async (host, repository, signal) => find(host, repository, signal, options)
  return {
    lookup,
    async list() {
      const { listCredentials } = await import('@ocish/core/client')
      return listCredentials(placesFor(undefined, options))
    },
    async find(given, repository) {
      const host = registryNamed(given)
      const found = await lookup(host, repository, undefined)
      return found && shown(found)
    },
    async login(name, credential, { signal }) {
      const host = registryNamed(name)
      const { storeCredential, verifyCredential } = await import('@ocish/core/client')
      const given = { ...credential, source: 'this login' }
      await verifyCredential(host, given, await options.optionsFor(host), signal)
      const { source, plain } = await storeCredential(host, credential, {
        ...placesFor(host, options),
        signal,
      })
      if (plain) options.warn(`the password is stored unencrypted in ${source}`)
      await options.tokens?.forget(host)
      return { source }
    },
    async logout(name) {
      const host = registryNamed(name)
      const { eraseCredential } = await import('@ocish/core/client')
      const removed = await eraseCredential(host, placesFor(host, options))
      await options.tokens?.forget(host)
      return removed.length > 0
    },
  }
}

async function find(
  host: string,
  repository: string | undefined,
  signal: AbortSignal | undefined,
  options: CredentialsOptions,
): Promise<Credential | undefined> {
  const name = canonicalRegistry(host) ?? host
  const { OCISH_REGISTRY: registry, OCISH_USERNAME: username, OCISH_PASSWORD: password } = options.env
  if (registry && username && password !== undefined && canonicalRegistry(registry) === name)
    return { username, password, source: 'OCISH_USERNAME and OCISH_PASSWORD' }
  if (options.config.registries.get(name)?.credentials === 'none') return undefined
  const { findCredential } = await import('@ocish/core/client')
  return findCredential(host, repository, { ...placesFor(name, options), signal })
}

/** Errors: REFERENCE_INVALID with the nearest right form. */
function registryNamed(text: string): string {
  const host = canonicalRegistry(text)
  if (host !== undefined) return host
  const near = canonicalRegistry(text.replace(/^[a-z]+:\/\//, '').replace(/\/.*$/, ''))
  throw new OcishError('REFERENCE_INVALID', `${JSON.stringify(text)} is not a registry`, {
    details: { input: text, span: { from: 0, to: text.length } },
    ...(near !== undefined && { hint: `Write ${near}.` }),
  })
}

/** A file that the configuration names for a registry is the only place for it. */
function placesFor(host: string | undefined, options: CredentialsOptions): CredentialOptions {
  const file = host === undefined ? undefined : options.config.registries.get(host)?.credentials
  const uid = process.getuid?.()
  return {
    env: file === undefined || file === 'none' ? options.env : { ...options.env, REGISTRY_AUTH_FILE: file },
    home: options.home,
    onWarning: options.warn,
    ...(uid !== undefined && { uid }),
  }
}

function shown(credential: Credential): FoundCredential {
  const { source } = credential
  if ('registryToken' in credential) return { source }
  return 'identityToken' in credential
    ? {
        source,
        identityToken: credential.identityToken,
        ...(credential.username !== undefined && { username: credential.username }),
      }
    : { source, username: credential.username, password: credential.password }
}
