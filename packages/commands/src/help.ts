import { OcishError } from '@ocish/sdk'
import { type Command, createCommands, defineCommand, helpFor, kindSignature, nearest } from '@ocish/shell'
import { signatures } from './all-signatures.ts'
import { textArgs } from './call-values.ts'
import type { Services } from './services.ts'
import { helpSignature } from './signatures/help.ts'

export const command: Command<Services> = defineCommand<Services>({
  signature: helpSignature,
  async *run(call, services) {
    const kinds = services.kinds.list()
    const added = kinds.flatMap((kind) =>
      (kind.commands ?? []).map((data) => kindSignature(kind.family, data)),
    )
    const options = kinds.flatMap((kind) => kind.options.map((option) => ({ kind: kind.name, option })))
    const commands = createCommands([...signatures, ...added], { options })
    const words = textArgs(call, 'topic')
    const document = helpFor(words, commands)
    if (document === undefined) {
      const names = commands.signatures.map((signature) => signature.name)
      throw new OcishError('USAGE_UNKNOWN_COMMAND', `no help for ${words.join(' ')}`, {
        hint: 'Run help for the list of commands.',
        details: { closest: nearest(words.join(' '), names) },
      })
    }
    yield document
  },
})
