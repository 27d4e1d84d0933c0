import { bytesOf, createAuthority, freePort, temporaryFolder } from '@ocish/testing'
import { digestOf, isOcishError, oci } from '@ocish/sdk'
import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { promisify } from 'node:util'
import { type AddressInfo, connect, createServer } from 'node:net'
import { createServer as createHttpServer } from 'node:http'
import { createServer as createHttpsServer } from 'node:https'
import { describe, expect, it, onTestFinished } from 'vitest'
import { createClient } from './client.ts'
import type { ClientOptions } from './options.ts'
import { proxyFor, proxyFromEnvironment } from './proxy.ts'
import { type Reply, scripted } from './scripted-server.test-kit.ts'

const manifest = bytesOf(JSON.stringify({ schemaVersion: 2, mediaType: oci.index, manifests: [] }))
const served: Reply = { headers: { 'content-type': oci.index }, body: manifest }

describe('a connection', () => {
  it('that nobody takes is an error of the network', async () => {
    await using client = createClient(`127.0.0.1:${await freePort()}`)
    await expect(client.openManifest('team/app', 'v1')).toFailWith('NETWORK_FAILED')
  })

  it('to a name without an address is an error of the network', async () => {
    await using client = createClient('registry.invalid', { retries: 0 })
    await expect(client.openManifest('team/app', 'v1')).toFailWith('NETWORK_FAILED')
  })

  it('that does not answer in HTTP is a fault of the registry', async () => {
    const server = createServer((socket) => socket.end('220 mail.example ESMTP\r\n')).listen(0, '127.0.0.1')
    await once(server, 'listening')
    onTestFinished(() => void server.close())
    await using client = createClient(`127.0.0.1:${(server.address() as AddressInfo).port}`)
    await expect(client.openManifest('team/app', 'v1')).toFailWith('REGISTRY_PROTOCOL')
  })

  it('carries one request after the other, a HEAD too', async () => {
    const named = { ...served.headers, 'docker-content-digest': digestOf(manifest) }
    const server = await scripted(() => ({ ...served, headers: named }))
    await using client = createClient(server.host)
    const { descriptor } = await client.openManifest('team/app', 'v1')
    await client.statManifest('team/app', 'v1')
    await client.statManifest('team/app', descriptor.digest)
    await client.openManifest('team/app', 'v1')
    expect([server.requests.length, server.connections]).toEqual([4, 1])
  })

  it('is not used for a request that is given up before it was sent', async () => {
    const abort = new AbortController()
    let isLast = false
    const server = await scripted(() => (isLast ? undefined : served))
    await using client = createClient(server.host, {
      onTrace: ({ type }) => {
        if (isLast && type === 'request') process.nextTick(() => abort.abort())
      },
    })
    await client.openManifest('team/app', 'v1')
    isLast = true
    const given = client.openManifest('team/app', 'v1', { signal: abort.signal })
    await expect(given).toFailWith('AbortError')
    expect(server.requests).toHaveLength(1)
  })

  it('on which a server sends a body with a HEAD is not used again', async () => {
    const head = `HTTP/1.1 200 OK\r\ncontent-type: ${oci.index}\r\ndocker-content-digest: ${digestOf(manifest)}\r\n`
    const answer = Buffer.concat([Buffer.from(`${head}content-length: ${manifest.length}\r\n\r\n`), manifest])
    let connections = 0
    const server = createServer((socket) => {
      connections += 1
      socket.on('data', () => socket.write(answer))
      socket.on('error', () => undefined)
    }).listen(0, '127.0.0.1')
    await once(server, 'listening')
    onTestFinished(() => void server.close())
    await using client = createClient(`127.0.0.1:${(server.address() as AddressInfo).port}`, { retries: 0 })
    for (const _ of [1, 2, 3]) await client.statManifest('team/app', 'v1')
    expect(connections).toBe(3)
  })

  it('goes where --resolve says', async () => {
    const server = await scripted(() => served)
    const host = `registry.invalid:${server.port}`
    await using client = createClient(host, {
      plainHttp: true,
      resolve: [`registry.invalid:${server.port}:127.0.0.1`],
    })
    await client.openManifest('team/app', 'v1')
    expect(server.requests[0]?.headers.host).toBe(host)
  })

  it('refuses an address for a host that it cannot read', async () => {
    await using client = createClient('registry.invalid', { resolve: ['registry.invalid:443'] })
    await expect(client.openManifest('team/app', 'v1')).toFailWith('USAGE_INVALID_VALUE')
  })

  describe('of TLS', () => {
    const authority = createAuthority()
    const right = authority.issue(['127.0.0.1'])
    const read = async (host: string, options: ClientOptions): Promise<void> => {
      await using client = createClient(host, { retries: 0, plainHttp: false, ...options })
      await client.openManifest('team/app', 'v1')
    }

    it('is checked by default, by an own authority, or not at all', async () => {
      const server = await scripted(() => served, { tls: right })
      await expect(read(server.host, {})).toFailWith('NETWORK_TLS')
      await read(server.host, { ca: authority.cert })
      await read(server.host, { insecure: true })
      expect(server.requests).toHaveLength(2)
    })

    it.each([
      ['expired', authority.issue(['127.0.0.1'], { expired: true }), 'CERT_HAS_EXPIRED'],
      ['of another name', authority.issue(['registry.example']), 'ERR_TLS_CERT_ALTNAME_INVALID'],
      [
        'of a stranger',
        createAuthority('a stranger').issue(['127.0.0.1']),
        'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
      ],
    ])('with a certificate that is %s says so', async (_, tls, reason) => {
      const server = await scripted(() => served, { tls })
      await expect(read(server.host, { ca: authority.cert })).toFailWith('NETWORK_TLS')
      const error: unknown = await read(server.host, { ca: authority.cert }).catch(
        (problem: unknown) => problem,
      )
      expect(error).toMatchObject({ details: { reason }, exit: 5 })
      expect(isOcishError(error) && error.hint).toBeTruthy()
    })

    it('is trusted where this machine trusts the authority', async () => {
      const server = await scripted(() => served, { tls: right })
      const folder = await temporaryFolder('ocish-trust-')
      onTestFinished(() => folder.remove())
      const file = folder.join('authority.pem')
      await writeFile(file, authority.cert)
      const program = folder.join('program.ts')
      const client = new URL('client.ts', import.meta.url).href
      await writeFile(
        program,
        `import { createClient } from ${JSON.stringify(client)}
         await using client = createClient(${JSON.stringify(server.host)}, { plainHttp: false, retries: 0 })
         process.stdout.write((await client.statManifest('team/app', 'v1')).descriptor.mediaType)`,
      )
      const node = (env: NodeJS.ProcessEnv): Promise<{ readonly stdout: string }> =>
        promisify(execFile)(process.execPath, ['-C', 'ocish-source', program], {
          env: { ...process.env, ...env },
        })
      expect((await node({ SSL_CERT_FILE: file })).stdout).toBe(oci.index)
      await expect(node({})).rejects.toThrow(/unknown authority/)
    })

    it('to a port that speaks plain HTTP says so', async () => {
      const server = await scripted(() => served)
      const failed = await read(server.host, {}).catch((error: unknown) => error)
      expect(failed).toMatchObject({
        code: 'NETWORK_TLS',
        message: `${server.host} does not speak TLS: this port speaks plain HTTP`,
        hint: `Allow it with --plain-http, or where other registries of the line speak TLS with set registries.${server.host}.plain-http true.`,
      })
    })
  })

  it('is plain on loopback names only', async () => {
    const seen: string[] = []
    for (const host of [
      'localhost:1',
      '127.0.0.1:1',
      '[::1]:1',
      'registry.localhost:1',
      '10.0.0.1:1',
      'registry.example',
    ]) {
      const client = createClient(host, {
        retries: 0,
        onTrace: (event) => event.type === 'request' && seen.push(event.url.split(':')[0] ?? ''),
        timeouts: { connect: 0.05 },
      })
      await client.openManifest('team/app', 'v1').catch(() => undefined)
      await client[Symbol.asyncDispose]()
    }
    expect(seen).toStrictEqual(['http', 'http', 'http', 'http', 'https', 'https'])
  })
})

