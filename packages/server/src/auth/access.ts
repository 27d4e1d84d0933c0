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
  /** For the list of repositories and the base: anybody who could read something. */
  requireLogin(): void
  may(repository: string, action: Action): boolean
}

/** The access of a server without authentication. */
export const openAccess: Access = {
  user: undefined,
  require: () => undefined,
  requireLogin: () => undefined,
  may: () => true,
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
  if (auth.scheme === 'bearer') return tokenAccess(header, tokens, challenge)
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
    require(repository, ...actions) {
      if (actions.every((action) => may(repository, action))) return
      if (user === undefined) throw challenge.unauthorized(repository, actions)
      throw refuse(403, 'DENIED', `${user} may not ${actions.join(' and ')} here`)
    },
    requireLogin() {
      if (user === undefined && auth.anonymous === undefined) throw challenge.unauthorized()
    },
  }
}

function tokenAccess(header: string | undefined, tokens: TokenTable, challenge: Challenge): Access {
  const text = /^Bearer (.+)$/i.exec(header ?? '')?.[1]
  const grant = text === undefined ? undefined : tokens.find(text)
  const fault = text === undefined ? undefined : grant === undefined ? 'invalid_token' : 'insufficient_scope'
  const may = (repository: string, action: Action): boolean => grant?.may(repository, action) === true
  return {
    user: grant?.user,
    may,
    require(repository, ...actions) {
      if (!actions.every((action) => may(repository, action))) {
        throw challenge.unauthorized(repository, actions, fault)
      }
    },
    requireLogin() {
      if (grant === undefined) throw challenge.unauthorized(undefined, [], fault)
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

  unauthorized(repository?: string, actions: readonly Action[] = [], fault?: string): Error {
    return refuse(401, 'UNAUTHORIZED', 'authentication required', {
      'www-authenticate': this.#header(repository, actions, fault),
    })
  }

  #header(repository: string | undefined, actions: readonly Action[], fault: string | undefined): string {
    const service = this.#auth.service ?? 'ocish'
    if (this.#auth.scheme === 'basic') return `Basic realm="${service}"`
    const parts = [`realm="${this.#origin}/token"`, `service="${service}"`]
    if (repository !== undefined) parts.push(`scope="repository:${repository}:${actions.join(',')}"`)
    if (fault !== undefined) parts.push(`error="${fault}"`)
    return `Bearer ${parts.join(',')}`
  }
}
