import type { Text } from './safe.ts'

const printable = /^[\x20-\x7e]*$/

/** First and last code points of what takes two columns: East Asian wide and full-width, and emoji presentation. */
const wide: readonly number[] = [
  0x1100, 0x115f, 0x231a, 0x231b, 0x2329, 0x232a, 0x23e9, 0x23ec, 0x23f0, 0x23f0, 0x23f3, 0x23f3, 0x25fd,
  0x25fe, 0x2614, 0x2615, 0x2630, 0x2637, 0x2648, 0x2653, 0x267f, 0x267f, 0x268a, 0x268f, 0x2693, 0x2693,
  0x26a1, 0x26a1, 0x26aa, 0x26ab, 0x26bd, 0x26be, 0x26c4, 0x26c5, 0x26ce, 0x26ce, 0x26d4, 0x26d4, 0x26ea,
  0x26ea, 0x26f2, 0x26f3, 0x26f5, 0x26f5, 0x26fa, 0x26fa, 0x26fd, 0x26fd, 0x2705, 0x2705, 0x270a, 0x270b,
  0x2728, 0x2728, 0x274c, 0x274c, 0x274e, 0x274e, 0x2753, 0x2755, 0x2757, 0x2757, 0x2795, 0x2797, 0x27b0,
  0x27b0, 0x27bf, 0x27bf, 0x2b1b, 0x2b1c, 0x2b50, 0x2b50, 0x2b55, 0x2b55, 0x2e80, 0x2e99, 0x2e9b, 0x2ef3,
  0x2f00, 0x2fd5, 0x2ff0, 0x303e, 0x3041, 0x3096, 0x3099, 0x30ff, 0x3105, 0x312f, 0x3131, 0x318e, 0x3190,
  0x31e5, 0x31ef, 0x321e, 0x3220, 0x3247, 0x3250, 0xa48c, 0xa490, 0xa4c6, 0xa960, 0xa97c, 0xac00, 0xd7a3,
  0xf900, 0xfaff, 0xfe10, 0xfe19, 0xfe30, 0xfe52, 0xfe54, 0xfe66, 0xfe68, 0xfe6b, 0xff01, 0xff60, 0xffe0,
  0xffe6, 0x16fe0, 0x16fe4, 0x16ff0, 0x16ff6, 0x17000, 0x18cff, 0x18d00, 0x18df2, 0x1aff0, 0x1affe, 0x1b000,
  0x1b122, 0x1b132, 0x1b132, 0x1b150, 0x1b152, 0x1b155, 0x1b155, 0x1b164, 0x1b167, 0x1b170, 0x1b2fb, 0x1d300,
  0x1d356, 0x1d360, 0x1d376, 0x1f004, 0x1f004, 0x1f0cf, 0x1f0cf, 0x1f18e, 0x1f18e, 0x1f191, 0x1f19a, 0x1f1e6,
  0x1f202, 0x1f210, 0x1f23b, 0x1f240, 0x1f248, 0x1f250, 0x1f251, 0x1f260, 0x1f265, 0x1f300, 0x1f320, 0x1f32d,
  0x1f335, 0x1f337, 0x1f37c, 0x1f37e, 0x1f393, 0x1f3a0, 0x1f3ca, 0x1f3cf, 0x1f3d3, 0x1f3e0, 0x1f3f0, 0x1f3f4,
  0x1f3f4, 0x1f3f8, 0x1f43e, 0x1f440, 0x1f440, 0x1f442, 0x1f4fc, 0x1f4ff, 0x1f53d, 0x1f54b, 0x1f54e, 0x1f550,
  0x1f567, 0x1f57a, 0x1f57a, 0x1f595, 0x1f596, 0x1f5a4, 0x1f5a4, 0x1f5fb, 0x1f64f, 0x1f680, 0x1f6c5, 0x1f6cc,
  0x1f6cc, 0x1f6d0, 0x1f6d2, 0x1f6d5, 0x1f6d7, 0x1f6dc, 0x1f6df, 0x1f6eb, 0x1f6ec, 0x1f6f4, 0x1f6fc, 0x1f7e0,
  0x1f7eb, 0x1f7f0, 0x1f7f0, 0x1f90c, 0x1f93a, 0x1f93c, 0x1f945, 0x1f947, 0x1f9ff, 0x1fa70, 0x1fa7c, 0x1fa80,
  0x1fa89, 0x1fa8f, 0x1fac6, 0x1face, 0x1fadc, 0x1fadf, 0x1fae9, 0x1faf0, 0x1faf8, 0x20000, 0x2fffd, 0x30000,
  0x3fffd,
]

