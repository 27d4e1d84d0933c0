/**
 * Characters that are no plain text: controls (C0, DEL, C1), format and bidi characters, line and paragraph
 * separators, lone surrogates, and everything Unicode calls ignorable (zero-width, fillers, tags) but for the sixteen
 * variation selectors. A terminal may act on them, and two names that differ only in them look equal (shell.md §4.5).
 */
export const hostile: RegExp = /(?![\ufe00-\ufe0f])[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{DI}]/gu

const plainAscii = /^[\x20-\x7e]*$/

/** True for text without anything hostile: the usual case, decided fast. */
export function isPlain(value: string): boolean {
  return plainAscii.test(value)
}
