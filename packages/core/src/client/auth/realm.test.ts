import { describe, expect, it } from 'vitest'
import { belongsTo, checkRealm } from './realm.ts'

describe('a realm', () => {
  const https = new URL('https://registry.example.com/')
  const local = new URL('http://127.0.0.1:5000/')
  const check = (realm: string, registry: URL, allowed: readonly string[] = [], hasSecret = true): URL =>
    checkRealm(realm, { registry, hasSecret, allowed })

  it.each([
    ['http://registry.example.com/token', https],
    ['file:///etc/passwd', https],
    ['https://10.0.0.1/token', https],
    ['https://[::1]/token', https],
    ['https://169.254.169.254/token', https],
    ['https://user:pass@registry.example.com/token', https],
    ['http://0.0.0.0:5000/token', local],
    ['http://[::]:5000/token', local],
    ['http://169.254.1.1/token', local],
    ['http://127.0.0.2:5000/token', local],
    ['https://evil.example/token', https],
    ['https://registry.example.com.evil.org/token', https],
  ])('T13 %s gets no secret of %s', (realm, registry) => {
    expect(() => check(realm, registry)).toThrow(/no credential was sent/)
  })

  it.each([
    ['https://registry.example.com/token', 'https://registry.example.com/'],
    ['https://registry.example.com:8443/token', 'https://registry.example.com/'],
    ['https://auth.example.com/token', 'https://registry.example.com/'],
    ['https://auth.docker.io/token', 'https://registry-1.docker.io/'],
    ['https://auth.docker.io/token', 'https://dhi.io/'],
    ['https://gitlab.com/jwt/auth', 'https://registry.gitlab.com/'],
    ['http://127.0.0.1:5001/token', 'http://127.0.0.1:5000/'],
    ['http://localhost:5001/token', 'http://127.0.0.1:5000/'],
    ['https://auth.lan/token', 'https://registry.lan/'],
    ['/token', 'https://registry.example.com/'],
  ])('T13 %s is the sign-in of %s', (realm, registry) => {
    expect(check(realm, new URL(registry)).href).toBe(new URL(realm, registry).href)
  })

  it('T13 of another site is right when it is allowed, or when there is no secret', () => {
    expect(check('https://sso.example.net/token', https, ['sso.example.net']).host).toBe('sso.example.net')
    expect(check('https://sso.example.net/token', https, [], false).host).toBe('sso.example.net')
  })

  it('T13 two second-level names of one country are two sites', () => {
    const site = (name: string): URL => new URL(`https://${name}/`)
    expect(belongsTo(site('a.evil.co.uk'), site('b.good.co.uk'))).toBe(false)
    expect(belongsTo(site('a.good.co.uk'), site('b.good.co.uk'))).toBe(true)
  })
})
