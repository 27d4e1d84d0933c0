import type { Scanner } from './scanner.ts'
import type { Part, PathStep, SubstitutionPart, TokenClass, VariablePart, Word } from './syntax.ts'

/** Characters that end a bare word (shell.md §2.2). */
const meta = new Set(' \t\r\n|&;()<>"\'`$\\{}')

const identifier = /[A-Za-z_][A-Za-z0-9_]*/y
const dollarStart = /\$[A-Za-z_({]/y
const bareRun = /[^\s|&;()<>"'`$\\{}]+/y
const doubleRun = /[^"\\$]+/y
const pathName = /[A-Za-z_][A-Za-z0-9_-]*/y
const pathInteger = /\d{1,9}/y
const restOfVariable = /[^}\n]*/y

const escapes: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', '"': '"', '\\': '\\', $: '$' }

/** A word here, or undefined where none begins. Its tokens have the class `kind`, flags and patterns their own. */
export function parseWord(scanner: Scanner, kind: TokenClass): Word | undefined {
  const from = scanner.at
  const spread = scanner.looksAt('...$')
  if (spread) scanner.take(3, 'operator')
  const firstToken = scanner.tokens.length
  const parts: Part[] = []
  for (;;) {
    const part = parsePart(scanner, kind)
    if (part === undefined) break
    parts.push(part)
    if (spread) break
  }
  if (parts.length === 0) {
    scanner.at = from
    return undefined
  }
  if (spread && scanner.char !== undefined && !meta.has(scanner.char)) spreadTail(scanner)
  if (kind === 'argument') classifyFlag(scanner, firstToken, parts[0]!)
  return { from, to: scanner.at, parts, spread }
}

/** `...$x` takes nothing after the variable. */
function spreadTail(scanner: Scanner): void {
  const from = scanner.at
  while (parsePart(scanner, 'error') !== undefined);
  scanner.report({
    code: 'SYNTAX_UNEXPECTED',
    message: 'a spread value takes nothing after it',
    hint: 'Put a blank after it.',
    from,
    to: scanner.at,
  })
}

function classifyFlag(scanner: Scanner, index: number, first: Part): void {
  if (first.kind !== 'bare' || !/^-./.test(first.text)) return
  const token = scanner.tokens[index]!
  const equals = scanner.text.slice(token.from, token.to).indexOf('=')
  token.class = 'flag'
  if (equals < 0) return
  const rest = { from: token.from + equals, to: token.to, class: 'argument' as const }
  token.to = rest.from
  scanner.tokens.splice(index + 1, 0, rest)
}

function parsePart(scanner: Scanner, kind: TokenClass): Part | undefined {
  switch (scanner.char) {
    case undefined:
      return undefined
    case "'":
      return parseSingle(scanner)
    case '"':
      return parseDouble(scanner)
    case '$':
      return parseDollar(scanner) ?? loneDollar(scanner)
    default:
      return parseBare(scanner, kind)
  }
}

function parseBare(scanner: Scanner, kind: TokenClass): Part | undefined {
  const from = scanner.at
  let text = ''
  let pattern = false
  for (;;) {
    const run = scanner.match(bareRun)
    if (run !== undefined) {
      text += run
      pattern ||= run.includes('*') || run.includes('?')
      scanner.at += run.length
      continue
    }
    const next = scanner.text[scanner.at + 1]
    if (scanner.char !== '\\' || next === '\n') break
    if (next === undefined) {
      scanner.at++
      scanner.expected(scanner.at - 1, scanner.at, 'SYNTAX_UNCLOSED', 'the line goes on after a backslash')
      break
    }
    text += next
    scanner.at += 2
  }
  if (scanner.at === from) return undefined
  const number = kind === 'argument' && /^\d+$/.test(text)
  scanner.token(from, scanner.at, pattern && kind === 'argument' ? 'pattern' : number ? 'number' : kind)
  return { kind: 'bare', from, to: scanner.at, text, pattern }
}

function parseSingle(scanner: Scanner): Part {
  const from = scanner.at
  const end = scanner.text.indexOf("'", from + 1)
  const closed = end >= 0
  scanner.take((closed ? end + 1 : scanner.text.length) - from, 'string')
  if (!closed) scanner.expected(from, from + 1, 'SYNTAX_UNCLOSED', "' is not closed")
  return {
    kind: 'single',
    from,
    to: scanner.at,
    text: scanner.text.slice(from + 1, closed ? end : undefined),
    closed,
  }
}

function parseDouble(scanner: Scanner): Part {
  const from = scanner.at
  const parts: Part[] = []
  let text = ''
  let tokenFrom = from
  let textFrom = from + 1
  const flush = (): void => {
    if (text !== '') parts.push({ kind: 'bare', from: textFrom, to: scanner.at, text, pattern: false })
    text = ''
  }
  scanner.at++
  for (;;) {
    const char = scanner.char
    const run = scanner.match(doubleRun)
    if (run !== undefined) {
      text += run
      scanner.at += run.length
    } else if (char === '\\') {
      text += parseEscape(scanner)
    } else if (char === '$') {
      const end = scanner.at
      if (scanner.match(dollarStart) === undefined) {
        text += '$'
        scanner.at++
        continue
      }
      flush()
      scanner.token(tokenFrom, end, 'string')
      parts.push(parseDollar(scanner)!)
      textFrom = tokenFrom = scanner.at
    } else {
      flush()
      if (char === '"') scanner.at++
      scanner.token(tokenFrom, scanner.at, 'string')
      if (char === undefined) scanner.expected(from, from + 1, 'SYNTAX_UNCLOSED', '" is not closed')
      return { kind: 'double', from, to: scanner.at, parts, closed: char === '"' }
    }
  }
}

function parseEscape(scanner: Scanner): string {
  const next = scanner.text[scanner.at + 1]
  const from = scanner.at
  scanner.at += next === undefined ? 1 : 2
  if (next === undefined) return ''
  const value = Object.hasOwn(escapes, next) ? escapes[next] : undefined
  if (value !== undefined) return value
  scanner.report({
    code: 'SYNTAX_UNKNOWN_ESCAPE',
    message: `unknown escape \\${next}`,
    hint: String.raw`Write \\ for a backslash; known are \n \t \r \" \\ \$.`,
    replace: { from, to: from + 2, with: `\\\\${next}` },
    from,
    to: from + 2,
  })
  return next
}

function loneDollar(scanner: Scanner): Part {
  const from = scanner.at
  scanner.take(1, 'error')
  scanner.expected(
    from,
    from + 1,
    'SYNTAX_LONE_DOLLAR',
    "'$' needs a name, { or (",
    String.raw`Write \$ for a dollar.`,
  )
  return { kind: 'bare', from, to: scanner.at, text: '$', pattern: false }
}

/** `$name`, `${name.path}`, `$( … )`; undefined where `$` begins none of them. */
function parseDollar(scanner: Scanner): VariablePart | SubstitutionPart | undefined {
  if (scanner.match(dollarStart) === undefined) return undefined
  const next = scanner.text[scanner.at + 1]
  if (next === '(') return parseSubstitution(scanner)
  if (next === '{') return parseBraced(scanner)
  const from = scanner.at
  scanner.at++
  const name = scanner.match(identifier) ?? ''
  scanner.at += name.length
  scanner.token(from, scanner.at, 'variable')
  return { kind: 'variable', from, to: scanner.at, name, path: [], braced: false }
}

function parseSubstitution(scanner: Scanner): SubstitutionPart {
  const from = scanner.at
  scanner.take(2, 'operator')
  const body = scanner.program(')')
  const closed = scanner.char === ')'
  if (closed) scanner.take(1, 'operator')
  else scanner.expected(from, from + 2, 'SYNTAX_UNCLOSED', '$( is not closed')
  return { kind: 'substitution', from, to: scanner.at, body, closed }
}

function parseBraced(scanner: Scanner): VariablePart {
  const from = scanner.at
  scanner.at += 2
  const name = scanner.match(identifier) ?? ''
  scanner.at += name.length
  const path = name === '' ? [] : parsePath(scanner)
  const closed = scanner.char === '}'
  if (!closed || name === '') {
    const wrong = scanner.at
    scanner.at += scanner.match(restOfVariable)?.length ?? 0
    const to = Math.max(scanner.at, wrong)
    if (scanner.ended) scanner.expected(from, from + 2, 'SYNTAX_UNCLOSED', '${ is not closed')
    else {
      scanner.report({
        code: 'SYNTAX_VARIABLE_PATH',
        message: 'a variable is a name and a path of .name, ."name" and [number]',
        hint: 'Write ${name.field[0]}.',
        from: Math.min(wrong, to - 1),
        to,
      })
    }
  }
  if (scanner.char === '}') scanner.at++
  scanner.token(from, scanner.at, 'variable')
  return { kind: 'variable', from, to: scanner.at, name, path, braced: true }
}

/** Steps of a path as far as they are well-formed; the place is after the last of them. */
export function parsePath(scanner: Scanner): PathStep[] {
  const steps: PathStep[] = []
  for (;;) {
    const from = scanner.at
    const step = parseStep(scanner)
    if (step === undefined) {
      scanner.at = from
      return steps
    }
    steps.push(step)
  }
}

function parseStep(scanner: Scanner): PathStep | undefined {
  if (scanner.char === '[') {
    scanner.at++
    const digits = scanner.match(pathInteger)
    scanner.at += digits?.length ?? 0
    if (digits === undefined || !scanner.looksAt(']')) return undefined
    scanner.at++
    return Number(digits)
  }
  if (scanner.char !== '.') return undefined
  scanner.at++
  if (scanner.looksAt('"')) {
    const end = scanner.text.indexOf('"', scanner.at + 1)
    const name = end < 0 ? '\n' : scanner.text.slice(scanner.at + 1, end)
    if (name.includes('\n')) return undefined
    scanner.at = end + 1
    return name
  }
  const name = scanner.match(pathName) ?? scanner.match(pathInteger)
  scanner.at += name?.length ?? 0
  return name
}
