import { describe, expect, it } from 'vitest'
import { dockerRegistry } from './docker-registry.ts'
import { nginx } from './nginx.ts'
import { has } from './programs.ts'
import { rawRequest } from './raw-request.ts'

function basic(username: string, password: string): Record<string, string> {
  return { authorization: `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}` }
}

describe.skipIf(!has('docker-registry', 'htpasswd'))(
  'dockerRegistry (needs docker-registry, htpasswd)',
  () => {
    it('answers on a free port', async () => {
      await using registry = await dockerRegistry()
      const answer = await rawRequest(`${registry.url}/v2/`)
      expect(answer.status).toBe(200)
    })

    it('asks for a password with htpasswd', async () => {
      await using registry = await dockerRegistry({ auth: 'htpasswd' })
      const refused = await rawRequest(`${registry.url}/v2/`)
      expect(refused.status).toBe(401)
      const headers = basic(registry.username, registry.password)
      const answer = await rawRequest(`${registry.url}/v2/`, { headers })
      expect(answer.status).toBe(200)
    })

    it('serves HTTPS with a certificate of its own authority', async () => {
      await using registry = await dockerRegistry({ tls: true })
      const answer = await rawRequest(`${registry.url}/v2/`, { ca: registry.ca ?? '' })
      expect(answer.status).toBe(200)
      await expect(rawRequest(`${registry.url}/v2/`)).rejects.toThrow(/certificate/)
    })

    it('takes tokens of the token server, for the scope they were given for', async () => {
      await using registry = await dockerRegistry({ auth: 'token' })
      const refused = await rawRequest(`${registry.url}/v2/team/app/tags/list`)
      expect(refused.status).toBe(401)
      expect(refused.headers['www-authenticate']).toContain('scope="repository:team/app:pull"')
      const realm = registry.tokens?.realm ?? ''
      const grant = await rawRequest(`${realm}?service=ocish-test-registry&scope=repository:team/app:pull`, {
        headers: basic(registry.username, registry.password),
      })
      const { token } = grant.json() as { readonly token: string }
      const headers = { authorization: `Bearer ${token}` }
      const answer = await rawRequest(`${registry.url}/v2/team/app/tags/list`, { headers })
      expect(answer.status).toBe(404)
      expect(answer.codes).toStrictEqual(['NAME_UNKNOWN'])
      const other = await rawRequest(`${registry.url}/v2/team/other/tags/list`, { headers })
      expect(other.status).toBe(401)
      expect(registry.tokens?.requests).toStrictEqual([
        {
          method: 'GET',
          grant: 'basic',
          account: 'tester',
          scopes: ['repository:team/app:pull'],
          status: 200,
        },
      ])
    })
  },
)

describe.skipIf(!has('docker-registry', 'nginx'))('nginx (needs docker-registry, nginx)', () => {
  it('stands in front of a registry, with and without TLS, with a body limit', async () => {
    await using registry = await dockerRegistry()
    await using plain = await nginx(registry.url, { clientMaxBodySize: '1k' })
    expect((await rawRequest(`${plain.url}/v2/`)).status).toBe(200)
    const large = await rawRequest(`${plain.url}/v2/a/blobs/uploads/`, {
      method: 'POST',
      body: 'x'.repeat(2000),
    })
    expect(large.status).toBe(413)
    await using secure = await nginx(registry.url, { tls: true, unbuffered: true })
    expect((await rawRequest(`${secure.url}/v2/`, { ca: secure.ca ?? '' })).status).toBe(200)
  })

  it('shows its own page when nothing stands behind it', async () => {
    await using proxy = await nginx('http://127.0.0.1:1')
    const answer = await rawRequest(`${proxy.url}/v2/`)
    expect(answer.status).toBe(502)
    expect(answer.headers['content-type']).toBe('text/html')
  })
})
