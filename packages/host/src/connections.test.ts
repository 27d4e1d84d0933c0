import { once } from 'node:events'
import { createServer } from 'node:http'
import { mkdir, readFile, stat, writeFile } from 'node:fs/promises'
import { createMemoryRegistry, type Registry } from '@ocish/core'
import type { TraceEvent } from '@ocish/core/client'
import { serve, type Server } from '@ocish/server'
import { content, temporaryFolder } from '@ocish/testing'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Paths, pathsFrom } from './paths.ts'
import { createSession, type Session } from './session.ts'
import type { SessionOptions } from './session-options.ts'

const { signal } = new AbortController()
const account = { username: 'ada', password: 'correct:horse' }

let folder: Awaited<ReturnType<typeof temporaryFolder>>
let registry: Registry
let server: Server
let paths: Paths
let warnings: string[]

beforeEach(async () => {
  folder = await temporaryFolder()
  paths = pathsFrom({}, folder.path)
  registry = createMemoryRegistry()
  warnings = []
  await content({ blobs: { a: 'a' }, manifests: { m: { layers: ['a'] } }, tags: { v1: 'm' } }).push(
    registry,
    'team/app',
  )
  server = await serve(registry, {
    auth: { scheme: 'bearer', users: { [account.username]: account.password } },
  })
})

afterEach(async () => {
  await server.close()
  await folder.remove()
})

async function session(given: Partial<SessionOptions> = {}): Promise<Session> {
  return createSession({
    version: '0.0.0',
    cwd: folder.path,
    home: folder.path,
    env: {},
    paths,
    warn: (message) => warnings.push(message),
    ...given,
  })
}

async function resolve(host: Session): Promise<string> {
  const opened = await host.open(`${server.host}/team/app:v1`, 'check')
  return (await opened.registry.statManifest(opened.repository, 'v1')).descriptor.digest
}

describe('allowHosts', () => {
  it('holds for login and doctor too', async () => {
    await using host = await session({ allowHosts: ['ghcr.io'] })
    let asked = 0
    const other = createServer((_, response) => {
      asked += 1
      response.end()
    }).listen(0, '127.0.0.1')
    await once(other, 'listening')
    const name = `127.0.0.1:${(other.address() as { readonly port: number }).port}`
    other.on('connection', () => (asked += 1))
    await expect(host.credentials.login(name, account, { signal })).toFailWith('RESTRICTED')
    await expect(Array.fromAsync(host.doctor(name, signal))).toFailWith('RESTRICTED')
    expect(await host.credentials.list()).toEqual([])
    expect(asked).toBe(0)
    other.close()
    await using named = await session({ allowHosts: [server.host] })
    await named.credentials.login(server.host, account, { signal })
    expect(await resolve(named)).toMatch(/^sha256:/)
  })
})

