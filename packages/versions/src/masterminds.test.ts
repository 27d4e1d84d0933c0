import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import vectors from '../fixtures/masterminds.json' with { type: 'json' }
import {
  compareVersions,
  formatVersion,
  latestTag,
  parseConstraint,
  parseStrictVersion,
  parseVersion,
  satisfies,
  sortTags,
  versionOfTag,
} from './index.ts'

/** The codes of the vectors: T matches, F does not, C no constraint, V no version. */
function outcome(constraint: string, text: string): string {
  const parsed = parseConstraint(constraint)
  if (parsed === undefined) return 'C'
  const version = parseVersion(text)
  if (version === undefined) return 'V'
  return satisfies(version, parsed) ? 'T' : 'F'
}

describe('what Masterminds/semver v3 answered', () => {
  test.each(Object.entries(vectors.matrix.constraints))(
    '%j against every version',
    (constraint, expected) => {
      expect(vectors.matrix.versions.map((version) => outcome(constraint, version)).join('')).toBe(expected)
    },
  )

  test.each(vectors.parse as [string, string | null][])('the version %j is %j', (text, expected) => {
    const version = parseVersion(text)
    expect(version === undefined ? null : formatVersion(version)).toBe(expected)
  })

  test.each(vectors.latest as [string[], string][])('the latest of %j is %j', (tags, expected) => {
    expect(latestTag(tags) ?? '').toBe(expected)
  })

  test('the order of versions', () => {
    expect(sortTags(vectors.sorted.toReversed())).toEqual(vectors.sorted)
  })
})

test('helm takes only strict versions from a tag list', () => {
  const stored =
    '0.9.0 1.0.0 1.0.0_b1 1.2.0 1.10.0 v1.11.0 1.3 latest 2.0.0-rc.1 2.0.0-rc.2 sha256-aa.sig 1.2.0-alpha 01.0.0 1.4.0_a_b 1.5.0-x_y 3.0.0-0 1.0.0_b2 artifacthub.io'
  const usable = stored.split(' ').filter((tag) => parseStrictVersion(tag.replaceAll('_', '+')) !== undefined)
  const sorted = usable
    .flatMap((tag) => versionOfTag(tag) ?? [])
    .toSorted((a, b) => compareVersions(b, a))
    .map(formatVersion)
  expect(sorted).toEqual(
    '3.0.0-0 2.0.0-rc.2 2.0.0-rc.1 1.10.0 1.5.0-x+y 1.2.0 1.2.0-alpha 1.0.0 1.0.0+b1 1.0.0+b2 0.9.0'.split(
      ' ',
    ),
  )
  const pick = (constraint: string): string | undefined => {
    const parsed = parseConstraint(constraint)
    if (parsed === undefined) return 'invalid'
    return sorted.find((text) => {
      const version = parseVersion(text)
      return version !== undefined && satisfies(version, parsed)
    })
  }
  expect(['^1', '~1.2', '>0.0.0-0', '^2', '^2-0', '~>1.0', '!=1.10.0', 'latest'].map(pick)).toEqual([
    '1.10.0',
    '1.2.0',
    '3.0.0-0',
    undefined,
    '2.0.0-rc.2',
    '1.0.0',
    '1.2.0',
    'invalid',
  ])
})

describe('laws', () => {
  const number = fc.oneof(
    fc.nat({ max: 20 }).map(String),
    fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }).map(String),
  )
  const identifier = fc.oneof(
    fc.nat({ max: 20 }).map(String),
    fc.stringMatching(/^[a-zA-Z-][0-9a-zA-Z-]{0,4}$/),
  )
  const text = fc
    .tuple(number, number, number, fc.array(identifier, { maxLength: 3 }))
    .map(([a, b, c, pre]) => `${a}.${b}.${c}${pre.length > 0 ? `-${pre.join('.')}` : ''}`)
  const version = text.map((one) => parseVersion(one)).filter((one) => one !== undefined)

  test('the order is total, antisymmetric and transitive', () => {
    fc.assert(
      fc.property(version, version, version, (a, b, c) => {
        expect(Math.sign(compareVersions(a, b))).toBe(-Math.sign(compareVersions(b, a)))
        const ordered = compareVersions(a, b) <= 0 && compareVersions(b, c) <= 0
        expect(!ordered || compareVersions(a, c) <= 0).toBe(true)
      }),
      { numRuns: 2000 },
    )
  })

  test('any text is answered, also a long and repetitive one', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 60 }), (any) => void [parseVersion(any), parseConstraint(any)]),
    )
    expect(parseConstraint('1.2.3 '.repeat(50_000))).toBeUndefined()
    expect(parseVersion('1'.repeat(100_000))).toBeUndefined()
  })
})
