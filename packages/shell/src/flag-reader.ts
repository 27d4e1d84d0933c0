import type { BoundItem, CallWord, FlagTarget } from './bound-call.ts'
import type { Commands } from './commands.ts'
import { commonFlags } from './common-flags.ts'
import type { Diagnostic } from './diagnostic.ts'
import type { Flag, Signature } from './signature.ts'
import { nearest } from './suggest.ts'
import { checkedValue } from './checked-value.ts'

interface Read {
  readonly items: readonly BoundItem[]
  /** Words taken besides the flag itself. */
  readonly used: number
}

interface PositionalValue {
  readonly at: number
  readonly value: unknown
  readonly item: BoundItem
}

/** Reads the flags of one call and collects their values. Problems go to `diagnostics`; nothing throws. */
export class FlagReader {
  readonly flags: Record<string, unknown> = Object.create(null) as Record<string, unknown>
  readonly options: Record<string, unknown> = Object.create(null) as Record<string, unknown>
  readonly optionKinds: Record<string, readonly string[]> = Object.create(null) as Record<
    string,
    readonly string[]
  >
  readonly #table: readonly FlagTarget[]
  readonly #commands: Commands
  readonly #diagnostics: Diagnostic[]
  readonly #positional = new Map<string, PositionalValue[]>()

  constructor(signature: Signature | undefined, commands: Commands, diagnostics: Diagnostic[]) {
    this.#commands = commands
    this.#diagnostics = diagnostics
    this.#table = flagTable(signature, commands)
  }

  hasShort(letter: string): boolean {
    return this.#table.some((flag) => flag.short === letter)
  }

  /** Reads the flag at `index`; `position` is the number of arguments before it. */
  read(words: readonly CallWord[], index: number, position: number): Read {
    const text = words[index]!.text ?? words[index]!.prefix ?? ''
    return text.startsWith('--') ? this.#long(words, index, position) : this.#shorts(words, index, position)
  }

