import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { quote, quoteLiteral } from '../quote.ts'
import { parse } from './parser.ts'
import type { CallStage, Part, Parsed, Program, Stage, Word } from './syntax.ts'

/** Lines of the specification and of the mock-ups. */
const valid: readonly string[] = [
  'ls ghcr.io/giantswarm/*',
  'tags klaus-plugins/gs-base | where age < 30d and kind == klaus-plugin | sort -r created | first 5',
  'describe gs-base:0.3.1',
  'cp gs-base:0.3.1 registry.example.com/mirror/ # source first',
  'let d = $(resolve gs-base:0.3.1)',
  'exists "mirror/gs-base@$d" || cp "gs-base@$d" mirror/',
  "tags app | where tag matches '^v1\\.' | each { cp $it backup/ }",
  'du . | sort -r size | to json > sizes.json',
  'manifest app:1.0 | ^jq .layers',
  'pull [::1]:5000/app@sha256:abc ./out',
  'cp ...$old ...$(tags app | get ref) mirror/',
  'echo ${m.annotations."org.opencontainers.image.source"} ${img.layers[0].digest} ${env.HOME}',
  'where (a or b) and not c.d[0]? contains "x$y"',
  "where 'size > 10MiB' < rows.ndjson",
  'tags a\n| first 3\n  # note\n| count',
  'a && b ||\n c; d & e',
  'watch app:latest --on-change { diff ${it.old} ${it.new} }',
  'try exists a:1 || push ./x a:1',
  '$(tags a) | count\n$x',
  'tags a \\\n --match v*',
  'cat chart:1.2//values.yaml >> all.yaml',
  'where .size > .limit or tag startswith v and digest in $known',
  'where created > 2026-11-01 or name =~ "^a" or x !~ b or y endswith z or v != null',
  '#!/usr/bin/env -S ocish -f\ntags app#1',
  'a "$(b "$(c)")" \'it\'"\'"\'s\' \\$x "\\n\\t\\r\\"\\\\\\$"',
]

/** What is wrong with the shape of a result: tokens sorted, disjoint, not empty; every span inside the text. */
function flaw(parsed: Parsed): string | undefined {
  let end = 0
  const { length } = parsed.source.text
  for (const token of parsed.tokens) {
    if (token.from < end || token.to <= token.from) return `token ${JSON.stringify(token)} after ${end}`
    end = token.to
  }
  if (end > length) return `tokens go to ${end}`
  const outside = parsed.diagnostics.find(
    (entry) => entry.from < 0 || entry.to < entry.from || entry.to > length,
  )
  return outside === undefined ? undefined : JSON.stringify(outside)
}

function firstStage(text: string): Stage {
  return parse(text).program.statements[0]!.pipes[0]!.pipe.stages[0]!
}

const literal = (word: Word): string => word.parts.map(textOf).join('')
const textOf = (part: Part): string =>
  part.kind === 'bare' || part.kind === 'single'
    ? part.text
    : part.kind === 'double'
      ? part.parts.map(textOf).join('')
      : '?'

test.each(valid)('%s is whole', (line) => {
  const parsed = parse(line)
  expect(parsed.diagnostics).toEqual([])
  expect(parsed.incomplete).toBe(false)
  expect(flaw(parsed)).toBeUndefined()
})

test.each(valid)(
  'every beginning of %s parses, with nothing but incompleteness to complain about',
  (line) => {
    for (let end = 0; end < line.length; end++) {
      const parsed = parse(line.slice(0, end))
      expect(flaw(parsed)).toBeUndefined()
      expect(parsed.diagnostics.filter((diagnostic) => diagnostic.incomplete !== true)).toEqual([])
    }
  },
)

