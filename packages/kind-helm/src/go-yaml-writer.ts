import { isBlockAllowed, isPlainAllowed, needsDoubleQuotes, wouldBeRead } from './go-yaml-style.ts'
import type { GoJson } from '@ocish/sdk'
import { runes } from './runes.ts'

/**
 * Block-style YAML as sigs.k8s.io/yaml writes what Helm re-serialises (Chart.yaml, Chart.lock, provenance): keys in
 * go-yaml's natural order, lists not indented, text quoted where it would be read as something else, plain and quoted
 * text wrapped at 80 columns.
 */
export function writeGoYaml(value: GoJson): string {
  const out = new Writer()
  out.node(value, -2, 0)
  return out.text
}

const width = 80

class Writer {
  text = ''
  #column = 0
  #quoted = false

  #put(text: string): void {
    this.text += text
    const line = text.lastIndexOf('\n')
    this.#column = line < 0 ? this.#column + runes(text).length : runes(text.slice(line + 1)).length
  }

  #newLine(indent: number): void {
    if (this.#column > 0) this.#put('\n')
    this.#put(' '.repeat(indent))
  }

  /** `indent` is that of the collection it is in; `first` 0 when its first member continues the line it is on. */
  node(value: GoJson, indent: number, first: number): void {
    if (Array.isArray(value)) this.#list(value as readonly GoJson[], indent, first)
    else if (typeof value === 'object' && value !== null && !(value instanceof Uint8Array)) {
      this.#map(value as ReadonlyMap<string, GoJson> | Readonly<Record<string, GoJson>>, indent, first)
    } else {
      if (first > 0) this.#put(' ')
      this.#scalar(value as string | number | bigint | boolean | null, Math.max(indent, 0) + 2, false)
      if (this.#column > 0) this.#put('\n')
    }
  }

  #list(items: readonly GoJson[], indent: number, first: number): void {
    if (items.length === 0) return this.#put(`${first > 0 ? ' ' : ''}[]\n`)
    if (first > 0) this.#put('\n')
    const own = Math.max(indent, 0)
    for (const [at, item] of items.entries()) {
      if (first > 0 || at > 0) this.#newLine(own)
      this.#put('-')
      if (isCollection(item)) {
        this.#put(' ')
        this.node(item, own + (Array.isArray(item) ? 2 : 0), 0)
      } else this.node(item, own, 1)
    }
  }

  #map(
    value: ReadonlyMap<string, GoJson> | Readonly<Record<string, GoJson | undefined>>,
    indent: number,
    first: number,
  ): void {
    const entries = value instanceof Map ? [...(value as ReadonlyMap<string, GoJson>)] : Object.entries(value)
    const members = entries
      .filter((member): member is [string, GoJson] => member[1] !== undefined)
      .toSorted(([a], [b]) => compareNaturally(a, b))
    if (members.length === 0) return this.#put(`${first > 0 ? ' ' : ''}{}\n`)
    if (first > 0) this.#put('\n')
    const own = indent + 2
    for (const [at, [key, member]] of members.entries()) {
      if (first > 0 || at > 0) this.#newLine(own)
      this.#scalar(key, own + 2, true)
      this.#put(':')
      this.node(member, own, 1)
    }
  }

  #scalar(value: string | number | bigint | boolean | null, indent: number, isKey: boolean): void {
    if (typeof value !== 'string') return this.#put(String(value))
    const plain = isPlainAllowed(value)
    if (needsDoubleQuotes(value) || (isKey && value.includes('\n'))) this.#doubleQuoted(value, indent, !isKey)
    else if (value.includes('\n')) {
      if (isBlockAllowed(value)) this.#literal(value, indent)
      else this.#doubleQuoted(value, indent, !isKey)
    } else if (wouldBeRead(value)) this.#doubleQuoted(value, indent, !isKey)
    else if (plain) this.#wrapped(value, indent, !isKey)
    else this.#singleQuoted(value, indent, !isKey)
  }

  /** Plain or single-quoted text. A space beyond the width becomes a line end, unless it stands beside another one. */
  #wrapped(text: string, indent: number, mayWrap: boolean): void {
    const chars = runes(text)
    for (const [at, char] of chars.entries()) {
      const inner = at > 0 && at < chars.length - 1
      const alone = char === ' ' && chars[at - 1] !== ' ' && chars[at + 1] !== ' '
      if (mayWrap && alone && inner && this.#column > width) this.#newLine(indent)
      else this.#put(char === "'" && this.#quoted ? "''" : char)
    }
  }

  #singleQuoted(text: string, indent: number, mayWrap: boolean): void {
    this.#put("'")
    this.#quoted = true
    this.#wrapped(text, indent, mayWrap)
    this.#quoted = false
    this.#put("'")
  }

  #doubleQuoted(text: string, indent: number, mayWrap: boolean): void {
    this.#put('"')
    const chars = runes(text)
    let spaces = false
    for (const [at, char] of chars.entries()) {
      if (char === ' ') {
        if (mayWrap && !spaces && this.#column > width && at > 0 && at < chars.length - 1) {
          this.#newLine(indent)
          if (chars[at + 1] === ' ') this.#put('\\')
        } else this.#put(char)
        spaces = true
      } else {
        this.#put(mustEscape(char) ? (escapes.get(char) ?? unicodeEscape(char)) : char)
        spaces = false
      }
    }
    this.#put('"')
  }

  #literal(text: string, indent: number): void {
    const ends = text === '\n' ? 2 : (/\n*$/.exec(text)?.[0].length ?? 0)
    const hint = /^[ \n]/.test(text) ? '2' : ''
    this.#put(`|${hint}${ends === 0 ? '-' : ends === 1 ? '' : '+'}\n`)
    const lines = text.replace(/\n$/, '').split('\n')
    for (const line of lines) this.#put(line === '' ? '\n' : `${' '.repeat(indent)}${line}\n`)
  }
}

