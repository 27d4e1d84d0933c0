import { hostile, isPlain } from '../hostile.ts'

declare const trusted: unique symbol
declare const remote: unique symbol

/** Text that may be written to a terminal: only `safe`, the theme and the layouts make it (shell.md §4.5). */
export type Text = string & { readonly [trusted]: true }

/** Anything that came from somewhere else. A plain string is as untrusted as a marked one. */
export type Untrusted<T extends string = string> = T & { readonly [remote]?: true }

/** What `safe` does with line ends. */
export interface SafeOptions {
  /** `keep` newlines (and show tabs as blanks), or `show` them as one sign, the default. */
  readonly newlines?: 'keep' | 'show'
}

/** More than eight combining marks on one letter is not writing; the rest is shown as a sign. */
const marks = /(\p{M}{8})(\p{M}+)/gu
const manyMarks = /\p{M}{9}/u

/** Remote text as text for a terminal: hostile characters are shown, never removed and never sent. */
export function safe(value: Untrusted, options: SafeOptions = {}): Text {
  if (isPlain(value)) return value as string as Text
  const keep = options.newlines === 'keep'
  const shown = value.replaceAll(hostile, (character) => picture(character, keep))
  return (manyMarks.test(shown) ? shown.replaceAll(marks, shortened) : shown) as Text
}

function shortened(_all: string, kept: string, rest: string): string {
  return `${kept}<+${Array.from(rest).length} marks>`
}

function picture(character: string, keepNewlines: boolean): string {
  const code = character.codePointAt(0)!
  if (character === '\n') return keepNewlines ? '\n' : '⏎'
  if (character === '\t' && keepNewlines) return '    '
  if (code < 0x20) return String.fromCodePoint(0x2400 + code)
  if (code === 0x7f) return '␡'
  return `<${code.toString(16).toUpperCase().padStart(4, '0')}>`
}

/** Text written by us: the literal parts are ours, what is put in has to be `Text` or a number already. */
export function text(literals: TemplateStringsArray, ...values: readonly (Text | number)[]): Text {
  return literals.reduce((all, literal, index) => `${all}${String(values[index - 1])}${literal}`) as Text
}

/** Parts in a row, with `separator` (written by us) between them. */
export function join(parts: readonly Text[], separator = ''): Text {
  return parts.join(separator) as Text
}

/** `count` times the same. */
export function repeat(part: Text, count: number): Text {
  return (count > 0 ? part.repeat(count) : '') as Text
}
