import { isRepository, OcishError } from '@ocish/sdk'
import type { Exchange } from './exchange.ts'
import { apiRepository } from './origin.ts'
import type { Subject } from './wire-error.ts'

/** What the endpoints of one registry share: its name, its addresses and its request loop. */
export class Remote {
  readonly host: string
  readonly exchange: Exchange

  constructor(host: string, exchange: Exchange) {
    this.host = host
    this.exchange = exchange
  }

  /** The repository as the API knows it. Errors: REFERENCE_INVALID. */
  path(repository: string): string {
    if (!isRepository(repository)) {
      throw new OcishError(
        'REFERENCE_INVALID',
        `${JSON.stringify(repository.slice(0, 300))} is not a repository`,
      )
    }
    return apiRepository(this.host, repository)
  }

  /** `/v2/<repository>/<rest>`; query values are escaped, and those that are undefined left out. */
  url(repository: string, rest: string, query: Readonly<Record<string, string | undefined>> = {}): URL {
    return this.root(`${this.path(repository)}/${rest}`, query)
  }

  /** `/v2/<rest>`. */
  root(rest: string, query: Readonly<Record<string, string | undefined>> = {}): URL {
    const url = new URL(`/v2/${rest}`, this.exchange.origin)
    const texts = Object.entries(query)
      .filter((entry): entry is [string, string] => entry[1] !== undefined)
      .map(([name, value]) => `${name}=${encodeURIComponent(value).replaceAll('%3A', ':')}`)
    if (texts.length > 0) url.search = texts.join('&')
    return url
  }

  subject(kind: Subject['kind'], method: string, repository?: string, name?: string): Subject {
    const separator = name === undefined ? '' : name.includes(':') ? '@' : ':'
    return {
      kind,
      method,
      host: this.host,
      text: repository === undefined ? this.host : `${this.host}/${repository}${separator}${name ?? ''}`,
      repository: repository === undefined ? undefined : this.path(repository),
    }
  }
}
