import type { CachedToken, ClientOptions, Credential } from '../options.ts'
import { chooseChallenge, parseChallenges } from './challenge.ts'
import { checkRealm } from './realm.ts'
import { Scopes } from './scope.ts'
import { SingleFlight } from './single-flight.ts'
import { type AskTokenService, basic, fetchToken, type Token } from './token.ts'

/** What a request is going to do. */
export interface Need {
  readonly repository: string | undefined
  readonly scopes: Scopes
  /** Seconds that a token must still be good for. */
  readonly life: number
  readonly signal: AbortSignal | undefined
}

/** The `Authorization` of one request. `fresh`: made for it just now, so that a refusal is final. */
export interface Authorization {
  readonly header: string
  readonly fresh: boolean
}

/** Who a request came as, for error messages. */
export interface Identity {
  readonly text: string
  readonly source?: string
}

interface TokenService {
  readonly realm: string
  readonly service: string | undefined
}

interface FoundCredential {
  readonly credential: Credential | undefined
  /** When it was looked for, in the milliseconds of `performance`. */
  readonly at: number
}

interface HeldToken extends Token {
  readonly scopes: Scopes
}

/** Tokens are not used in their last seconds: a request takes a while, and clocks differ. */
const margin = 10_000
/** Milliseconds for which a refusal is no reason to look for another credential. */
const credentialAge = 5000
const schemeLife = 7 * 24 * 3600 * 1000

/** Signs the requests to one origin: remembers its scheme and token service, and the tokens by credential and scope. */
export class Authenticator {
  readonly #host: string
  readonly #origin: URL
  readonly #options: ClientOptions
  readonly #ask: AskTokenService
  readonly #credentials = new Map<string, FoundCredential>()
  readonly #tokens = new Map<string, HeldToken[]>()
  readonly #lookups = new SingleFlight<Credential | undefined>()
  readonly #flights = new SingleFlight<HeldToken>()
  /** Tokens that the registry did not take, so that a shared cache does not bring them back. */
  readonly #refused = new Set<string>()
  #service: TokenService | undefined
  #wantsBasic: boolean | undefined

  constructor(host: string, origin: URL, options: ClientOptions, ask: AskTokenService) {
    this.#host = host
    this.#origin = origin
    this.#options = options
    this.#ask = ask
  }

  /** What to send before any challenge: what is known to be wanted, else nothing. */
  async prepare(need: Need): Promise<Authorization | undefined> {
    const credential = await this.#credential(need)
    if (credential !== undefined && 'registryToken' in credential)
      return bearer(credential.registryToken, false)
    const held = await this.#held(credential, need)
    if (held !== undefined) return bearer(held.token, false)
    if (credential !== undefined && 'password' in credential && (await this.#isBasic())) {
      return { header: basic(credential.username, credential.password), fresh: true }
    }
    if (this.#service === undefined || need.scopes.isEmpty) return undefined
    const token = await this.#fetch(this.#service, credential, need, need.scopes)
    return bearer(token.token, true)
  }

  /** The answer to a 401 from the origin; undefined when there is nothing better to send. */
  async answer(
    lines: readonly string[],
    need: Need,
    refused: Authorization | undefined,
  ): Promise<Authorization | undefined> {
    const challenge = chooseChallenge(parseChallenges(lines))
    this.#lookAgain(need)
    const credential = await this.#credential(need)
    if (challenge === undefined || (credential !== undefined && 'registryToken' in credential))
      return undefined
    if (challenge.scheme === 'basic') {
      if (credential === undefined || !('password' in credential)) return undefined
      const header = basic(credential.username, credential.password)
      if (refused?.header === header) return undefined
      await this.#learnBasic()
      return { header, fresh: true }
    }
    const service = {
      realm: challenge.parameters.get('realm') ?? '',
      service: challenge.parameters.get('service'),
    }
    const demanded = Scopes.parse(challenge.parameters.get('scope') ?? '')
    const usedBearer = refused?.header.startsWith('Bearer ') === true
    // A token made for exactly this is refused: only a demand for more is a reason to ask again.
    if (usedBearer && refused.fresh && need.scopes.covers(demanded)) return undefined
    this.#service = service
    this.#wantsBasic = false
    // Another request may have brought a token since this one was sent.
    const held = await this.#held(credential, { ...need, scopes: need.scopes.union(demanded) })
    if (held !== undefined && refused?.header !== `Bearer ${held.token}`) return bearer(held.token, false)
    if (usedBearer) this.#forget(credential, refused.header)
    const token = await this.#fetch(service, credential, need, demanded)
    return bearer(token.token, true)
  }

  /** The anonymous answer to a challenge of another origin (a storage): our credentials are not for it (T16). */
  async anonymous(
    lines: readonly string[],
    origin: URL,
    signal: AbortSignal | undefined,
  ): Promise<string | undefined> {
    const challenge = chooseChallenge(parseChallenges(lines))
    if (challenge?.scheme !== 'bearer') return undefined
    const realm = checkRealm(challenge.parameters.get('realm'), {
      registry: origin,
      hasSecret: false,
      allowed: [],
    })
    const scopes = Scopes.parse(challenge.parameters.get('scope') ?? '').texts()
    const service = challenge.parameters.get('service')
    const token = await fetchToken(
      { host: origin.host, realm, service, scopes, credential: undefined, signal },
      this.#ask,
    )
    return `Bearer ${token.token}`
  }

  /** Who requests for `repository` come as. */
  identity(repository: string | undefined): Identity {
    const credential = this.#credentials.get(repository ?? '')?.credential
    if (credential === undefined) return { text: 'no credential was found for it' }
    const user =
      'username' in credential && credential.username !== undefined ? ` of ${credential.username}` : ''
    return { text: `the credential${user} from ${credential.source} was tried`, source: credential.source }
  }

  async #credential({ repository, signal }: Need): Promise<Credential | undefined> {
    const key = repository ?? ''
    const known = this.#credentials.get(key)
    if (known !== undefined) return known.credential
    const credential = await this.#lookups.run(
      key,
      signal,
      async (shared) => await this.#options.credentials?.(this.#host, repository, shared),
    )
    this.#credentials.set(key, { credential, at: performance.now() })
    return credential
  }

