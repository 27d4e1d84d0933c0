import { comparePrereleases, compareVersions, largest, parseVersion, type Version } from './version.ts'

/** A parsed constraint: groups joined by OR, the items of a group by AND. */
export interface Constraint {
  readonly text: string
  readonly groups: readonly (readonly Item[])[]
}

type Operator = '=' | '!=' | '>' | '<' | '>=' | '<=' | '~' | '^'

interface Item {
  readonly operator: Operator
  /** Wildcards and missing parts are 0 here. */
  readonly base: Version
  readonly dirty: 'no' | 'all' | 'minor' | 'patch'
}

const operators: Readonly<Record<string, Operator>> = {
  '': '=',
  '=': '=',
  '!=': '!=',
  '>': '>',
  '<': '<',
  '>=': '>=',
  '=>': '>=',
  '<=': '<=',
  '=<': '<=',
  '~': '~',
  '~>': '~',
  '^': '^',
}

const part = String.raw`(?:\d+|[xX*])`
const tail = String.raw`[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*`
const pattern = String.raw`v?(${part})(?:\.(${part}))?(?:\.(${part}))?(?:-(${tail}))?(?:\+(${tail}))?`
const hyphenRange = new RegExp(String.raw`(?<from>${pattern})\s+-\s+(?<to>${pattern})`, 'g')
const itemGrammar = new RegExp(String.raw`(=>|=<|!=|>=|<=|~>|[=<>~^])?\s*${pattern}(?![0-9A-Za-z.+*-])`, 'y')
const separator = /\s*,\s*|\s+/y
const longest = 1024

/** A constraint in the language of Masterminds/semver v3 (specs: helm §10.1), or nothing when the text is none. */
export function parseConstraint(text: string): Constraint | undefined {
  if (text.length > longest) return undefined
  const rewritten = text.replaceAll(hyphenRange, (...found) => {
    const groups = found.at(-1) as Readonly<Record<string, string>>
    return `>= ${groups['from']}, <= ${groups['to']}`
  })
  const groups: (readonly Item[])[] = []
  for (const segment of rewritten.split('||')) {
    const items = parseGroup(segment.trim())
    if (items === undefined) return undefined
    groups.push(items)
  }
  return { text, groups }
}

function parseGroup(segment: string): readonly Item[] | undefined {
  const items: Item[] = []
  let at = 0
  for (;;) {
    itemGrammar.lastIndex = at
    const match = itemGrammar.exec(segment)
    const item = match === null ? undefined : toItem(match)
    if (match === null || item === undefined) return undefined
    items.push(item)
    at = itemGrammar.lastIndex
    if (at === segment.length) return items
    separator.lastIndex = at
    if (!separator.test(segment)) return undefined
    at = separator.lastIndex
  }
}

function toItem(match: RegExpExecArray): Item | undefined {
  const [, sign = '', major = '', minor, patch, prerelease = '', metadata = ''] = match
  const operator = operators[sign]
  if (operator === undefined) return undefined
  const wild = (text: string | undefined): boolean => text === undefined || /^[xX*]$/.test(text)
  const dirty = wild(major) ? 'all' : wild(minor) ? 'minor' : wild(patch) ? 'patch' : 'no'
  const digits = [major, minor, patch].filter((text) => text !== undefined && /^\d+$/.test(text))
  if (digits.some((text) => BigInt(text ?? 0) > largest)) return undefined
  const numbers = {
    no: `${major}.${minor}.${patch}`,
    patch: `${major}.${minor}.0`,
    minor: `${major}.0.0`,
    all: '0.0.0',
  }[dirty]
  const suffix = `${prerelease === '' ? '' : `-${prerelease}`}${metadata === '' ? '' : `+${metadata}`}`
  const base = parseVersion(`${numbers}${suffix}`)
  return base === undefined ? undefined : { operator, base, dirty }
}

/**
 * Whether a version satisfies a constraint. In a group none of whose items has a prerelease, every prerelease version
 * fails; else prereleases take part in the whole group.
 */
export function satisfies(version: Version, constraint: Constraint): boolean {
  return constraint.groups.some((items) => {
    const open = items.some((item) => item.base.prerelease !== '')
    return (version.prerelease === '' || open) && items.every((item) => checks[item.operator](version, item))
  })
}

const checks: Readonly<Record<Operator, (version: Version, item: Item) => boolean>> = {
  '=': (version, item) =>
    item.dirty === 'no' ? compareVersions(version, item.base) === 0 : tilde(version, item),
  '!=': notEqual,
  '>': greater,
  '<': (version, { base }) => compareVersions(version, base) < 0,
  '>=': (version, { base }) => compareVersions(version, base) >= 0,
  '<=': atMost,
  '~': tilde,
  '^': caret,
}

function tilde(version: Version, { base, dirty }: Item): boolean {
  if (compareVersions(version, base) < 0) return false
  const zero = base.major === 0n && base.minor === 0n && base.patch === 0n
  if (zero && dirty !== 'minor' && dirty !== 'patch') return true
  return version.major === base.major && (dirty === 'minor' || version.minor === base.minor)
}

function caret(version: Version, { base, dirty }: Item): boolean {
  if (compareVersions(version, base) < 0) return false
  if (base.major > 0n || dirty === 'minor') return version.major === base.major
  if (version.major > 0n) return false
  if (base.minor > 0n || dirty === 'patch') return version.minor === base.minor
  return version.minor === 0n && version.patch === base.patch
}

function greater(version: Version, { base, dirty }: Item): boolean {
  if (dirty === 'no' || dirty === 'all') return compareVersions(version, base) > 0
  if (version.major !== base.major) return version.major > base.major
  return dirty === 'patch' && version.minor > base.minor
}

function atMost(version: Version, { base, dirty }: Item): boolean {
  if (dirty === 'no') return compareVersions(version, base) <= 0
  if (version.major > base.major) return false
  return !(version.major === base.major && version.minor > base.minor && dirty !== 'minor')
}

function notEqual(version: Version, { base, dirty }: Item): boolean {
  if (dirty === 'no' || dirty === 'all') return compareVersions(version, base) !== 0
  if (version.major !== base.major) return true
  if (dirty === 'minor') return false
  if (version.minor !== base.minor) return true
  const both = version.prerelease !== '' || base.prerelease !== ''
  return both && comparePrereleases(version.prerelease, base.prerelease) !== 0
}
