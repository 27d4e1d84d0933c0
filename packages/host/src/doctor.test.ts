import { createMemoryRegistry } from '@ocish/core'
import { serve, type ServeOptions } from '@ocish/server'
import { content, createAuthority, dockerRegistry, has, temporaryFolder } from '@ocish/testing'
import { describe, expect, it, test } from 'vitest'
import { doctor } from './doctor.ts'
import { pathsFrom } from './paths.ts'
import { createSession } from './session.ts'

const { signal } = new AbortController()

/** What doctor says of a host, by check. */
async function told(
  host: string,
  env: Readonly<Record<string, string>> = {},
): Promise<Readonly<Record<string, string>>> {
  await using folder = await temporaryFolder()
  await using session = await createSession({
    version: '0',
    cwd: folder.path,
    home: folder.path,
    env,
    paths: pathsFrom({}, folder.path),
  })
  const checks = await Array.fromAsync(session.doctor(host, signal))
  return Object.fromEntries(checks.map(({ check, ok, detail }) => [check, `${ok ? '' : 'BAD '}${detail}`]))
}

async function served(options: ServeOptions = {}): ReturnType<typeof serve> {
  const registry = createMemoryRegistry()
  const things = content({
    blobs: { a: 'a' },
    manifests: { m: { layers: ['a'] } },
    tags: { v1: 'm', v2: 'm', v3: 'm' },
  })
  await things.push(registry, 'team/app')
  return serve(registry, options)
}

describe('doctor', () => {
  it('says what a registry can do and how it was signed in', async () => {
    await using server = await served()
    expect(await told(server.host)).toMatchObject({
      dns: '127.0.0.1',
      proxy: 'none',
      tls: 'plain HTTP',
      api: 'distribution',
      authentication: 'none is asked for; no credential',
      abilities:
        'catalog yes, tags in pages yes, referrers yes, delete yes, mount, chunked and resumed uploads not known before an upload',
    })
  })

  test.each(['basic', 'bearer'] as const)('%s: which credential was taken, from where', async (scheme) => {
    await using server = await served({ auth: { scheme, users: { ann: 'secret' } } })
    const env = { OCISH_REGISTRY: server.host, OCISH_USERNAME: 'ann', OCISH_PASSWORD: 'secret' }
    const { authentication } = await told(server.host, env)
    const shown = scheme === 'basic' ? 'basic' : 'bearer token'
    expect(authentication).toBe(
      `${shown}, taken with the credential of ann from OCISH_USERNAME and OCISH_PASSWORD`,
    )
    expect((await told(server.host, { ...env, OCISH_PASSWORD: 'wrong' }))['authentication']).toMatch(/^BAD /)
  })

  it('shakes hands on loopback too, where the connection is TLS', async () => {
    const authority = createAuthority()
    const { cert, key } = authority.issue(['127.0.0.1'])
    await using server = await served({ tls: { cert, key } })
    const checks = await Array.fromAsync(
      doctor(server.host, { optionsFor: async () => ({ ca: authority.cert }), signal }),
    )
    const found = new Map(checks.map(({ check, detail }) => [check, detail]))
    expect(found.get('tls')).toMatch(/^TLSv1\.\d, by ocish test authority, until /)
    expect(found.get('api')).toBe('distribution')
  })

  it('leaves everything as it was', async () => {
    const registry = createMemoryRegistry()
    await using server = await serve(registry)
    await told(server.host)
    expect(await Array.fromAsync(registry.repositories())).toEqual([])
  })

  it('sees a registry that deletes nothing', async () => {
    await using server = await served({ readOnly: true })
    expect((await told(server.host))['abilities']).toContain('delete no')
  })

  test.each([
    [
      'registry.invalid',
      'registry.invalid',
      'none for registry.invalid (NO_PROXY or a loopback address); others go through http://proxy.invalid:3128',
    ],
    ['registry.invalid', 'other.invalid', 'http://proxy.invalid:3128'],
    ['registry.invalid', undefined, 'http://proxy.invalid:3128'],
  ])('%s with NO_PROXY %s', async (host, no, expected) => {
    const proxy = { https: 'http://user:pass@proxy.invalid:3128', ...(no !== undefined && { no }) }
    const checks = doctor(host, { optionsFor: async () => ({ proxy }), signal })
    for await (const { check, detail } of checks) {
      if (check !== 'proxy') continue
      expect(detail).toBe(expected)
      return
    }
    expect.unreachable('no line for the proxy')
  })

  test.skipIf(!has('docker-registry')).each([true, false])(
    'Debian’s docker-registry, which has no referrers; deleting: %s',
    async (removes) => {
      await using server = await dockerRegistry({ delete: removes })
      const { abilities } = await told(server.host)
      expect(abilities).toContain(`referrers no, delete ${removes ? 'yes' : 'no'},`)
    },
  )
})
