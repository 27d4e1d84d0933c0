/** The code points of a text: what Go calls runes. */
export function runes(text: string): readonly string[] {
  // Code points, not what a reader sees as one character, are what these formats count.
  // oxlint-disable-next-line typescript/no-misused-spread
  return [...text]
}
