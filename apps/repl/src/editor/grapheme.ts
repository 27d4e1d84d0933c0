export interface Grapheme {
  readonly text: string
  readonly index: number
}

const printable = /^[\n\t\x20-\x7e]*$/
/** Clusters are looked for within this many units around a place, so that a long buffer costs nothing. */
const reach = 64

let segmenter: Intl.Segmenter | undefined

/** Making one takes longer than a keystroke may: only text beyond ASCII needs it. */
function segments(text: string): Iterable<{ readonly segment: string; readonly index: number }> {
  segmenter ??= new Intl.Segmenter(undefined, { granularity: 'grapheme' })
  return segmenter.segment(text)
}

/** What a person takes for single characters. */
export function graphemes(text: string): readonly Grapheme[] {
  if (printable.test(text)) return Array.from(text, (character, index) => ({ text: character, index }))
  return Array.from(segments(text), ({ segment, index }) => ({ text: segment, index }))
}

/** Where the character before `at` begins. */
export function characterBefore(text: string, at: number): number {
  if (at <= 0) return 0
  const from = Math.max(0, at - reach)
  const piece = text.slice(from, at)
  if (printable.test(piece)) return at - 1
  let last = from
  for (const { index } of segments(piece)) last = from + index
  return last
}

/** Where the character at `at` ends. */
export function characterAfter(text: string, at: number): number {
  if (at >= text.length) return text.length
  const piece = text.slice(at, at + reach)
  if (printable.test(piece)) return at + 1
  for (const { segment } of segments(piece)) return at + segment.length
  return at + 1
}
