import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

const id = '\0slim-undici.cjs'

/** The parts of the build's plugin contract that are used here. */
interface ResolvePlugin {
  readonly name: string
  resolveId(source: string): string | undefined
  load(resolved: string): string | undefined
}

/**
 * Bundles the parts of undici that the client uses in place of its index, which also runs fetch, mocks, caches and
 * decompression: a third of the time to the first request. The libraries keep importing the index.
 */
export function slimUndici(): ResolvePlugin {
  const require = createRequire(join(import.meta.dirname, '../../packages/core/package.json'))
  const lib = join(dirname(require.resolve('undici/index.js')), 'lib')
  const part = (path: string): string => `require(${JSON.stringify(join(lib, path))})`
  return {
    name: 'slim-undici',
    resolveId: (source) => (source === 'undici/index.js' ? id : undefined),
    load: (resolved) =>
      resolved === id
        ? `${part('dispatcher/dispatcher.js')}.prototype.request = ${part('api/api-request.js')}
           module.exports = {
             get Agent() { return ${part('dispatcher/agent.js')} },
             get ProxyAgent() { return ${part('dispatcher/proxy-agent.js')} },
             get errors() { return ${part('core/errors.js')} },
             get buildConnector() { return ${part('core/connect.js')} },
           }`
        : undefined,
  }
}
