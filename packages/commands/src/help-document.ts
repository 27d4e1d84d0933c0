import { OcishError } from '@ocish/sdk'
import { type Commands, type HelpDocument, helpFor, nearest } from '@ocish/shell'

/** Help for a command, a topic, or (without words) the overview. Errors: USAGE_UNKNOWN_COMMAND. */
export function helpDocument(words: readonly string[], commands: Commands): HelpDocument {
  const document = helpFor(words, commands)
  if (document !== undefined) return document
  const names = commands.signatures.map((signature) => signature.name)
  throw new OcishError('USAGE_UNKNOWN_COMMAND', `no help for ${words.join(' ')}`, {
    hint: 'Run help for the list of commands.',
    details: { closest: nearest(words.join(' '), names) },
  })
}
