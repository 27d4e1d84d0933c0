/** True when `*` or `?` occurs. */
export function hasGlob(text: string): boolean {
  return /[*?]/.test(text)
}

/** What helps where nothing fits a pattern that is written as other tools have it: braces mean nothing in a name. */
export function braceHint(pattern: string): string | undefined {
  const inner = /\{([^{}]*)\}/.exec(pattern)?.[1]
  if (inner === undefined) return undefined
  if (inner.includes(',')) return 'Write a pattern for each: braces mean nothing in one.'
  return `Leave out the braces: ${pattern.replaceAll(/[{}]/g, '')}.`
}

/** The path segments before the first pattern. */
export function literalPrefix(pattern: string): string {
  return pattern.slice(0, pattern.slice(0, pattern.search(/[*?]/)).lastIndexOf('/'))
}
