import type { Span } from '@ocish/sdk'
import type { SourceText } from '../diagnostic.ts'
import { parseExpression } from './parse-expression.ts'
import { parseWord } from './parse-word.ts'
import { Scanner } from './scanner.ts'
import type {
  Expression,
  LetStage,
  Parsed,
  Pipe,
  Program,
  Redirect,
  Stage,
  Statement,
  ValueStage,
  Word,
} from './syntax.ts'
import { wholeExpansion } from './whole-expansion.ts'

const identifier = /[A-Za-z_][A-Za-z0-9_]*/y
const tryWord = /try(?=[ \t]|$)/y
const flagAhead = /[ \t]+--?[A-Za-z]/y

/** Reads any text: never throws, looks at each character a bounded number of times, and goes on after mistakes. */
export function parse(text: string, name = '-c'): Parsed {
  const scanner = new Scanner(text)
  // The byte order mark that some editors write.
  if (text.startsWith('\uFEFF')) scanner.at = 1
  scanner.program = (close) => parseNested(scanner, close)
  const program = parseProgram(scanner)
  return finish(scanner, program, { name, text })
}

/** The condition that begins at `from` and goes to the end of `text`. */
export function parseCondition(
  text: string,
  from = 0,
): {
  readonly expression: Expression
  readonly diagnostics: Parsed['diagnostics']
} {
  const scanner = new Scanner(text)
  scanner.at = from
  scanner.program = (close) => parseNested(scanner, close)
  const expression = parseExpression(scanner)
  if (!scanner.ended) {
    scanner.report({
      code: 'SYNTAX_UNEXPECTED',
      message: `unexpected '${scanner.char!}' in a condition`,
      from: scanner.at,
      to: text.length,
    })
  }
  return { expression, diagnostics: scanner.diagnostics }
}

function finish(scanner: Scanner, program: Program, source: SourceText): Parsed {
  const { tokens, diagnostics: all } = scanner
  // What is nested too deeply was not read, so nothing that is open before it is known to be open.
  const tooDeep = all.some(({ code }) => code === 'SYNTAX_TOO_DEEP')
  const diagnostics = tooDeep ? all.filter(({ incomplete }) => incomplete !== true) : all
  return { source, program, tokens, diagnostics, incomplete: scanner.incomplete && !tooDeep }
}

function parseNested(scanner: Scanner, close: string): Program {
  if (!scanner.enter()) return { from: scanner.at, to: scanner.at, statements: [] }
  const program = parseProgram(scanner, close)
  scanner.leave()
  return program
}

function parseProgram(scanner: Scanner, close?: string): Program {
  const from = scanner.at
  const statements: Statement[] = []
  for (;;) {
    scanner.blank(true)
    const char = scanner.char
    if (char === undefined || char === close) break
    if (char === ';') scanner.take(1, 'operator')
    else if (char === ')' || char === '}') unexpected(scanner, `unexpected '${char}'`)
    else {
      const before = scanner.at
      statements.push(parseStatement(scanner))
      if (scanner.at === before) unexpected(scanner, `unexpected '${scanner.char!}'`)
    }
  }
  return { from, to: scanner.at, statements }
}

function unexpected(scanner: Scanner, message: string, hint?: string): void {
  const from = scanner.at
  scanner.take(1, 'error')
  scanner.report({
    code: 'SYNTAX_UNEXPECTED',
    message,
    from,
    to: from + 1,
    ...(hint === undefined ? {} : { hint }),
  })
}

function parseStatement(scanner: Scanner): Statement {
  const from = scanner.at
  const pipes: { operator?: '&&' | '||'; pipe: Pipe }[] = [{ pipe: parsePipe(scanner) }]
  let background = false
  for (;;) {
    scanner.blank(false)
    const operator = scanner.looksAt('&&') ? '&&' : scanner.looksAt('||') ? '||' : undefined
    if (operator === undefined) break
    scanner.take(2, 'operator')
    scanner.blank(true)
    pipes.push({ operator, pipe: parsePipe(scanner) })
  }
  if (scanner.char === '&') {
    scanner.take(1, 'operator')
    background = true
  }
  return { from, to: scanner.at, pipes, background }
}

