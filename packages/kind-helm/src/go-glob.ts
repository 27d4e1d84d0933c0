import { runes } from './runes.ts'

/** Something a rule is asked about: true when the text fits the whole pattern. */
export type Glob = (text: string) => boolean

type Step = { readonly type: 'run' } | { readonly type: 'one'; readonly fits: (char: string) => boolean }

/**
 * A pattern as Go's `filepath.Match` reads it: `*` is any run without `/`, `?` one character but `/`, `[…]` a class
 * (`^` negates, `!` does not), `\` escapes; no braces. Nothing when it is malformed.
 */
export function parseGlob(pattern: string): Glob | undefined {
  const chars = runes(pattern)
  const steps: Step[] = []
  for (let at = 0; at < chars.length; at += 1) {
    const char = chars[at] ?? ''
    if (char === '*') {
      if (steps.at(-1)?.type !== 'run') steps.push({ type: 'run' })
    } else if (char === '?') steps.push({ type: 'one', fits: (found) => found !== '/' })
    else if (char === '[') {
      const found = parseClass(chars, at)
      if (found === undefined) return undefined
      steps.push({ type: 'one', fits: found.fits })
      at = found.end
    } else {
      const literal = char === '\\' ? chars[(at += 1)] : char
      if (literal === undefined) return undefined
      steps.push({ type: 'one', fits: (found) => found === literal })
    }
  }
  return (text) => fitsAll(steps, runes(text))
}

/** Greedy with one point of return: each `*` is tried again only where the last one was, so the cost is a product. */
function fitsAll(steps: readonly Step[], text: readonly string[]): boolean {
  let step = 0
  let at = 0
  let retry: { readonly step: number; at: number } | undefined
  while (at < text.length || step < steps.length) {
    const now = steps[step]
    const char = text[at]
    if (now?.type === 'run') {
      retry = { step, at }
      step += 1
    } else if (now !== undefined && char !== undefined && now.fits(char)) {
      step += 1
      at += 1
    } else if (retry !== undefined && retry.at < text.length && text[retry.at] !== '/') {
      retry = { step: retry.step, at: retry.at + 1 }
      step = retry.step + 1
      at = retry.at
    } else return false
  }
  return true
}

interface CharacterClass {
  readonly fits: (char: string) => boolean
  /** Where its `]` is. */
  readonly end: number
}

function parseClass(chars: readonly string[], start: number): CharacterClass | undefined {
  let at = start + 1
  const negated = chars[at] === '^'
  if (negated) at += 1
  const ranges: (readonly [string, string])[] = []
  while (chars[at] !== ']' || ranges.length === 0) {
    const low = classCharacter(chars, at)
    if (low === undefined) return undefined
    at = low.next
    let high: { readonly char: string; readonly next: number } | undefined = low
    if (chars[at] === '-') {
      high = classCharacter(chars, at + 1)
      if (high === undefined) return undefined
      at = high.next
    }
    ranges.push([low.char, high.char])
  }
  const inside = (char: string): boolean => ranges.some(([low, high]) => isBetween(char, low, high))
  return { fits: (char) => char !== '/' && inside(char) !== negated, end: at }
}

function isBetween(char: string, low: string, high: string): boolean {
  const code = char.codePointAt(0) ?? 0
  return code >= (low.codePointAt(0) ?? 0) && code <= (high.codePointAt(0) ?? 0)
}

function classCharacter(
  chars: readonly string[],
  at: number,
): { readonly char: string; readonly next: number } | undefined {
  const char = chars[at]
  if (char === undefined || char === '-' || char === ']') return undefined
  if (char !== '\\') return { char, next: at + 1 }
  const escaped = chars[at + 1]
  return escaped === undefined ? undefined : { char: escaped, next: at + 2 }
}
