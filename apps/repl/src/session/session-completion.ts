import { toProblem } from '@ocish/shell'
import { CompletionEngine } from '../completion/engine.ts'
import { frecency } from '../completion/frecency.ts'
import { createProvider } from '../completion/provider.ts'
import type { ShellSession } from './shell-session.ts'

/** Completion of what is typed at the prompt of a session, as its context, history and aliases are at the moment. */
export function sessionCompletion(shell: ShellSession): CompletionEngine {
  return new CompletionEngine({
    provide: createProvider({
      commands: () => shell.commands,
      services: async () => shell.services(),
      context: () => shell.context,
      history: () => shell.history.lines,
      aliases: () => shell.aliases,
      annotationKeys: () => shell.annotationKeys.of(shell.history.lines),
    }),
    weights: () => frecency(shell.history.lines, Date.now()),
    explain: (error) => {
      const { message, hints } = toProblem(error)
      const hint = hints[0]?.text
      return hint === undefined ? { message } : { message, hint }
    },
  })
}
