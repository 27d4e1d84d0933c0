import { canonicalRegistry, dockerHub, isJsonObject, OcishError, parseJson } from '@ocish/sdk'
import { apiRepository } from '../origin.ts'
import type { Credential } from '../options.ts'

/** One entry of `auths`. */
export type AuthEntry = Readonly<Record<string, unknown>>

/** A file in the form of Docker's `config.json` or containers' `auth.json`. */
export interface CredentialFile {
  /** How a person is told about it. */
  readonly label: string
  readonly auths: ReadonlyMap<string, AuthEntry>
  /** Host to the suffix of a helper program. */
  readonly helpers: ReadonlyMap<string, string>
  /** The helper for every host. */
  readonly store: string | undefined
}

const largestFile = 4 * 1024 * 1024
/** Docker's key for Docker Hub in files and helpers. */
const hubKey = 'https://index.docker.io/v1/'

/** Reads a file; `legacy`: a bare map of entries (`~/.dockercfg`). Errors: CREDENTIALS_INVALID naming `label`. */
export function parseCredentialFile(
  text: string | Uint8Array,
  label: string,
  legacy = false,
): CredentialFile {
  const body = parseJson(text, { what: label, code: 'CREDENTIALS_INVALID', maxSize: largestFile })
  if (!isJsonObject(body)) throw new OcishError('CREDENTIALS_INVALID', `${label} is not a JSON object`)
  const auths = legacy ? body : object(body['auths'])
  return {
    label,
    auths: new Map(Object.entries(auths).map(([key, entry]) => [key, object(entry)])),
    helpers: new Map(Object.entries(legacy ? {} : object(body['credHelpers'])).filter(isTextEntry)),
    store:
      !legacy && typeof body['credsStore'] === 'string' && body['credsStore'] !== ''
        ? body['credsStore']
        : undefined,
  }
}

/** The helper that a file names for a host: its own, else the one for all. */
export function helperFor(
  file: CredentialFile,
  host: string,
): { readonly name: string; readonly own: boolean } | undefined {
  for (const [key, name] of file.helpers) if (keyHost(key) === host) return { name, own: true }
  return file.store === undefined ? undefined : { name: file.store, own: false }
}

/** The keys of `auths` that fit, most specific first: `host/a/b`, `host/a`, `host`; compared whole, never in part (T23). */
export function matchingKeys(
  file: CredentialFile,
  host: string,
  repository: string | undefined,
): readonly string[] {
  const parts = repository === undefined ? [] : apiRepository(host, repository).split('/')
  const wanted = parts.map((_, at) => `${host}/${parts.slice(0, parts.length - at).join('/')}`)
  const keys = [...file.auths.keys()]
  return [...wanted, host].flatMap((want) => keys.filter((key) => normalizedKey(key) === want))
}

/** What a host is called here: lower case, Docker Hub's names as one. */
export function canonicalHost(host: string): string {
  return canonicalRegistry(host) ?? host.toLowerCase()
}

/** What a host is called in files: Docker Hub by its old address. */
export function fileKey(host: string): string {
  return canonicalHost(host) === dockerHub ? hubKey : canonicalHost(host)
}

/** `https://host/v1/` and `host` are the host, `host/team` is a part of it. */
export function normalizedKey(key: string): string {
  const scheme = /^https?:\/\//i.exec(key)?.[0]
  const rest = key.slice(scheme?.length ?? 0)
  const slash = rest.indexOf('/')
  const host = canonicalHost(slash < 0 ? rest : rest.slice(0, slash))
  const path = slash < 0 || scheme !== undefined ? '' : rest.slice(slash).replace(/\/+$/, '')
  return /^(?:\/v[12])?$/.test(path) ? host : `${host}${path}`
}

/** The host of a key. */
export function keyHost(key: string): string {
  const whole = normalizedKey(key)
  const slash = whole.indexOf('/')
  return slash < 0 ? whole : whole.slice(0, slash)
}

/** Undefined for an entry that is only a mark that a helper knows the host, or that cannot be read. */
export function entryCredential(
  entry: AuthEntry,
  source: string,
  onMalformed: () => void,
): Credential | undefined {
  const { identitytoken, registrytoken, auth, username, password } = entry
  const pair = typeof auth === 'string' && auth !== '' ? decodePair(auth) : undefined
  const user = pair?.username ?? (typeof username === 'string' && username !== '' ? username : undefined)
  if (typeof registrytoken === 'string' && registrytoken !== '')
    return { registryToken: registrytoken, source }
  if (typeof identitytoken === 'string' && identitytoken !== '') {
    return { identityToken: identitytoken, source, ...(user === undefined ? {} : { username: user }) }
  }
  if (pair !== undefined) return named(pair.username, pair.password, source)
  if (typeof auth === 'string' && auth !== '') {
    onMalformed()
    return undefined
  }
  return user !== undefined && typeof password === 'string' ? named(user, password, source) : undefined
}

/** Helpers and Docker mark an identity token by this user name. */
export function named(username: string, password: string, source: string): Credential {
  return username === '<token>' ? { identityToken: password, source } : { username, password, source }
}

/** The user that an entry names. */
export function entryUser(entry: AuthEntry): string | undefined {
  const credential = entryCredential(entry, '', () => undefined)
  return credential !== undefined && 'username' in credential ? credential.username : undefined
}

/** base64 of `user:password`; the password may hold colons, and old tools pad with NUL. */
function decodePair(auth: string): { readonly username: string; readonly password: string } | undefined {
  if (!/^[A-Za-z0-9+/_-]+={0,2}$/.test(auth.trim())) return undefined
  const text = Buffer.from(auth, 'base64').toString('utf8').replace(/\0+$/, '')
  const colon = text.indexOf(':')
  if (colon < 1 || text.includes('\uFFFD')) return undefined
  return { username: text.slice(0, colon), password: text.slice(colon + 1) }
}

function object(value: unknown): Readonly<Record<string, unknown>> {
  return isJsonObject(value) ? value : {}
}

function isTextEntry(entry: [string, unknown]): entry is [string, string] {
  return typeof entry[1] === 'string' && entry[1] !== ''
}