describe('login', () => {
  it('asks the registry first, then stores; the credential serves the next session; logout removes it', async () => {
    {
      await using host = await session()
      await expect(resolve(host)).toFailWith('REGISTRY_UNAUTHORIZED')
      await expect(
        host.credentials.login(server.host, { ...account, password: 'wrong' }, { signal }),
      ).toFailWith('REGISTRY_UNAUTHORIZED')
      expect(await host.credentials.list()).toEqual([])
      const { source } = await host.credentials.login(server.host, account, { signal })
      expect(source).toBe('~/.docker/config.json')
      expect(warnings).toEqual([`the password is stored unencrypted in ${source}`])
    }
    expect((await stat(folder.join('.docker/config.json'))).mode & 0o777).toBe(0o600)
    await using host = await session()
    expect(await resolve(host)).toMatch(/^sha256:/)
    expect(await host.credentials.list()).toMatchObject([{ host: server.host, username: 'ada' }])
    expect(await host.credentials.find(server.host)).toMatchObject(account)
    expect(await host.registries()).toEqual([{ host: server.host, user: 'ada', default: false }])
    expect(await host.credentials.logout(server.host)).toBe(true)
    expect(await host.credentials.logout(server.host)).toBe(false)
    await using after = await session()
    await expect(resolve(after)).toFailWith('REGISTRY_UNAUTHORIZED')
  })

  it('takes the names of one registry for one, and says how an address is written', async () => {
    await using host = await session()
    await mkdir(folder.join('.docker'))
    const auths = { 'https://index.docker.io/v1/': { auth: Buffer.from('ada:secret').toString('base64') } }
    await writeFile(folder.join('.docker/config.json'), JSON.stringify({ auths }))
    expect(await host.credentials.find('registry-1.docker.io')).toMatchObject({ username: 'ada' })
    expect(await host.credentials.logout('index.docker.io')).toBe(true)
    const error = await host.credentials.logout('https://ghcr.io/v2/').catch((cause: unknown) => cause)
    expect(error).toMatchObject({ code: 'REFERENCE_INVALID', hint: 'Write ghcr.io.' })
  })

  it('the pair of the environment is for the host that the environment names, and no other', async () => {
    const env = { OCISH_USERNAME: account.username, OCISH_PASSWORD: account.password }
    await using named = await session({ env: { ...env, OCISH_REGISTRY: server.host } })
    expect(await resolve(named)).toMatch(/^sha256:/)
    await using other = await session({ env: { ...env, OCISH_REGISTRY: 'example.com' } })
    await expect(resolve(other)).toFailWith('REGISTRY_UNAUTHORIZED')
    await using none = await session({ env })
    await expect(resolve(none)).toFailWith('REGISTRY_UNAUTHORIZED')
  })

  it('a file that the configuration names for a registry is the only place for it', async () => {
    const auth = Buffer.from(`${account.username}:${account.password}`).toString('base64')
    await mkdir(folder.join('.docker'))
    await writeFile(
      folder.join('.docker/config.json'),
      JSON.stringify({ auths: { [server.host]: { auth } } }),
    )
    await mkdir(paths.config, { recursive: true })
    const configure = async (value: string): Promise<void> =>
      writeFile(
        folder.join('.config/ocish/config.toml'),
        `[registries."${server.host}"]\ncredentials = "${value}"\n`,
      )
    await configure('none')
    await using anonymous = await session()
    await expect(resolve(anonymous)).toFailWith('REGISTRY_UNAUTHORIZED')
    await configure('own.json')
    await using empty = await session()
    await expect(resolve(empty)).toFailWith('REGISTRY_UNAUTHORIZED')
    await writeFile(
      folder.join('.config/ocish/own.json'),
      JSON.stringify({ auths: { [server.host]: { auth } } }),
    )
    await using own = await session()
    expect(await resolve(own)).toMatch(/^sha256:/)
  })
})

describe('tokens', () => {
  async function requestsOf(given: Partial<SessionOptions> = {}): Promise<readonly string[]> {
    const seen: string[] = []
    const trace = (event: TraceEvent): void => {
      if (event.type === 'request') seen.push(`${event.method} ${new URL(event.url).pathname}`)
    }
    await using host = await session({ trace, ...given })
    await resolve(host)
    return seen
  }

  it('outlive the process: the second resolve is one request', async () => {
    const env = {
      OCISH_REGISTRY: server.host,
      OCISH_USERNAME: account.username,
      OCISH_PASSWORD: account.password,
    }
    expect((await requestsOf({ env })).length).toBeGreaterThan(1)
    expect(await requestsOf({ env })).toEqual(['HEAD /v2/team/app/manifests/v1'])
    const file = folder.join('.local/state/ocish/tokens.json')
    expect((await stat(file)).mode & 0o777).toBe(0o600)
    const text = await readFile(file, 'utf8')
    expect(text).not.toContain(account.password)
    expect(text).not.toContain(Buffer.from(`${account.username}:${account.password}`).toString('base64'))
  })

  it('belong to a credential: another one does not get them', async () => {
    const env = {
      OCISH_REGISTRY: server.host,
      OCISH_USERNAME: account.username,
      OCISH_PASSWORD: account.password,
    }
    await requestsOf({ env })
    await expect(requestsOf({ env: { ...env, OCISH_PASSWORD: 'wrong' } })).toFailWith('REGISTRY_UNAUTHORIZED')
    await expect(requestsOf()).toFailWith('REGISTRY_UNAUTHORIZED')
  })

  it('that are damaged or expired are as good as none', async () => {
    const env = {
      OCISH_REGISTRY: server.host,
      OCISH_USERNAME: account.username,
      OCISH_PASSWORD: account.password,
    }
    const file = folder.join('.local/state/ocish/tokens.json')
    await mkdir(paths.state, { recursive: true })
    for (const text of [
      '{',
      '[]',
      '{"a":1,"b":{"token":3,"expires":"x"}}',
      JSON.stringify({ x: { token: 't', expires: 1 } }),
    ]) {
      await writeFile(file, text)
      expect((await requestsOf({ env })).length).toBeGreaterThan(0)
    }
    expect(await readFile(file, 'utf8')).not.toContain('"x"')
  })
})

