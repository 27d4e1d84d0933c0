import { hasCode, OcishError } from '@ocish/sdk'
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
  } catch (error) {
    throw hasCode(error, 'REGISTRY_UNAUTHORIZED') ? refused(host, credential, error) : error
  } finally {
    await exchange.close()
  }
}

/** Of a sign-in, `login` is no way out, and nothing but the credential can be wrong. */
function refused(host: string, credential: Credential, error: OcishError): OcishError {
  const name = 'username' in credential ? credential.username : undefined
  const what = name === undefined ? 'the token' : `the name ${JSON.stringify(name)} with this password`
  return new OcishError('REGISTRY_UNAUTHORIZED', `${host} does not take ${what}`, {
    hint: 'Check both; many registries want an access token as the password.',
    ...(error.details === undefined ? {} : { details: error.details }),
  })
}
