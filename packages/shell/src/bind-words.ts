import { assignParams } from './assign-params.ts'
import type { BindResult, BoundItem, CallWord } from './bound-call.ts'
import type { Commands } from './commands.ts'
import { commonOf } from './common-flags.ts'
import type { Diagnostic, SourceText } from './diagnostic.ts'
import { FlagReader } from './flag-reader.ts'
import type { RowType, Signature } from './signature.ts'
import { nearest } from './suggest.ts'
import { quote } from './quote.ts'
import { isOfSession, isReserved } from './verbs.ts'

/** Binds the words of one call, after the alias it may begin with. Never throws. */
export function bindWords(given: readonly CallWord[], commands: Commands, source: SourceText): BindResult {
  const diagnostics: Diagnostic[] = []
  const start = leadingFlags(given, commands)
  const words = groupHelp(withoutAlias(given, start, commands), start, commands)
  const found = findCommand(words, start, commands)
  if (found.signature === undefined) return { diagnostics: [found.diagnostic] }
  const signature = found.signature
  const reader = new FlagReader(signature, commands, diagnostics)
  const items: BoundItem[] = []
  const positionals: number[] = []
  let literal = false
  for (let index = 0; index < words.length; index++) {
    if (index >= start && index < start + found.length) continue
    const word = words[index]!
    const text = word.text
    if (!literal && word.bare && text === '--') {
      literal = true
      items.push({ kind: 'separator', word: index, from: word.from, to: word.to })
    } else if (!literal && word.bare && isFlag(text ?? flagPrefix(word), reader)) {
      const read = reader.read(words, index, positionals.length)
      items.push(...read.items)
      index += read.used
    } else {
      positionals.push(index)
    }
  }
  const help = reader.flags['help'] === true
  const first = words[positionals[0] ?? -1]?.text
  const parted = first !== undefined && commands.find(`${signature.name} ${first}`) !== undefined
  const assigned = assignParams(signature, positionals, words, commands, diagnostics)
  items.push(...assigned.items)
  items.sort((a, b) => a.word - b.word || a.from - b.from)
  const flags = reader.finish(assigned.slots, positionals.length)
  if (help) diagnostics.length = 0
  checkOptionKinds(reader, flags, items, diagnostics)
  const common = commonOf(flags)
  if (!help) checkColumns(signature, common.columns ?? [], items, diagnostics)
  return {
    call: {
      signature,
      args: assigned.args,
      flags,
      options: reader.options,
      optionKinds: reader.optionKinds,
      common,
      items,
      ...(parted ? { parted } : {}),
      source,
    },
    diagnostics,
  }
}

/** An alias is an abbreviation: its words stand where its name stood. It is looked up once. */
function withoutAlias(words: readonly CallWord[], start: number, commands: Commands): readonly CallWord[] {
  const head = words[start]
  const alias = head?.text === undefined || !head.bare ? undefined : commands.alias?.(head.text)
  if (head === undefined || alias === undefined) return words
  const standing = alias.map((text): CallWord => ({
    from: head.from,
    to: head.to,
    text,
    bare: true,
    pattern: /[*?]/.test(text),
  }))
  return words.toSpliced(start, 1, ...standing)
}

/** `cache --help` is `help cache`: what stands before other names alone is no command. */
function groupHelp(words: readonly CallWord[], start: number, commands: Commands): readonly CallWord[] {
  const head = words[start]
  const next = words[start + 1]
  if (head?.text === undefined || next?.bare !== true || (next.text !== '--help' && next.text !== '-h'))
    return words
  const isGroup =
    commands.find(head.text) === undefined &&
    commands.signatures.some((signature) => signature.name.startsWith(`${head.text} `))
  return isGroup ? words.toSpliced(start, 2, { ...head, text: 'help' }, head) : words
}

/** `--name=` of a flag whose value is an expansion. */
function flagPrefix(word: CallWord): string {
  return /^--[^=]+=/.exec(word.prefix ?? '')?.[0] ?? ''
}

/** A word of dashes and digits (`-5`) is an argument; so is `-` alone. */
function isFlag(text: string, reader: FlagReader): boolean {
  if (text.length < 2 || !text.startsWith('-')) return false
  return !/^-\d/.test(text) || reader.hasShort(text[1]!)
}

/** Common flags may stand before the command: how many words they take. */
function leadingFlags(words: readonly CallWord[], commands: Commands): number {
  if (words[0]?.text?.startsWith('-') !== true) return 0
  const reader = new FlagReader(undefined, commands, [])
  let index = 0
  while (index < words.length) {
    const word = words[index]!
    if (word.text === undefined || !word.bare || word.text === '--' || !isFlag(word.text, reader)) break
    index += reader.read(words, index, 0).used + 1
  }
  return Math.min(index, words.length)
}

