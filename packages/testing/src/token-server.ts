import { createPrivateKey, randomBytes, sign } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type Certificate, createAuthority, libtrustKeyId } from './certificates.ts'
import { readAll } from './content.ts'

/** One thing a token allows: `repository:team/app:pull,push`. */
export interface TokenScope {
  readonly type: string
  readonly name: string
  readonly actions: readonly string[]
}

/** A request as the token server saw it, without secrets. */
export interface TokenRequest {
  readonly method: string
  readonly grant: 'basic' | 'password' | 'refresh_token' | 'anonymous'
  readonly account: string | undefined
  readonly scopes: readonly string[]
  readonly status: number
}

/** Whom a token server knows, and what it grants (distribution's token authentication). */
export interface TokenServerOptions {
  /** Name to password. */
  readonly users?: Readonly<Record<string, string>>
  readonly service?: string
  /** Seconds; default 300. */
  readonly lifetime?: number
  /** Actions somebody without credentials may do; default none. */
  readonly anonymousActions?: readonly string[]
  /** Which of the actions asked for a user gets; default all. */
  readonly allow?: (user: string | undefined, scope: TokenScope, action: string) => boolean
  /** 405 for POST, as servers without OAuth2. */
  readonly getOnly?: boolean
}

/** A token server in Docker's manner; it signs with a key made at run time. */
export interface TokenServer extends AsyncDisposable {
  readonly realm: string
  readonly issuer: string
  readonly service: string
  /** The root certificate of the tokens' signatures, PEM. */
  readonly certificate: string
  readonly requests: readonly TokenRequest[]
  close(): Promise<void>
}

const issuer = 'ocish-test-issuer'