test.each<[string, string, string]>([
  ['a `b`', 'SYNTAX_UNEXPECTED', '`'],
  ['a (b)', 'SYNTAX_UNEXPECTED', '('],
  ['a )', 'SYNTAX_UNEXPECTED', ')'],
  ['a "\\q"', 'SYNTAX_UNKNOWN_ESCAPE', '\\q'],
  ['a $ b', 'SYNTAX_LONE_DOLLAR', '$'],
  ['| b', 'SYNTAX_MISSING_COMMAND', ''],
  ['a | | b', 'SYNTAX_MISSING_COMMAND', ''],
  ['a | where x = 1', 'SYNTAX_SINGLE_EQUALS', '='],
  ['a | where x y z', 'SYNTAX_UNEXPECTED', 'y z'],
  ["a | where 'x = 1'", 'SYNTAX_SINGLE_EQUALS', '='],
  ['a > | b', 'SYNTAX_MISSING_FILE', '>'],
  ['let = 1', 'SYNTAX_LET', ''],
  ['let x 1', 'SYNTAX_LET', ''],
  ['let x = a b', 'SYNTAX_LET', 'b'],
  ['$x y', 'SYNTAX_UNEXPECTED', 'y'],
  ['a ...$x/y', 'SYNTAX_UNEXPECTED', '/y'],
  ['a ${x.!}', 'SYNTAX_VARIABLE_PATH', '.!'],
  ['a {b} {c}', 'SYNTAX_UNEXPECTED', '{'],
])('%s: %s at %s', (line, code, mark) => {
  const parsed = parse(line)
  const [first] = parsed.diagnostics
  expect(first?.code).toBe(code)
  expect(line.slice(first!.from, first!.to)).toBe(mark)
  expect(flaw(parsed)).toBeUndefined()
})

test('words, flags, patterns and pieces', () => {
  const call = firstStage("cp 'a b'\"c\"d --x='y z' v* \\* ...$old") as CallStage
  expect(call.args.slice(0, 4).map(literal)).toEqual(['a bcd', '--x=y z', 'v*', '*'])
  expect(call.args.map((word) => word.parts.some((part) => part.kind === 'bare' && part.pattern))).toEqual([
    false,
    false,
    true,
    false,
    false,
  ])
  expect(call.args[4]).toMatchObject({ spread: true, parts: [{ kind: 'variable', name: 'old' }] })
  expect(parse('a --match=v* 5').tokens.map((token) => token.class)).toEqual([
    'command',
    'flag',
    'argument',
    'number',
  ])
})

describe('linear and bounded', () => {
  test('a hundred thousand nested substitutions end at the depth limit', () => {
    for (const open of ['$(', '{ ', 'x { ', '"$(', 'where (', 'where not ']) {
      const parsed = parse(`a ${open.repeat(100_000)}`)
      expect(flaw(parsed)).toBeUndefined()
      expect(parsed.diagnostics.length).toBeLessThan(300)
    }
  })

  test('what is too deep is told as that, and no more text would cure it', () => {
    const parsed = parse(`^echo ${'$('.repeat(100)}${')'.repeat(100)}`)
    expect(parsed.diagnostics.map(({ code }) => code)).toEqual(['SYNTAX_TOO_DEEP'])
    expect(parsed.incomplete).toBe(false)
  })

  test('long texts of one kind', () => {
    for (const piece of [
      'a ',
      "'",
      '"',
      '${',
      '$',
      '\\',
      '\n',
      '|',
      '&&',
      '>',
      '#\n',
      'a|',
      '(',
      ')',
      '}',
      '`',
      'where a or ',
      '...$x ',
    ]) {
      expect(flaw(parse(piece.repeat(Math.ceil(262_144 / piece.length))))).toBeUndefined()
    }
    const chain = parse(`a | where ${'x or '.repeat(100_000)}y`)
    expect(chain.diagnostics).toEqual([])
  })
})

