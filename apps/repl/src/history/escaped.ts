import { hostile } from '@ocish/shell/text'

/**
 * A line as it may be kept (T46): characters that a terminal acts on or that cannot be seen are spelt `\u{1b}`, the form
 * that begins no pipe and no redirection when the line comes back.
 */
export function escaped(line: string): string {
  return line.replaceAll(hostile, (character) =>
    character === '\n' || character === '\t'
      ? character
      : String.raw`\u{${character.codePointAt(0)!.toString(16)}}`,
  )
}
