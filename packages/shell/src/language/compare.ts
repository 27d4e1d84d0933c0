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
    compareParts(a.numbers, b.numbers) ||
    Number(a.pre.length === 0) - Number(b.pre.length === 0) ||
    compareParts(a.pre, b.pre) ||
    compareValues(left, right)
  )
}

interface Version {
  readonly numbers: readonly string[]
  readonly pre: readonly string[]
}

function versionOf(text: string): Version | undefined {
  const match = /^v?(\d{1,18}(?:\.\d{1,18}){0,5})(?:-([0-9A-Za-z.-]+))?(?:[+_].*)?$/.exec(text)
  return match === null ? undefined : { numbers: match[1]!.split('.'), pre: match[2]?.split('.') ?? [] }
}

function compareParts(left: readonly string[], right: readonly string[]): number {
  for (let index = 0; index < Math.max(left.length, right.length); index++) {
    const a = left[index]
    const b = right[index]
    if (a === undefined || b === undefined) return a === undefined ? -1 : 1
    const numeric = [/^\d+$/.test(a), /^\d+$/.test(b)]
    const order =
      numeric[0]! && numeric[1]!
        ? compareDigits(a, b)
        : Number(numeric[1]!) - Number(numeric[0]!) || compareValues(a, b)
    if (order !== 0) return order
  }
  return 0
}

function compareDigits(left: string, right: string): number {
  const a = left.replace(/^0+(?=\d)/, '')
  const b = right.replace(/^0+(?=\d)/, '')
  return a.length - b.length || (a < b ? -1 : a > b ? 1 : 0)
}
