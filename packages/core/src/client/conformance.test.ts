import { describeRegistry, describeWith, dockerRegistry, type DockerRegistryOptions } from '@ocish/testing'
import { createClient } from './client.ts'

let count = 0

/** What CNCF Distribution 2.8 does not do although the contract asks for it. */
const lacks = [
  'sha512',
  'conditionalWrites',
  'uploadOffsets',
  'foreignLayers',
  'strictManifests',
  'referenceChecks',
  'sparse',
  'untaggedRepositories',
] as const

function describeDocker(name: string, options: DockerRegistryOptions): void {
  describeRegistry(
    name,
    async () => {
      const server = await dockerRegistry(options)
      const { username, password } = server
      const registry = createClient(server.host, {
        ...(server.ca === undefined ? {} : { ca: server.ca }),
        ...(options.auth === undefined
          ? {}
          : { credentials: () => ({ username, password, source: 'the test' }) }),
        backoff: 0.01,
      })
      return { registry, repository: () => `suite/r${++count}`, close: () => server.close() }
    },
    { lacks },
  )
}

describeWith(['docker-registry'], 'the client over docker-registry', () => {
  describeDocker('plain HTTP', {})
  describeDocker('TLS with an own authority', { tls: true })
})
describeWith(['docker-registry'], 'the client over docker-registry with token authentication', () => {
  describeDocker('token', { auth: 'token' })
})
describeWith(['docker-registry', 'htpasswd'], 'the client over docker-registry with htpasswd', () => {
  describeDocker('htpasswd', { auth: 'htpasswd' })
})