/** Pieces that make texts look like programs. */
const piece = fc.oneof(
  { weight: 5, arbitrary: fc.constantFrom(...valid.flatMap((line) => line.split(/(?<=\s)|(?=[$"'{}()|])/))) },
  {
    weight: 3,
    arbitrary: fc.constantFrom(
      '|',
      '||',
      '&&',
      '&',
      ';',
      '\n',
      '>',
      '>>',
      '<',
      '(',
      ')',
      '{',
      '}',
      '$(',
      '${',
      '"',
      "'",
      '\\',
      '`',
      '#',
      '...',
      '^',
      '=',
      '!',
      '~',
      ' ',
    ),
  },
  { weight: 2, arbitrary: fc.string({ unit: 'binary', maxLength: 6 }) },
)
const programText = fc.array(piece, { maxLength: 24 }).map((pieces) => pieces.join(''))

describe('properties', () => {
  test('any text: no throw, ordered tokens, spans inside', { timeout: 60_000 }, () => {
    const report = fc.check(
      fc.property(programText, (text) => {
        const parsed = parse(text)
        return flaw(parsed) === undefined && nested(parsed.program, 0, text.length)
      }),
      { numRuns: Number(process.env['OCISH_FUZZ'] ?? 8_000) },
    )
    expect(fc.defaultReportMessage(report)).toBeUndefined()
  })

  test('every beginning of a program is incomplete at most', { timeout: 60_000 }, () => {
    // A comment would take what closes the construct around it.
    const statements = fc.array(fc.constantFrom(...valid.filter((line) => !line.includes('#'))), {
      minLength: 1,
      maxLength: 4,
    })
    const joined = fc
      .tuple(statements, fc.constantFrom('\n', '; ', '\n\n'))
      .map(([lines, by]) => lines.join(by))
    const around = fc.constantFrom('⌶', 'let x = $(⌶)', 'tags a | each { ⌶ }', 'ls "$(⌶)/b"', 'a || ⌶ && b')
    const report = fc.check(
      fc.property(joined, around, fc.double({ min: 0, max: 1, noNaN: true }), (inner, outer, share) => {
        const text = outer.replace('⌶', () => inner)
        expect(parse(text).diagnostics).toEqual([])
        const parsed = parse(text.slice(0, Math.floor(share * text.length)))
        expect(flaw(parsed)).toBeUndefined()
        expect(parsed.diagnostics.filter((diagnostic) => diagnostic.incomplete !== true)).toEqual([])
        expect(parsed.incomplete).toBe(parsed.diagnostics.length > 0)
      }),
      { numRuns: Number(process.env['OCISH_FUZZ'] ?? 2_000) },
    )
    expect(fc.defaultReportMessage(report)).toBeUndefined()
  })

  test('a quoted word is that word again, as one argument', () => {
    const report = fc.check(
      fc.property(fc.string({ unit: 'binary', maxLength: 20 }), (word) => {
        for (const quoted of [quote(word), quoteLiteral(word)]) {
          const call = firstStage(`x ${quoted}`)
          if (call.kind !== 'call' || call.args.length !== 1 || literal(call.args[0]!) !== word) return false
        }
        return parse(`x ${quote(word)}`).diagnostics.length === 0
      }),
      { numRuns: Number(process.env['OCISH_FUZZ'] ?? 6_000) },
    )
    expect(fc.defaultReportMessage(report)).toBeUndefined()
  })

  test('a quoted literal is neither flag nor pattern', () => {
    const report = fc.check(
      fc.property(fc.stringMatching(/^[-*?#^a]{1,6}$/), (word) => {
        const [argument] = (firstStage(`x ${quoteLiteral(word)}`) as CallStage).args
        const first = argument!.parts[0]!
        return (
          !(first.kind === 'bare' && first.text.startsWith('-')) &&
          argument!.parts.every((part) => part.kind !== 'bare' || !part.pattern)
        )
      }),
      { numRuns: Number(process.env['OCISH_FUZZ'] ?? 2_000) },
    )
    expect(fc.defaultReportMessage(report)).toBeUndefined()
  })
})

/** Children lie inside their parents, in order. */
function nested(program: Program, from: number, to: number): boolean {
  let last = from
  return program.statements.every((statement) => {
    const ordered = statement.from >= last && statement.to >= statement.from && statement.to <= to
    last = statement.to
    return (
      ordered &&
      statement.pipes.every(({ pipe }) =>
        pipe.stages.every((stage) => stage.from >= statement.from && stage.to <= statement.to),
      )
    )
  })
}
