import { bytesOf } from '@ocish/testing'
import { digestOf, oci } from '@ocish/sdk'
import { describe, expect, it } from 'vitest'
import { createClient } from './client.ts'
import type { Credential } from './options.ts'
import { json, type Reply, scripted } from './scripted-server.test-kit.ts'
import { shownHeaders, shownUrl, type TraceEvent } from './trace.ts'

const secrets = [
  'pass+word/1',
  'refresh-token-2',
  'bearer-token-3',
  'signed=4/x',
  'state-5',
  'cookie-6',
  'header-7',
  'realm-8',
]
const blob = bytesOf('a blob')
const digest = digestOf(blob)

/** Every form in which a secret may turn up in a text. */
function forms(secret: string): readonly string[] {
  return [
    secret,
    encodeURIComponent(secret),
    JSON.stringify(secret).slice(1, -1),
    Buffer.from(secret).toString('base64'),
    Buffer.from(secret).toString('base64url'),
    Buffer.from(`user-9:${secret}`).toString('base64'),
  ]
}

function leaks(text: string): readonly string[] {
  return secrets.filter((secret) => forms(secret).some((form) => text.includes(form)))
}

describe('T20 a trace', () => {
  it.each<readonly [string, Credential]>([
    ['a password', { username: 'user-9', password: 'pass+word/1', source: 'the test' }],
    ['an identity token', { identityToken: 'refresh-token-2', source: 'the test' }],
    ['a registry token', { registryToken: 'bearer-token-3', source: 'the test' }],
  ])('of a conversation with %s shows none of its secrets, nor do its errors', async (_, credential) => {
    const storage = await scripted(({ query }): Reply =>
      query.get('sig') === 'signed=4/x'
        ? { body: blob, headers: { 'set-cookie': 'cookie-6' } }
        : { status: 403, body: 'signed=4/x' },
    )
    const registry = await scripted(({ path, method, headers, body }): Reply => {
      if (path === '/token')
        return json({ token: 'bearer-token-3', refresh_token: 'refresh-token-2', echoed: body.toString() })
      if (headers.authorization !== 'Bearer bearer-token-3') {
        return {
          status: 401,
          headers: { 'www-authenticate': `Bearer realm="${registry.url}/token?key=realm-8",service="s"` },
        }
      }
      if (method === 'POST')
        return {
          status: 202,
          headers: { location: `/v2/team/app/blobs/uploads/1?_state=state-5`, 'set-cookie': 'cookie-6' },
        }
      if (method === 'PUT') return { status: 500, body: JSON.stringify({ errors: [{ code: 'UNKNOWN' }] }) }
      const sig = `${path.includes('missing') ? 'wrong-' : ''}${encodeURIComponent('signed=4/x')}`
      return {
        status: 307,
        headers: { location: `${storage.url}/data/signed-path?sig=${sig}&X-Amz-Credential=user-9` },
      }
    })
    const events: TraceEvent[] = []
    const problems: unknown[] = []
    await using client = createClient(registry.host, {
      credentials: () => credential,
      headers: { 'X-Custom': 'header-7' },
      onTrace: (event) => events.push(event),
      onRetry: (event) => problems.push(event),
      onWarning: (text) => problems.push(text),
      retries: 1,
      backoff: 0.001,
    })
    await client.openBlob('team/app', digest).then(async ({ bytes }) => Array.fromAsync(bytes))
    const expected = { digest, size: blob.length }
    // oxlint-disable-next-line typescript/require-await
    const source = async function* (): AsyncGenerator<Uint8Array> {
      yield blob
    }
    await client.pushBlob('team/app', expected, source).catch((error: unknown) => problems.push(error))
    await client.openManifest('team/missing', 'v1').catch((error: unknown) => problems.push(error))
    expect(events.length).toBeGreaterThan(10)
    expect(problems.length).toBeGreaterThan(1)
    expect(leaks(JSON.stringify(events))).toStrictEqual([])
    const texts = problems.map((problem) => {
      const {
        message = '',
        hint = '',
        details = {},
        stack = '',
      } = problem as { message?: string; hint?: string; details?: object; stack?: string }
      return JSON.stringify([problem, message, hint, details, stack])
    })
    expect(leaks(texts.join())).toStrictEqual([])
  })

  it('shows what helps: method, address, status, digest', () => {
    const url = new URL('http://user:pass@registry.example/v2/team/app/tags/list?n=100&last=v1&secret=x#frag')
    expect(shownUrl(url)).toBe('http://registry.example/v2/team/app/tags/list?n=100&last=v1&…')
    expect(shownUrl(new URL('https://cdn.example/signed/path?token=x'), false)).toBe(
      'https://cdn.example/…?…',
    )
    const headers = {
      Authorization: 'Bearer x',
      'content-type': oci.index,
      'x-unknown': 'x',
      location: '/v2/a?_state=x&digest=d',
    }
    expect({ ...shownHeaders(headers, url) }).toStrictEqual({
      authorization: 'Bearer …',
      'content-type': oci.index,
      'x-unknown': '…',
      location: 'http://registry.example/v2/a?…&digest=d',
    })
  })
})
