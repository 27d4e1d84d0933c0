import { wordsOfArgv } from '../bind-argv.ts'
import type { CallWord } from '../bound-call.ts'
import { parseCondition } from './parser.ts'
import type { Diagnostic } from '../diagnostic.ts'
import type { Parsed, Stage, Word } from './syntax.ts'

/**
 * The program that the arguments of the process are: one call of literal words, nothing interpreted
 * (shell.md §2.7). `where` with one argument is the condition in it.
 */
export function fromArgv(words: readonly string[]): Parsed {
  const { words: calls, source } = wordsOfArgv(words)
  const all = calls.map(literal)
  const [head, ...args] = all
  if (head === undefined)
    return {
      source,
      program: { from: 0, to: 0, statements: [] },
      tokens: [],
      diagnostics: [],
      incomplete: false,
    }
  const span = { from: 0, to: source.text.length }
  const diagnostics: Diagnostic[] = []
  const stage: Stage = condition(words, args, diagnostics) ?? {
    kind: 'call',
    head,
    args,
    external: false,
    try: false,
    ...span,
  }
  const pipe = { stages: [stage], redirects: [], ...span }
  const program = { statements: [{ pipes: [{ pipe }], background: false, ...span }], ...span }
  return { source, program, tokens: [], diagnostics, incomplete: false }
}

function literal(word: CallWord): Word {
  const part = {
    kind: 'bare' as const,
    text: word.text ?? '',
    pattern: word.pattern === true,
    from: word.from,
    to: word.to,
  }
  return { parts: [part], spread: false, from: word.from, to: word.to }
}

function condition(
  words: readonly string[],
  args: readonly Word[],
  diagnostics: Diagnostic[],
): Stage | undefined {
  const text = words[1]
  if (words[0] !== 'where' || words.length !== 2 || text === undefined || text.startsWith('-'))
    return undefined
  const place = { from: args[0]!.from, to: args[0]!.to }
  const parsed = parseCondition(text)
  for (const { replace: _, incomplete: __, ...rest } of parsed.diagnostics)
    diagnostics.push({ ...rest, ...place })
  return { kind: 'where', expression: { ...parsed.expression, ...place }, from: 0, to: place.to }
}
