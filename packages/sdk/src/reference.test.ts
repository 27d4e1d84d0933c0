import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { OcishError, Span } from './errors.ts'
import {
  canonicalRegistry,
  formatReference,
  isRepository,
  isTag,
  parseReference,
  registryHost,
} from './reference.ts'

const sha = `sha256:${'a'.repeat(64)}`
const alphanumeric = fc.stringMatching(/^[a-z0-9]{1,8}$/)
const component = fc
  .tuple(
    alphanumeric,
    fc.array(fc.tuple(fc.constantFrom('.', '_', '__', '-', '---'), alphanumeric), { maxLength: 2 }),
  )
  .map(([head, rest]) => head + rest.flat().join(''))
const registry = fc.oneof(
  fc.constantFrom(
    'ghcr.io',
    'localhost',
    'localhost:5000',
    '127.0.0.1:5000',
    '[::1]:5000',
    'registry:5000',
    'a-b.c-d.eu',
  ),
)
const reference = fc.record(
  {
    registry,
    repository: fc.array(component, { minLength: 1, maxLength: 4 }).map((parts) => parts.join('/')),
    tag: fc.stringMatching(/^[A-Za-z0-9_][A-Za-z0-9._-]{0,20}$/),
    digest: fc.stringMatching(/^[a-f0-9]{64}$/).map((digits) => `sha256:${digits}`),
  },
  { requiredKeys: ['registry', 'repository'] },
)

function refused(text: string): {
  readonly marked: string
  readonly nearest: unknown
  readonly error: OcishError
} {
  try {
    parseReference(text)
  } catch (cause) {
    const error = cause as OcishError
    const { from, to } = spanOf(error)
    return { marked: text.slice(from, to), nearest: error.details?.['nearest'], error }
  }
  throw new Error(`${text} was taken`)
}

function spanOf(error: OcishError): Span {
  return error.details?.['span'] as Span
}

