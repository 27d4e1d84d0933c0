import { bytesOf, createAuthority, readAll } from '@ocish/testing'
import { digestOf, oci } from '@ocish/sdk'
import { describe, expect, it } from 'vitest'
import { mayVisit } from './address-policy.ts'
import { createClient } from './client.ts'
import type { ClientOptions, Credential } from './options.ts'
import { nextHop, uploadLocation } from './redirect.ts'
import { verifyCredential } from './verify-credential.ts'
import { json, type Reply, type ScriptedServer, scripted, type Seen } from './scripted-server.test-kit.ts'

const blob = bytesOf('a blob that lives somewhere else')
const digest = digestOf(blob)
const credential: Credential = { username: 'alice', password: 'wonderland', source: 'the test' }
const basic = `Basic ${Buffer.from('alice:wonderland').toString('base64')}`

const wantsBasic: Reply = { status: 401, headers: { 'www-authenticate': 'Basic realm="here"' } }

/** A registry that wants Basic and sends blobs to `target`. */
function redirecting(target: string, status = 307): (seen: Seen) => Reply {
  return ({ headers }) =>
    headers.authorization === basic ? { status, headers: { location: target } } : wantsBasic
}

function secretsIn(server: ScriptedServer): readonly string[] {
  return server.requests
    .flatMap(({ headers, body, target }) => [JSON.stringify(headers), body.toString(), target])
    .filter(
      (text) =>
        text.includes('wonderland') || text.includes(basic.slice(6)) || /authorization|x-api-key/i.test(text),
    )
}

async function read(host: string, options: ClientOptions = {}): Promise<Uint8Array> {
  await using client = createClient(host, { credentials: () => credential, retries: 0, ...options })
  const { bytes } = await client.openBlob('team/app', digest)
  return await readAll(bytes)
}

describe('mayContact', () => {
  const only =
    (server: ScriptedServer) =>
    ({ host }: URL): boolean =>
      host === server.host

  it('keeps a blob from the storage that the registry names', async () => {
    const storage = await scripted(() => ({ body: blob }))
    const registry = await scripted(redirecting(storage.url))
    await expect(read(registry.host, { mayContact: only(registry) })).toFailWith('RESTRICTED')
    expect(storage.requests).toHaveLength(0)
    expect(await read(registry.host, { mayContact: () => true })).toStrictEqual(blob)
  })

  it('keeps an upload from the place that the registry names', async () => {
    const storage = await scripted(() => ({ status: 201 }))
    const location = `${storage.url}/v2/team/app/blobs/uploads/1`
    const registry = await scripted(() => ({ status: 202, headers: { location } }))
    await using client = createClient(registry.host, { retries: 0, mayContact: only(registry) })
    const upload = await client.startUpload('team/app')
    await expect(upload.write(blob)).toFailWith('RESTRICTED')
    expect(storage.requests).toHaveLength(0)
  })

  it('keeps the credential from the token service that the registry names', async () => {
    const service = await scripted(() => json({ token: 'x' }))
    const challenge = `Bearer realm="${service.url}/token",service="s"`
    const registry = await scripted(() => ({ status: 401, headers: { 'www-authenticate': challenge } }))
    const options = { mayContact: only(registry), realms: [service.host] }
    await expect(read(registry.host, options)).toFailWith('RESTRICTED')
    await expect(verifyCredential(registry.host, credential, options)).toFailWith('RESTRICTED')
    expect(service.requests).toHaveLength(0)
  })
})

