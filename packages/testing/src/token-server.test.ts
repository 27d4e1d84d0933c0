import { describe, expect, it } from 'vitest'
import { type RawAnswer, rawRequest } from './raw-request.ts'
import { tokenServer } from './token-server.ts'

const users = { tester: 'a:b' } as const
const basic = { authorization: `Basic ${Buffer.from('tester:a:b').toString('base64')}` }

interface Claims {
  readonly sub: string
  readonly aud: string
  readonly access: readonly unknown[]
}

function claimsOf(answer: RawAnswer): Claims {
  const { token } = answer.json() as { readonly token: string }
  return JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as Claims
}

function post(realm: string, form: Readonly<Record<string, string>>): Promise<RawAnswer> {
  return rawRequest(realm, { method: 'POST', body: new URLSearchParams(form).toString() })
}

describe('tokenServer', () => {
  it('grants what was asked for, to whom it may', async () => {
    await using server = await tokenServer({ users, allow: (_user, _scope, action) => action !== 'delete' })
    const scope = 'scope=repository:a/b:pull,delete&scope=repository:host:5000/c:push'
    const answer = await rawRequest(`${server.realm}?service=s&${scope}`, { headers: basic })
    expect(claimsOf(answer)).toMatchObject({
      sub: 'tester',
      aud: server.service,
      access: [
        { type: 'repository', name: 'a/b', actions: ['pull'] },
        { type: 'repository', name: 'host:5000/c', actions: ['push'] },
      ],
    })
  })

  it('grants nobody in particular the anonymous actions only', async () => {
    await using server = await tokenServer({ users, anonymousActions: ['pull'] })
    const answer = await rawRequest(`${server.realm}?scope=repository:a/b:pull,push`)
    expect(claimsOf(answer)).toMatchObject({ sub: '', access: [{ actions: ['pull'] }] })
  })

  it('refuses wrong credentials in both ways of asking', async () => {
    await using server = await tokenServer({ users })
    const wrong = { authorization: `Basic ${Buffer.from('tester:x').toString('base64')}` }
    expect((await rawRequest(server.realm, { headers: wrong })).status).toBe(401)
    expect(
      (await post(server.realm, { grant_type: 'password', username: 'constructor', password: '' })).status,
    ).toBe(401)
    expect((await post(server.realm, { grant_type: 'refresh_token', refresh_token: 'x' })).status).toBe(401)
    expect(server.requests.map(({ grant, status }) => [grant, status])).toStrictEqual([
      ['basic', 401],
      ['password', 401],
      ['refresh_token', 401],
    ])
  })

  it('gives refresh tokens to who asks, and takes them', async () => {
    await using server = await tokenServer({ users })
    const password = { grant_type: 'password', username: 'tester', password: users.tester }
    expect((await post(server.realm, password)).json()).not.toHaveProperty('refresh_token')
    const first = (await post(server.realm, { ...password, access_type: 'offline' })).json()
    const { refresh_token: refresh } = first as { readonly refresh_token: string }
    const second = await post(server.realm, {
      grant_type: 'refresh_token',
      refresh_token: refresh,
      scope: 'repository:a:pull',
    })
    expect(claimsOf(second)).toMatchObject({ sub: 'tester', access: [{ name: 'a', actions: ['pull'] }] })
  })

  it('may know GET only', async () => {
    await using server = await tokenServer({ users, getOnly: true })
    expect((await post(server.realm, {})).status).toBe(405)
    expect((await rawRequest(server.realm, { headers: basic })).status).toBe(200)
  })
})