describe('references', () => {
  it('come back from their text', () => {
    fc.assert(
      fc.property(reference, (parts) => {
        expect(parseReference(formatReference(parts))).toEqual(parts)
      }),
    )
  })

  it('are parsed to one form', () => {
    fc.assert(
      fc.property(reference, fc.constantFrom('', 'oci://', 'docker://'), (parts, scheme) => {
        const text = formatReference(parts)
        expect(formatReference(parseReference(scheme + text))).toBe(text)
      }),
    )
  })

  it('fall in one of two classes, whatever the text: parsed, or refused with a span inside it', () => {
    const pieces = fc.constantFrom(
      'a',
      'B',
      '/',
      ':',
      '@',
      '.',
      '-',
      '_',
      '[',
      ']',
      'ghcr.io/',
      sha,
      '://',
      '%',
      '\0',
      ' ',
    )
    fc.assert(
      fc.property(
        fc.array(pieces, { maxLength: 12 }).map((parts) => parts.join('')),
        (text) => {
          try {
            const parsed = parseReference(text)
            expect(parseReference(formatReference(parsed))).toEqual(parsed)
          } catch (cause) {
            const error = cause as OcishError
            expect(error.code).toBe('REFERENCE_INVALID')
            const { from, to } = spanOf(error)
            expect(0 <= from && from <= to && to <= text.length).toBe(true)
            const nearest = error.details?.['nearest'] as string | undefined
            if (nearest !== undefined) expect(formatReference(parseReference(nearest))).toBe(nearest)
          }
        },
      ),
      { numRuns: 2000 },
    )
  })

  it.each([
    ['docker.io/alpine', 'docker.io/library/alpine'],
    ['index.docker.io/library/alpine:3', 'docker.io/library/alpine:3'],
    ['registry-1.docker.io/alpine', 'docker.io/library/alpine'],
    ['docker.io/team/app', 'docker.io/team/app'],
    ['GHCR.io/a/b', 'ghcr.io/a/b'],
    ['[0:0:0:0:0:0:0:1]:5000/a', '[::1]:5000/a'],
    ['localhost/a', 'localhost/a'],
    [`ghcr.io/a/b:v1@${sha}`, `ghcr.io/a/b:v1@${sha}`],
    ['ghcr.io/a.b/c_d/e__f/g---h', 'ghcr.io/a.b/c_d/e__f/g---h'],
  ])('%s is %s', (text, canonical) => {
    expect(formatReference(parseReference(text))).toBe(canonical)
  })

  it.each<[string, string, string | undefined]>([
    ['ghcr.io/Team/App:v1', 'Team', 'ghcr.io/team/app:v1'],
    ['ghcr.io/a/b:v1+2', 'v1+2', 'ghcr.io/a/b:v1_2'],
    ['ghcr.io/a/b:', ':', 'ghcr.io/a/b'],
    ['ghcr.io/a//b', '/', 'ghcr.io/a/b'],
    ['ghcr.io/a/-b', '-b', 'ghcr.io/a/b'],
    ['ghcr.io/a_/b..c d', 'a_', 'ghcr.io/a/b.c-d'],
    ['ghcr.io/a/b:1:2', ':1', undefined],
    ['ghcr.io/a:1/b', ':1', undefined],
    ['ghcr.io/a/b@sha256:12', 'sha256:12', undefined],
    [`ghcr.io/a/b@${sha.toUpperCase()}`, sha.toUpperCase(), `ghcr.io/a/b@${sha}`],
    ['ghcr.io/a/b@', '@', 'ghcr.io/a/b'],
    ['ghcr.io:99999/a', 'ghcr.io:99999', undefined],
    ['-bad-.io/a', '-bad-.io', undefined],
    ['[fe80::1%25eth0]/a', '[fe80::1%25eth0]', undefined],
    ['app', 'app', 'docker.io/library/app'],
    ['team/app:1', 'team/app', 'docker.io/team/app:1'],
    ['oci://app', 'app', 'docker.io/library/app'],
    ['ghcr.io', 'ghcr.io', undefined],
    ['localhost:5000', 'localhost:5000', undefined],
    ['ghcr.io/', '', undefined],
    ['', '', undefined],
    [`ghcr.io/${'a'.repeat(256)}`, 'a', undefined],
    [`ghcr.io/a:${'b'.repeat(130)}`, 'bb', undefined],
  ])('%s is refused', (text, marked, nearest) => {
    const fault = refused(text)
    expect(fault.marked).toBe(marked)
    expect(fault.nearest).toBe(nearest)
    expect(fault.error.code).toBe('REFERENCE_INVALID')
    expect(fault.error.exit).toBe(2)
  })

  it('leads a name without a host to Docker Hub or to a file', () => {
    expect(refused('app:1').error.hint).toBe(
      'Write docker.io/library/app:1 for Docker Hub, or ./app:1 for a file.',
    )
  })

  // A search that goes back over what it has read would need hours for these; the test's time limit is the check.
  it.each(['a/', 'a-', '-', '_', 'a_', '__', '.a', ':', '@', '[', 'A'])(
    'T44 refuses 10 MB of %s',
    (piece) => {
      const text = piece.repeat(10_000_000 / piece.length)
      for (const hostile of [
        text,
        `ghcr.io/${text}`,
        `ghcr.io/a:${text}`,
        `ghcr.io/a@${text}`,
        `oci:${text}`,
      ]) {
        expect(refused(hostile).error.message.length).toBeLessThan(500)
        expect([isRepository(hostile), isTag(hostile), canonicalRegistry(hostile)]).toEqual([
          false,
          false,
          undefined,
        ])
      }
      // As long as it may be, so that the grammar itself is what refuses.
      for (const length of [200, 1000, 2000]) {
        expect(refused(`ghcr.io/${text.slice(0, length)}!`).error.code).toBe('REFERENCE_INVALID')
      }
    },
  )
})

describe('parts of references', () => {
  it('knows repositories and tags', () => {
    expect(['a', 'a/b', 'a0.b_c__d-e---f/x'].every(isRepository)).toBe(true)
    expect(
      ['', 'A', 'a/', '/a', 'a//b', 'a..b', 'a___b', '-a', 'a.', '../a', 'a/..', 'a/'.repeat(128)].some(
        isRepository,
      ),
    ).toBe(false)
    expect(['a', '_', 'V1.2-x', 'a'.repeat(128)].every(isTag)).toBe(true)
    expect(['', '.a', '-a', 'a+b', 'a:b', 'a'.repeat(129), 'a\n'].some(isTag)).toBe(false)
  })

  it('gives a registry one name', () => {
    expect(canonicalRegistry('Index.Docker.io')).toBe('docker.io')
    expect(canonicalRegistry('docker.io:443')).toBe('docker.io:443')
    expect(canonicalRegistry('[::FFFF]:0080')).toBe('[::ffff]:80')
    for (const text of [
      '',
      'a b',
      'a/b',
      'a:',
      'a:0',
      'a:b',
      '::1',
      '[::1',
      '[]',
      'a..b',
      'u@h',
      'ä.de',
      '[::1]x',
    ]) {
      expect(canonicalRegistry(text)).toBeUndefined()
    }
    expect(registryHost('docker.io')).toBe('registry-1.docker.io')
    expect(registryHost('ghcr.io')).toBe('ghcr.io')
  })
})

it('says of a pattern where one name is wanted what it is, without a name that nobody meant', () => {
  for (const text of ['ghcr.io/team/app:1.*', 'ghcr.io/team/*', 'ghcr.io/team/app:1.?']) {
    const { error, nearest } = refused(text)
    expect(error.hint).toMatch(/pattern/)
    expect(nearest).toBeUndefined()
  }
})
