import type { SubstitutionPart, VariablePart, Word } from './syntax.ts'

/** The variable or substitution that a word is as a whole, so that it keeps its value; undefined for any other word. */
export function wholeExpansion(word: Word): VariablePart | SubstitutionPart | undefined {
  const [part, ...more] = word.parts
  return more.length === 0 && (part?.kind === 'variable' || part?.kind === 'substitution') ? part : undefined
}