describe('a proxy', () => {
  interface Tunnel {
    readonly url: string
    readonly targets: readonly string[]
    readonly refused: readonly number[]
    /** The client certificate of each connection to the proxy itself. */
    readonly certificates: readonly (string | undefined)[]
  }

  interface TunnelOptions {
    /** `user:password` where it wants a sign-in. */
    readonly account?: string
    readonly tls?: { readonly cert: string; readonly key: string; readonly ca: string }
  }

  /** A proxy that lets nothing but CONNECT through. */
  async function tunnel({ account, tls }: TunnelOptions = {}): Promise<Tunnel> {
    const targets: string[] = []
    const refused: number[] = []
    const certificates: (string | undefined)[] = []
    const server =
      tls === undefined
        ? createHttpServer()
        : createHttpsServer({ ...tls, requestCert: true, rejectUnauthorized: false })
    server.on('secureConnection', (socket) =>
      certificates.push(socket.getPeerCertificate().subject?.CN as string | undefined),
    )
    server.on('connect', (request, socket) => {
      const wanted = account === undefined ? undefined : `Basic ${Buffer.from(account).toString('base64')}`
      if (wanted !== undefined && request.headers['proxy-authorization'] !== wanted) {
        refused.push(407)
        socket.end('HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n')
        return
      }
      targets.push(request.url ?? '')
      const [, port] = (request.url ?? '').split(':')
      const upstream = connect(Number(port), '127.0.0.1', () => {
        socket.write('HTTP/1.1 200 Connection Established\r\n\r\n')
        upstream.pipe(socket).pipe(upstream)
      })
      upstream.on('error', () => socket.destroy())
      socket.on('error', () => upstream.destroy())
    })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    onTestFinished(() => {
      server.close()
      server.closeAllConnections()
    })
    const { port } = server.address() as AddressInfo
    const url = `${tls === undefined ? 'http' : 'https'}://localhost:${port}`
    return { url, targets, refused, certificates }
  }

  const authority = createAuthority()
  const tls = authority.issue(['registry.example'])

  it('is gone through to a TLS registry, whose certificate is checked', async () => {
    const registry = await scripted(() => served, { tls })
    const proxy = await tunnel()
    const host = `registry.example:${registry.port}`
    const options = { ca: authority.cert, proxy: { https: proxy.url }, retries: 0 }
    await using client = createClient(host, options)
    await client.openManifest('team/app', 'v1')
    expect(proxy.targets).toStrictEqual([host])
    await using other = createClient(`other.example:${registry.port}`, options)
    await expect(other.openManifest('team/app', 'v1')).toFailWith('NETWORK_TLS')
  })

  it('that wants a sign-in gets what its address says', async () => {
    const registry = await scripted(() => served, { tls })
    const proxy = await tunnel({ account: 'me:secret' })
    const host = `registry.example:${registry.port}`
    await using client = createClient(host, {
      ca: authority.cert,
      proxy: { https: proxy.url.replace('//', '//me:secret@') },
    })
    await client.openManifest('team/app', 'v1')
    await using stranger = createClient(host, { ca: authority.cert, proxy: { https: proxy.url }, retries: 3 })
    await expect(stranger.openManifest('team/app', 'v1')).toFailWith('NETWORK_FAILED')
    expect(proxy.refused).toStrictEqual([407])
  })

  it.each([
    ['that is not there', async () => `http://127.0.0.1:${await freePort()}`, 'NETWORK_FAILED', /proxy/],
    ['whose address is none', async () => 'http://', 'CONFIG_INVALID', /address of a proxy/],
    ['of another protocol', async () => 'ftp://me:secret@p:1', 'CONFIG_INVALID', /^"ftp:\/\/p:1" is no/],
  ])('%s is what the error is about', async (_, proxy, code, text) => {
    await using client = createClient('registry.example', { proxy: { https: await proxy() }, retries: 0 })
    const opening = client.openManifest('team/app', 'v1')
    await expect(opening).toFailWith(code)
    await expect(opening).rejects.toThrow(text)
  })

  it('T19 that is itself HTTPS sees no client certificate; the registry behind it does', async () => {
    const registry = await scripted(() => served, { tls: { ...tls, ca: authority.cert } })
    const proxy = await tunnel({ tls: { ...authority.issue(['localhost']), ca: authority.cert } })
    const own = authority.issue([], { client: true })
    await using client = createClient(`registry.example:${registry.port}`, {
      ca: authority.cert,
      cert: own.cert,
      key: own.key,
      proxy: { https: proxy.url },
    })
    await client.openManifest('team/app', 'v1')
    expect(registry.requests[0]?.certificate).toBe('client')
    expect(proxy.certificates).toStrictEqual([undefined])
  })

  it.each([
    ['https://registry.example/', {}, undefined],
    ['https://registry.example/', { HTTPS_PROXY: 'http://p:1' }, 'http://p:1'],
    ['https://registry.example/', { https_proxy: 'p:1' }, 'http://p:1'],
    ['http://registry.example/', { HTTPS_PROXY: 'http://p:1' }, undefined],
    ['http://registry.example/', { HTTP_PROXY: 'http://p:1' }, 'http://p:1'],
    ['http://registry.example/', { HTTP_PROXY: 'http://p:1', REQUEST_METHOD: 'GET' }, undefined],
    ['https://registry.example/', { ALL_PROXY: 'http://p:1' }, 'http://p:1'],
    ['https://registry.example/', { HTTPS_PROXY: 'http://p:1', NO_PROXY: '*' }, undefined],
    ['https://registry.example/', { HTTPS_PROXY: 'http://p:1', NO_PROXY: 'a, example' }, undefined],
    ['https://registry.example/', { HTTPS_PROXY: 'http://p:1', NO_PROXY: '.example' }, undefined],
    ['https://registry.example/', { HTTPS_PROXY: 'http://p:1', NO_PROXY: 'try.example' }, 'http://p:1'],
    [
      'https://registry.example:8443/',
      { HTTPS_PROXY: 'http://p:1', NO_PROXY: 'registry.example:443' },
      'http://p:1',
    ],
    [
      'https://registry.example:8443/',
      { HTTPS_PROXY: 'http://p:1', NO_PROXY: 'registry.example:8443' },
      undefined,
    ],
    ['https://10.1.2.3/', { HTTPS_PROXY: 'http://p:1', NO_PROXY: '10.0.0.0/8' }, undefined],
    ['https://11.1.2.3/', { HTTPS_PROXY: 'http://p:1', NO_PROXY: '10.0.0.0/8' }, 'http://p:1'],
    ['https://[fd00::1]/', { HTTPS_PROXY: 'http://p:1', NO_PROXY: 'fd00::/8' }, undefined],
    ['http://localhost:5000/', { HTTP_PROXY: 'http://p:1' }, undefined],
    ['http://127.0.0.1:5000/', { ALL_PROXY: 'http://p:1' }, undefined],
  ])('for %s with %j is %s', (url, env, proxy) => {
    expect(proxyFor(new URL(url), proxyFromEnvironment(env))).toBe(proxy)
  })
})