function isCollection(value: GoJson): boolean {
  return typeof value === 'object' && value !== null && !(value instanceof Uint8Array)
}

const escapes: ReadonlyMap<string, string> = new Map([
  ['\0', String.raw`\0`],
  ['\u0007', String.raw`\a`],
  ['\b', String.raw`\b`],
  ['\t', String.raw`\t`],
  ['\n', String.raw`\n`],
  ['\v', String.raw`\v`],
  ['\f', String.raw`\f`],
  ['\r', String.raw`\r`],
  ['\u001b', String.raw`\e`],
  ['"', String.raw`\"`],
  ['\\', '\\\\'],
  ['\u0085', String.raw`\N`],
  ['\u2028', String.raw`\L`],
  ['\u2029', String.raw`\P`],
])

function mustEscape(char: string): boolean {
  return char === '"' || char === '\\' || char === '\n' || needsDoubleQuotes(char)
}

function unicodeEscape(char: string): string {
  const code = char.codePointAt(0) ?? 0
  const hex = code.toString(16).toUpperCase()
  if (code <= 0xff) return `\\x${hex.padStart(2, '0')}`
  return code <= 0xffff ? `\\u${hex.padStart(4, '0')}` : `\\U${hex.padStart(8, '0')}`
}

/** go-yaml's order of keys: numbers in them by value, letters after everything else. */
function compareNaturally(a: string, b: string): number {
  const [left, right] = [runes(a), runes(b)]
  const length = Math.min(left.length, right.length)
  for (let at = 0; at < length; at += 1) {
    const [x = '', y = ''] = [left[at], right[at]]
    if (x === y) continue
    const [xLetter, yLetter] = [/\p{L}/u.test(x), /\p{L}/u.test(y)]
    if (xLetter && yLetter) return x < y ? -1 : 1
    if (xLetter || yLetter) return yLetter ? -1 : 1
    return compareDigits(left, right, at) || (x < y ? -1 : 1)
  }
  return left.length - right.length
}

function compareDigits(left: readonly string[], right: readonly string[], at: number): number {
  const run = (chars: readonly string[]): string => /^\d*/.exec(chars.slice(at, at + 18).join(''))?.[0] ?? ''
  const [x, y] = [run(left), run(right)]
  const order = Number(x) - Number(y)
  return order === 0 ? x.length - y.length : order
}
