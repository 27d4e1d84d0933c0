import { createAuthority } from '@ocish/testing'
import { digestOf, isOcishError, oci, type OcishError } from '@ocish/sdk'
import { once } from 'node:events'
import { createServer } from 'node:https'
import type { AddressInfo, Socket } from 'node:net'
import type { SecureVersion } from 'node:tls'
import { describe, expect, it, onTestFinished } from 'vitest'
import { createClient } from './client.ts'
import type { Registry } from '../registry.ts'
import type { ClientOptions } from './options.ts'

const authority = createAuthority()
const known = authority.issue([], { client: true })
const manifest = JSON.stringify({ schemaVersion: 2, mediaType: oci.index, manifests: [] })

interface Strict {
  readonly host: string
  /** Connections that were opened. */
  readonly connections: () => number
}

/** One that says nothing as it ends them. */
async function silent(
  maxVersion: SecureVersion,
  when: 'before' | 'after' | 'once answered',
): Promise<string> {
  const server = createServer(
    {
      ...authority.issue(['127.0.0.1']),
      ca: authority.cert,
      requestCert: true,
      maxVersion,
      rejectUnauthorized: false,
    },
    (request, response) => {
      if (when === 'once answered' && request.method === 'HEAD')
        response
          .writeHead(200, {
            'content-type': oci.index,
            'docker-content-digest': digestOf(Buffer.from(manifest)),
            'content-length': manifest.length,
          })
          .end()
      else request.socket.destroy()
    },
  )
  if (when === 'before')
    server.on('connection', (socket: Socket) => socket.once('data', () => socket.destroy()))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.close()
    server.closeAllConnections()
  })
  const { port } = server.address() as AddressInfo
  return `127.0.0.1:${port}`
}

/** A registry that ends the connections of those who show no certificate of `authority`. */
async function strict(maxVersion: SecureVersion): Promise<Strict> {
  let connections = 0
  const server = createServer(
    { ...authority.issue(['127.0.0.1']), ca: authority.cert, requestCert: true, maxVersion },
    (_, response) => response.writeHead(200, { 'content-type': oci.index }).end(manifest),
  )
  server.on('connection', () => connections++)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.close()
    server.closeAllConnections()
  })
  const { port } = server.address() as AddressInfo
  return { host: `127.0.0.1:${port}`, connections: () => connections }
}

async function read(host: string, options: ClientOptions): Promise<string> {
  await using client = createClient(host, { plainHttp: false, ca: authority.cert, ...options })
  return (await client.openManifest('team/app', 'v1')).descriptor.mediaType
}

describe.each<SecureVersion>(['TLSv1.3', 'TLSv1.2'])(
  'a registry that wants a client certificate, %s',
  (version) => {
    it('is read with one it knows', async () => {
      const { host } = await strict(version)
      expect(await read(host, { cert: known.cert, key: known.key })).toBe(oci.index)
    })

    it('is asked once without one, and the way out is named', async () => {
      const { host, connections } = await strict(version)
      const error: unknown = await read(host, {}).catch((problem: unknown) => problem)
      expect(error).toMatchObject({ code: 'NETWORK_TLS', exit: 5 })
      expect(isOcishError(error) && error.hint).toContain('--cert FILE --key FILE')
      expect(connections()).toBe(1)
    })
  },
)

describe.each<SecureVersion>(['TLSv1.3', 'TLSv1.2'])(
  'a server that ends connections without a word, %s',
  (version) => {
    const ended = async (host: string, ask: (client: Registry) => Promise<unknown>): Promise<unknown> => {
      await using client = createClient(host, { plainHttp: false, ca: authority.cert, backoff: 0.001 })
      return ask(client).catch((problem: unknown) => problem)
    }
    const manifestOf = (client: Registry): Promise<unknown> => client.openManifest('team/app', 'v1')

    it.each(['before', 'after'] as const)('%s the handshake may want a client certificate', async (when) => {
      expect(await ended(await silent(version, when), manifestOf)).toMatchObject({
        code: 'NETWORK_FAILED',
        hint: expect.stringContaining('--cert FILE --key FILE') as string,
      })
    })

    it('wants none when it has answered before', async () => {
      const host = await silent(version, 'once answered')
      const error = await ended(host, async (client) => {
        await client.statManifest('team/app', 'v1')
        return manifestOf(client)
      })
      expect(error).toMatchObject({ code: 'NETWORK_FAILED' })
      expect((error as OcishError).hint).toBeUndefined()
    })
  },
)
