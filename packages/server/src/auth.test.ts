import { createMemoryRegistry } from '@ocish/core'
import { content, type RawAnswer, rawRequest, type RawRequestOptions } from '@ocish/testing'
import { describe, expect, it } from 'vitest'
import type { ServerAuth } from './options.ts'
import { serve, type Server } from './serve.ts'

const built = content({ manifests: { one: { manifests: [] } }, tags: { latest: 'one' } })
const users = { alice: 'pass:with:colons', bob: 'b' } as const
const tags = '/v2/team/app/tags/list'

async function start(auth: Partial<ServerAuth> & Pick<ServerAuth, 'scheme'>): Promise<Server> {
  const registry = createMemoryRegistry()
  await built.push(registry, 'team/app')
  await built.push(registry, 'team/other')
  return await serve(registry, { auth: { users, ...auth } })
}

function basic(name: string, password: string): Readonly<Record<string, string>> {
  return { authorization: `Basic ${Buffer.from(`${name}:${password}`).toString('base64')}` }
}

const alice = basic('alice', users.alice)

interface Grant {
  readonly token: string
  readonly access_token: string
  readonly refresh_token?: string
  readonly expires_in: number
}

class Caller {
  readonly #server: Server

  constructor(server: Server) {
    this.#server = server
  }

