import type { Span } from '@ocish/sdk'
import type { BoundCall, FlagTarget } from '../bound-call.ts'
import { quoteLiteral } from '../quote.ts'
import type { ColumnType, Param, Signature } from '../signature.ts'
import type { BoundProgram } from './bound-program.ts'
import { literalText } from './call-words.ts'
import { columnType, type EdgeType } from './edge-type.ts'
import { parseWord } from './parse-word.ts'
import { Scanner } from './scanner.ts'
import { visibleNames } from './visible-names.ts'
import type { CallStage, Expression, Part, Pipe, Program, Stage, WhereStage, Word } from './syntax.ts'

/** What is replaced (`from` to `to`), what stands there before the cursor, and how it is quoted. */
interface Place extends Span {
  /** The text before the cursor, without quotes and escapes. */
  readonly prefix: string
  /** `double`: inside `"…"` beside an expansion; only escapes are needed there. */
  readonly quote: 'word' | 'double'
  /** A `$name` ends right before it, which a letter or digit would make longer. */
  readonly afterName?: boolean
}

/** What could be written at the cursor: the question completion answers. */
export type Site =
  | (Place & { readonly kind: 'command'; readonly input: EdgeType })
  | (Place & { readonly kind: 'flag'; readonly signature: Signature })
  | (Place & { readonly kind: 'flag-value'; readonly signature: Signature; readonly flag: FlagTarget })
  | (Place & {
      readonly kind: 'argument'
      readonly signature: Signature
      /** Absent: nothing more is taken. */
      readonly param?: Param
      readonly call: BoundCall
      readonly input: EdgeType
    })
  | (Place & { readonly kind: 'field'; readonly input: EdgeType })
  | (Place & { readonly kind: 'operator'; readonly type?: ColumnType })
  | (Place & { readonly kind: 'value'; readonly field?: string; readonly input: EdgeType })
  | (Place & {
      readonly kind: 'variable'
      /** Every name that has a value here. */
      readonly names: readonly string[]
    })
  | (Place & { readonly kind: 'file' })
  | (Place & { readonly kind: 'none' })

const nothing: EdgeType = { form: 'none' }

/** The innermost thing that touches the cursor, inside `$( … )` and `{ … }` too. Never throws. */
export function siteAt(bound: BoundProgram, cursor: number): Site {
  const finder = new Finder(bound, Math.max(0, Math.min(cursor, bound.parsed.source.text.length)))
  return finder.find()
}

/** A value as it is written at a site: reading it back gives exactly the value, whatever is in it (T45). */
export function insertion(value: string, site: Site): string {
  if (site.kind === 'flag' || site.kind === 'variable' || site.kind === 'operator' || site.kind === 'field')
    return value
  const grows = site.afterName === true && /^\w/.test(value)
  if (site.quote === 'word') return `${grows ? "''" : ''}${quoteLiteral(value)}`
  return `${grows ? '""' : ''}${escapedDouble(value)}`
}

