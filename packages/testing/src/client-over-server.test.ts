import { createMemoryRegistry } from '@ocish/core'
import { createClient, type ClientOptions } from '@ocish/core/client'
import { serve, type ServeOptions } from '@ocish/server'
import { describe } from 'vitest'
import { createAuthority } from './certificates.ts'
import { describeRegistry } from './registry-suite/describe-registry.ts'

let count = 0
const users = { tester: 'pass:with:colons' }
const credentials = (): { username: string; password: string; source: string } => ({
  username: 'tester',
  password: users.tester,
  source: 'the test',
})

function describeServed(name: string, options: ServeOptions, client: ClientOptions = {}): void {
  describeRegistry(
    name,
    async () => {
      const memory = createMemoryRegistry()
      const server = await serve(memory, options)
      return {
        registry: createClient(server.host, { backoff: 0.01, ...client }),
        repository: () => `suite/r${++count}`,
        close: () => server.close({ drain: 0 }),
      }
    },
    // No request says that missing parts are meant; a server is told when it starts.
    { lacks: options.sparse === true ? ['referenceChecks'] : ['sparse'] },
  )
}

describe('the client over serve(memory)', () => {
  const authority = createAuthority()
  describeServed('plain', {})
  describeServed('taking sparse manifests', { sparse: true })
  describeServed('pages of two entries', { limits: { page: 2 } })
  describeServed('Basic', { auth: { scheme: 'basic', users } }, { credentials })
  describeServed('tokens', { auth: { scheme: 'bearer', users } }, { credentials })
  describeServed('TLS with an own authority', { tls: authority.issue(['127.0.0.1']) }, { ca: authority.cert })
})
