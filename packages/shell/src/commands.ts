import { exits, type KindCommand, type KindOption, type KindParam } from '@ocish/sdk'
import { phrase } from './phrase.ts'
import type { Flag, Output, Param, Signature } from './signature.ts'
import { verbs } from './verbs.ts'

/** A kind's option and the kind that declares it. */
export interface DeclaredOption {
  readonly kind: string
  readonly option: KindOption
}

/** What a line may call, as data: binding, help and completion load nothing else. */
export interface Commands {
  /** By full name or alias; two-word names with one blank. */
  find(name: string): Signature | undefined
  /** Every command and verb once, sorted by name. */
  readonly signatures: readonly Signature[]
  /** The options of kinds that this verb (`push`, `pull`, …) takes. */
  options(verb: string): readonly DeclaredOption[]
  /** The words a user's alias stands for; a command's name is never one. */
  alias?(name: string): readonly string[] | undefined
  /** Names of kinds, for `--as`; absent: not checked. */
  readonly kinds?: readonly string[]
}

/** What the table of commands is made with beside the commands. */
export interface CommandsOptions {
  readonly options?: readonly DeclaredOption[]
  readonly kinds?: readonly string[]
  /** Abbreviations of the user: a name, and the words it stands for. */
  readonly aliases?: ReadonlyMap<string, readonly string[]>
}

/** The table of these signatures and the language's verbs. A later signature never shadows an earlier one. */
export function createCommands(signatures: Iterable<Signature>, options: CommandsOptions = {}): Commands {
  const byName = new Map<string, Signature>()
  const all: Signature[] = []
  for (const signature of [...verbs, ...signatures]) {
    if (byName.has(signature.name)) continue
    byName.set(signature.name, signature)
    all.push(signature)
  }
  for (const signature of all) {
    for (const alias of signature.aliases ?? []) if (!byName.has(alias)) byName.set(alias, signature)
  }
  all.sort((a, b) => (a.name < b.name ? -1 : 1))
  const declared = options.options ?? []
  return {
    find: (name) => byName.get(name),
    signatures: all,
    options: (verb) => declared.filter((entry) => (entry.option.verbs as readonly string[]).includes(verb)),
    alias: (name) => (byName.has(name) ? undefined : options.aliases?.get(name)),
    ...(options.kinds === undefined ? {} : { kinds: options.kinds }),
  }
}

/** The signature of a kind's command: `family` and its name as two words. */
export function kindSignature(family: string, command: Omit<KindCommand, 'run'>): Signature {
  return {
    name: `${family} ${command.name}`,
    summary: phrase(command.summary),
    params: command.params.map(paramOf),
    flags: (command.flags ?? []).map(flagOf),
    input: 'none',
    output: outputOf(family, command),
    effect: command.effect,
    examples: command.examples,
    exits: exitsOf(command),
    since: '0.1',
    group: 'kind',
  }
}

/**
 * An answer of no, what was typed, what is not there, what cannot be read or is too much, and what is not what its digest
 * says; with a registry also its refusal and the network, with paths also the files; and what the command itself declares.
 */
function exitsOf({
  params,
  flags = [],
  effect,
  exits: own = [],
}: Omit<KindCommand, 'run'>): readonly number[] {
  const types = new Set([...params, ...flags].map(({ type }) => type))
  const reaches = types.has('ref') || effect === 'W' || effect === 'D'
  const touches = types.has('path') || effect === 'L'
  const { negative, usage, notFound, auth, network, protocol, integrity, io } = exits
  const expected = [negative, usage, notFound, protocol, integrity, ...own]
  if (reaches) expected.push(auth, network)
  if (touches) expected.push(io)
  return [...new Set(expected)].toSorted((a, b) => a - b)
}

function paramOf(param: KindParam): Param {
  return {
    name: param.name,
    type: param.type,
    ...(param.summary === undefined ? {} : { summary: phrase(param.summary) }),
    ...(param.optional === undefined ? {} : { optional: param.optional }),
    ...(param.many === undefined ? {} : { many: param.many }),
    ...(param.enum === undefined ? {} : { enum: param.enum }),
  }
}

function flagOf(param: KindParam): Flag {
  return {
    name: param.name,
    type: param.type,
    summary: phrase(param.summary ?? ''),
    ...(param.many === undefined ? {} : { many: param.many }),
    ...(param.enum === undefined ? {} : { enum: param.enum }),
  }
}

function outputOf(family: string, command: Omit<KindCommand, 'run'>): Output {
  const output = command.output
  if (output.form === 'bytes') return { form: 'bytes' }
  if (output.form === 'value') return { form: 'value', type: 'record' }
  return {
    form: 'rows',
    row: {
      name: `${family}-${command.name}`,
      columns: output.columns.map((name) => ({ name, type: 'string' })),
    },
  }
}