describe('credentials at a redirect', () => {
  it.each([301, 302, 303, 307, 308])('T15 stay behind when %i leads to another port', async (status) => {
    const storage = await scripted(() => ({ body: blob }))
    const registry = await scripted(redirecting(`${storage.url}/signed?token=secret`, status))
    expect(await read(registry.host)).toStrictEqual(blob)
    expect(storage.requests).toHaveLength(1)
    expect(secretsIn(storage)).toStrictEqual([])
  })

  it('T15 stay behind when it leads to another name of this machine', async () => {
    const storage = await scripted(() => ({ body: blob }), { hostname: '127.0.0.2' })
    const registry = await scripted(redirecting(storage.url))
    expect(await read(registry.host)).toStrictEqual(blob)
    expect(secretsIn(storage)).toStrictEqual([])
  })

  it('T15 are not offered to a storage that asks for them', async () => {
    const storage = await scripted(() => wantsBasic)
    const registry = await scripted(redirecting(storage.url))
    await expect(read(registry.host)).toFailWith('REGISTRY_UNAUTHORIZED')
    expect(secretsIn(storage)).toStrictEqual([])
  })

  it('T15 come along within one origin', async () => {
    const registry = await scripted(({ path, headers }) => {
      if (headers.authorization !== basic) return wantsBasic
      return path === '/elsewhere' ? { body: blob } : { status: 307, headers: { location: '/elsewhere' } }
    })
    expect(await read(registry.host)).toStrictEqual(blob)
  })

  it('T15 do not return after the origin was left', async () => {
    let back = ''
    const storage = await scripted(() => ({ status: 307, headers: { location: back } }))
    const registry = await scripted(({ path, headers }) => {
      if (path === '/back') return { body: blob, headers: { 'x-saw': headers.authorization ?? 'nothing' } }
      return redirecting(storage.url)({ headers } as Seen)
    })
    back = `${registry.url}/back`
    expect(await read(registry.host)).toStrictEqual(blob)
    expect(registry.requests.find(({ path }) => path === '/back')?.headers.authorization).toBeUndefined()
  })

  it('T16 a storage that wants a token gets an anonymous one', async () => {
    const storage = await scripted(({ path, headers }): Reply => {
      if (path === '/token') return json({ token: 'anonymous-token' })
      if (headers.authorization === 'Bearer anonymous-token') return { body: blob }
      return {
        status: 401,
        headers: { 'www-authenticate': `Bearer realm="${storage.url}/token",service="s"` },
      }
    })
    const registry = await scripted(redirecting(`${storage.url}/blob`))
    expect(await read(registry.host)).toStrictEqual(blob)
    const exchange = storage.requests.find(({ path }) => path === '/token')
    expect(exchange?.headers.authorization).toBeUndefined()
    expect(storage.requests.some(({ headers }) => headers.authorization === basic)).toBe(false)
  })

  it('T18 own headers stay with the origin, whatever their case', async () => {
    const storage = await scripted(() => ({ body: blob }))
    const registry = await scripted(redirecting(storage.url))
    expect(await read(registry.host, { headers: { 'X-API-Key': 'wonderland' } })).toStrictEqual(blob)
    expect(registry.requests[0]?.headers['x-api-key']).toBe('wonderland')
    expect(secretsIn(storage)).toStrictEqual([])
  })

  it('T18 the spellings of an IPv6 address are one origin', async () => {
    const registry = await scripted(
      ({ path, headers }): Reply => {
        if (path === '/elsewhere') return { body: blob, headers: { 'x-saw': String(headers['x-api-key']) } }
        return { status: 307, headers: { location: `http://[0:0:0:0:0:0:0:1]:${registry.port}/elsewhere` } }
      },
      { hostname: '::1' },
    )
    expect(await read(registry.host, { headers: { 'x-api-key': 'k' } })).toStrictEqual(blob)
    expect(registry.requests.at(-1)?.headers['x-api-key']).toBe('k')
  })

  it('T19 the client certificate stays with the origin', async () => {
    const authority = createAuthority()
    const tls = { ...authority.issue(['127.0.0.1']), ca: authority.cert }
    const own = authority.issue([], { client: true })
    const storage = await scripted(() => ({ body: blob }), { tls })
    const registry = await scripted(() => ({ status: 307, headers: { location: storage.url } }), { tls })
    expect(await read(registry.host, { ca: authority.cert, cert: own.cert, key: own.key })).toStrictEqual(
      blob,
    )
    expect(registry.requests[0]?.certificate).toBe('client')
    expect(storage.requests[0]?.certificate).toBeUndefined()
  })

  it('T21 foreign layer addresses get nothing and no sign-in', async () => {
    const storage = await scripted(({ target }) => (target.startsWith('/open') ? { body: blob } : wantsBasic))
    const registry = await scripted(({ headers }) =>
      headers.authorization === basic ? { status: 404 } : wantsBasic,
    )
    await using client = createClient(registry.host, {
      credentials: () => credential,
      headers: { 'x-api-key': 'k' },
    })
    const layer = { mediaType: oci.foreignLayer, digest, size: blob.length }
    const refused = { ...layer, urls: [`${storage.url}/closed`] }
    await expect(client.openBlob('team/app', refused)).toFailWith('BLOB_NOT_FOUND')
    const { bytes } = await client.openBlob('team/app', {
      ...layer,
      urls: [`${storage.url}/closed`, `${storage.url}/open`],
    })
    expect(await readAll(bytes)).toStrictEqual(blob)
    expect(secretsIn(storage)).toStrictEqual([])
  })
})

