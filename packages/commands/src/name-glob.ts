/** True when `*` or `?` occurs. */
export function hasGlob(text: string): boolean {
  return /[*?]/.test(text)
}

/** The path segments before the first pattern. */
export function literalPrefix(pattern: string): string {
  return pattern.slice(0, pattern.slice(0, pattern.search(/[*?]/)).lastIndexOf('/'))
}