/** Starts a token server on a free loopback port: GET and POST, refresh tokens, scopes. */
export async function tokenServer(options: TokenServerOptions = {}): Promise<TokenServer> {
  const signer = createAuthority('ocish test tokens')
  const service = options.service ?? 'ocish-test-registry'
  const office = new TokenOffice(options, service, signer)
  const server = createServer((request, response) => {
    office.answer(request, response).catch((error: unknown) => response.destroy(error as Error))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const close = async (): Promise<void> => {
    if (!server.listening) return
    server.close()
    server.closeAllConnections()
    await once(server, 'close')
  }
  return {
    realm: `http://127.0.0.1:${port}/token`,
    issuer,
    service,
    certificate: signer.cert,
    requests: office.requests,
    close,
    [Symbol.asyncDispose]: close,
  }
}

interface Caller {
  readonly grant: TokenRequest['grant']
  /** Undefined: nobody in particular. */
  readonly user: string | undefined
  readonly refused: boolean
}

class TokenOffice {
  readonly requests: TokenRequest[] = []
  readonly #options: TokenServerOptions
  readonly #service: string
  readonly #signer: Certificate
  readonly #keyId: string
  /** Refresh token to user. */
  readonly #refreshTokens = new Map<string, string>()

  constructor(options: TokenServerOptions, service: string, signer: Certificate) {
    this.#options = options
    this.#service = service
    this.#signer = signer
    this.#keyId = libtrustKeyId(signer.key)
  }

  async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://localhost')
    const body = request.method === 'POST' ? Buffer.from(await readAll(request)).toString() : ''
    const parameters = request.method === 'POST' ? new URLSearchParams(body) : url.searchParams
    const scopes = parameters
      .getAll('scope')
      .flatMap((scope) => scope.split(' ').filter((part) => part !== ''))
    const caller = request.method === 'POST' ? this.#fromForm(parameters) : this.#fromHeader(request)
    const status = this.#status(request, caller, url.pathname)
    this.requests.push({
      method: request.method ?? '',
      grant: caller.grant,
      account: caller.user,
      scopes,
      status,
    })
    const payload = status === 200 ? this.#grant(caller, scopes, wantsRefresh(parameters)) : refusal(status)
    const text = JSON.stringify(payload)
    response.writeHead(status, {
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(text),
    })
    response.end(text)
  }

  #status(request: IncomingMessage, caller: Caller, path: string): number {
    if (path !== '/token') return 404
    if (request.method === 'POST' && this.#options.getOnly === true) return 405
    if (request.method !== 'GET' && request.method !== 'POST') return 405
    return caller.refused ? 401 : 200
  }

  #fromHeader(request: IncomingMessage): Caller {
    const [scheme = '', value = ''] = (request.headers.authorization ?? '').split(' ')
    if (scheme === '') return { grant: 'anonymous', user: undefined, refused: false }
    const text = Buffer.from(value, 'base64').toString()
    const colon = text.indexOf(':')
    return this.#check('basic', text.slice(0, colon), text.slice(colon + 1))
  }

  #fromForm(form: URLSearchParams): Caller {
    if (form.get('grant_type') === 'refresh_token') {
      const user = this.#refreshTokens.get(form.get('refresh_token') ?? '')
      return { grant: 'refresh_token', user, refused: user === undefined }
    }
    return this.#check('password', form.get('username') ?? '', form.get('password') ?? '')
  }

  #check(grant: TokenRequest['grant'], user: string, password: string): Caller {
    const users = new Map(Object.entries(this.#options.users ?? {}))
    return { grant, user, refused: !users.has(user) || users.get(user) !== password }
  }

  #grant(caller: Caller, scopes: readonly string[], refresh: boolean): Record<string, unknown> {
    const access = scopes.map((scope) => this.#narrow(parseScope(scope), caller))
    const lifetime = this.#options.lifetime ?? 300
    const token = this.#sign(caller.user ?? '', access, lifetime)
    return {
      token,
      access_token: token,
      expires_in: lifetime,
      issued_at: new Date().toISOString(),
      ...(refresh && caller.user !== undefined && { refresh_token: this.#refreshToken(caller.user) }),
    }
  }

  #narrow(scope: TokenScope, { user }: Caller): TokenScope {
    const allow = this.#options.allow ?? (() => true)
    const anonymous = this.#options.anonymousActions ?? []
    const actions = scope.actions.filter((action) =>
      user === undefined ? anonymous.includes(action) : allow(user, scope, action),
    )
    return { ...scope, actions }
  }

  #refreshToken(user: string): string {
    const token = randomBytes(16).toString('hex')
    this.#refreshTokens.set(token, user)
    return token
  }

  /** A JSON Web Token, ES256, the key named by `kid`. */
  #sign(subject: string, access: readonly TokenScope[], lifetime: number): string {
    const now = Math.floor(Date.now() / 1000)
    const claims = {
      iss: issuer,
      sub: subject,
      aud: this.#service,
      exp: now + lifetime,
      nbf: now - 10,
      iat: now,
      jti: randomBytes(8).toString('hex'),
      access,
    }
    const signed = [{ typ: 'JWT', alg: 'ES256', kid: this.#keyId }, claims]
      .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
      .join('.')
    const key = createPrivateKey(this.#signer.key)
    const signature = sign('sha256', Buffer.from(signed), { key, dsaEncoding: 'ieee-p1363' })
    return `${signed}.${signature.toString('base64url')}`
  }
}

function wantsRefresh(parameters: URLSearchParams): boolean {
  return parameters.get('offline_token') === 'true' || parameters.get('access_type') === 'offline'
}

function refusal(status: number): Record<string, unknown> {
  const code = status === 401 ? 'UNAUTHORIZED' : 'UNSUPPORTED'
  return { errors: [{ code, message: 'no token for this' }] }
}

/** The name may hold a port: split at the first and the last colon. */
function parseScope(scope: string): TokenScope {
  const first = scope.indexOf(':')
  const last = scope.lastIndexOf(':')
  return {
    type: scope.slice(0, first),
    name: scope.slice(first + 1, last),
    actions: scope.slice(last + 1).split(','),
  }
}