function parsePipe(scanner: Scanner): Pipe {
  const from = scanner.at
  const stages: Stage[] = [parseStage(scanner)]
  const redirects: Redirect[] = []
  let to = scanner.at
  for (;;) {
    scanner.blank(false)
    if (scanner.char === '\n' && !continues(scanner)) break
    const char = scanner.char
    if (char === '|' && scanner.text[scanner.at + 1] !== '|') {
      scanner.take(1, 'operator')
      scanner.blank(true)
      stages.push(parseStage(scanner))
    } else if (char === '>' || char === '<') redirects.push(parseRedirect(scanner))
    else break
    to = scanner.at
  }
  return { from, to, stages, redirects }
}

/** A line may begin with `|`: looks over the newline, and goes there when it does. */
function continues(scanner: Scanner): boolean {
  const from = scanner.at
  const tokens = scanner.tokens.length
  scanner.blank(true)
  if (scanner.char === '|' && scanner.text[scanner.at + 1] !== '|') return true
  scanner.at = from
  scanner.tokens.length = tokens
  return false
}

function parseRedirect(scanner: Scanner): Redirect {
  const from = scanner.at
  const operator = scanner.looksAt('>>') ? '>>' : scanner.char === '>' ? '>' : '<'
  scanner.take(operator.length, 'operator')
  scanner.blank(false)
  const target = parseWord(scanner, 'argument')
  if (target === undefined) {
    scanner.expected(from, from + operator.length, 'SYNTAX_MISSING_FILE', `expected a file after ${operator}`)
  }
  return { from, to: scanner.at, operator, ...(target === undefined ? {} : { target }) }
}

function parseStage(scanner: Scanner): Stage {
  scanner.blank(false)
  const from = scanner.at
  const tried = scanner.match(tryWord) !== undefined
  if (tried) {
    scanner.take(3, 'keyword')
    scanner.blank(false)
  }
  const external = scanner.char === '^'
  if (external) scanner.take(1, 'operator')
  const head = parseWord(scanner, external ? 'external' : 'command')
  if (head === undefined) return missing(scanner, from)
  if (!external && !tried) {
    const name = plainText(head)
    if (wholeExpansion(head) !== undefined) return parseValue(scanner, head)
    // `where --help` and its like: no condition begins with a flag.
    if (name === 'where' && scanner.match(flagAhead) === undefined) return parseWhere(scanner, head)
    if (name === 'let') return parseLet(scanner, head)
  }
  return parseCall(scanner, head, { external, try: tried, from })
}

function missing(scanner: Scanner, from: number): Stage {
  const backtick = scanner.char === '`'
  if (backtick) {
    unexpected(scanner, 'backticks have no meaning', 'Use $( … ).')
  } else {
    scanner.expected(from, scanner.at, 'SYNTAX_MISSING_COMMAND', 'expected a command')
  }
  return { kind: 'missing', from, to: scanner.at }
}

/** The text of a word that is one bare piece. */
function plainText(word: Word): string | undefined {
  const [part] = word.parts
  return word.parts.length === 1 && part!.kind === 'bare' && !word.spread ? part!.text : undefined
}

function parseValue(scanner: Scanner, word: Word): ValueStage {
  if (word.spread) {
    scanner.report({
      code: 'SYNTAX_UNEXPECTED',
      message: 'a value that is a whole stage is not spread',
      hint: 'Leave out the dots.',
      from: word.from,
      to: word.from + 3,
    })
  }
  const rest = parseWords(scanner, 'error')
  if (rest.length > 0) {
    scanner.report({
      code: 'SYNTAX_UNEXPECTED',
      message: 'a value takes no arguments',
      hint: 'Put | between the value and what works on it.',
      from: rest[0]!.from,
      to: rest.at(-1)!.to,
    })
  }
  return { kind: 'value', word, from: word.from, to: word.to }
}

function parseWords(scanner: Scanner, kind: 'error'): Word[] {
  const words: Word[] = []
  for (;;) {
    const before = scanner.at
    scanner.blank(false)
    const word = parseWord(scanner, kind)
    if (word === undefined) {
      scanner.at = Math.max(before, scanner.at)
      return words
    }
    words.push(word)
  }
}

function parseWhere(scanner: Scanner, head: Word): Stage {
  scanner.reclassify(head.from, 'keyword')
  const expression = parseExpression(scanner)
  return {
    kind: 'where',
    expression: unquoted(scanner, expression),
    from: head.from,
    to: Math.max(head.to, expression.to),
  }
}

