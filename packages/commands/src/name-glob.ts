/** True when `*` or `?` occurs. */
export function hasGlob(text: string): boolean {
  return /[*?]/.test(text)
}

/** `*` within one segment or tag, `?` one character, `**` across segments (shell.md §2.2). */
export function globMatcher(pattern: string): (name: string) => boolean {
  const source = pattern.replaceAll(/\*\*|\*|\?|[^*?]+/g, (part) => {
    if (part === '**') return '.*'
    if (part === '*') return '[^/]*'
    if (part === '?') return '[^/]'
    return part.replaceAll(/[\\^$.+()[\]{}|/-]/g, String.raw`\$&`)
  })
  const regex = new RegExp(`^${source}$`, 'su')
  return (name) => regex.test(name)
}

/** The path segments before the first pattern. */
export function literalPrefix(pattern: string): string {
  return pattern.slice(0, pattern.slice(0, pattern.search(/[*?]/)).lastIndexOf('/'))
}
