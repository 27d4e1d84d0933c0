import { createRequire } from 'node:module'
import { dirname, join, relative } from 'node:path'

const index = '\0slim-undici.cjs'
const builtIns = '\0slim-undici:'

/** The parts of the build's plugin contract that are used here. */
interface ResolvePlugin {
  readonly name: string
  resolveId(source: string, importer: string | undefined): string | undefined
  load(resolved: string): string | undefined
}

/** Parts of undici that no line of the client reaches: HTTP/2 and the second parser are off, bodies are bytes. */
const unreached: ReadonlyMap<string, string> = new Map([
  ['dispatcher/client-h2.js', `module.exports = () => { throw new Error('HTTP/2 is off') }`],
  ['dispatcher/parser-h1.js', `module.exports = { getMiloEnabled: () => false }`],
  ['web/fetch/body.js', `module.exports = {}`],
  ['web/fetch/formdata.js', `module.exports = {}`],
  ['web/webidl/index.js', `module.exports = { webidl: { is: { FormData: () => false } } }`],
])

/**
 * Modules of Node of which undici seldom wants anything. Of node:http it reads a limit that the client sets itself, and
 * compares bodies with a class that the client never sends.
 */
const seldom: ReadonlyMap<string, string> = new Map([
  ['node:assert', `module.exports = (ok, message) => { if (!ok) require('assert')(ok, message) }`],
  ['node:http', `module.exports = { maxHeaderSize: 16384, IncomingMessage: class {} }`],
])

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
    resolveId: (source, importer) => {
      if (source === 'undici/index.js') return index
      return importer?.startsWith(lib) === true && seldom.has(source) ? `${builtIns}${source}.cjs` : undefined
    },
    load: (resolved) => {
      if (resolved === index)
        // Of the methods that the index adds: the client's own, and the one by which a proxy opens a tunnel.
        return `const { prototype } = ${part('dispatcher/dispatcher.js')}
           prototype.request = ${part('api/api-request.js')}
           prototype.connect = ${part('api/api-connect.js')}
           module.exports = {
             get Agent() { return ${part('dispatcher/agent.js')} },
             get ProxyAgent() { return ${part('dispatcher/proxy-agent.js')} },
             get errors() { return ${part('core/errors.js')} },
             get buildConnector() { return ${part('core/connect.js')} },
           }`
      if (resolved.startsWith(builtIns)) return seldom.get(resolved.slice(builtIns.length, -'.cjs'.length))
      return unreached.get(relative(lib, resolved))
    },
  }
}
