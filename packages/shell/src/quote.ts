/** Characters that end or change a word of the language (shell.md §2.2). */
const special = /[\s|&;()<>"'`$\\{}]/

/** Newline, tab and carriage return are spelt as escapes, so that a call stays on one line. */
const spelt: Readonly<Record<string, string>> = {
  '\n': String.raw`\n`,
  '\t': String.raw`\t`,
  '\r': String.raw`\r`,
}

/**
 * The canonical text of one word: parsing it gives exactly `word` back, as one word, a flag where `word` was one
 * (its first character stays bare), a pattern where it was one (`*` and `?` stay bare).
 */
export function quote(word: string): string {
  if (word === '') return "''"
  if (!special.test(word) && !word.startsWith('#') && !word.startsWith('^')) return word
  const dashed = word.startsWith('-') ? /^-[^\s|&;()<>"'`$\\{}*?]*/.exec(word)![0] : ''
  const rest = word.slice(dashed.length)
  return (
    dashed +
    rest
      .split(/([*?]+)/)
      .map((run) => (/^[*?]*$/.test(run) ? run : quoteRun(run)))
      .join('')
  )
}

/** As `quote`, for text that must be taken literally: no flag, no pattern, no external. */
export function quoteLiteral(word: string): string {
  return word === '' || /^[-^#]/.test(word) || /[*?]/.test(word) || special.test(word) ? quoted(word) : word
}

function quoteRun(run: string): string {
  return special.test(run) || /^[#^]/.test(run) ? quoted(run) : run
}

function quoted(text: string): string {
  if (!/['\n\t\r]/.test(text)) return `'${text}'`
  const escaped = text
    .replaceAll(/["\\$]/g, String.raw`\$&`)
    .replaceAll(/[\n\t\r]/g, (character) => spelt[character]!)
  return `"${escaped}"`
}
