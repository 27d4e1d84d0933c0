import type { IncomingMessage } from 'node:http'
import { refuse } from '../answer.ts'
import type { Action, ServerAuth } from '../options.ts'
import { checkPassword, readBasic } from './basic.ts'
import type { TokenTable } from './tokens.ts'

/** What the sender of a request may do. */
export interface Access {
  /** Undefined: nobody in particular. */
  readonly user: string | undefined
  /** Throws a refusal (401 with a challenge, or 403) unless all actions are allowed. */
  require(repository: string, ...actions: readonly Action[]): void
  /** For what names no repository: anybody who could read something. `scope` is what a challenge asks for. */
  requireLogin(scope?: string): void
  may(repository: string, action: Action): boolean
  /** Whether the list of repositories shows it: what its user may read, whatever this token was given for. */
  maySee(repository: string): boolean
}

/** The access of a server without authentication. */
export const openAccess: Access = {
  user: undefined,
  require: () => undefined,
  requireLogin: () => undefined,
  may: () => true,
  maySee: () => true,
}

/** Reads who sent a request. Throws 401 for credentials that are wrong. */
export async function readAccess(
  request: IncomingMessage,
  auth: ServerAuth,
  tokens: TokenTable,
  origin: string,
): Promise<Access> {
  const header = request.headers.authorization
  const challenge = new Challenge(auth, origin)
  if (auth.scheme === 'bearer') return tokenAccess(auth, header, tokens, challenge)
  const given = readBasic(header)
  const known = given !== undefined && (await checkPassword(auth.users, given))
  if (header !== undefined && !known) throw challenge.unauthorized()
  return userAccess(auth, given?.name, challenge)
}

/** What the policy lets a user do. */
export function isAllowed(
  auth: ServerAuth,
  user: string | undefined,
  repository: string,
  action: Action,
): boolean {
  if (user === undefined && (auth.anonymous === undefined || action !== 'pull')) return false
  return auth.allow?.(user, repository, action) ?? true
}

function userAccess(auth: ServerAuth, user: string | undefined, challenge: Challenge): Access {
  const may = (repository: string, action: Action): boolean => isAllowed(auth, user, repository, action)
  return {
    user,
    may,
    maySee: (repository) => may(repository, 'pull'),
    require(repository, ...actions) {
      if (actions.every((action) => may(repository, action))) return
      if (user === undefined) throw challenge.unauthorized(repositoryScope(repository, actions))
      throw refuse(403, 'DENIED', `${user} may not ${actions.join(' and ')} here`)
    },
    requireLogin() {
      if (user === undefined && auth.anonymous === undefined) throw challenge.unauthorized()
    },
  }
}

function tokenAccess(
  auth: ServerAuth,
  header: string | undefined,
  tokens: TokenTable,
  challenge: Challenge,
): Access {
  const text = /^Bearer (.+)$/i.exec(header ?? '')?.[1]
  const grant = text === undefined ? undefined : tokens.find(text)
  const fault = text === undefined ? undefined : grant === undefined ? 'invalid_token' : 'insufficient_scope'
  const may = (repository: string, action: Action): boolean => grant?.may(repository, action) === true
  return {
    user: grant?.user,
    may,
    maySee: (repository) => grant !== undefined && isAllowed(auth, grant.user, repository, 'pull'),
    require(repository, ...actions) {
      if (!actions.every((action) => may(repository, action))) {
        throw challenge.unauthorized(repositoryScope(repository, actions), fault)
      }
    },
    requireLogin(scope) {
      if (grant === undefined) throw challenge.unauthorized(scope, fault)
    },
  }
}

class Challenge {
  readonly #auth: ServerAuth
  readonly #origin: string

  constructor(auth: ServerAuth, origin: string) {
    this.#auth = auth
    this.#origin = origin
  }

  unauthorized(scope?: string, fault?: string): Error {
    return refuse(401, 'UNAUTHORIZED', 'authentication required', {
      'www-authenticate': this.#header(scope, fault),
    })
  }

  #header(scope: string | undefined, fault: string | undefined): string {
    const service = this.#auth.service ?? 'ocish'
    if (this.#auth.scheme === 'basic') return `Basic realm="${service}"`
    const parts = [`realm="${this.#origin}/token"`, `service="${service}"`]
    if (scope !== undefined) parts.push(`scope="${scope}"`)
    if (fault !== undefined) parts.push(`error="${fault}"`)
    return `Bearer ${parts.join(',')}`
  }
}

function repositoryScope(repository: string, actions: readonly Action[]): string {
  return `repository:${repository}:${actions.join(',')}`
}