/** One quoted string is the condition itself (shell.md §2.3, note b). */
function unquoted(scanner: Scanner, expression: Expression): Expression {
  if (expression.kind !== 'word' || expression.word.parts.length !== 1) return expression
  const [part] = expression.word.parts
  const text =
    part!.kind === 'single' && part!.closed
      ? part!.text
      : part!.kind === 'double'
        ? doubleText(part!)
        : undefined
  if (text === undefined) return expression
  const from = part!.from + 1
  const exact = scanner.text.startsWith(text, from) && from + text.length === part!.to - 1
  const inner = exact ? parseCondition(scanner.text.slice(0, part!.to - 1), from) : parseCondition(text)
  // Escapes move the text; then the whole string is the place of everything in it.
  for (const { incomplete: _, replace: __, ...rest } of inner.diagnostics) {
    scanner.report(exact ? rest : { ...rest, from: part!.from, to: part!.to })
  }
  return exact ? inner.expression : placed(inner.expression, part!)
}

function placed(expression: Expression, span: Span): Expression {
  const place = { from: span.from, to: span.to }
  switch (expression.kind) {
    case 'and':
    case 'or':
      return {
        ...expression,
        ...place,
        operands: expression.operands.map((operand) => placed(operand, span)),
      }
    case 'not':
      return { ...expression, ...place, operand: placed(expression.operand, span) }
    case 'compare':
      return {
        ...expression,
        ...place,
        left: placed(expression.left, span),
        right: placed(expression.right, span),
      }
    case 'word':
      return { ...expression, ...place, word: { ...expression.word, ...place } }
    case 'field':
    case 'literal':
    case 'missing':
      return { ...expression, ...place }
    default:
      return expression satisfies never
  }
}

function doubleText(part: Extract<Word['parts'][number], { kind: 'double' }>): string | undefined {
  if (!part.closed || part.parts.some((inner) => inner.kind !== 'bare')) return undefined
  return part.parts.map((inner) => (inner.kind === 'bare' ? inner.text : '')).join('')
}

function parseLet(scanner: Scanner, head: Word): LetStage {
  scanner.reclassify(head.from, 'keyword')
  scanner.blank(false)
  const nameFrom = scanner.at
  const name = scanner.match(identifier) ?? ''
  scanner.take(name.length, 'variable')
  const nameSpan = { from: nameFrom, to: scanner.at }
  if (name === '') scanner.expected(nameFrom, scanner.at, 'SYNTAX_LET', 'expected a name after let')
  scanner.blank(false)
  if (scanner.char === '=') scanner.take(1, 'operator')
  else if (name !== '') scanner.expected(scanner.at, scanner.at, 'SYNTAX_LET', `expected = after let ${name}`)
  scanner.blank(false)
  const value = parseWord(scanner, 'argument')
  if (value === undefined && name !== '') {
    scanner.expected(scanner.at, scanner.at, 'SYNTAX_LET', 'expected a value or $( … )')
  }
  const to = scanner.at
  const rest = parseWords(scanner, 'error')
  if (rest.length > 0) {
    scanner.report({
      code: 'SYNTAX_LET',
      message: 'let takes one value',
      hint: 'Quote text with blanks, or use $( … ) for a command.',
      from: rest[0]!.from,
      to: rest.at(-1)!.to,
    })
  }
  return { kind: 'let', name, nameSpan, from: head.from, to, ...(value === undefined ? {} : { value }) }
}

function parseCall(
  scanner: Scanner,
  head: Word,
  prefix: { readonly external: boolean; readonly try: boolean; readonly from: number },
): Stage {
  const args: Word[] = []
  let block: Program | undefined
  let to = scanner.at
  for (;;) {
    scanner.blank(false)
    const char = scanner.char
    const word = parseWord(scanner, 'argument')
    if (word !== undefined) args.push(word)
    else if (char === '{' && block === undefined) block = parseBlock(scanner)
    else if (char === '{') unexpected(scanner, 'a second block')
    else if (char === '(') unexpected(scanner, "unexpected '('", 'Use $( … ) for a command inside a command.')
    else if (char === '`') unexpected(scanner, 'backticks have no meaning', 'Use $( … ).')
    else break
    to = scanner.at
  }
  return { kind: 'call', head, args, ...prefix, to, ...(block === undefined ? {} : { block }) }
}

function parseBlock(scanner: Scanner): Program {
  const from = scanner.at
  scanner.take(1, 'operator')
  const block = scanner.program('}')
  if (scanner.char === '}') scanner.take(1, 'operator')
  else scanner.expected(from, from + 1, 'SYNTAX_UNCLOSED', "'{' is not closed")
  return block
}
