import { readFile } from 'node:fs/promises'
import { OcishError } from '@ocish/sdk'
import type { Credential } from '../options.ts'
import { type CredentialEnvironment, type CredentialPlace, credentialPlaces } from './containers-auth.ts'
import { type Helper, helperGet, helperList, sourceOf } from './credential-helper.ts'
import {
  canonicalHost,
  type CredentialFile,
  entryCredential,
  entryUser,
  helperFor,
  keyHost,
  matchingKeys,
  normalizedKey,
  parseCredentialFile,
} from './docker-config.ts'

/** Where credentials are looked for, and who hears of files that cannot be read. */
export interface CredentialOptions extends CredentialEnvironment {
  /** What was skipped and why; never a secret. */
  readonly onWarning?: (text: string) => void
  readonly signal?: AbortSignal | undefined
}

/** A host that has a credential. */
export interface KnownCredential {
  /** `host[:port]`, or a part of one (`host/team`). */
  readonly host: string
  readonly username?: string
  readonly source: string
}

/** An open file of credentials with the place it came from. */
export interface OpenPlace {
  readonly place: CredentialPlace
  readonly file: CredentialFile
}

/**
 * The credential for a repository from the files and helpers of Docker and podman (specs/distribution.md 2.8–2.10): the first
 * place that has one, in it the most specific. Errors: CREDENTIALS_INVALID, CREDENTIAL_HELPER_FAILED.
 */
export async function findCredential(
  host: string,
  repository: string | undefined,
  options: CredentialOptions,
): Promise<Credential | undefined> {
  const wanted = canonicalHost(host)
  for await (const { file } of openPlaces(options)) {
    const credential =
      (await fromHelper(file, wanted, options)) ?? fromEntries(file, wanted, repository, options)
    if (credential !== undefined) return credential
  }
  return undefined
}

/** Every host with a credential, the first source of each. A helper that fails is warned about. */
export async function listCredentials(options: CredentialOptions): Promise<readonly KnownCredential[]> {
  const found = new Map<string, KnownCredential>()
  const add = (host: string, username: string | undefined, source: string): void => {
    if (!found.has(host)) found.set(host, { host, source, ...(username === undefined ? {} : { username }) })
  }
  for await (const { file } of openPlaces(options)) {
    for (const [key, name] of file.helpers) {
      const helper = helperOf(file, name, options)
      const credential = await quietly(() => helperGet(helper, keyHost(key)), options)
      if (credential !== undefined)
        add(keyHost(key), 'username' in credential ? credential.username : undefined, sourceOf(helper))
    }
    if (file.store !== undefined) {
      const helper = helperOf(file, file.store, options)
      const known = await quietly(() => helperList(helper), options)
      for (const [address, user] of known ?? [])
        add(keyHost(address), user === '<token>' ? undefined : user, sourceOf(helper))
    }
    for (const [key, entry] of file.auths) {
      const credential = entryCredential(entry, file.label, () => undefined)
      if (credential !== undefined) add(normalizedKey(key), entryUser(entry), file.label)
    }
  }
  return [...found.values()].toSorted((a, b) => (a.host < b.host ? -1 : 1))
}

/** The places that exist, in order. Errors: CREDENTIALS_INVALID. */
export async function* openPlaces(options: CredentialOptions): AsyncGenerator<OpenPlace> {
  for (const place of credentialPlaces(options)) {
    options.signal?.throwIfAborted()
    const text = place.path === undefined ? place.text : await readIfThere(place.path, place.label)
    if (text === undefined) continue
    yield { place, file: parseCredentialFile(text.length === 0 ? '{}' : text, place.label, place.legacy) }
  }
}

/** The helper `name` of a file. */
export function helperOf(
  file: Pick<CredentialFile, 'label'>,
  name: string,
  options: CredentialOptions,
): Helper {
  return { name, label: file.label, env: options.env, signal: options.signal }
}

async function fromHelper(
  file: CredentialFile,
  host: string,
  options: CredentialOptions,
): Promise<Credential | undefined> {
  const found = helperFor(file, host)
  if (found === undefined) return undefined
  const helper = helperOf(file, found.name, options)
  // A helper for all hosts that fails is in nobody's way where nobody ever signed in.
  const isConcerned = found.own || [...file.auths.keys()].some((key) => keyHost(key) === host)
  return isConcerned ? helperGet(helper, host) : quietly(() => helperGet(helper, host), options)
}

function fromEntries(
  file: CredentialFile,
  host: string,
  repository: string | undefined,
  options: CredentialOptions,
): Credential | undefined {
  for (const key of matchingKeys(file, host, repository)) {
    const malformed = (): void =>
      options.onWarning?.(`the entry ${key} of ${file.label} cannot be read and is left out`)
    const credential = entryCredential(file.auths.get(key) ?? {}, file.label, malformed)
    if (credential !== undefined) return credential
  }
  return undefined
}

async function quietly<T>(work: () => Promise<T>, options: CredentialOptions): Promise<T | undefined> {
  try {
    return await work()
  } catch (error) {
    options.signal?.throwIfAborted()
    options.onWarning?.((error as Error).message)
    return undefined
  }
}

async function readIfThere(path: string, label: string): Promise<Uint8Array | undefined> {
  try {
    return await readFile(path)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined
    // Another user's session folder: what cannot be read there is not ours.
    if (code === 'EACCES' && path.startsWith('/run/')) return undefined
    throw new OcishError('CREDENTIALS_INVALID', `cannot read ${label} (${code ?? 'unknown'})`, {
      cause: error,
    })
  }
}
