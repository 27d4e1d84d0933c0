import { bytesOf, dockerRegistry, has } from '@ocish/testing'
import { digestOf, oci } from '@ocish/sdk'
import { describe, expect, it } from 'vitest'
import { createClient } from '../client.ts'
import type { CachedToken, ClientOptions, Credential, TokenCache } from '../options.ts'
import { json, refusal, type Reply, scripted, type Seen } from '../scripted-server.test-kit.ts'
import { verifyCredential } from '../verify-credential.ts'

const manifest = bytesOf(JSON.stringify({ schemaVersion: 2, mediaType: oci.index, manifests: [] }))
const digest = digestOf(manifest)
const password: Credential = { username: 'alice', password: 'won:der', source: 'the test file' }
const identity: Credential = { identityToken: 'refresh-me', source: 'the test file' }

const served: Reply = {
  headers: { 'content-type': oci.index, 'docker-content-digest': digest },
  body: manifest,
}

function bearer(realm: string, more = ',service="s",scope="repository:team/app:pull"'): Reply {
  return { status: 401, headers: { 'www-authenticate': `Bearer realm="${realm}"${more}` } }
}

/** A registry that takes `token`, and is its own token service at `/token`. */
async function guarded(token: (seen: Seen) => Reply, isRight: (authorization: string) => boolean) {
  const registry = await scripted((seen): Reply => {
    if (seen.path === '/token') return token(seen)
    return isRight(seen.headers.authorization ?? '') ? served : bearer(`${registry.url}/token`)
  })
  return registry
}

async function resolve(host: string, options: ClientOptions = {}): Promise<string> {
  await using client = createClient(host, { backoff: 0.001, ...options })
  const { descriptor } = await client.statManifest('team/app', 'v1')
  return descriptor.digest
}

function memoryCache(): TokenCache & { readonly entries: Map<string, CachedToken> } {
  const entries = new Map<string, CachedToken>()
  return {
    entries,
    get: (key) => entries.get(key),
    set: (key, token, expires) => {
      entries.set(key, { token, expires })
    },
  }
}

describe('a realm', () => {
  it('T13 on another server is never asked with a password', async () => {
    const thief = await scripted(() => json({ token: 't' }), { hostname: '127.0.0.2' })
    const registry = await scripted(() => bearer(`${thief.url}/token`))
    await expect(resolve(registry.host, { credentials: () => password })).toFailWith('REDIRECT_REFUSED')
    await expect(resolve(registry.host, { credentials: () => identity })).toFailWith('REDIRECT_REFUSED')
    expect(thief.requests).toHaveLength(0)
    // Its positive twin: somebody said that this is right.
    await resolve(registry.host, { credentials: () => password, realms: [thief.host] }).catch(() => undefined)
    expect(thief.requests[0]?.headers.authorization).toMatch(/^Basic /)
  })

  it('T14 that leads to another origin leaves the password behind', async () => {
    const inner = await scripted(() => json({ token: 'weak' }), { hostname: '127.0.0.2' })
    const registry = await scripted(({ path }): Reply => {
      if (path === '/token') return { status: 302, headers: { location: `${inner.url}/token` } }
      return bearer(`${registry.url}/token`)
    })
    await expect(resolve(registry.host, { credentials: () => password })).toFailWith('REDIRECT_REFUSED')
    expect(inner.requests).toHaveLength(0)
  })

  it('T14b on the registry itself works', async () => {
    const registry = await guarded(
      () => json({ token: 't' }),
      (value) => value === 'Bearer t',
    )
    expect(await resolve(registry.host, { credentials: () => password })).toBe(digest)
  })
})