  send(path: string, options?: RawRequestOptions): Promise<RawAnswer> {
    return rawRequest(this.#server.url + path, options)
  }

  async token(scope: string, headers: Readonly<Record<string, string>> = alice, more = ''): Promise<Grant> {
    const answer = await this.send(`/token?service=ocish&scope=${encodeURIComponent(scope)}${more}`, {
      headers,
    })
    return answer.json() as Grant
  }

  async status(path: string, token: string, method = 'GET'): Promise<number> {
    return (await this.send(path, { method, headers: { authorization: `Bearer ${token}` } })).status
  }
}

describe('Basic', () => {
  it('challenges, takes the right password and refuses the wrong one', async () => {
    await using server = await start({ scheme: 'basic' })
    const caller = new Caller(server)
    const refused = await caller.send(tags)
    expect([refused.status, refused.codes]).toStrictEqual([401, ['UNAUTHORIZED']])
    expect(refused.headers['www-authenticate']).toBe('Basic realm="ocish"')
    expect((await caller.send(tags, { headers: alice })).status).toBe(200)
    for (const wrong of [
      basic('alice', 'x'),
      basic('nobody', ''),
      basic('toString', ''),
      { authorization: 'Basic' },
    ]) {
      expect((await caller.send(tags, { headers: wrong })).status).toBe(401)
    }
    expect((await caller.send('/v2/')).status).toBe(401)
    expect((await caller.send('/v2/_catalog')).status).toBe(401)
  })

  it('lets anybody pull where that is set, and asks for credentials to push', async () => {
    await using server = await start({ scheme: 'basic', anonymous: 'pull' })
    const caller = new Caller(server)
    expect((await caller.send(tags)).status).toBe(200)
    expect((await caller.send('/v2/team/app/blobs/uploads/', { method: 'POST' })).status).toBe(401)
    expect(
      (await caller.send('/v2/team/app/blobs/uploads/', { method: 'POST', headers: alice })).status,
    ).toBe(202)
  })

  it('keeps to the policy: 403 for what a known user may not do, and a catalog of what they may read', async () => {
    const allow: ServerAuth['allow'] = (user, repository) => user === 'alice' || repository === 'team/other'
    await using server = await start({ scheme: 'basic', allow })
    const caller = new Caller(server)
    const bob = basic('bob', 'b')
    expect((await caller.send(tags, { headers: bob })).status).toBe(403)
    expect((await caller.send('/v2/team/other/tags/list', { headers: bob })).status).toBe(200)
    expect((await caller.send('/v2/_catalog', { headers: bob })).json()).toStrictEqual({
      repositories: ['team/other'],
    })
  })

  it('mounts only from what the user may read', async () => {
    const allow: ServerAuth['allow'] = (_user, repository) => repository !== 'team/app'
    await using server = await start({ scheme: 'basic', allow })
    const caller = new Caller(server)
    const { digest } = built.manifests.one.descriptor
    for (const from of ['&from=team/app', '']) {
      const path = `/v2/team/new/blobs/uploads/?mount=${digest}${from}`
      expect((await caller.send(path, { method: 'POST', headers: alice })).status).toBe(202)
    }
  })

  it('keeps an upload to the user who started it', async () => {
    await using server = await start({ scheme: 'basic' })
    const caller = new Caller(server)
    const session = await caller.send('/v2/team/app/blobs/uploads/', { method: 'POST', headers: alice })
    const location = session.headers.location ?? ''
    expect((await caller.send(location, { headers: alice })).status).toBe(204)
    expect((await caller.send(location, { headers: basic('bob', 'b') })).status).toBe(404)
  })
})

describe('Bearer', () => {
  it('challenges with realm, service and scope', async () => {
    await using server = await start({ scheme: 'bearer' })
    const caller = new Caller(server)
    const challenge = async (path: string, method = 'GET'): Promise<unknown> =>
      (await caller.send(path, { method })).headers['www-authenticate']
    const bearer = `Bearer realm="${server.url}/token",service="ocish"`
    expect(await challenge('/v2/')).toBe(bearer)
    expect(await challenge(tags)).toBe(`${bearer},scope="repository:team/app:pull"`)
    expect(await challenge('/v2/team/app/blobs/uploads/', 'POST')).toBe(
      `${bearer},scope="repository:team/app:pull,push"`,
    )
    expect(await challenge('/v2/team/app/manifests/latest', 'DELETE')).toBe(
      `${bearer},scope="repository:team/app:delete"`,
    )
  })

  it('gives tokens for GET, and they reach as far as their scope', async () => {
    await using server = await start({ scheme: 'bearer' })
    const caller = new Caller(server)
    const {
      token,
      access_token: accessToken,
      expires_in: lifetime,
    } = await caller.token('repository:team/app:pull')
    expect([accessToken, lifetime]).toStrictEqual([token, 300])
    expect(await caller.status(tags, token)).toBe(200)
    expect(await caller.status('/v2/', token)).toBe(200)
    expect(await caller.status('/v2/team/other/tags/list', token)).toBe(401)
    const weak = await caller.send('/v2/team/app/blobs/uploads/', {
      method: 'POST',
      headers: { authorization: `Bearer ${token}` },
    })
    expect(weak.headers['www-authenticate']).toContain('error="insufficient_scope"')
    const unknown = await caller.send(tags, { headers: { authorization: 'Bearer nonsense' } })
    expect(unknown.headers['www-authenticate']).toContain('error="invalid_token"')
  })

  it('gives several scopes in one token, in both ways of asking', async () => {
    await using server = await start({ scheme: 'bearer' })
    const caller = new Caller(server)
    const repeated = await caller.token(
      'repository:team/app:pull',
      alice,
      '&scope=repository:team/other:pull',
    )
    const listed = await caller.token('repository:team/app:pull repository:team/other:*')
    for (const { token } of [repeated, listed]) {
      expect([
        await caller.status(tags, token),
        await caller.status('/v2/team/other/tags/list', token),
      ]).toStrictEqual([200, 200])
    }
  })

  it('gives tokens for POST: password, and refresh tokens', async () => {
    await using server = await start({ scheme: 'bearer' })
    const caller = new Caller(server)
    const post = (form: Readonly<Record<string, string>>): Promise<RawAnswer> =>
      caller.send('/token', {
        method: 'POST',
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        body: new URLSearchParams({
          service: 'ocish',
          client_id: 'test',
          scope: 'repository:team/app:pull',
          ...form,
        }).toString(),
      })
    const password = { grant_type: 'password', username: 'alice', password: users.alice }
    const first = (await post({ ...password, access_type: 'offline' })).json() as Grant
    const second = (
      await post({ grant_type: 'refresh_token', refresh_token: first.refresh_token ?? '' })
    ).json() as Grant
    expect(await caller.status(tags, second.token)).toBe(200)
    expect((await post({ ...password, password: 'x' })).status).toBe(401)
    expect((await post({ grant_type: 'refresh_token', refresh_token: 'x' })).status).toBe(401)
  })

  it('gives somebody without credentials what anonymous may', async () => {
    await using server = await start({ scheme: 'bearer', anonymous: 'pull' })
    const caller = new Caller(server)
    const { token } = await caller.token('repository:team/app:pull,push', {})
    expect(await caller.status(tags, token)).toBe(200)
    expect(await caller.status('/v2/team/app/blobs/uploads/', token, 'POST')).toBe(401)
  })

  it('lists the repositories that the user of a token may read', async () => {
    const allow: ServerAuth['allow'] = (user, repository) => user === 'alice' || repository === 'team/other'
    await using server = await start({ scheme: 'bearer', allow })
    const caller = new Caller(server)
    const refused = await caller.send('/v2/_catalog')
    expect(refused.headers['www-authenticate']).toContain('scope="registry:catalog:*"')
    const listed = async (headers: Readonly<Record<string, string>>): Promise<unknown> => {
      const { token } = await caller.token('registry:catalog:*', headers)
      return (await caller.send('/v2/_catalog', { headers: { authorization: `Bearer ${token}` } })).json()
    }
    expect(await listed(alice)).toStrictEqual({ repositories: ['team/app', 'team/other'] })
    expect(await listed(basic('bob', 'b'))).toStrictEqual({ repositories: ['team/other'] })
  })

  it('refuses tokens that have expired', async () => {
    await using server = await start({ scheme: 'bearer', tokenLifetime: 0 })
    const caller = new Caller(server)
    const { token } = await caller.token('repository:team/app:pull')
    expect(await caller.status(tags, token)).toBe(401)
  })
})
