import { once } from 'node:events'
import { createServer, request as requestHttp, type Server as HttpServer } from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import { type AddressInfo, connect, createServer as createTcpServer, type Server } from 'node:net'
import type { TLSSocket } from 'node:tls'
import { createAuthority, freePort } from '@ocish/testing'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { createWorld, type World } from './world.test-kit.ts'

const name = 'registry.example'
const authority = createAuthority()

let world: World
let digest: string
beforeAll(async () => {
  world = await createWorld()
  const client = authority.issue([], { client: true })
  await world.file('a.txt', 'a')
  await world.file('ca.pem', authority.cert)
  await world.file('client.pem', client.cert)
  await world.file('client.key', client.key)
  await world.run('push a.txt HOST/app:1')
  digest = (await world.run('resolve HOST/app:1')).stdout
})
afterAll(() => world[Symbol.asyncDispose]())

async function listening(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  return (server.address() as AddressInfo).port
}

/** The registry of the world behind TLS, as `registry.example`, for those who show a certificate; answers its port. */
async function secured(): Promise<number> {
  const { port, hostname } = new URL(world.registry.url)
  const server = createSecureServer(
    {
      ...authority.issue([name, 'localhost']),
      ca: authority.cert,
      requestCert: true,
      rejectUnauthorized: false,
    },
    ({ method, url, headers, socket }, response) => {
      if (!(socket as TLSSocket).authorized) {
        // As nginx does it.
        response.writeHead(400, { 'content-type': 'text/html' })
        response.end('<title>400 No required SSL certificate was sent</title>')
        return
      }
      const asked = requestHttp({
        port,
        hostname,
        method,
        path: url,
        headers: { ...headers, host: world.host },
      })
      asked.on('response', (answer) => {
        response.writeHead(answer.statusCode ?? 500, answer.headers)
        answer.pipe(response)
      })
      asked.end()
    },
  )
  return listening(server)
}

/** A proxy to which `registry.example` is this machine; answers its address and what it was asked. */
async function proxy(): Promise<{ readonly url: string; readonly asked: readonly string[] }> {
  const asked: string[] = []
  const server: HttpServer = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`)
    const { pathname } = new URL(request.url ?? '')
    const headers = { ...request.headers, host: world.host }
    const [hostname, port] = world.host.split(':')
    requestHttp({ hostname, port, method: request.method, path: pathname, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 500, answer.headers)
      answer.pipe(response)
    }).end()
  })
  server.on('connect', ({ url = '' }, socket) => {
    asked.push(`CONNECT ${url}`)
    const upstream = connect(Number(url.split(':')[1]), '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 Connection Established\r\n\r\n')
      upstream.pipe(socket).pipe(upstream)
    })
    upstream.on('error', () => socket.destroy())
    socket.on('error', () => upstream.destroy())
  })
  return { url: `http://127.0.0.1:${await listening(server)}`, asked }
}

describe('a client certificate', () => {
  test('is sent where the line says so', async () => {
    const host = `localhost:${await secured()}`
    const line = `describe ${host}/app:1 --ca-file ca.pem`
    const { code, stderr } = await world.run(line)
    expect([code, stderr]).toEqual([
      5,
      expect.stringMatching(/wants a client certificate.*--cert FILE --key FILE/),
    ])
    const shown = await world.run(`${line} --cert client.pem --key client.key`)
    expect([shown.code, shown.stdout]).toEqual([0, expect.stringContaining(digest.trim())])
  })

  test('for one side of a copy, whose other side is plain: the error says where that is settled', async () => {
    const host = `localhost:${await secured()}`
    const line = `cp ${host}/app:1 HOST/copied:1 --ca-file ca.pem --cert client.pem --key client.key`
    const failed = await world.run(line)
    const settle = `set registries.${world.host}.plain-http true`
    expect(failed).toMatchObject({ code: 5, stderr: expect.stringContaining(settle) as string })
    expect(await world.run(settle)).toMatchObject({ code: 0 })
    expect(await world.run(line)).toMatchObject({ code: 0 })
    expect((await world.run('resolve HOST/copied:1')).stdout).toBe(digest)
    expect(await world.run(`${settle.replace(/ true$/, '')} --rm`)).toMatchObject({ code: 0 })
  })

  test('needs its key', async () => {
    const { code, stderr } = await world.run('resolve localhost:1/app:1 --cert client.pem')
    expect([code, stderr]).toEqual([2, expect.stringContaining('needs both --cert and --key')])
  })
})