  /** All flags with their defaults; positional ones as one entry per slot (the argument positions in `slots`). */
  finish(slots: readonly number[], count: number): Readonly<Record<string, unknown>> {
    for (const [name, values] of this.#positional) {
      const aligned = slots.map((slot) => values.findLast((entry) => entry.at <= slot)?.value)
      this.flags[name] = aligned
      const last = values.at(-1)!
      if (slots.some((slot) => slot >= last.at) || count === 0) continue
      this.#report(
        'USAGE_CONFLICT',
        `--${name} applies to the files after it, and there is none`,
        last.item,
        {
          hint: `Put --${name} before the file it is meant for.`,
        },
      )
    }
    for (const flag of this.#table) {
      if (flag.default === undefined) continue
      const values = flag.origin === 'kind' ? this.options : this.flags
      if (values[flag.name] === undefined) values[flag.name] = flag.default
    }
    return this.flags
  }

  #long(words: readonly CallWord[], index: number, position: number): Read {
    const word = words[index]!
    const text = word.text ?? word.prefix ?? ''
    const equals = text.indexOf('=')
    const name = text.slice(2, equals < 0 ? undefined : equals)
    const given = equals < 0 ? undefined : text.slice(equals + 1)
    const flag = this.#table.find((entry) => entry.name === name)
    if (flag !== undefined && word.text === undefined) {
      const item = itemOf(flag, words, index, index, false)
      this.#store(flag, undefined, position, item)
      return { items: [item], used: 0 }
    }
    if (flag !== undefined) {
      return this.#take(this.#formOf(flag, given ?? words[index + 1]?.text), words, index, position, given)
    }
    const negated = name.startsWith('no-') && given === undefined ? this.#named(name.slice(3)) : undefined
    if (negated?.type === 'bool') {
      const item = itemOf(negated, words, index, index, true)
      this.#store(negated, false, position, item)
      return { items: [item], used: 0 }
    }
    this.#unknown(name, word)
    return { items: [], used: 0 }
  }

  /** Which of the forms that kinds declare under one name is meant: the one that takes the next word, else the one without a value. */
  #formOf(flag: FlagTarget, text: string | undefined): FlagTarget {
    const forms = [flag, ...(flag.otherForms ?? [])]
    if (forms.length === 1) return flag
    const nowhere = { from: 0, to: 0 }
    const takes = (form: FlagTarget): boolean =>
      text !== undefined &&
      checkedValue(form, form.name, text, nowhere, this.#commands).diagnostic === undefined
    const withEnum = forms.find((form) => form.enum !== undefined && takes(form))
    return withEnum ?? forms.find((form) => form.type === 'bool') ?? forms.find(takes) ?? flag
  }

  #named(name: string): FlagTarget | undefined {
    return this.#table.find((entry) => entry.name === name)
  }

  /** `-rq`, `-o json`, `-ojson`, `-o=json`. */
  #shorts(words: readonly CallWord[], index: number, position: number): Read {
    const word = words[index]!
    const text = word.text!
    const items: BoundItem[] = []
    for (let at = 1; at < text.length; at++) {
      const letter = text[at]!
      const flag = this.#table.find((entry) => entry.short === letter)
      if (flag === undefined) {
        this.#unknownShort(letter, word)
        return { items, used: 0 }
      }
      const rest = text.slice(at + 1)
      if (flag.type === 'bool' && !rest.startsWith('=')) {
        const item = itemOf(flag, words, index, index, false)
        this.#store(flag, true, position, item)
        items.push(item)
        continue
      }
      const given = rest === '' ? undefined : rest.replace(/^=/, '')
      const read = this.#take(flag, words, index, position, given)
      return { items: [...items, ...read.items], used: read.used }
    }
    return { items, used: 0 }
  }

  #take(
    flag: FlagTarget,
    words: readonly CallWord[],
    index: number,
    position: number,
    given: string | undefined,
  ): Read {
    const word = words[index]!
    if (given === undefined && flag.type === 'bool') {
      const item = itemOf(flag, words, index, index, false)
      this.#store(flag, true, position, item)
      return { items: [item], used: 0 }
    }
    if (given !== undefined) {
      const item = itemOf(flag, words, index, index, false, given)
      this.#storeText(flag, given, position, item)
      return { items: [item], used: 0 }
    }
    const next = words[index + 1]
    if (next === undefined || (next.bare && next.text !== undefined && this.#isKnownFlag(next.text))) {
      this.#report('USAGE_MISSING_ARGUMENT', `--${flag.name} needs a value`, word, {
        hint: `Write --${flag.name} ${flag.placeholder ?? flag.type.toUpperCase()}.`,
      })
      return { items: [itemOf(flag, words, index, index, false)], used: 0 }
    }
    const item = itemOf(flag, words, index, index + 1, false, next.text)
    if (next.text === undefined) this.#store(flag, undefined, position, item)
    else this.#storeText(flag, next.text, position, item)
    return { items: [item], used: 1 }
  }

  #isKnownFlag(text: string): boolean {
    const name = /^--([a-z][a-z0-9-]*)(?:=.*)?$/s.exec(text)?.[1]
    if (name !== undefined) return this.#named(name) !== undefined
    return /^-[A-Za-z]$/.test(text) && this.hasShort(text[1]!)
  }

  #storeText(flag: FlagTarget, text: string, position: number, item: BoundItem): void {
    // Platforms hold no comma, and lists of them are written with commas everywhere.
    const texts = flag.many === true && flag.type === 'platform' ? text.split(',') : [text]
    for (const one of texts) this.#storeOne(flag, one, position, item)
  }

  #storeOne(flag: FlagTarget, text: string, position: number, item: BoundItem): void {
    const { value, diagnostic } = checkedValue(flag, `--${flag.name}`, text, item, this.#commands)
    if (diagnostic === undefined) this.#store(flag, value, position, item)
    else this.#diagnostics.push(diagnostic)
  }

  #store(flag: FlagTarget, value: unknown, position: number, item: BoundItem): void {
    if (flag.kinds !== undefined) this.optionKinds[flag.name] = flag.kinds
    const values = flag.origin === 'kind' ? this.options : this.flags
    if (flag.positional === true) {
      const list = this.#positional.get(flag.name) ?? []
      list.push({ at: position, value, item })
      this.#positional.set(flag.name, list)
    } else if (flag.many === true && flag.type === 'bool') {
      values[flag.name] = value === true ? Number(values[flag.name] ?? 0) + 1 : 0
    } else if (flag.many === true) {
      const list = values[flag.name]
      values[flag.name] = [...(Array.isArray(list) ? list : []), value]
    } else {
      values[flag.name] = value
    }
  }

  #unknown(name: string, word: CallWord): void {
    const closest = nearest(
      name,
      this.#table.map((flag) => flag.name),
    )
    const best = closest[0]
    const text = word.text ?? word.prefix ?? ''
    const to = word.from + Math.min(text.length, name.length + 2)
    this.#report('USAGE_UNKNOWN_FLAG', `no flag --${name}`, word, {
      closest: closest.map((entry) => `--${entry}`),
      ...(best === undefined ? {} : { replace: { from: word.from, to, with: `--${best}` } }),
      hint: 'Run the command with --help for its flags.',
    })
  }

  #unknownShort(letter: string, word: CallWord): void {
    const text = word.text ?? ''
    const long = this.#table.find((flag) => flag.name === text.slice(1))
    if (long === undefined) {
      this.#report('USAGE_UNKNOWN_FLAG', `no flag -${letter}`, word, {
        hint: 'Run the command with --help for its flags.',
      })
      return
    }
    this.#report('USAGE_UNKNOWN_FLAG', `no flag -${letter}`, word, {
      hint: `Write --${long.name}.`,
      closest: [`--${long.name}`],
      replace: { from: word.from, to: word.to, with: `--${long.name}` },
    })
  }

  #report(
    code: string,
    message: string,
    at: { readonly from: number; readonly to: number },
    more: Pick<Diagnostic, 'hint' | 'closest' | 'replace'>,
  ): void {
    const { closest, ...rest } = more
    this.#diagnostics.push({
      code,
      message,
      from: at.from,
      to: at.to,
      ...rest,
      ...(closest === undefined || closest.length === 0 ? {} : { closest }),
    })
  }
}

