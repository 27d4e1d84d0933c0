import { OcishError } from '@ocish/sdk'
import { Exchange } from './exchange.ts'
import type { ClientOptions, Credential } from './options.ts'
import { apiOrigin } from './origin.ts'
import { Remote } from './remote.ts'

/**
 * Asks a registry whether it takes a credential (specs/distribution.md 2.11): `/v2/`, with a token where it wants one.
 * Errors: REGISTRY_UNAUTHORIZED, REGISTRY_DENIED, REGISTRY_PROTOCOL (no registry there), and those of the network.
 */
export async function verifyCredential(
  host: string,
  credential: Credential,
  options: ClientOptions = {},
  signal?: AbortSignal,
): Promise<void> {
  const { tokenCache: _, ...rest } = options
  const own: ClientOptions = { ...rest, credentials: () => credential }
  const exchange = new Exchange(host, apiOrigin(host, own), own)
  try {
    const remote = new Remote(host, exchange)
    const answer = await exchange.send({
      method: 'GET',
      url: remote.root(''),
      scopes: [],
      lane: 'small',
      repeatable: true,
      accept: [404],
      subject: remote.subject('registry', 'GET'),
      signal,
    })
    answer.body.discard()
    if (answer.status === 404) throw new OcishError('REGISTRY_PROTOCOL', `there is no registry at ${host}`)
  } finally {
    await exchange.close()
  }
}
