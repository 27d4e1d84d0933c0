import { createMemoryRegistry, type Registry } from '@ocish/core'
import { type RequestRecord, serve, type ServeOptions } from '@ocish/server'

/** Our server over a registry in memory, on a free loopback port, with everything it was asked. */
export interface EmbeddedRegistry extends AsyncDisposable {
  /** `127.0.0.1:PORT`. */
  readonly host: string
  readonly url: string
  /** What is behind it, to be filled and looked at. */
  readonly registry: Registry
  /** In the order of their answers. */
  readonly requests: readonly RequestRecord[]
  /** What `act` asked, as `METHOD route`. */
  asked(act: () => Promise<unknown>): Promise<readonly string[]>
}

/** Starts it; `registry` default: an empty one in memory. */
export async function embeddedRegistry(
  options: Omit<ServeOptions, 'onRequest'> & { readonly registry?: Registry } = {},
): Promise<EmbeddedRegistry> {
  const { registry = createMemoryRegistry(), ...rest } = options
  const requests: RequestRecord[] = []
  const server = await serve(registry, { ...rest, onRequest: (record) => requests.push(record) })
  return {
    host: server.host,
    url: server.url,
    registry,
    requests,
    async asked(act) {
      const before = requests.length
      await act()
      return requests.slice(before).map(({ method, route }) => `${method} ${route}`)
    },
    [Symbol.asyncDispose]: () => server.close({ drain: 0 }),
  }
}