function escapedDouble(value: string): string {
  const names: Readonly<Record<string, string>> = {
    '\n': String.raw`\n`,
    '\t': String.raw`\t`,
    '\r': String.raw`\r`,
  }
  return value
    .replaceAll(/["\\$]/g, String.raw`\$&`)
    .replaceAll(/[\n\t\r]/g, (character) => names[character]!)
}

class Finder {
  readonly #bound: BoundProgram
  readonly #text: string
  readonly #cursor: number

  constructor(bound: BoundProgram, cursor: number) {
    this.#bound = bound
    this.#text = bound.parsed.source.text
    this.#cursor = cursor
  }

  find(): Site {
    const comment = this.#bound.parsed.tokens.find(
      (token) => token.class === 'comment' && token.from < this.#cursor && this.#cursor <= token.to,
    )
    if (comment !== undefined) return { kind: 'none', ...this.#empty() }
    const { diagnostics, program } = this.#bound.parsed
    const dollar = diagnostics.some(({ code, to }) => code === 'SYNTAX_LONE_DOLLAR' && to === this.#cursor)
    return dollar ? this.#variable(this.#empty()) : this.#inProgram(program)
  }

  #empty(): Place {
    return { from: this.#cursor, to: this.#cursor, prefix: '', quote: 'word' }
  }

  #touches(span: Span): boolean {
    return span.from <= this.#cursor && this.#cursor <= span.to
  }

  /** A new command begins here. */
  #fresh(input: EdgeType = nothing): Site {
    return { kind: 'command', input, ...this.#empty() }
  }

  #inProgram(program: Program): Site {
    const statement = program.statements.findLast((entry) => entry.from <= this.#cursor)
    if (statement === undefined) return this.#fresh()
    if (statement.to < this.#cursor && /[;\n&]/.test(this.#text.slice(statement.to, this.#cursor)))
      return this.#fresh()
    if (statement.background && this.#cursor >= statement.to) return this.#fresh()
    const chained =
      statement.pipes.findLast((entry) => entry.pipe.from <= this.#cursor) ?? statement.pipes[0]!
    return this.#inPipe(chained.pipe)
  }

  #inPipe(pipe: Pipe): Site {
    for (const redirect of pipe.redirects) {
      const { target } = redirect
      if (target !== undefined && this.#touches(target))
        return this.#inWord(target, (place) => ({ kind: 'file', ...place }))
      if (target === undefined && redirect.from < this.#cursor) return { kind: 'file', ...this.#empty() }
    }
    const stage = pipe.stages.findLast((entry) => entry.from <= this.#cursor) ?? pipe.stages[0]!
    return this.#inStage(stage)
  }

  #inStage(stage: Stage): Site {
    const input = this.#bound.stages.get(stage)?.input ?? nothing
    switch (stage.kind) {
      case 'missing':
        return this.#fresh(input)
      case 'value':
        return this.#inWord(stage.word, (place) => this.#variable(place))
      case 'let':
        if (stage.value === undefined || !this.#touches(stage.value))
          return { kind: 'none', ...this.#empty() }
        return this.#inWord(stage.value, (place) => ({ kind: 'none', ...place }))
      case 'where':
        return this.#inWhere(stage, input)
      case 'call':
        return this.#inCall(stage, input)
      default:
        return stage satisfies never
    }
  }

  #inCall(stage: CallStage, input: EdgeType): Site {
    if (this.#touches(stage.head)) {
      return this.#inWord(stage.head, (place) =>
        stage.external ? { kind: 'none', ...place } : { kind: 'command', input, ...place },
      )
    }
    if (stage.block !== undefined && this.#touches(stage.block)) return this.#inProgram(stage.block)
    const call = this.#bound.stages.get(stage)?.call
    const index = stage.args.findIndex((word) => this.#touches(word))
    const word = stage.args[index]
    if (call === undefined) return this.#inUnknown(stage, word, input)
    if (word === undefined) return this.#afterWords(stage, call, input)
    return this.#inWord(word, (place) => this.#inArgument(stage, word, index + 1, call, input, place))
  }

  /** No command (yet): the second word of a two-word name, or anything. */
  #inUnknown(stage: CallStage, word: Word | undefined, input: EdgeType): Site {
    const head = literalText(stage.head)
    if (word === undefined || head === undefined || word !== stage.args[0])
      return { kind: 'none', ...this.#empty() }
    return this.#inWord(word, (place) => ({
      kind: 'command',
      input,
      ...place,
      from: stage.head.from,
      prefix: `${head} ${place.prefix}`,
    }))
  }

  #inArgument(
    stage: CallStage,
    word: Word,
    index: number,
    call: BoundCall,
    input: EdgeType,
    place: Place,
  ): Site {
    const { signature } = call
    const first = word.parts[0]!
    const literal = call.items.some((item) => item.kind === 'separator' && item.from < word.from)
    const dashed = !literal && first.kind === 'bare' && first.text.startsWith('-')
    const equals = this.#text.indexOf('=', word.from)
    const item = call.items.find((entry) => entry.from <= word.from && word.to <= entry.to)
    if (dashed && equals >= 0 && equals < this.#cursor && equals < word.to && item?.kind === 'flag') {
      const prefix = place.prefix.slice(place.prefix.indexOf('=') + 1)
      return { kind: 'flag-value', signature, flag: item.flag, ...place, from: equals + 1, prefix }
    }
    if (dashed) return { kind: 'flag', signature, ...place }
    if (item?.kind === 'flag') return { kind: 'flag-value', signature, flag: item.flag, ...place }
    if (this.#isName(stage, index, call))
      return {
        kind: 'command',
        input,
        ...place,
        from: stage.head.from,
        prefix: `${literalText(stage.head) ?? ''} ${place.prefix}`,
      }
    const param = item?.kind === 'argument' ? item.param : undefined
    if (param?.type === 'field') return { kind: 'field', input, ...place }
    return { kind: 'argument', signature, call, input, ...(param === undefined ? {} : { param }), ...place }
  }

  #isName(stage: CallStage, index: number, call: BoundCall): boolean {
    return (
      index === 1 &&
      call.signature.name.includes(' ') &&
      call.signature.name.startsWith(`${literalText(stage.head) ?? ''} `)
    )
  }

  /** Between or after the words: what would come next. */
  #afterWords(stage: CallStage, call: BoundCall, input: EdgeType): Site {
    const { signature } = call
    const before = stage.args.filter((word) => word.to < this.#cursor)
    const open = this.#openFlag(before.at(-1), call)
    if (open !== undefined) return { kind: 'flag-value', signature, flag: open, ...this.#empty() }
    const taken = call.items.filter((item) => item.kind === 'argument' && item.to < this.#cursor).length
    const param = nextParam(signature, taken)
    if (param?.type === 'field') return { kind: 'field', input, ...this.#empty() }
    return {
      kind: 'argument',
      signature,
      call,
      input,
      ...(param === undefined ? {} : { param }),
      ...this.#empty(),
    }
  }

  /** A flag just before the cursor that still wants its value. */
  #openFlag(word: Word | undefined, call: BoundCall): FlagTarget | undefined {
    const item = call.items.find((entry) => entry.kind === 'flag' && entry.from === word?.from)
    if (word === undefined || item?.kind !== 'flag' || item.flag.type === 'bool') return undefined
    const missing =
      item.text === undefined && item.to === word.to && !this.#text.slice(word.from, word.to).includes('=')
    return missing || item.to > word.to ? item.flag : undefined
  }

  #inWhere(stage: WhereStage, input: EdgeType): Site {
    const node = this.#operand(stage.expression)
    if (node !== undefined) return this.#inOperand(node.node, node.left, input)
    if (this.#cursor > stage.expression.to && stage.expression.kind !== 'missing') {
      const field = stage.expression.kind === 'field' ? stage.expression.path[0] : undefined
      const type = typeof field === 'string' ? columnType(input, field) : undefined
      const begun = /\s([^\s()]+)$/.exec(this.#text.slice(stage.expression.to, this.#cursor))?.[1] ?? ''
      const place: Place = { ...this.#empty(), from: this.#cursor - begun.length, prefix: begun }
      return { kind: 'operator', ...(type === undefined ? {} : { type }), ...place }
    }
    return { kind: 'field', input, ...this.#empty() }
  }

  /** The operand at the cursor, and the field it is compared with. */
  #operand(
    expression: Expression,
    left?: Expression,
  ): { readonly node: Expression; readonly left?: Expression } | undefined {
    if (expression.kind === 'and' || expression.kind === 'or') {
      return this.#firstOf(expression.operands.map((operand) => [operand, undefined] as const))
    }
    if (expression.kind === 'not') return this.#operand(expression.operand)
    if (expression.kind === 'compare')
      return this.#firstOf([
        [expression.right, expression.left],
        [expression.left, undefined],
      ])
    if (!this.#touches(expression)) return undefined
    return left === undefined ? { node: expression } : { node: expression, left }
  }

  #firstOf(
    pairs: readonly (readonly [Expression, Expression | undefined])[],
  ): { readonly node: Expression; readonly left?: Expression } | undefined {
    for (const [node, left] of pairs) {
      const found = this.#operand(node, left)
      if (found !== undefined) return found
    }
    return undefined
  }

  #inOperand(node: Expression, left: Expression | undefined, input: EdgeType): Site {
    const place = {
      from: node.from,
      to: node.to,
      prefix: this.#text.slice(node.from, this.#cursor),
      quote: 'word' as const,
    }
    const field = left?.kind === 'field' ? left.path[0] : undefined
    const named = typeof field === 'string' ? { field } : {}
    if (node.kind === 'word')
      return this.#inWord(node.word, (inner) => ({ kind: 'value', input, ...named, ...inner }))
    if (left !== undefined && node.kind !== 'field') return { kind: 'value', input, ...named, ...place }
    return { kind: 'field', input, ...place }
  }

  /** Inside a word: in an expansion of it, or in its text, which `outer` places. */
  #inWord(word: Word, outer: (place: Place) => Site): Site {
    const inner = this.#inParts(word.parts)
    if (inner !== undefined) return inner
    if (literalText(word) !== undefined) {
      return outer({ from: word.from, to: word.to, prefix: this.#textBefore(word.from), quote: 'word' })
    }
    const leaf = leafAt(word.parts, this.#cursor)
    if (leaf === undefined) return outer(this.#empty())
    const { from, to, text, double } = leaf
    const afterName = from > word.from && /\w/.test(this.#text[from - 1]!)
    const prefix = text.slice(0, Math.max(0, this.#cursor - from))
    return outer({ from, to, prefix, quote: double ? 'double' : 'word', ...(afterName ? { afterName } : {}) })
  }

  #inParts(parts: readonly Part[]): Site | undefined {
    for (const part of parts) {
      if (part.kind === 'double') {
        const inner = this.#inParts(part.parts)
        if (inner !== undefined) return inner
      } else if (part.kind === 'substitution') {
        const end = part.closed ? part.to - 1 : part.to
        if (part.from + 2 <= this.#cursor && this.#cursor <= end) return this.#inProgram(part.body)
      } else if (part.kind === 'variable' && part.from < this.#cursor && this.#touches(part)) {
        const from = part.from + (part.braced ? 2 : 1)
        const to = Math.max(from, part.braced && this.#text[part.to - 1] === '}' ? part.to - 1 : part.to)
        if (this.#cursor >= from && this.#cursor <= to) {
          const prefix = this.#text.slice(from, this.#cursor)
          return this.#variable({ from, to, prefix, quote: 'word' })
        }
      }
    }
    return undefined
  }

  #variable(place: Place): Site {
    const { known, parsed } = this.#bound
    return { kind: 'variable', names: [...known, ...visibleNames(parsed.program, this.#cursor)], ...place }
  }

  /** What the word's beginning up to the cursor says. */
  #textBefore(from: number): string {
    const scanner = new Scanner(this.#text.slice(0, this.#cursor))
    scanner.at = from
    const word = from < this.#cursor ? parseWord(scanner, 'argument') : undefined
    return word === undefined ? '' : (literalText(word) ?? '')
  }
}

interface Leaf extends Span {
  readonly text: string
  readonly double: boolean
}

/** The literal piece of a word at the cursor; an empty one inside `"…"` where no piece is. */
function leafAt(parts: readonly Part[], cursor: number, double = false): Leaf | undefined {
  for (const part of parts) {
    if (part.kind === 'double') {
      const inner = leafAt(part.parts, cursor, true)
      if (inner !== undefined) return inner
      const end = part.closed ? part.to - 1 : part.to
      if (part.from < cursor && cursor <= end) return { from: cursor, to: cursor, text: '', double: true }
    } else if ('text' in part && part.from <= cursor && cursor <= part.to) {
      return { from: part.from, to: part.to, text: part.text, double }
    }
  }
  return undefined
}

/** The parameter that the next argument would be; one before a later required one may still grow. */
function nextParam(signature: Signature, taken: number): Param | undefined {
  const { params } = signature
  const many = params.findIndex((param) => param.many === true)
  if (many < 0 || taken < many) return params[taken]
  return taken === many ? params[many] : (params.at(-1) ?? params[many])
}
