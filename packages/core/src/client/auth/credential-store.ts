import { chmod, chown, mkdir, readFile, realpath, rename, rm, stat, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { isJsonObject, OcishError } from '@ocish/sdk'
import { type CredentialPlace, dockerConfigPath, credentialPlaces } from './containers-auth.ts'
import { helperErase, helperStore, sourceOf } from './credential-helper.ts'
import {
  canonicalHost,
  fileKey,
  helperFor,
  keyHost,
  matchingKeys,
  normalizedKey,
  parseCredentialFile,
} from './docker-config.ts'
import { type CredentialOptions, helperOf, openPlaces } from './find-credential.ts'

/** What `login` stores: a password, or the token that a registry gave in its place. */
export type NewCredential =
  | { readonly username: string; readonly password: string }
  | { readonly identityToken: string; readonly username?: string }

/** Where a credential is stored: in a helper, or in the file where none is named. */
export interface StoreOptions extends CredentialOptions {
  /** The suffix of a helper program to keep this host's credential in from now on. */
  readonly helper?: string
}

/** Where a credential went; `plain`: it can be read there by whoever reads the file. */
export interface StoredCredential {
  /** Where it is. */
  readonly source: string
  /** Readable by whoever can read the file. */
  readonly plain: boolean
}

type Json = Record<string, unknown>

/**
 * Stores a credential in the first file that knows the host, else in Docker's configuration, or in the helper that this
 * file names. What else the file holds stays; it is replaced in one step and has mode 0600.
 * Errors: CREDENTIALS_INVALID, CREDENTIAL_HELPER_FAILED, FILE_FAILED.
 */
export async function storeCredential(
  host: string,
  credential: NewCredential,
  options: StoreOptions,
): Promise<StoredCredential> {
  const name = canonicalHost(host)
  const place = await placeFor(name, options)
  const body = await readBody(place)
  const file = parseCredentialFile(JSON.stringify(body), place.label, place.legacy)
  const helper = options.helper ?? helperFor(file, name)?.name
  const auths = place.legacy === true ? body : member(body, 'auths')
  for (const key of file.auths.keys()) if (normalizedKey(key) === name) delete auths[key]
  if (helper === undefined) {
    auths[fileKey(name)] = entryOf(credential)
    await replace(place, body)
    return { source: place.label, plain: true }
  }
  const program = helperOf(file, helper, options)
  const secret = 'password' in credential ? credential.password : credential.identityToken
  await helperStore(program, name, 'password' in credential ? credential.username : '<token>', secret)
  auths[fileKey(name)] = {}
  if (options.helper !== undefined) member(body, 'credHelpers')[fileKey(name)] = helper
  await replace(place, body)
  return { source: sourceOf(program), plain: false }
}

/**
 * Removes the credentials of a host from every file and helper that is looked at. Resolves to the places it was in.
 * Errors: CREDENTIALS_INVALID, CREDENTIAL_HELPER_FAILED, FILE_FAILED.
 */
export async function eraseCredential(host: string, options: CredentialOptions): Promise<readonly string[]> {
  const name = canonicalHost(host)
  const removed: string[] = []
  for await (const { place, file } of openPlaces(options)) {
    const keys = matchingKeys(file, name, undefined)
    const helper = helperFor(file, name)
    if (helper !== undefined && (helper.own || keys.length > 0)) {
      const program = helperOf(file, helper.name, options)
      if (await helperErase(program, name)) removed.push(sourceOf(program))
    }
    if (keys.length === 0) continue
    if (place.path === undefined) {
      options.onWarning?.(`${place.label} still names a credential for ${name}`)
      continue
    }
    const body = await readBody(place)
    const auths = place.legacy === true ? body : member(body, 'auths')
    for (const key of keys) delete auths[key]
    await replace(place, body)
    if (helper === undefined) removed.push(place.label)
  }
  return removed
}

/** The first place that knows the host and can be written. */
async function placeFor(host: string, options: CredentialOptions): Promise<CredentialPlace> {
  for await (const { place, file } of openPlaces(options)) {
    const isKnown = [...file.auths.keys(), ...file.helpers.keys()].some((key) => keyHost(key) === host)
    if (isKnown && place.path !== undefined) return place
  }
  const path = options.env['REGISTRY_AUTH_FILE'] || dockerConfigPath(options)
  return credentialPlaces(options).find((place) => place.path === path) ?? { path, label: path }
}

function entryOf(credential: NewCredential): Json {
  const user = credential.username ?? ''
  if ('identityToken' in credential) {
    return { auth: Buffer.from(`${user}:`).toString('base64'), identitytoken: credential.identityToken }
  }
  return { auth: Buffer.from(`${user}:${credential.password}`).toString('base64') }
}

/** The file's own object, so that what ocish does not know is written back; an empty one when there is no file. */
async function readBody({ path = '', label }: CredentialPlace): Promise<Json> {
  try {
    const text = await readFile(path, 'utf8')
    const body: unknown = text.trim() === '' ? {} : JSON.parse(text)
    if (isJsonObject(body)) return body
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {}
    throw new OcishError('CREDENTIALS_INVALID', `cannot read ${label}`, { cause: error })
  }
  throw new OcishError('CREDENTIALS_INVALID', `${label} is not a JSON object`)
}

function member(body: Json, name: string): Json {
  const known = body[name]
  if (isJsonObject(known)) return known
  const made: Json = {}
  body[name] = made
  return made
}

/** A sibling of the real file (behind links), renamed over it: never half written, never readable by others. */
async function replace({ path = '', label }: CredentialPlace, body: Json): Promise<void> {
  try {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 })
    const target = await realpath(path).catch(() => path)
    const owner = await stat(target).catch(() => undefined)
    const temporary = join(
      dirname(target),
      `.${process.getBuiltinModule('node:crypto').randomBytes(8).toString('hex')}.tmp`,
    )
    try {
      await writeFile(temporary, `${JSON.stringify(body, undefined, '\t')}\n`, {
        mode: 0o600,
        flag: 'wx',
        flush: true,
      })
      await chmod(temporary, 0o600)
      if (owner !== undefined && owner.uid !== process.getuid?.())
        await chown(temporary, owner.uid, owner.gid)
      await rename(temporary, target)
    } catch (error) {
      await rm(temporary, { force: true })
      throw error
    }
  } catch (cause) {
    throw new OcishError('FILE_FAILED', `cannot write ${label}`, { cause })
  }
}
