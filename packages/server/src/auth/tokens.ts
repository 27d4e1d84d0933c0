import type { Action } from '../options.ts'

/** What a token allows. */
export interface Grant {
  readonly user: string | undefined
  may(repository: string, action: Action): boolean
}

interface StoredGrant {
  readonly user: string | undefined
  readonly scopes: ReadonlyMap<string, ReadonlySet<string>>
  /** Milliseconds since the epoch. */
  readonly expires: number
}

/** The tokens a server has given out; opaque, and gone with the server. */
export class TokenTable {
  readonly #grants = new Map<string, StoredGrant>()
  /** Refresh token to user. */
  readonly #refresh = new Map<string, string>()

  add(
    token: string,
    user: string | undefined,
    scopes: ReadonlyMap<string, ReadonlySet<string>>,
    lifetime: number,
  ): void {
    this.#forgetExpired()
    this.#grants.set(token, { user, scopes, expires: Date.now() + lifetime * 1000 })
  }

  find(token: string): Grant | undefined {
    const grant = this.#grants.get(token)
    if (grant === undefined || grant.expires <= Date.now()) return undefined
    return {
      user: grant.user,
      may: (repository, action) => grant.scopes.get(repository)?.has(action) === true,
    }
  }

  addRefresh(token: string, user: string): void {
    this.#refresh.set(token, user)
  }

  findRefresh(token: string): string | undefined {
    return this.#refresh.get(token)
  }

  #forgetExpired(): void {
    const now = Date.now()
    for (const [token, { expires }] of this.#grants) if (expires <= now) this.#grants.delete(token)
  }
}
