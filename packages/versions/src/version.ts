/**
 * A version as Masterminds/semver v3 reads it: `v` in front, missing minor and patch, and leading zeros are allowed; each
 * number is at most 2^64 − 1.
 */
export interface Version {
  /** As it was written. */
  readonly text: string
  readonly major: bigint
  readonly minor: bigint
  readonly patch: bigint
  /** Without the dash; empty for a release. */
  readonly prerelease: string
  /** Without the plus. */
  readonly metadata: string
}

const identifiers = String.raw`[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*`
const grammar = new RegExp(
  String.raw`^v?(\d+)(?:\.(\d+))?(?:\.(\d+))?(?:-(${identifiers}))?(?:\+(${identifiers}))?$`,
)
const strictGrammar = /^(?:0|[1-9]\d*)\.(?:0|[1-9]\d*)\.(?:0|[1-9]\d*)(?:[-+]|$)/
/** The largest number of a version: that of 64 bits without a sign. */
export const largest: bigint = 2n ** 64n - 1n
const longest = 256

/** A loose version, or nothing when the text is none. */
export function parseVersion(text: string): Version | undefined {
  const match = text.length > longest ? null : grammar.exec(text)
  if (match === null) return undefined
  const [, major = '0', minor = '0', patch = '0', prerelease = '', metadata = ''] = match
  const numbers = [BigInt(major), BigInt(minor), BigInt(patch)] as const
  if (numbers.some((number) => number > largest)) return undefined
  if (prerelease.split('.').some((part) => /^0\d+$/.test(part))) return undefined
  return { text, major: numbers[0], minor: numbers[1], patch: numbers[2], prerelease, metadata }
}

/** Exactly three numbers, no `v`, no leading zeros: what helm takes from a tag list. */
export function parseStrictVersion(text: string): Version | undefined {
  return strictGrammar.test(text) ? parseVersion(text) : undefined
}

/** `1.2.3-rc.1+build` in normal form. */
export function formatVersion(version: Version): string {
  const prerelease = version.prerelease === '' ? '' : `-${version.prerelease}`
  const metadata = version.metadata === '' ? '' : `+${version.metadata}`
  return `${version.major}.${version.minor}.${version.patch}${prerelease}${metadata}`
}

/** Semver 2.0 precedence; metadata is ignored. Below 0: `a` comes first. */
export function compareVersions(a: Version, b: Version): number {
  for (const part of ['major', 'minor', 'patch'] as const) {
    if (a[part] !== b[part]) return a[part] < b[part] ? -1 : 1
  }
  return comparePrereleases(a.prerelease, b.prerelease)
}

/** A release is above every prerelease of it. */
export function comparePrereleases(a: string, b: string): number {
  if (a === b) return 0
  if (a === '' || b === '') return a === '' ? 1 : -1
  const left = a.split('.')
  const right = b.split('.')
  for (let index = 0; index < Math.max(left.length, right.length); index += 1) {
    const order = compareIdentifiers(left[index], right[index])
    if (order !== 0) return order
  }
  return 0
}

function compareIdentifiers(a: string | undefined, b: string | undefined): number {
  if (a === b) return 0
  if (a === undefined || b === undefined) return a === undefined ? -1 : 1
  const left = toNumber(a)
  const right = toNumber(b)
  if (left !== undefined && right !== undefined) return left < right ? -1 : left > right ? 1 : 0
  if (left !== undefined || right !== undefined) return left === undefined ? 1 : -1
  return a < b ? -1 : 1
}

/** Identifiers that overflow 64 bits compare as text. */
function toNumber(identifier: string): bigint | undefined {
  if (!/^\d+$/.test(identifier)) return undefined
  const number = BigInt(identifier)
  return number <= largest ? number : undefined
}
