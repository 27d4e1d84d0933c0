import type { Match } from '@ocish/sdk'

/** The fields that decide, the most specific first; `manifestMediaType` only counts (architecture.md, Kinds). */
const order = [
  'artifactType',
  'configMediaType',
  'configLabel',
  'layerMediaType',
  'annotation',
  'repositoryPrefix',
] as const satisfies readonly (keyof Match)[]

/**
 * Which of two matches that both hold is more specific: below 0 the first, above 0 the second, 0 neither. A generic one
 * gives way to every other; then the first
 * field that only one of them has decides, then the number of fields.
 */
export function compareSpecificity(a: Match, b: Match): number {
  const general = Number(a.generic ?? false) - Number(b.generic ?? false)
  if (general !== 0) return general
  for (const field of order) {
    const difference = Number(b[field] !== undefined) - Number(a[field] !== undefined)
    if (difference !== 0) return difference
  }
  return fieldCount(b) - fieldCount(a)
}

function fieldCount(match: Match): number {
  return Object.values(match).filter((value) => value !== undefined).length
}