describe('proxies of the environment', () => {
  test('HTTPS_PROXY: a tunnel, in which the certificate of the registry is checked', async () => {
    const host = `${name}:${await secured()}`
    const { url, asked } = await proxy()
    const env = { HTTPS_PROXY: url }
    const line = `resolve ${host}/app:1 --cert client.pem --key client.key`
    expect(await world.run(`${line} --ca-file ca.pem`, { env })).toMatchObject({ code: 0, stdout: digest })
    expect(asked).toEqual([`CONNECT ${host}`])
    expect((await world.run(line, { env })).stderr).toContain('NETWORK_TLS')
  })

  test('HTTP_PROXY: for plain HTTP; NO_PROXY leaves hosts out', async () => {
    const { url, asked } = await proxy()
    const line = `resolve ${name}:5000/app:1 --plain-http`
    expect(await world.run(line, { env: { http_proxy: url } })).toMatchObject({ code: 0, stdout: digest })
    expect(asked).toEqual([`HEAD http://${name}:5000/v2/app/manifests/1`])
    const [, port] = world.host.split(':')
    const direct = `resolve ${name}:${port}/app:1 --plain-http --resolve ${name}:${port}:127.0.0.1`
    await world.run(direct, { env: { http_proxy: url, no_proxy: 'registry.example' } })
    expect(asked).toHaveLength(1)
  })

  test('one that is not there is what the error is about', async () => {
    const HTTPS_PROXY = `http://127.0.0.1:${await freePort()}`
    const { code, stderr } = await world.run(`resolve ${name}/app:1`, { env: { HTTPS_PROXY } })
    expect([code, stderr]).toEqual([5, expect.stringMatching(/NETWORK_FAILED.*proxy/)])
  })
})

test('403: the account that was tried, and the login line', async () => {
  const refusal = { errors: [{ code: 'DENIED', message: 'the account may not do this' }] }
  const server = createServer((_, response) => {
    response.writeHead(403, { 'content-type': 'application/json' }).end(JSON.stringify(refusal))
  })
  const host = `127.0.0.1:${await listening(server)}`
  const anonymous = await world.run(`describe ${host}/app:1`)
  expect([anonymous.code, anonymous.stderr]).toEqual([
    4,
    expect.stringMatching(/no credential was found.*the account may not do this.*login 127\.0\.0\.1/s),
  ])
  const auths = { [host]: { auth: Buffer.from('me:secret').toString('base64') } }
  await world.file('auth.json', JSON.stringify({ auths }))
  const env = { REGISTRY_AUTH_FILE: world.home.join('auth.json') }
  const { stderr } = await world.run(`describe ${host}/app:1`, { env })
  expect(stderr).toContain('auth.json')
  expect(stderr).not.toContain('secret')
})

test('T46 what a trace quotes of a server is escaped in a log as well', async () => {
  const server = createTcpServer((socket) =>
    socket.once('data', () =>
      socket.end(
        Buffer.from(
          'HTTP/1.1 404 Not Found\r\nWarning: 299 - "a\u009b2Jb"\r\nContent-Length: 3\r\n\r\na\u001bb',
          'latin1',
        ),
      ),
    ),
  )
  const { stderr } = await world.run(`describe 127.0.0.1:${await listening(server)}/app:1 --trace`)
  expect(stderr).toContain('a<009B>2Jb')
  expect(stderr).not.toMatch(/[^\P{Cc}\n]/u)
})
