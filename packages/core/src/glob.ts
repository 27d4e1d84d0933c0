import type { CallOptions, Place } from './registry.ts'

/**
 * Whether a name fits a pattern: `*` within one segment, `**` across segments, `?` one character that is no `/`; every
 * other character is itself. Takes time in proportion to both lengths, whatever the pattern.
 */
export function globMatch(pattern: string, name: string): boolean {
  const tokens = [...pattern.matchAll(/\*\*+|[^]/gu)].map(([token]) => token)
  const text = Array.from(name)
  // Which beginnings of the name fit the tokens so far.
  let fits = new Uint8Array(text.length + 1)
  fits[0] = 1
  for (const token of tokens) {
    const next = new Uint8Array(text.length + 1)
    const isStar = token.startsWith('*')
    if (isStar) next[0] = fits[0] ?? 0
    for (const [at, character] of text.entries()) {
      const mayPass = token.length > 1 || character !== '/'
      const isHere = isStar ? fits[at + 1] === 1 || (next[at] === 1 && mayPass) : fits[at] === 1
      const isSame = isStar || (token === '?' ? mayPass : token === character)
      next[at + 1] = isHere && isSame ? 1 : 0
    }
    fits = next
  }
  return fits[text.length] === 1
}

/** The tags of a repository that fit one of the patterns; all of them without patterns. Errors: those of `tags`. */
export async function* matchingTags(
  { registry, repository }: Place,
  patterns: readonly string[] = [],
  options?: CallOptions,
): AsyncGenerator<string, void, undefined> {
  for await (const tag of registry.tags(repository, options)) {
    if (patterns.length === 0 || patterns.some((pattern) => globMatch(pattern, tag))) yield tag
  }
}