describe('what is said of a conversation', () => {
  const secret = 'pl@nted "secret"/%'
  const forms = [
    secret,
    encodeURIComponent(secret),
    JSON.stringify(secret).slice(1, -1),
    Buffer.from(`ada:${secret}`).toString('base64'),
    Buffer.from(secret).toString('base64'),
    Buffer.from(`ada:${secret}`).toString('base64url'),
  ]

  it.each(['basic', 'bearer'] as const)(
    'T20 a trace, a warning and an error hold no secret: %s',
    async (scheme) => {
      await using guarded = await serve(registry, { auth: { scheme, users: { ada: secret } } })
      const said: unknown[] = []
      const given: Partial<SessionOptions> = {
        trace: (event) => said.push(event),
        warn: (message) => said.push(message),
        note: (message) => said.push(message),
        progress: (event) => said.push(event),
        flags: { header: [`x-api-key: ${secret}`] },
      }
      await using host = await session(given)
      const ask = async (): Promise<unknown> => {
        const opened = await host.open(`${guarded.host}/team/app:v1`, 'read')
        return opened.registry.openManifest(opened.repository, 'v1')
      }
      said.push(describeError(await ask().catch((error: unknown) => error)))
      await host.credentials.login(guarded.host, { username: 'ada', password: secret }, { signal })
      await using signedIn = await session(given)
      const opened = await signedIn.open(`${guarded.host}/team/app:v1`, 'read')
      await opened.registry.openManifest(opened.repository, 'v1')
      const wrong = host.credentials.login(
        guarded.host,
        { username: 'ada', password: `${secret}x` },
        { signal },
      )
      said.push(describeError(await wrong.catch((error: unknown) => error)))
      const tokens = await readFile(folder.join('.local/state/ocish/tokens.json'), 'utf8').catch(() => '{}')
      const held = Object.values(JSON.parse(tokens) as Record<string, { token: string }>).map(
        (one) => one.token,
      )
      const text = JSON.stringify(said)
      expect(said.length).toBeGreaterThan(4)
      for (const form of [...forms, ...held]) {
        expect(text).not.toContain(form)
        expect(text).not.toContain(JSON.stringify(form).slice(1, -1))
      }
    },
  )

  function describeError(error: unknown): unknown {
    if (!(error instanceof Error)) throw new TypeError('no error')
    const { message, cause, stack } = error
    const { hint, details } = error as { hint?: unknown; details?: unknown }
    return [message, hint, details, stack, cause instanceof Error ? describeError(cause) : cause]
  }
})

describe('flags', () => {
  it('T18 a header goes to the registry; one that is none is refused without being quoted', async () => {
    const seen: (string | undefined)[] = []
    const plain = createServer((request, response) => {
      seen.push(request.headers['x-api-key'] as string | undefined)
      response.writeHead(404).end()
    }).listen(0, '127.0.0.1')
    await once(plain, 'listening')
    const { port } = plain.address() as { port: number }
    await using host = await session({ flags: { header: ['X-API-Key: planted'] } })
    const opened = await host.open(`127.0.0.1:${port}/a/b:v1`, 'read')
    await expect(opened.registry.statManifest('a/b', 'v1')).toFailWith(
      'MANIFEST_NOT_FOUND',
      'REPOSITORY_NOT_FOUND',
    )
    expect(seen).toContain('planted')
    plain.close()
    for (const line of ['planted', 'a b: planted', 'x: plan\r\nted', ': planted']) {
      await using bad = await session({ flags: { header: [line] } })
      const error = await bad.open(`127.0.0.1:${port}/a/b:v1`, 'read').catch((cause: unknown) => cause)
      expect(error).toMatchObject({ code: 'USAGE_INVALID_VALUE' })
      expect((error as Error).message).not.toContain('planted')
    }
  })

  it('a certificate that is not there, or without its key, is an error before any request', async () => {
    await writeFile(folder.join('text.pem'), 'no certificate')
    await using wrong = await session({ flags: { caFile: 'text.pem' } })
    await expect(wrong.open('example.com/a:v1', 'read')).toFailWith('FILE_FAILED')
    await using missing = await session({ flags: { caFile: 'nothing.pem' } })
    await expect(missing.open('example.com/a:v1', 'read')).toFailWith('FILE_NOT_FOUND')
    await writeFile(folder.join('cert.pem'), 'x')
    await using half = await session({ flags: { cert: 'cert.pem' } })
    await expect(half.open('example.com/a:v1', 'read')).toFailWith('USAGE_CONFLICT')
  })
})