const zeroWidth = /^(?:\p{Mn}|\p{Me}|[\u1160-\u11ff\ud7b0-\ud7ff])$/u

/** SGR sequences, which only the theme makes. */
// oxlint-disable-next-line no-control-regex -- ESC is what an SGR sequence begins with
const sgr = /\u001b\[[0-9;]*m/g

/** Columns a text takes on a terminal; SGR takes none. Made text only: call `safe` first (T45). */
export function width(value: Text): number {
  if (printable.test(value)) return value.length
  let columns = 0
  for (const character of value.replaceAll(sgr, '')) columns += widthOf(character)
  return columns
}

/** Columns of one code point. */
export function widthOf(character: string): number {
  const code = character.codePointAt(0)!
  if (code < 0x300) return code < 0x20 ? 0 : 1
  if (zeroWidth.test(character)) return 0
  return isWide(code) ? 2 : 1
}

function isWide(code: number): boolean {
  if (code < wide[0]!) return false
  let low = 0
  let high = wide.length / 2 - 1
  while (low <= high) {
    const middle = (low + high) >> 1
    if (code < wide[middle * 2]!) high = middle - 1
    else if (code > wide[middle * 2 + 1]!) low = middle + 1
    else return true
  }
  return false
}

/** At most `columns` wide; what is cut off is marked by `mark` (which is counted). Text without SGR only. */
export function cut(value: Text, columns: number, mark = '…'): Text {
  if (width(value) <= columns) return value
  const room = columns - mark.length
  if (room < 0) return mark.slice(0, Math.max(0, columns)) as Text
  let used = 0
  let kept = ''
  for (const character of value) {
    const wideness = widthOf(character)
    if (used + wideness > room) break
    used += wideness
    kept += character
  }
  return `${kept}${mark}` as Text
}

/** Blanks added up to `columns`. */
export function pad(value: Text, columns: number, align: 'left' | 'right' = 'left'): Text {
  const missing = columns - width(value)
  if (missing <= 0) return value
  const blanks = ' '.repeat(missing)
  return (align === 'left' ? value + blanks : blanks + value) as Text
}

/** Broken at blanks into lines of at most `columns`; a longer word is cut in pieces. Newlines are kept. */
export function wrap(value: Text, columns: number): Text[] {
  const lines: Text[] = []
  for (const paragraph of value.split('\n')) lines.push(...wrapLine(paragraph as Text, Math.max(1, columns)))
  return lines
}

function wrapLine(value: Text, columns: number): Text[] {
  if (width(value) <= columns) return [value]
  const lines: Text[] = []
  let line = ''
  for (const word of value.split(' ')) {
    const joined = line === '' ? word : `${line} ${word}`
    if (width(joined as Text) <= columns) {
      line = joined
      continue
    }
    if (line !== '') lines.push(line as Text)
    const pieces = width(word as Text) <= columns ? [word] : piecesOf(word, columns)
    line = pieces.pop() ?? ''
    lines.push(...(pieces as Text[]))
  }
  if (line !== '') lines.push(line as Text)
  return lines
}

function piecesOf(word: string, columns: number): string[] {
  const pieces: string[] = []
  let piece = ''
  let used = 0
  for (const character of word) {
    const wideness = widthOf(character)
    if (used + wideness > columns && piece !== '') {
      pieces.push(piece)
      piece = ''
      used = 0
    }
    piece += character
    used += wideness
  }
  pieces.push(piece)
  return pieces
}