describe('a token', () => {
  it('is asked for with account, service, scope and Basic', async () => {
    const registry = await guarded(
      () => json({ access_token: 'first', token: 'second' }),
      (value) => value === 'Bearer first',
    )
    expect(await resolve(registry.host, { credentials: () => password })).toBe(digest)
    const asked = registry.requests.find(({ path }) => path === '/token')
    expect(asked?.query.getAll('scope')).toStrictEqual(['repository:team/app:pull'])
    expect(asked?.query.get('service')).toBe('s')
    expect(asked?.query.get('account')).toBe('alice')
    expect(asked?.query.has('offline_token')).toBe(false)
    expect(asked?.headers.authorization).toBe(`Basic ${Buffer.from('alice:won:der').toString('base64')}`)
  })

  it('is asked for anonymously without a credential', async () => {
    const registry = await guarded(
      ({ headers }) => json({ token: headers.authorization ?? 'nobody' }),
      (value) => value === 'Bearer nobody',
    )
    expect(await resolve(registry.host)).toBe(digest)
  })

  it('costs a warm process one request', async () => {
    const registry = await guarded(
      () => json({ token: 't', expires_in: 300 }),
      (value) => value === 'Bearer t',
    )
    const tokenCache = memoryCache()
    await resolve(registry.host, { tokenCache, credentials: () => password })
    const cold = registry.requests.length
    await resolve(registry.host, { tokenCache, credentials: () => password })
    expect(registry.requests.length - cold).toBe(1)
    expect([...tokenCache.entries.keys()].join(' ')).not.toContain('won')
    // Somebody else does not get it.
    await resolve(registry.host, { tokenCache }).catch(() => undefined)
    expect(registry.requests.at(cold + 1)?.headers.authorization).toBeUndefined()
  })

  it('costs a warm process one request with Basic too', async () => {
    const right = `Basic ${Buffer.from('alice:won:der').toString('base64')}`
    const registry = await scripted(({ headers }): Reply =>
      headers.authorization === right
        ? served
        : { status: 401, headers: { 'www-authenticate': 'Basic realm="r"' } },
    )
    const tokenCache = memoryCache()
    await resolve(registry.host, { tokenCache, credentials: () => password })
    expect(registry.requests).toHaveLength(2)
    await resolve(registry.host, { tokenCache, credentials: () => password })
    expect(registry.requests).toHaveLength(3)
  })

  it('that a cache brings and the registry refuses is replaced', async () => {
    let valid = 'one'
    const registry = await guarded(
      () => json({ token: valid, expires_in: 300 }),
      (value) => value === `Bearer ${valid}`,
    )
    const tokenCache = memoryCache()
    await resolve(registry.host, { tokenCache })
    valid = 'two'
    expect(await resolve(registry.host, { tokenCache })).toBe(digest)
    const before = registry.requests.length
    expect(await resolve(registry.host, { tokenCache })).toBe(digest)
    expect(registry.requests.length - before).toBe(1)
  })

  it('is asked for once by many requests', async () => {
    const registry = await guarded(
      () => json({ token: 't', expires_in: 300 }),
      (value) => value === 'Bearer t',
    )
    await using client = createClient(registry.host)
    await Promise.all(Array.from({ length: 8 }, () => client.statManifest('team/app', 'v1')))
    expect(registry.requests.filter(({ path }) => path === '/token')).toHaveLength(1)
  })

  it('one caller that gives up does not take it from the others', async () => {
    const gate = Promise.withResolvers<void>()
    const asked = Promise.withResolvers<void>()
    const registry = await scripted(async ({ path, headers }): Promise<Reply> => {
      if (path === '/token') {
        asked.resolve()
        await gate.promise
        return json({ token: 't' })
      }
      return headers.authorization === 'Bearer t' ? served : bearer(`${registry.url}/token`)
    })
    await using client = createClient(registry.host)
    const abort = new AbortController()
    const first = client.statManifest('team/app', 'v1', { signal: abort.signal })
    const second = client.statManifest('team/app', 'v1')
    await asked.promise
    abort.abort()
    await expect(first).rejects.toThrow(/abort/)
    gate.resolve()
    expect((await second).descriptor.digest).toBe(digest)
    expect(registry.requests.filter(({ path }) => path === '/token')).toHaveLength(1)
  })

  it('and its credential are looked for once by many requests, and not lost with the first that gives up', async () => {
    const gate = Promise.withResolvers<void>()
    const registry = await guarded(
      () => json({ token: 't' }),
      (value) => value === 'Bearer t',
    )
    let lookups = 0
    const credentials: ClientOptions['credentials'] = async (_host, _repository, signal) => {
      lookups += 1
      await gate.promise
      signal?.throwIfAborted()
      return password
    }
    await using client = createClient(registry.host, { credentials })
    const abort = new AbortController()
    const first = client.statManifest('team/app', 'v1', { signal: abort.signal })
    const second = client.statManifest('team/app', 'v1')
    abort.abort()
    await expect(first).rejects.toThrow(/abort/)
    gate.resolve()
    expect((await second).descriptor.digest).toBe(digest)
    expect(lookups).toBe(1)
  })

  it('grows when the registry wants more: the new scope comes first', async () => {
    const tokens: Seen[] = []
    const registry = await scripted((seen): Reply => {
      const { path, query, headers } = seen
      if (path === '/token') {
        tokens.push(seen)
        return json({ token: Buffer.from(query.getAll('scope').join(' ')).toString('base64url') })
      }
      const held = Buffer.from((headers.authorization ?? '').slice(7), 'base64url').toString()
      const wanted = 'repository:zz/base:pull'
      if (held.includes(wanted)) return { status: 201 }
      return bearer(
        `${registry.url}/token`,
        `,service="s",scope="${held === '' ? 'repository:team/app:pull,push' : wanted}"`,
      )
    })
    await using client = createClient(registry.host)
    expect(await client.mountBlob('team/app', digest, 'aa/base', { size: 1 })).toHaveProperty('mounted')
    expect(tokens.at(-1)?.query.getAll('scope')[0]).toBe('repository:zz/base:pull')
    expect(tokens.at(-1)?.query.getAll('scope')).toContain('repository:team/app:pull,push')
  })

  it('that is refused when fresh ends it: one exchange, no loop', async () => {
    const registry = await guarded(
      () => json({ token: 'useless' }),
      () => false,
    )
    const failing = resolve(registry.host, { credentials: () => password })
    await expect(failing).toFailWith('REGISTRY_UNAUTHORIZED')
    await failing.catch((error: unknown) => {
      expect(error).toMatchObject({ exit: 4, details: { credential: 'the test file' } })
      expect(error).toHaveProperty('hint', `Run login ${registry.host}.`)
      expect(String(error)).toContain('alice')
    })
    expect(registry.requests.filter(({ path }) => path === '/token')).toHaveLength(1)
  })

  it('for an identity token comes by POST, by GET where POST is unknown', async () => {
    const posts = await guarded(
      ({ method, body }) =>
        method === 'POST'
          ? json({ access_token: new URLSearchParams(body.toString()).get('refresh_token') })
          : { status: 404 },
      (value) => value === 'Bearer refresh-me',
    )
    expect(await resolve(posts.host, { credentials: () => identity })).toBe(digest)
    const form = new URLSearchParams(posts.requests.find(({ path }) => path === '/token')?.body.toString())
    expect(Object.fromEntries(form)).toMatchObject({
      grant_type: 'refresh_token',
      client_id: 'ocish',
      service: 's',
      scope: 'repository:team/app:pull',
    })

    const gets = await guarded(
      ({ method }) => (method === 'POST' ? { status: 405 } : json({ token: 't' })),
      (value) => value === 'Bearer t',
    )
    expect(await resolve(gets.host, { credentials: () => identity })).toBe(digest)
  })

  it.each([
    [
      'a web page',
      { headers: { 'content-type': 'text/html' }, body: '<html><title>Sign in to Wi-Fi</title></html>' },
    ],
    ['nothing', { body: '' }],
    ['JSON without a token', json({ expires_in: 60 })],
    ['a token with a line break', json({ token: 'a\r\nx-injected: 1' })],
  ])('from a service that sends %s is an error of its own', async (_, reply) => {
    const registry = await guarded(
      () => reply,
      () => false,
    )
    await expect(resolve(registry.host)).toFailWith('REGISTRY_PROTOCOL')
  })

  it('T37 from a service that never ends is cut', async () => {
    const registry = await guarded(
      () => ({ body: Buffer.alloc(200 * 1024, 0x20) }),
      () => false,
    )
    await expect(resolve(registry.host)).toFailWith('LIMIT_EXCEEDED')
  })

  it('that runs out during an upload is renewed, and the session goes on', async () => {
    let valid = 0
    let expired = false
    const uploads: string[] = []
    const registry = await scripted((seen): Reply => {
      const { path, method, headers, body } = seen
      if (path === '/token') return json({ token: `t${++valid}`, expires_in: 300 })
      if (headers.authorization !== `Bearer t${valid}`)
        return bearer(`${registry.url}/token`, ',scope="repository:team/app:pull,push",error="invalid_token"')
      if (method === 'POST') return { status: 202, headers: { location: '/upload/1' } }
      if (!expired) {
        expired = true
        valid += 1
        return bearer(`${registry.url}/token`, ',error="invalid_token"')
      }
      uploads.push(`${method} ${body.length}`)
      return { status: 201 }
    })
    await using client = createClient(registry.host)
    // oxlint-disable-next-line typescript/require-await
    await client.pushBlob('team/app', { digest, size: manifest.length }, async function* () {
      yield manifest
    })
    expect(uploads).toStrictEqual([`PUT ${manifest.length}`])
    expect(registry.requests.filter(({ method }) => method === 'POST')).toHaveLength(2)
  })

  it('comes from the challenge of /v2/ when a 401 has none', async () => {
    const registry = await scripted(({ path, headers }): Reply => {
      if (path === '/token') return json({ token: 't' })
      if (headers.authorization === 'Bearer t') return served
      return path === '/v2/' ? bearer(`${registry.url}/token`) : { status: 401 }
    })
    expect(await resolve(registry.host)).toBe(digest)
  })

  it('does not have to be wanted for /v2/ to be wanted elsewhere (fault 29)', async () => {
    const registry = await guarded(
      () => json({ token: 't' }),
      (value) => value === 'Bearer t',
    )
    await verifyCredential(registry.host, password)
    expect(await resolve(registry.host, { credentials: () => password })).toBe(digest)
  })
})

