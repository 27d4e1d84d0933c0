import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { OcishError, Span } from './errors.ts'
import type { Location } from './location.ts'
import { formatLocation, parseLocation } from './parse-location.ts'

const sha = `sha256:${'a'.repeat(64)}`

function parsed(text: string): Omit<Location, 'text'> {
  const { text: _, ...location } = parseLocation(text, { kindSchemes: ['ostree'] })
  return location
}

describe('locations', () => {
  it.each<[string, Omit<Location, 'text'>]>([
    ['-', { scheme: 'stdio' }],
    ['.', { scheme: 'path', path: '.' } as never],
    ['./app', { scheme: 'path', path: './app' } as never],
    ['../x//y', { scheme: 'path', path: '../x//y' } as never],
    ['/abs', { scheme: 'path', path: '/abs' } as never],
    ['~/x', { scheme: 'path', path: '~/x' } as never],
    ['C:\\x', { scheme: 'path', path: 'C:\\x' } as never],
    ['c:/x', { scheme: 'path', path: 'c:/x' } as never],
    ['ghcr.io', { scheme: 'registry', registry: 'ghcr.io' } as never],
    ['ghcr.io/', { scheme: 'registry', registry: 'ghcr.io', namespace: true } as never],
    ['localhost:5000', { scheme: 'registry', registry: 'localhost:5000' } as never],
    ['[::1]:5000', { scheme: 'registry', registry: '[::1]:5000' } as never],
    ['registry:5000/', { scheme: 'registry', registry: 'registry:5000', namespace: true } as never],
    [
      'ghcr.io/team/',
      { scheme: 'registry', registry: 'ghcr.io', repository: 'team', namespace: true } as never,
    ],
    [
      'docker.io/team/',
      { scheme: 'registry', registry: 'docker.io', repository: 'team', namespace: true } as never,
    ],
    [
      'docker.io/alpine',
      { scheme: 'registry', registry: 'docker.io', repository: 'library/alpine' } as never,
    ],
    ['oci://ghcr.io/a:1', { scheme: 'registry', registry: 'ghcr.io', repository: 'a', tag: '1' } as never],
    [
      'ghcr.io/a:1//etc/x',
      { scheme: 'registry', registry: 'ghcr.io', repository: 'a', tag: '1', inner: 'etc/x' } as never,
    ],
    ['ghcr.io/a//', { scheme: 'registry', registry: 'ghcr.io', repository: 'a', inner: '' } as never],
    ['oci:dir', { scheme: 'oci', path: 'dir' } as never],
    ['oci:./dir:v1+b', { scheme: 'oci', path: './dir', tag: 'v1+b' } as never],
    ['oci:C:\\dir:v1', { scheme: 'oci', path: 'C:\\dir', tag: 'v1' } as never],
    ['oci:/a:b/c', { scheme: 'oci', path: '/a:b/c' } as never],
    ['oci:/a:b/c:d', { scheme: 'oci', path: '/a:b/c', tag: 'd' } as never],
    ['oci:d:ghcr.io/a/b:1', { scheme: 'oci', path: 'd', tag: 'ghcr.io/a/b:1' } as never],
    [`oci:d@${sha}`, { scheme: 'oci', path: 'd', digest: sha } as never],
    [
      `oci:node_modules/@x/d:v@${sha}`,
      { scheme: 'oci', path: 'node_modules/@x/d', tag: 'v', digest: sha } as never,
    ],
    ['tar:a.tar:v1//etc/x', { scheme: 'tar', path: 'a.tar', tag: 'v1', inner: 'etc/x' } as never],
    ['tar:-', { scheme: 'tar', path: '-' } as never],
    ['cache:', { scheme: 'cache' }],
    ['cache:ghcr.io', { scheme: 'cache', registry: 'ghcr.io' } as never],
    ['cache:ghcr.io/a/b:1', { scheme: 'cache', registry: 'ghcr.io', repository: 'a/b', tag: '1' } as never],
    ['docker-archive:b.tar:@1', { scheme: 'docker-archive', path: 'b.tar', position: 1 } as never],
    ['oci:d:@0//etc', { scheme: 'oci', path: 'd', position: 0, inner: 'etc' } as never],
    ['tar:b.tar:@12', { scheme: 'tar', path: 'b.tar', position: 12 } as never],
    ['docker-archive:a/b.tar', { scheme: 'docker-archive', path: 'a/b.tar' } as never],
    [
      'docker-archive:b.tar:app',
      { scheme: 'docker-archive', path: 'b.tar', tag: 'docker.io/library/app:latest' } as never,
    ],
    [
      'docker-archive:b.tar:ex/os:1',
      { scheme: 'docker-archive', path: 'b.tar', tag: 'docker.io/ex/os:1' } as never,
    ],
    [
      'docker-archive:/b.tar:localhost:5000/os:1',
      { scheme: 'docker-archive', path: '/b.tar', tag: 'localhost:5000/os:1' } as never,
    ],
    ['ostree:/repo:main//usr', { scheme: 'kind', name: 'ostree', rest: '/repo:main', inner: 'usr' } as never],
    ['ostree:5000/app', { scheme: 'kind', name: 'ostree', rest: '5000/app' } as never],
  ])('%s', (text, location) => {
    expect(parsed(text)).toEqual(location)
    expect(parsed(formatLocation(parseLocation(text, { kindSchemes: ['ostree'] })))).toEqual(location)
  })

  it.each([
    ['app', 'REFERENCE_INVALID', 'app'],
    ['app:1', 'REFERENCE_INVALID', 'app'],
    ['ghcr.io/A', 'REFERENCE_INVALID', 'A'],
    ['cache:ghcr.io/A', 'REFERENCE_INVALID', 'A'],
    ['oci://ghcr.io/A//x', 'REFERENCE_INVALID', 'A'],
    ['ghcr.io/a:1/', 'REFERENCE_INVALID', '/'],
    ['', 'REFERENCE_INVALID', ''],
    ['oci:', 'LOCATION_INVALID', 'oci:'],
    ['oci:d:', 'LOCATION_INVALID', ':'],
    ['oci:d:a b', 'LOCATION_INVALID', 'a b'],
    ['oci:///abs', 'LOCATION_INVALID', '//'],
    ['tar://x', 'LOCATION_INVALID', '//'],
    [`oci:d@sha256:12`, 'DIGEST_INVALID', 'sha256:12'],
    ['docker-archive:', 'LOCATION_INVALID', 'docker-archive:'],
    ['docker-archive:a.tar:App', 'LOCATION_INVALID', 'App'],
    ['docker-archive:a.tar:@x', 'LOCATION_INVALID', '@x'],
    ['oci:d:@x', 'LOCATION_INVALID', '@x'],
    ['tar:d:@-1', 'LOCATION_INVALID', '@-1'],
    ['docker-daemon:app:1', 'LOCATION_UNSUPPORTED', 'docker-daemon:'],
    ['containers-storage:app', 'LOCATION_UNSUPPORTED', 'containers-storage:'],
    ['https://ghcr.io/a', 'LOCATION_UNSUPPORTED', 'https:'],
  ])('%s is refused: %s at %j', (text, code, marked) => {
    const attempt = (): unknown => parseLocation(text)
    expect(attempt).toThrow(expect.objectContaining({ code, exit: 2 }))
    const { from, to } = spanOf(attempt)
    expect(text.slice(from, to)).toBe(marked)
  })

  it('shows the way out of what it does not open', () => {
    expect(hintOf('docker-daemon:app')).toContain('docker save')
    expect(hintOf('oci:///abs/dir')).toBe('Write oci:/abs/dir.')
    expect(hintOf('https://ghcr.io/a:1')).toBe('Write ghcr.io/a:1.')
    expect(hintOf('http://localhost:5000/a')).toContain('Write localhost:5000/a, with --plain-http')
    expect(hintOf('https://ghcr.io')).toBe('Leave the scheme out.')
  })

  it('comes back from its own text, or refuses it with a span inside', () => {
    const pieces = fc.constantFrom(
      'a',
      'B',
      '/',
      ':',
      '@',
      '.',
      '//',
      'oci:',
      'tar:',
      'cache:',
      'ghcr.io',
      sha,
      '~',
      '-',
      '\\',
    )
    fc.assert(
      fc.property(
        fc.array(pieces, { maxLength: 10 }).map((parts) => parts.join('')),
        (text) => {
          let location: Location
          try {
            location = parseLocation(text)
          } catch {
            const { from, to } = spanOf(() => parseLocation(text))
            expect(0 <= from && from <= to && to <= text.length).toBe(true)
            return
          }
          const formatted = formatLocation(location)
          expect(parsed(formatted)).toEqual(parsed(text))
        },
      ),
      { numRuns: 3000 },
    )
  })
})

function caught(attempt: () => unknown): OcishError {
  try {
    attempt()
  } catch (error) {
    return error as OcishError
  }
  throw new Error('nothing was thrown')
}

function spanOf(attempt: () => unknown): Span {
  return caught(attempt).details?.['span'] as Span
}

function hintOf(text: string): string | undefined {
  return caught(() => parseLocation(text)).hint
}
