import { parsePath, parseWord } from './parse-word.ts'
import type { Scanner } from './scanner.ts'
import type { Comparison, Expression, FieldExpression, LiteralType } from './syntax.ts'
import { durationOf, sizeOf } from '../value-of.ts'

const comparisons: readonly Comparison[] = ['==', '!=', '<=', '>=', '=~', '!~', '<', '>']
const wordComparisons: readonly Comparison[] = ['in', 'contains', 'matches', 'startswith', 'endswith']
const keywords: readonly string[] = ['or', 'and', 'not', ...wordComparisons]

const fieldName = /[A-Za-z_][A-Za-z0-9_-]*/y
const bareValue = /[^\s()|;&<>"'`$\\{}]+/y
const partialStep = /(?:\[\d{0,9}|\.(?:"[^"\n]*)?)$/y
const keywordEnd = /[\w-]/
const number = /^-?\d{1,15}(?:\.\d{1,15})?$/
const sized = /^\d{1,15}(?:\.\d{1,9})?(?:B|kB|MB|GB|TB|KiB|MiB|GiB|TiB)$/
const lasting = /^(?:\d{1,12}(?:\.\d{1,6})?(?:ms|s|m|h|d|w|y))+$/

/**
 * What follows `where`: a condition, up to the end of the stage. A quoted text with nothing after it is a condition in
 * itself, which the parser opens. Comparisons do not chain, so `<` or `>` after one is a redirect.
 */
export function parseExpression(scanner: Scanner): Expression {
  const quoted = parseQuoted(scanner)
  if (quoted !== undefined) return quoted
  const expression = parseOr(scanner)
  scanner.blank(false)
  if (!atEnd(scanner) && !isRedirect(scanner)) leftover(scanner)
  return expression
}

function parseQuoted(scanner: Scanner): Expression | undefined {
  scanner.blank(false)
  const from = scanner.at
  if (scanner.char !== "'" && scanner.char !== '"') return undefined
  const tokens = scanner.tokens.length
  const complaints = scanner.diagnostics.length
  const word = parseWord(scanner, 'argument')!
  const to = scanner.at
  scanner.blank(false)
  if (atEnd(scanner) || isRedirect(scanner)) return { kind: 'word', word, from, to }
  scanner.at = from
  scanner.tokens.length = tokens
  scanner.diagnostics.length = complaints
  return undefined
}

function isRedirect(scanner: Scanner): boolean {
  return (scanner.char === '<' || scanner.char === '>') && scanner.text[scanner.at + 1] !== '='
}

function atEnd(scanner: Scanner): boolean {
  const char = scanner.char
  return char === undefined || '|;\n)}&'.includes(char)
}

/** What stands where an operator or the end was expected. */
function leftover(scanner: Scanner): void {
  const from = scanner.at
  const partial = takePartial(scanner)
  while (!atEnd(scanner)) {
    const before = scanner.at
    if (parseWord(scanner, 'error') === undefined) scanner.blank(false)
    if (scanner.at === before) scanner.take(1, 'error')
  }
  scanner.report({
    code: 'SYNTAX_UNEXPECTED',
    message: 'expected and, or, a comparison, or the end of the condition',
    hint: 'Join conditions with and or or; quote text with blanks.',
    from,
    to: scanner.at,
    ...(partial ? { incomplete: true } : {}),
  })
}

/** The beginning of a keyword or of a step into a field at the very end of the text. */
function takePartial(scanner: Scanner): boolean {
  const step = scanner.match(partialStep)
  if (step !== undefined) {
    scanner.take(step.length, 'field')
    return true
  }
  const word = scanner.match(bareValue)
  if (word === undefined || scanner.at + word.length < scanner.text.length) return false
  if (!keywords.some((keyword) => keyword.startsWith(word))) return false
  scanner.take(word.length, 'keyword')
  return true
}

function isKeyword(scanner: Scanner, word: string): boolean {
  return scanner.looksAt(word) && !keywordEnd.test(scanner.text[scanner.at + word.length] ?? '')
}

function parseOr(scanner: Scanner): Expression {
  return parseChain(scanner, 'or', () => parseChain(scanner, 'and', () => parseUnary(scanner)))
}

function parseChain(scanner: Scanner, kind: 'and' | 'or', next: () => Expression): Expression {
  const operands = [next()]
  for (;;) {
    scanner.blank(false)
    if (!isKeyword(scanner, kind)) break
    scanner.take(kind.length, 'keyword')
    operands.push(next())
  }
  const [first] = operands
  return operands.length === 1 ? first! : { kind, operands, from: first!.from, to: operands.at(-1)!.to }
}

function parseUnary(scanner: Scanner): Expression {
  scanner.blank(false)
  const from = scanner.at
  if (!isKeyword(scanner, 'not')) return parseComparison(scanner)
  scanner.take(3, 'keyword')
  if (!scanner.enter()) return { kind: 'missing', from, to: scanner.at }
  const operand = parseUnary(scanner)
  scanner.leave()
  return { kind: 'not', operand, from, to: operand.to }
}

function parseComparison(scanner: Scanner): Expression {
  const left = parseOperand(scanner, 'left')
  scanner.blank(false)
  const operator = parseOperator(scanner)
  if (operator === undefined) return left
  const right = parseOperand(scanner, 'right')
  return { kind: 'compare', operator, left, right, from: left.from, to: right.to }
}

function parseOperator(scanner: Scanner): Comparison | undefined {
  const symbol = comparisons.find((candidate) => scanner.looksAt(candidate))
  if (symbol !== undefined) {
    scanner.take(symbol.length, 'operator')
    return symbol
  }
  const word = wordComparisons.find((candidate) => isKeyword(scanner, candidate))
  if (word !== undefined) {
    scanner.take(word.length, 'keyword')
    return word
  }
  if (scanner.char !== '=' && scanner.char !== '!') return undefined
  return parseHalfOperator(scanner)
}

/** `=` or `!` alone. */
function parseHalfOperator(scanner: Scanner): Comparison {
  const from = scanner.at
  const operator = scanner.char === '=' ? '==' : '!='
  scanner.take(1, 'error')
  scanner.report({
    code: 'SYNTAX_SINGLE_EQUALS',
    message: `'${scanner.text[from]!}' does not compare`,
    hint: `Use ${operator}.`,
    replace: { from, to: from + 1, with: operator },
    from,
    to: from + 1,
    ...(scanner.ended ? { incomplete: true } : {}),
  })
  return operator
}

function parseOperand(scanner: Scanner, side: 'left' | 'right'): Expression {
  scanner.blank(false)
  const from = scanner.at
  const char = scanner.char
  if (atEnd(scanner)) {
    scanner.expected(from, from, 'SYNTAX_MISSING_OPERAND', 'expected a field or a value')
    return { kind: 'missing', from, to: from }
  }
  if (char === '(') return parseGroup(scanner)
  if (char === '"' || char === "'" || char === '$') {
    const word = parseWord(scanner, 'argument')!
    return { kind: 'word', word, from, to: scanner.at }
  }
  if (char === '.' || side === 'left') {
    const field = parseField(scanner)
    if (field !== undefined) return field
  }
  const bare = scanner.match(bareValue)
  if (bare !== undefined) return parseLiteral(scanner, bare)
  scanner.take(1, 'error')
  scanner.report({ code: 'SYNTAX_UNEXPECTED', message: `unexpected '${char!}'`, from, to: scanner.at })
  return { kind: 'missing', from, to: scanner.at }
}

function parseGroup(scanner: Scanner): Expression {
  const from = scanner.at
  scanner.take(1, 'operator')
  if (!scanner.enter()) return { kind: 'missing', from, to: scanner.at }
  const inner = parseOr(scanner)
  scanner.leave()
  scanner.blank(false)
  takePartial(scanner)
  if (scanner.char === ')') scanner.take(1, 'operator')
  else scanner.expected(from, from + 1, 'SYNTAX_UNCLOSED', "'(' is not closed")
  return { ...inner, from, to: scanner.at }
}

function parseField(scanner: Scanner): FieldExpression | undefined {
  const from = scanner.at
  const dotted = scanner.char === '.'
  if (dotted) scanner.at++
  const name = scanner.match(fieldName)
  if (name === undefined || (!dotted && ['true', 'false', 'null'].includes(name))) {
    scanner.at = from
    return undefined
  }
  scanner.at += name.length
  const path = [name, ...parsePath(scanner)]
  const optional = scanner.char === '?'
  if (optional) scanner.at++
  scanner.token(from, scanner.at, 'field')
  return { kind: 'field', path, optional, from, to: scanner.at }
}

function parseLiteral(scanner: Scanner, bare: string): Expression {
  const from = scanner.at
  const { type, value } = literalOf(bare)
  scanner.take(
    bare.length,
    type === 'string' ? 'string' : type === 'bool' || type === 'null' ? 'keyword' : 'number',
  )
  return { kind: 'literal', type, value, from, to: scanner.at }
}

function literalOf(bare: string): {
  readonly type: LiteralType
  readonly value: string | number | boolean | null
} {
  if (bare === 'true' || bare === 'false') return { type: 'bool', value: bare === 'true' }
  if (bare === 'null') return { type: 'null', value: null }
  if (number.test(bare)) return { type: bare.includes('.') ? 'float' : 'int', value: Number(bare) }
  if (sized.test(bare)) return { type: 'size', value: sizeOf(bare) }
  if (lasting.test(bare)) return { type: 'duration', value: durationOf(bare) }
  return { type: 'string', value: bare }
}