/** What was made of a table once: scripts bind the same command many times. */
const tables = new WeakMap<Commands, Map<Signature | undefined, readonly FlagTarget[]>>()

function flagTable(signature: Signature | undefined, commands: Commands): readonly FlagTarget[] {
  const known = tables.get(commands) ?? new Map<Signature | undefined, readonly FlagTarget[]>()
  tables.set(commands, known)
  const table = known.get(signature) ?? makeTable(signature, commands)
  known.set(signature, table)
  return table
}

/** Every flag a call may use: its own first, then common ones, then options of kinds. */
function makeTable(signature: Signature | undefined, commands: Commands): readonly FlagTarget[] {
  const table = new Map<string, FlagTarget>()
  for (const flag of signature?.flags ?? []) table.set(flag.name, { ...flag, origin: 'command' })
  const shorts = new Set([...table.values()].map((flag) => flag.short))
  for (const flag of commonFlags) {
    if (table.has(flag.name)) continue
    const { short, ...rest } = flag
    table.set(flag.name, {
      ...rest,
      ...(short === undefined || shorts.has(short) ? {} : { short }),
      origin: 'common',
    })
  }
  for (const { kind, option } of signature === undefined ? [] : commands.options(signature.name)) {
    const known = table.get(option.name)
    const { verbs: _verbs, ...flag } = option
    if (known === undefined) table.set(option.name, { ...flag, origin: 'kind', kinds: [kind] })
    else if (known.origin === 'kind') table.set(option.name, withKind(known, flag, kind))
  }
  return [...table.values()]
}

/** One more kind for an option that others have, too: of the same form, or in a form of its own. */
function withKind(known: FlagTarget, option: Flag, kind: string): FlagTarget {
  if (isSameForm(known, option)) return { ...known, kinds: [...(known.kinds ?? []), kind] }
  const others = known.otherForms ?? []
  const at = others.findIndex((form) => isSameForm(form, option))
  const form: FlagTarget = { ...option, origin: 'kind', kinds: [...(others[at]?.kinds ?? []), kind] }
  return { ...known, otherForms: at < 0 ? [...others, form] : others.with(at, form) }
}

function isSameForm(a: Flag, b: Flag): boolean {
  return a.type === b.type && a.many === b.many && String(a.enum) === String(b.enum)
}

function itemOf(
  flag: FlagTarget,
  words: readonly CallWord[],
  first: number,
  last: number,
  negated: boolean,
  text?: string,
): BoundItem {
  return {
    kind: 'flag',
    flag,
    word: first,
    from: words[first]!.from,
    to: words[last]!.to,
    negated,
    ...(text === undefined ? {} : { text }),
  }
}