describe('an upload that goes on elsewhere', () => {
  it('T17 takes no credentials along', async () => {
    const storage = await scripted(() => ({ status: 201 }))
    const registry = await scripted(({ headers }) => {
      if (headers.authorization !== basic) return wantsBasic
      return { status: 202, headers: { location: `${storage.url}/upload?signature=s` } }
    })
    await using client = createClient(registry.host, {
      credentials: () => credential,
      headers: { 'x-api-key': 'k' },
    })
    const expected = { digest, size: blob.length }
    // oxlint-disable-next-line typescript/require-await
    await client.pushBlob('team/app', expected, async function* () {
      yield blob
    })
    expect(storage.requests.map(({ method }) => method)).toStrictEqual(['PUT'])
    expect(storage.requests[0]?.target).toBe(`/upload?signature=s&digest=${digest}`)
    expect(storage.requests[0]?.body).toStrictEqual(Buffer.from(blob))
    expect(secretsIn(storage)).toStrictEqual([])
  })

  it('is asked for over HTTPS where a proxy forgot it', () => {
    const warnings: string[] = []
    const from = new URL('https://registry.example:8443/v2/a/blobs/uploads/')
    const location = uploadLocation(
      from,
      'http://registry.example/v2/a/blobs/uploads/1?_state=x%3D',
      (text) => warnings.push(text),
    )
    expect(location.href).toBe('https://registry.example:8443/v2/a/blobs/uploads/1?_state=x%3D')
    expect(warnings).toHaveLength(1)
  })
})

describe('a redirect', () => {
  it('in a circle ends', async () => {
    const registry = await scripted(({ path }) => ({
      status: 307,
      headers: { location: path.endsWith('x') ? '/y' : '/x' },
    }))
    await expect(read(registry.host)).toFailWith('REDIRECT_REFUSED')
    expect(registry.requests.length).toBeLessThan(6)
  })

  it('follows ten and no more', async () => {
    let hops = 0
    const registry = await scripted(() => ({ status: 302, headers: { location: `/${++hops}` } }))
    await expect(read(registry.host)).toFailWith('REDIRECT_REFUSED')
    expect(registry.requests).toHaveLength(11)
  })

  it('to plain HTTP is refused', () => {
    const from = new URL('https://registry.example/v2/')
    expect(() => nextHop(from, 307, 'http://registry.example/v2/', 'GET')).toThrow(/plain HTTP/)
    expect(nextHop(from, 307, 'https://other.example/x', 'GET').host).toBe('other.example')
  })

  it.each(['file:///etc/passwd', 'ftp://a/b', 'data:text/plain,x'])('to %s is refused', (target) => {
    expect(() => nextHop(new URL('http://registry.example/v2/'), 307, target, 'GET')).toThrow(/not HTTP/)
  })

  it.each([301, 302, 303])('%i of a PUT is refused, for it would become a GET', (status) => {
    const from = new URL('https://registry.example/v2/')
    expect(() => nextHop(from, status, '/other', 'PUT')).toThrow(/PUT/)
    expect(nextHop(from, 308, '/other', 'PUT').pathname).toBe('/other')
  })

  it('asks the registry again when a storage refuses what it signed', async () => {
    let signatures = 0
    const storage = await scripted(({ query }) => (query.get('s') === '2' ? { body: blob } : { status: 403 }))
    const registry = await scripted(() => ({
      status: 307,
      headers: { location: `${storage.url}/?s=${++signatures}` },
    }))
    expect(await read(registry.host)).toStrictEqual(blob)
  })

  it.each([
    ['169.254.169.254', true],
    ['fe80::1', true],
    ['0.0.0.0', true],
    ['::', true],
    ['::ffff:169.254.169.254', true],
    ['fd00:ec2::254', true],
    ['10.0.0.1', false],
    ['127.0.0.1', false],
    ['::ffff:10.0.0.1', false],
    ['64:ff9b::a00:1', false],
    ['2002:7f00:1::', false],
    ['fc00::1', false],
  ])('T27 never leads a public registry to %s', (address, forLocalOnesToo) => {
    expect(mayVisit(address, false)).toBe(false)
    expect(mayVisit(address, true)).toBe(!forLocalOnesToo)
  })

  it.each(['8.8.8.8', '2606:4700::1111', '64:ff9b::808:808'])('T27 may lead to %s', (address) => {
    expect(mayVisit(address, false)).toBe(true)
  })

  it.each(['http://169.254.169.254/latest/meta-data/', 'http://[::ffff:a9fe:a9fe]/', 'http://0.0.0.0:1/'])(
    'T26 to the metadata service %s is refused before it is connected to',
    async (target) => {
      const registry = await scripted(() => ({ status: 307, headers: { location: target } }))
      await expect(read(registry.host)).toFailWith('REDIRECT_REFUSED')
    },
  )

  it('T27 is judged by the address that DNS gives', async () => {
    const storage = await scripted(() => ({ body: blob }))
    const registry = await scripted(() => ({
      status: 307,
      headers: { location: `http://localhost:${storage.port}/` },
    }))
    // The registry is local, so this one is; the same name would be refused to a public one.
    expect(await read(registry.host)).toStrictEqual(blob)
  })
})