  /** Somebody may have signed in since: in a long session a refusal is the time to look. */
  #lookAgain({ repository = '' }: Need): void {
    const known = this.#credentials.get(repository)
    if (known !== undefined && performance.now() - known.at > credentialAge)
      this.#credentials.delete(repository)
  }

  async #held(credential: Credential | undefined, need: Need): Promise<HeldToken | undefined> {
    if (need.scopes.isEmpty) return undefined
    const owner = fingerprint(credential)
    const limit = Date.now() + Math.max(margin, need.life * 1000)
    const held = this.#tokens
      .get(owner)
      ?.find((token) => token.expires > limit && token.scopes.covers(need.scopes))
    if (held !== undefined || this.#options.tokenCache === undefined) return held
    for (const scopes of wider(need)) {
      const cached = await this.#cached(this.#tokenKey(owner, scopes))
      if (cached === undefined || cached.expires <= limit || this.#refused.has(cached.token)) continue
      const token = { ...cached, scopes }
      this.#keep(owner, token)
      return token
    }
    return undefined
  }

  async #cached(key: string): Promise<CachedToken | undefined> {
    const cached = await this.#options.tokenCache?.get(key)
    return cached !== undefined && cached.token !== '' && cached.expires > Date.now() + margin
      ? cached
      : undefined
  }

  async #fetch(
    service: TokenService,
    credential: Credential | undefined,
    need: Need,
    demanded: Scopes,
  ): Promise<HeldToken> {
    const realm = checkRealm(service.realm === '' ? undefined : service.realm, {
      registry: this.#origin,
      hasSecret: credential !== undefined,
      allowed: this.#options.realms ?? [],
    })
    const owner = fingerprint(credential)
    // A registry that asks for `delete` alone means it: more (`pull`, say) may be what its token service refuses.
    const scopes = isDelete(demanded) ? demanded : demanded.union(need.scopes)
    const key = JSON.stringify([owner, realm.href, service.service, scopes.toString()])
    return await this.#flights.run(key, need.signal, async (signal) => {
      const order = scopes.textsBeginningWith(demanded)
      const token = await fetchToken(
        { host: this.#host, realm, service: service.service, scopes: order, credential, signal },
        this.#ask,
      )
      const held = { ...token, scopes: scopes.union(need.scopes) }
      this.#keep(owner, held)
      await this.#options.tokenCache?.set(this.#tokenKey(owner, held.scopes), token.token, token.expires)
      return held
    })
  }

  #tokenKey(owner: string, scopes: Scopes): string {
    return `token ${this.#origin.origin} ${owner} ${scopes.toString()}`
  }

  #keep(owner: string, token: HeldToken): void {
    const rest = (this.#tokens.get(owner) ?? []).filter(
      ({ scopes, expires }) => expires > Date.now() && !token.scopes.covers(scopes),
    )
    this.#tokens.set(owner, [token, ...rest].slice(0, 1000))
  }

  #forget(credential: Credential | undefined, header: string): void {
    const owner = fingerprint(credential)
    const rest = (this.#tokens.get(owner) ?? []).filter(({ token }) => `Bearer ${token}` !== header)
    this.#tokens.set(owner, rest)
    this.#refused.add(header.slice('Bearer '.length))
  }

  async #isBasic(): Promise<boolean> {
    this.#wantsBasic ??= (await this.#cached(`scheme ${this.#origin.origin}`))?.token === 'basic'
    return this.#wantsBasic
  }

  async #learnBasic(): Promise<void> {
    if (this.#wantsBasic === true) return
    this.#wantsBasic = true
    await this.#options.tokenCache?.set(`scheme ${this.#origin.origin}`, 'basic', Date.now() + schemeLife)
  }
}

function bearer(token: string, fresh: boolean): Authorization {
  return { header: `Bearer ${token}`, fresh }
}

/** Scopes under which a usable token may have been kept by another process: what is needed, and what pushes ask for. */
function wider(need: Need): readonly Scopes[] {
  const push = need.scopes.texts().map((text) => text.replace(/^(repository:.*):pull$/, '$1:pull,push'))
  const widened = Scopes.parse(...push)
  return widened.toString() === need.scopes.toString() ? [need.scopes] : [need.scopes, widened]
}

function isDelete(scopes: Scopes): boolean {
  const texts = scopes.texts()
  return texts.length > 0 && texts.every((text) => text.endsWith(':delete'))
}

/** Tells credentials apart; too short to find a password by trying. */
function fingerprint(credential: Credential | undefined): string {
  if (credential === undefined) return 'anonymous'
  const parts =
    'password' in credential
      ? ['password', credential.username, credential.password]
      : 'identityToken' in credential
        ? ['identity', credential.username ?? '', credential.identityToken]
        : ['bearer', '', credential.registryToken]
  return process.getBuiltinModule('node:crypto').hash('sha256', JSON.stringify(parts), 'hex').slice(0, 8)
}
