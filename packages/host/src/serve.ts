import type { Endpoint, ServeOptions } from '@ocish/commands'
import type { Registry } from '@ocish/core'

/**
 * Serves a registry until the signal says stop: one row with the address once it listens, then it waits; an abort is the
 * ordinary end. Errors: ADDRESS_INVALID, ADDRESS_REFUSED, ADDRESS_IN_USE.
 */
export async function* serveRegistry(
  registry: Registry,
  root: string,
  options: Pick<ServeOptions, 'address' | 'readOnly' | 'signal'>,
): AsyncGenerator<Endpoint, void> {
  const { serve } = await import('@ocish/server')
  const { readOnly } = await import('@ocish/core')
  const { address, signal } = options
  signal.throwIfAborted()
  await using server = await serve(options.readOnly ? readOnly(registry) : registry, { address })
  yield { address: server.host, url: server.url, root, readOnly: options.readOnly }
  await new Promise<void>((resolve) => {
    if (signal.aborted) resolve()
    else signal.addEventListener('abort', () => resolve(), { once: true })
  })
}