describe('verifyCredential', () => {
  it('takes a right password and refuses a wrong one, for Basic and for tokens', async () => {
    const right = `Basic ${Buffer.from('alice:won:der').toString('base64')}`
    const basic = await scripted(({ headers }): Reply =>
      headers.authorization === right
        ? json({})
        : { status: 401, headers: { 'www-authenticate': 'Basic realm="r"' } },
    )
    const tokens = await guarded(
      ({ headers }) =>
        headers.authorization === right ? json({ token: 't' }) : refusal(401, 'UNAUTHORIZED'),
      (value) => value === 'Bearer t',
    )
    const wrong = { ...password, password: 'wrong' }
    for (const { host } of [basic, tokens]) {
      await verifyCredential(host, password)
      await expect(verifyCredential(host, wrong)).rejects.toMatchObject({
        code: 'REGISTRY_UNAUTHORIZED',
        message: `${host} does not take the name "alice" with this password`,
      })
    }
  })

  it('says that there is no registry', async () => {
    const page = await scripted(() => ({ status: 404, body: 'nothing here' }))
    await expect(verifyCredential(page.host, password)).toFailWith('REGISTRY_PROTOCOL')
  })
})

describe.skipIf(!has('docker-registry'))('docker-registry with tokens that end soon', () => {
  it('is read and written with pull alone for strangers', async () => {
    await using server = await dockerRegistry({ auth: 'token', tokens: { anonymousActions: ['pull'] } })
    const { username, password: secret } = server
    await using writer = createClient(server.host, {
      credentials: () => ({ username, password: secret, source: 't' }),
    })
    await writer.pushManifest('team/app', manifest, { mediaType: oci.index, tags: ['v1'] })
    await using stranger = createClient(server.host)
    expect((await stranger.openManifest('team/app', 'v1')).bytes).toStrictEqual(manifest)
    const tokens = server.tokens?.requests ?? []
    expect(tokens.at(-1)).toMatchObject({ grant: 'anonymous' })
    await expect(
      stranger.pushManifest('team/app', manifest, { mediaType: oci.index, tags: ['v2'] }),
    ).toFailWith('REGISTRY_UNAUTHORIZED')
  })
})
