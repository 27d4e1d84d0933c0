import type { Services } from '@ocish/commands'
import { type KindCommandData, OcishError } from '@ocish/sdk'
import { type Call, type Command, type CommandStream, kindSignature } from '@ocish/shell'
import type { KindEntry } from './kind-table.ts'

/** The kinds' own commands as commands of the shell; a kind's code is imported when one of them runs. */
export function kindCommands(entries: readonly KindEntry[]): readonly Command<Services>[] {
  return entries.flatMap((entry) =>
    (entry.commands ?? []).map((data) => ({
      signature: kindSignature(entry.family, data),
      run: (call: Call, services: Services) => runKindCommand(entry.name, data, call, services),
    })),
  )
}

async function* runKindCommand(
  name: string,
  data: KindCommandData,
  call: Call,
  services: Services,
): CommandStream {
  const { guarded } = await import('./kinds.ts')
  const kind = await services.kinds.load(name)
  const command = kind.commands?.find((one) => one.name === data.name)
  if (command === undefined)
    throw new OcishError('KIND_FAILED', `the kind ${name} has no command ${data.name}`)
  await using scope = services.kinds.commandContext(kind, command, call, call.signal)
  const rows = command.run({ args: call.args, flags: call.flags }, scope)
  try {
    for (;;) {
      // Rows come one by one.
      // oxlint-disable-next-line no-await-in-loop
      const next = await guarded(name, call.signal, async () => rows.next())
      if (next.done) {
        // oxlint-disable-next-line no-await-in-loop
        await scope.finish()
        return typeof next.value === 'number' ? { exit: next.value } : undefined
      }
      yield next.value
    }
  } finally {
    await rows.return()
  }
}
