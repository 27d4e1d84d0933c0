import { hasCode, isJsonObject, OcishError, parseJson } from '@ocish/sdk'
import type { Answer } from '../answer.ts'
import type { Credential } from '../options.ts'
import { shownUrl } from '../trace.ts'
import { excerpt, parseWireErrors } from '../wire-error.ts'

/** A token that is asked for. */
export interface TokenRequest {
  /** The registry, for the way out. */
  readonly host: string
  readonly realm: URL
  readonly service: string | undefined
  /** In the order in which they are asked for. */
  readonly scopes: readonly string[]
  /** Undefined: anonymous. */
  readonly credential: Credential | undefined
  readonly signal: AbortSignal | undefined
}

/** A token, and how long it serves. */
export interface Token {
  readonly token: string
  /** Milliseconds since 1970, from this machine's clock. */
  readonly expires: number
}

/** One request to a token service. */
export interface TokenCall {
  readonly method: 'GET' | 'POST'
  readonly url: URL
  readonly headers: Readonly<Record<string, string>>
  readonly body?: Uint8Array
  readonly signal: AbortSignal | undefined
}

/** Asks a token service once, with retries; whatever the status, the answer comes with its (limited) body. */
export type AskTokenService = (
  call: TokenCall,
) => Promise<{ readonly answer: Answer; readonly body: Uint8Array }>

const clientId = 'ocish'
const shortestLife = 60
const longestLife = 30 * 24 * 3600

/**
 * Gets a token (distribution, "Token Authentication Specification"): GET with Basic for passwords, OAuth2 POST for identity
 * tokens, each falling back to the other where a service knows only one of them. Errors: REGISTRY_UNAUTHORIZED,
 * REGISTRY_DENIED, REGISTRY_RATE_LIMITED, REGISTRY_UNAVAILABLE, REGISTRY_PROTOCOL, and those of the network.
 */
export async function fetchToken(request: TokenRequest, ask: AskTokenService): Promise<Token> {
  const { credential } = request
  const forms = credential === undefined ? [get] : 'identityToken' in credential ? [post, get] : [get, post]
  let refusal: Awaited<ReturnType<AskTokenService>> | undefined
  for (const form of forms) {
    const result = await ask(form(request))
    if (result.answer.status === 200) return readToken(result.body, request, result.answer)
    refusal ??= result
    if (!mayTryOther(result.answer.status, form === post)) break
  }
  throw refused(request, refusal)
}

/** GET where POST is unknown: 400 Azure, 401 Artifactory, 404 Google, 405; POST where GET is: 404 and 405. */
function mayTryOther(status: number, wasPost: boolean): boolean {
  return status === 404 || status === 405 || (wasPost && (status === 400 || status === 401))
}

function get({ realm, service, scopes, credential, signal }: TokenRequest): TokenCall {
  const url = new URL(realm)
  if (service !== undefined) url.searchParams.append('service', service)
  for (const scope of scopes) url.searchParams.append('scope', scope)
  url.searchParams.append('client_id', clientId)
  const pair = credential === undefined ? undefined : userAndSecret(credential)
  if (pair !== undefined && pair.user !== '') url.searchParams.append('account', pair.user)
  return {
    method: 'GET',
    url,
    headers: pair === undefined ? {} : { authorization: basic(pair.user, pair.secret) },
    signal,
  }
}

function post({ realm, service, scopes, credential, signal }: TokenRequest): TokenCall {
  const form = new URLSearchParams()
  if (credential !== undefined && 'identityToken' in credential) {
    form.append('grant_type', 'refresh_token')
    form.append('refresh_token', credential.identityToken)
  } else if (credential !== undefined && 'password' in credential) {
    form.append('grant_type', 'password')
    form.append('username', credential.username)
    form.append('password', credential.password)
  }
  if (service !== undefined) form.append('service', service)
  form.append('client_id', clientId)
  if (scopes.length > 0) form.append('scope', scopes.join(' '))
  return {
    method: 'POST',
    url: realm,
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: new TextEncoder().encode(form.toString()),
    signal,
  }
}

function userAndSecret(
  credential: Credential,
): { readonly user: string; readonly secret: string } | undefined {
  if ('password' in credential) return { user: credential.username, secret: credential.password }
  if ('identityToken' in credential)
    return { user: credential.username ?? '', secret: credential.identityToken }
  return undefined
}

/** The value of an `Authorization` header of the Basic scheme, in UTF-8. */
export function basic(user: string, password: string): string {
  return `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`
}

function readToken(body: Uint8Array, request: TokenRequest, answer: Answer): Token {
  const parsed = parseAnswer(body)
  const token = [parsed?.['access_token'], parsed?.['token']].find(
    (value): value is string => typeof value === 'string' && value !== '',
  )
  if (parsed === undefined || token === undefined || !/^[\x21-\x7e]+$/.test(token)) {
    const found =
      parsed === undefined ? excerpt(body, answer.first('content-type')) : 'an answer without a token'
    throw new OcishError('REGISTRY_PROTOCOL', `the token service ${place(request)} sent ${found}`, {
      details: { realm: request.realm.host },
    })
  }
  return { token, expires: expiry(parsed, Date.now()) }
}

function parseAnswer(body: Uint8Array): Readonly<Record<string, unknown>> | undefined {
  try {
    const parsed = parseJson(body, { what: 'the token', code: 'REGISTRY_PROTOCOL' })
    return isJsonObject(parsed) ? parsed : undefined
  } catch (error) {
    if (hasCode(error, 'REGISTRY_PROTOCOL', 'LIMIT_EXCEEDED')) return undefined
    throw error
  }
}

/** `issued_at` in the future, or so long ago that the token is over, is a wrong clock: then it counts from now. */
function expiry(parsed: Readonly<Record<string, unknown>>, now: number): number {
  const told = Number(parsed['expires_in'])
  const seconds = Number.isFinite(told) ? Math.min(Math.max(told, shortestLife), longestLife) : shortestLife
  const issuedAt = parsed['issued_at']
  const issued = typeof issuedAt === 'string' ? Date.parse(issuedAt) : now
  const end = issued + seconds * 1000
  return Number.isNaN(issued) || issued > now || end <= now ? now + seconds * 1000 : end
}

function refused(
  request: TokenRequest,
  result: Awaited<ReturnType<AskTokenService>> | undefined,
): OcishError {
  const status = result?.answer.status ?? 0
  const wire = parseWireErrors(result?.body ?? new Uint8Array())
  const reason = wire.map(({ code, message }) => message || code).join('; ')
  const who =
    request.credential === undefined ? 'no credential' : `the credential from ${request.credential.source}`
  const code =
    status === 429
      ? 'REGISTRY_RATE_LIMITED'
      : status >= 500
        ? 'REGISTRY_UNAVAILABLE'
        : status === 403
          ? 'REGISTRY_DENIED'
          : status === 400 || status === 401
            ? 'REGISTRY_UNAUTHORIZED'
            : 'REGISTRY_PROTOCOL'
  const message = `the token service ${place(request)} answered ${status} to ${who}${reason === '' ? '' : ` (${reason})`}`
  return new OcishError(code, message, {
    ...(code === 'REGISTRY_UNAUTHORIZED' || code === 'REGISTRY_DENIED'
      ? { hint: `Run login ${request.host}.` }
      : {}),
    details: {
      host: request.host,
      realm: request.realm.host,
      status,
      scopes: [...request.scopes],
      ...(request.credential === undefined ? {} : { credential: request.credential.source }),
    },
  })
}

function place(request: TokenRequest): string {
  return shownUrl(new URL(request.realm.origin))
}
