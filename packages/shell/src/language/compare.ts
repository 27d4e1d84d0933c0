import { comparePrereleases } from '@ocish/versions'

/** Order of two values of rows: numbers, times, texts by code units, nothing last. Values of two kinds keep their place. */
export function compareValues(left: unknown, right: unknown): number {
  const empty = Number(isEmpty(left)) - Number(isEmpty(right))
  if (empty !== 0 || isEmpty(left)) return empty
  const [a, b] = aligned(left, right)
  if (typeof a === 'number' && typeof b === 'number') return a - b
  if (typeof a === 'boolean' && typeof b === 'boolean') return Number(a) - Number(b)
  const one = textOf(a)
  const two = textOf(b)
  return one < two ? -1 : one > two ? 1 : 0
}

/** True for equal values: a number and its text are equal, so are a time and its text; lists by their elements. */
export function sameValue(left: unknown, right: unknown): boolean {
  if (isEmpty(left) || isEmpty(right)) return isEmpty(left) && isEmpty(right)
  const [a, b] = aligned(left, right)
  if (typeof a === 'object' || typeof b === 'object') return textOf(a) === textOf(b)
  return a === b
}

function isEmpty(value: unknown): boolean {
  return value === undefined || value === null
}

/** Both as numbers where one is a number (or a time) and the other a text that says one: csv has only text. */
function aligned(left: unknown, right: unknown): readonly [unknown, unknown] {
  const a = left instanceof Date ? left.getTime() : left
  const b = right instanceof Date ? right.getTime() : right
  if (typeof a === 'number' && typeof b === 'string') return [a, numberOf(b, left instanceof Date) ?? b]
  if (typeof a === 'string' && typeof b === 'number') return [numberOf(a, right instanceof Date) ?? a, b]
  return [a, b]
}

function numberOf(text: string, time: boolean): number | undefined {
  const value = time
    ? Date.parse(text)
    : /^\s*-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?\s*$/.test(text)
      ? Number(text)
      : Number.NaN
  return Number.isNaN(value) ? undefined : value
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? '')
}

/**
 * Order of two version-like texts: numbers by value, a version before the same one with more parts, a pre-release
 * before its release (semver §11), a leading `v` and what follows `+` (`_` in tags) ignored; what is no version comes first, by text.
 */
export function compareVersions(left: string, right: string): number {
  const a = versionOf(left)
  const b = versionOf(right)
  if (a === undefined || b === undefined) {
    return Number(a !== undefined) - Number(b !== undefined) || compareValues(left, right)
  }
  return (
    compareNumbers(a.numbers, b.numbers) ||
    comparePrereleases(a.prerelease, b.prerelease) ||
    compareValues(left, right)
  )
}

/** More parts than semver has (`10.0.17763.1`) count as well. */
interface Version {
  readonly numbers: readonly bigint[]
  readonly prerelease: string
}

function versionOf(text: string): Version | undefined {
  const match = /^v?(\d{1,18}(?:\.\d{1,18}){0,5})(?:-([0-9A-Za-z.-]+))?(?:[+_].*)?$/.exec(text)
  if (match === null) return undefined
  return { numbers: match[1]!.split('.').map(BigInt), prerelease: match[2] ?? '' }
}

function compareNumbers(left: readonly bigint[], right: readonly bigint[]): number {
  for (const [index, a] of left.entries()) {
    const b = right[index]
    if (b === undefined) return 1
    if (a !== b) return a < b ? -1 : 1
  }
  return left.length - right.length
}
