import type { BoundItem, CallWord } from './bound-call.ts'
import { checkedValue } from './checked-value.ts'
import type { Commands } from './commands.ts'
import type { Diagnostic } from './diagnostic.ts'
import type { Param, Signature } from './signature.ts'

interface Assigned {
  readonly args: Readonly<Record<string, unknown>>
  readonly items: readonly BoundItem[]
  /** Positions (among the arguments) that positional flags apply to: those of the `many` parameter, else the first. */
  readonly slots: readonly number[]
}

/** Types whose words may be patterns over remote or local names (shell.md §2.2). */
const patternTypes = new Set(['ref', 'path'])

/** Gives each argument its parameter: from the front, and from the end after a `many` one (`cp SRC… DST`). */
export function assignParams(
  signature: Signature,
  positionals: readonly number[],
  words: readonly CallWord[],
  commands: Commands,
  diagnostics: Diagnostic[],
): Assigned {
  const args: Record<string, unknown> = Object.create(null) as Record<string, unknown>
  const items: BoundItem[] = []
  const open = positionals.some((index) => words[index]!.spread === true)
  const shares = share(signature.params, positionals.length)
  let position = 0
  let slots: number[] = positionals.length > 0 ? [0] : []
  for (const [index, param] of signature.params.entries()) {
    const taken = positionals.slice(position, position + shares[index]!)
    if (param.many === true) slots = taken.map((_, offset) => position + offset)
    position += taken.length
    const values: unknown[] = []
    for (const at of taken) {
      const word = asWritten(param, words[at]!)
      items.push({
        kind: 'argument',
        param,
        word: at,
        from: word.from,
        to: word.to,
        ...(word.text === undefined ? {} : { text: word.text }),
        pattern: word.pattern === true && patternTypes.has(param.type),
      })
      values.push(argumentValue(param, word, commands, diagnostics))
    }
    if (param.many === true)
      args[param.name] = values.length === 0 && param.default !== undefined ? param.default : values
    else if (taken.length > 0) args[param.name] = values[0]
    else if (param.default !== undefined) args[param.name] = param.default
    if (taken.length === 0 && param.optional !== true && param.default === undefined && !open) {
      diagnostics.push(missing(signature, param, words))
    }
  }
  if (position < positionals.length && !open)
    diagnostics.push(tooMany(signature, position, positionals, words))
  return { args, items, slots }
}

/** A field keeps the quotes of its steps; anything else is the text without them. */
function asWritten(param: Param, word: CallWord): CallWord {
  return param.type === 'field' && word.path !== undefined ? { ...word, text: word.path } : word
}

/** How many arguments each parameter takes. */
function share(params: readonly Param[], count: number): number[] {
  const need = (param: Param): number => (param.optional === true || param.default !== undefined ? 0 : 1)
  const shares = params.map(need)
  let spare = count - shares.reduce((sum, value) => sum + value, 0)
  if (spare < 0) return firstCome(shares, count)
  const many = params.findIndex((param) => param.many === true)
  for (const [index, param] of params.entries()) {
    if (spare <= 0) break
    if (param.many === true || shares[index] !== 0) continue
    // With `many` before it, an optional last parameter stays empty until the many one has something.
    if (many >= 0 && many < index && shares[many] === 0) continue
    shares[index] = 1
    spare--
  }
  if (many >= 0) shares[many]! += spare
  return shares
}

/** Too few: those at the front get theirs, so that the first one missing is named. */
function firstCome(needs: readonly number[], count: number): number[] {
  let left = count
  return needs.map((need) => {
    const given = Math.min(need, left)
    left -= given
    return given
  })
}

const operators = /^(?:\|\|?|&&?|;|>>?|<)$/

function argumentValue(param: Param, word: CallWord, commands: Commands, diagnostics: Diagnostic[]): unknown {
  if (word.text === undefined) return undefined
  if (word.argv === true && operators.test(word.text) && param.type !== 'string') {
    diagnostics.push({
      code: 'USAGE_INVALID_VALUE',
      message: `'${word.text}' is not interpreted here`,
      hint: 'Put the whole line into quotes after -c.',
      from: word.from,
      to: word.to,
    })
    return word.text
  }
  const { value, diagnostic } = checkedValue(param, label(param), word.text, word, commands)
  if (diagnostic !== undefined) diagnostics.push(diagnostic)
  return value
}

function label(param: Param): string {
  return param.name.toUpperCase()
}

/** `cp SRC… DST`: the command's line with its parameters, without flags. */
export function usageLine(signature: Signature): string {
  const words = signature.params.map((param) => {
    const name = `${param.enum === undefined ? label(param) : param.enum.join('|')}${param.many === true ? '…' : ''}`
    return param.optional === true || param.default !== undefined ? `[${name}]` : name
  })
  return [signature.name, ...words].join(' ')
}

function missing(signature: Signature, param: Param, words: readonly CallWord[]): Diagnostic {
  const end = words.at(-1)?.to ?? 0
  return {
    code: 'USAGE_MISSING_ARGUMENT',
    message: `${signature.name} needs ${label(param)}`,
    hint: `Write ${usageLine(signature)}.`,
    from: end,
    to: end,
  }
}

function tooMany(
  signature: Signature,
  taken: number,
  positionals: readonly number[],
  words: readonly CallWord[],
): Diagnostic {
  const first = words[positionals[taken]!]!
  const last = words[positionals.at(-1)!]!
  const count = positionals.length - taken
  const operator = first.argv === true && first.text !== undefined && operators.test(first.text)
  return {
    code: 'USAGE_TOO_MANY_ARGUMENTS',
    message: operator
      ? `'${first.text}' is not interpreted here`
      : `${signature.name} takes ${taken === 0 ? 'no arguments' : `${taken} argument${taken === 1 ? '' : 's'}`}, got ${taken + count}`,
    hint: operator ? 'Put the whole line into quotes after -c.' : `Write ${usageLine(signature)}.`,
    from: first.from,
    to: last.to,
  }
}