type Found =
  | { readonly signature: Signature; readonly length: number; readonly diagnostic?: undefined }
  | { readonly signature?: undefined; readonly length: 0; readonly diagnostic: Diagnostic }

function findCommand(words: readonly CallWord[], start: number, commands: Commands): Found {
  const head = words[start]
  const end = words.at(-1)?.to ?? 0
  if (head?.text === undefined) {
    return {
      length: 0,
      diagnostic: {
        code: 'USAGE_UNKNOWN_COMMAND',
        message: head === undefined ? 'no command' : 'the command has to be written out',
        hint: 'Run help.',
        from: head?.from ?? end,
        to: head?.to ?? end,
      },
    }
  }
  const next = words[start + 1]?.text
  const two = next === undefined ? undefined : commands.find(`${head.text} ${next}`)
  if (two !== undefined) return { signature: two, length: 2 }
  const one = head.text.includes(' ') ? undefined : commands.find(head.text)
  if (one !== undefined) return { signature: one, length: 1 }
  return { length: 0, diagnostic: unknownCommand(head, words[start + 1], commands) }
}

function unknownCommand(head: CallWord, next: CallWord | undefined, commands: Commands): Diagnostic {
  const name = head.text ?? ''
  const under = commands.signatures
    .filter((signature) => signature.name.startsWith(`${name} `))
    .map((signature) => signature.name.slice(name.length + 1))
  if (under.length > 0) {
    const given = next?.text
    const closest = given === undefined ? under : nearest(given, under)
    const target = next ?? head
    return {
      code: 'USAGE_UNKNOWN_COMMAND',
      message: given === undefined ? `${name} needs a second word` : `no command '${name} ${given}'`,
      hint: `Run help ${quote(name)}.`,
      closest: (closest.length > 0 ? closest : under).map((entry) => `${name} ${entry}`),
      ...(given !== undefined && closest[0] !== undefined
        ? { replace: { from: target.from, to: target.to, with: closest[0] } }
        : {}),
      from: target.from,
      to: target.to,
    }
  }
  if (isReserved(name)) {
    return {
      code: 'USAGE_UNKNOWN_COMMAND',
      message: `no command '${name}' yet: the name is kept for a later version`,
      hint: 'Run help for the list of commands.',
      from: head.from,
      to: head.to,
    }
  }
  if (isOfSession(name)) {
    return {
      code: 'USAGE_UNKNOWN_COMMAND',
      message: `'${name}' needs a session`,
      hint: 'Run ocish without a command on a terminal, and type the line there.',
      from: head.from,
      to: head.to,
    }
  }
  const names = commands.signatures.flatMap((signature) => [signature.name, ...(signature.aliases ?? [])])
  const closest = nearest(name, names)
  return {
    code: 'USAGE_UNKNOWN_COMMAND',
    message: `no command '${name}'`,
    hint: 'Run help for the list of commands.',
    ...(closest.length > 0 ? { closest, replace: { from: head.from, to: head.to, with: closest[0]! } } : {}),
    from: head.from,
    to: head.to,
  }
}

function checkOptionKinds(
  reader: FlagReader,
  flags: Readonly<Record<string, unknown>>,
  items: readonly BoundItem[],
  diagnostics: Diagnostic[],
): void {
  const kind = flags['as']
  if (typeof kind !== 'string') return
  for (const [name, kinds] of Object.entries(reader.optionKinds)) {
    if (kinds.includes(kind)) continue
    const item = items.find((entry) => entry.kind === 'flag' && entry.flag.name === name)
    diagnostics.push({
      code: 'KIND_OPTION_UNSUPPORTED',
      message: `--${name} is not an option of kind ${kind}, but of ${kinds.join(', ')}`,
      hint: `Leave out --${name}.`,
      from: item?.from ?? 0,
      to: item?.to ?? 0,
    })
  }
}

/** `--columns` names columns of the rows, where these are known. */
function checkColumns(
  signature: Signature,
  asked: readonly string[],
  items: readonly BoundItem[],
  diagnostics: Diagnostic[],
): void {
  if (signature.output.form !== 'rows' || asked.length === 0) return
  const { row } = signature.output
  const types: readonly RowType[] = Array.isArray(row) ? row : [row]
  if (types.some((type) => type.columns.length === 0)) return
  const names = [...new Set(types.flatMap((type) => type.columns.map((column) => column.name)))]
  const wrong = asked.find((name) => name !== 'all' && !names.includes(name))
  if (wrong === undefined) return
  const item = items.find((entry) => entry.kind === 'flag' && entry.flag.name === 'columns')
  const closest = nearest(wrong, names)
  diagnostics.push({
    code: 'BIND_UNKNOWN_FIELD',
    message: `${signature.name} has no column ${wrong}`,
    hint: `Columns are ${names.join(', ')}, or all.`,
    ...(closest.length > 0 ? { closest } : {}),
    from: item?.from ?? 0,
    to: item?.to ?? 0,
  })
}
