import { bindWords } from './bind-words.ts'
import type { BoundCall, CallWord } from './bound-call.ts'
import type { Commands } from './commands.ts'
import { errorOf, type SourceText } from './diagnostic.ts'
import { quote } from './quote.ts'

/** Words as a program of one call: nothing in them is interpreted (shell.md §2.7). */
export function wordsOfArgv(words: readonly string[]): {
  readonly words: readonly CallWord[]
  readonly source: SourceText
} {
  let text = ''
  const spans = words.map((word): CallWord => {
    if (text !== '') text += ' '
    const from = text.length
    text += quote(word)
    return { text: word, from, to: text.length, bare: true, argv: true, pattern: /[*?]/.test(word) }
  })
  return { words: spans, source: { name: 'argv', text } }
}

/**
 * Binds the arguments of the process: command, flags, typed values, defaults. `--version` and `--help` alone are the
 * commands of that name; nothing at all is `help`. With `--help` the arguments are not checked.
 * Errors: USAGE_UNKNOWN_COMMAND, USAGE_UNKNOWN_FLAG, USAGE_MISSING_ARGUMENT, USAGE_TOO_MANY_ARGUMENTS,
 * USAGE_INVALID_VALUE, USAGE_CONFLICT, KIND_UNKNOWN, KIND_OPTION_UNSUPPORTED; `details.source` is the re-quoted line.
 */
export function bindArgv(words: readonly string[], commands: Commands): BoundCall {
  const { words: bound, source } = wordsOfArgv(withCommand(words))
  const { call, diagnostics } = bindWords(bound, commands, source)
  const [first] = diagnostics
  if (first !== undefined) throw errorOf(first, source)
  if (call === undefined) throw new TypeError('a binding without a call has a diagnostic')
  return call
}

function withCommand(words: readonly string[]): readonly string[] {
  const [head, ...rest] = words
  if (head === undefined) return ['help']
  if (head === '--version' || head === '-V') return ['version', ...rest]
  if ((head === '--help' || head === '-h') && rest.every((word) => !word.startsWith('-')))
    return ['help', ...rest]
  return words
}
