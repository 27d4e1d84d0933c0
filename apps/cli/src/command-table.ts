import { type Commands, createCommands } from '@ocish/shell'
import { kindCommands, type KindEntry, signatures } from '@ocish/host'

/** Everything a line may call, as data. */
export function commandTable(kinds: readonly KindEntry[]): Commands {
  return createCommands([...signatures, ...kindCommands(kinds).map((command) => command.signature)], {
    options: kinds.flatMap((kind) => (kind.options ?? []).map((option) => ({ kind: kind.name, option }))),
    kinds: [...kinds.map((kind) => kind.name), 'generic'],
  })
}
