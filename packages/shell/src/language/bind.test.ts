import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { bindArgv } from '../bind-argv.ts'
import { formatCall } from '../format-call.ts'
import { toProblem } from '../problem.ts'
import { quote } from '../quote.ts'
import { sampleCommands, sampleSignatures } from '../sample-commands.test-kit.ts'
import { bind } from './bind.ts'
import type { BoundProgram } from './bound-program.ts'
import { fromArgv } from './from-argv.ts'
import { parse } from './parser.ts'

const check = (text: string): BoundProgram => bind(parse(text), sampleCommands)
const codes = (text: string): readonly string[] =>
  check(text).diagnostics.map((diagnostic) => diagnostic.code)

/** The columns that the first command of a line has to fill. */
function planned(text: string): readonly string[] | undefined {
  const bound = check(text)
  expect(bound.diagnostics).toEqual([])
  const stage = bound.parsed.program.statements[0]!.pipes[0]!.pipe.stages[0]!
  const columns = bound.stages.get(stage)?.columns
  return columns === undefined ? undefined : [...columns]
}

test.each<[string, string, string, string | undefined]>([
  ['tgas app', 'USAGE_UNKNOWN_COMMAND', 'tgas', 'tags app'],
  ['tags app | were x == 1', 'USAGE_UNKNOWN_COMMAND', 'were', 'tags app | where x == 1'],
  ['tags app --mtch x', 'USAGE_UNKNOWN_FLAG', '--mtch', 'tags app --match x'],
  ['tags app | where tga == 1', 'BIND_UNKNOWN_FIELD', 'tga', 'tags app | where tag == 1'],
  ['tags app | select tag sise', 'BIND_UNKNOWN_FIELD', 'sise', 'tags app | select tag size'],
  ['tags app | select tag | where size > 1', 'BIND_UNKNOWN_FIELD', 'size', undefined],
  ['tags $nam', 'BIND_UNKNOWN_VARIABLE', '$nam', undefined],
  ['let name = x; tags $nam', 'BIND_UNKNOWN_VARIABLE', '$nam', 'let name = x; tags $name'],
  ['let a = 1; let a = 2', 'BIND_VARIABLE_EXISTS', 'a', undefined],
  ['tags app | cp x y', 'BIND_TYPE_MISMATCH', 'cp x y', undefined],
  ['manifest app | first 3', 'BIND_TYPE_MISMATCH', 'first 3', undefined],
  ['tags app | from json', 'BIND_TYPE_MISMATCH', 'from json', undefined],
  ['where x == 1', 'BIND_NO_INPUT', 'where x == 1', undefined],
  ['tags app | where created < 30d', 'BIND_COMPARISON', 'created < 30d', undefined],
  ["tags app | where tag =~ '['", 'BIND_PATTERN', "'['", undefined],
  ['tags app &', 'BIND_BACKGROUND', '&', undefined],
  ['tags app { a }', 'BIND_BLOCK', '{ a }', undefined],
  ['tags app | each', 'BIND_BLOCK', 'each', undefined],
  ['tags app > a > b', 'BIND_REDIRECT', '> b', undefined],
  ['tags app --columns tag,sise', 'BIND_UNKNOWN_FIELD', '--columns tag,sise', undefined],
  ['$x', 'BIND_UNKNOWN_VARIABLE', '$x', undefined],
  ['"$(tags app)" x', 'BIND_COMMAND_LITERAL', '"$(tags app)"', undefined],
  ['let x = $(exists a) | count', 'BIND_TYPE_MISMATCH', 'let x = $(exists a)', undefined],
  ['tags app | each { cp $it }', 'USAGE_MISSING_ARGUMENT', '', undefined],
  ['tags $(resolve a b)', 'USAGE_TOO_MANY_ARGUMENTS', 'b', undefined],
])('%s: %s at %j', (text, code, mark, corrected) => {
  const bound = check(text)
  const first = bound.diagnostics.find((diagnostic) => diagnostic.code === code)!
  expect(codes(text)).toContain(code)
  expect(text.slice(first.from, first.to)).toBe(mark)
  const { replace } = first
  expect(
    replace === undefined ? undefined : text.slice(0, replace.from) + replace.with + text.slice(replace.to),
  ).toBe(corrected)
})

test('a brace within a word is told apart from a block in the wrong place', () => {
  const hint = (text: string): string | undefined =>
    check(text).diagnostics.find(({ code }) => code === 'BIND_BLOCK')?.hint
  expect(hint('ls app:{4.0.*}')).toMatch(/^A brace begins a block/)
  expect(hint('tags app { a }')).toBe('Use | each { … }.')
})

test('a mismatch names both stages', () => {
  expect(check('manifest app | where x == 1').diagnostics[0]?.message).toBe(
    'manifest gives bytes, but where takes rows',
  )
})

test.each([
  'tags app | where age < 30d and kind == klaus-plugin | sort -r created | first 5',
  'let d = $(resolve app:1); exists "m@$d" || cp "app@$d" m/',
  "tags app | where tag matches '^v1' | each --parallel 4 { cp $it backup/ }",
  'manifest app | from json | get layers | count',
  'manifest app | ^jq .layers | from json',
  'tags app | group kind | select key n=count | to csv > kinds.csv',
  'cp ...$(tags app | get ref) m/',
  'where size > 1 < rows.ndjson | count',
  'try exists a && tags ${env.REPO} --match=$(resolve x)',
  'tags app | each { tags ${it.ref} | each { exists $it } }',
  'push f app --type $(resolve a) g b',
  '$args | each { tags $it }',
  'tags app | save all.ndjson | uniq digest | last 2 | view',
  'tags app | where "tag startswith \'v\'" | flatten platforms | where os == linux',
])('%s binds', (text) => {
  expect(check(text).diagnostics).toEqual([])
})

test('standard input may feed the first stage', () => {
  expect(codes('where x == 1 | count')).toEqual(['BIND_NO_INPUT'])
  expect(bind(parse('where x == 1 | count'), sampleCommands, { input: true }).diagnostics).toEqual([])
})

test('everything wrong is found at once, in order', () => {
  const bound = check('tgas a; tags a | where sise > 1; cp x')
  expect(bound.diagnostics.map((diagnostic) => diagnostic.code)).toEqual([
    'USAGE_UNKNOWN_COMMAND',
    'BIND_UNKNOWN_FIELD',
    'USAGE_MISSING_ARGUMENT',
  ])
})

describe('lazy columns are planned', () => {
  test.each<[string, readonly string[] | undefined]>([
    ['tags app', undefined],
    ['tags app | get tag', ['tag']],
    ['tags app | count', []],
    ['tags app | first 3 | select tag created', ['tag', 'created']],
    ['tags app | sort -r created', ['ref', 'tag', 'created']],
    ['tags app | where age < 30d | get tag', ['tag', 'age']],
    ['tags app | where kind == helm', ['ref', 'tag', 'kind']],
    ['tags app | each { cp $it b/ }', ['ref']],
    ['tags app | each { cp ${it.digest} "b:${it.tag}" }', ['digest', 'tag']],
    ['tags app --columns tag,size', ['tag', 'size']],
    ['tags app | first 3 --columns tag,size', ['tag', 'size']],
    ['tags app | group kind', ['ref', 'tag', 'kind']],
    ['tags app | uniq digest | get tag', ['tag', 'digest']],
    ['tags app | to json', undefined],
    ['tags app | select newest=created', ['created']],
  ])('%s', (text, columns) => {
    expect(planned(text)?.toSorted()).toEqual(columns?.toSorted())
  })
})

/** What a binding means, without its places. */
function meaning(bound: BoundProgram): unknown {
  const [stage] = bound.parsed.program.statements[0]?.pipes[0]?.pipe.stages ?? []
  const call = stage === undefined ? undefined : bound.stages.get(stage)?.call
  return call === undefined
    ? bound.diagnostics.map((diagnostic) => diagnostic.code)
    : {
        name: call.signature.name,
        args: call.args,
        flags: call.flags,
        options: call.options,
        patterns: call.items.map((item) => item.kind === 'argument' && item.pattern),
        problems: bound.diagnostics.map((diagnostic) => [diagnostic.code, diagnostic.message]),
      }
}

const commandWord = fc.constantFrom(
  ...sampleSignatures.flatMap((signature) => [signature.name.split(' '), signature.aliases ?? []].flat()),
)
const flagWord = fc.constantFrom(
  '--match',
  '--match=v*',
  '-r',
  '-ry',
  '-o',
  '-ojson',
  '--no-recursive',
  '--type',
  '--type=text/html',
  '--',
  '-',
  '--annotation',
  '--platform=linux/arm64',
  '-vv',
  '--since=3d',
  '--help',
  '--allow-env',
)
const plainWord = fc.oneof(
  fc.constantFrom(
    'a:1',
    'b/',
    'ghcr.io/x/*',
    './f',
    'text/plain',
    'k=v',
    'json',
    '*',
    '10MiB',
    'put',
    'ls',
    '#x',
    '^jq',
    'try',
    'a b',
    "it's",
    '$x',
    '`',
    '\\',
    '|',
    '&&',
  ),
  fc.string({ unit: 'binary', maxLength: 8 }),
)
const argv = fc
  .tuple(commandWord, fc.array(fc.oneof(flagWord, plainWord), { maxLength: 7 }))
  .map(([head, rest]) => [head, ...rest])

test('where asks for help, and refuses flags, like any other command', () => {
  const bound = bind(parse('tags app | where --help'), sampleCommands)
  expect(bound.diagnostics).toEqual([])
  expect([...bound.stages.values()].some(({ call }) => call?.common.help)).toBe(true)
  expect(bind(parse('tags app | where --bogus'), sampleCommands).diagnostics[0]?.code).toBe(
    'USAGE_UNKNOWN_FLAG',
  )
  expect(bind(parse('tags app | where -1 < size'), sampleCommands).diagnostics).toEqual([])
})

describe('laws', () => {
  test('binding the quoted text is binding the words', { timeout: 60_000 }, () => {
    const report = fc.check(
      fc.property(argv, (words) => {
        const text = words.map(quote).join(' ')
        // An operator is plain text in both, but only argv has a hint about it.
        fc.pre(!words.some((word) => /^(?:\|\|?|&&?|;|>>?|<)$/.test(word)))
        const parsed = parse(text)
        expect(parsed.diagnostics).toEqual([])
        const expected = meaning(bind(fromArgv(words), sampleCommands))
        // The four doors: argv, -c, a script with its first line, standard input.
        const script = parse(`#!/usr/bin/env -S ocish -f\n${text}\n`, 'line.ocish')
        for (const door of [parsed, script, parse(`${text}\n`, 'stdin')])
          expect(meaning(bind(door, sampleCommands))).toEqual(expected)
      }),
      { numRuns: Number(process.env['OCISH_FUZZ'] ?? 4_000) },
    )
    expect(fc.defaultReportMessage(report)).toBeUndefined()
  })

  test('the canonical text of a call is that call, in the language and in argv', { timeout: 60_000 }, () => {
    const report = fc.check(
      fc.property(argv, (words) => {
        const bound = bind(fromArgv(words), sampleCommands)
        const [stage] = bound.parsed.program.statements[0]!.pipes[0]!.pipe.stages
        const call = bound.stages.get(stage!)?.call
        // With --help nothing is checked, so what is left out of the text is no matter.
        fc.pre(call !== undefined && bound.diagnostics.length === 0 && !call.common.help)
        const text = formatCall(call)
        const again = bind(parse(text), sampleCommands)
        expect(again.diagnostics).toEqual([])
        const plain = (value: unknown): unknown => ({ ...(value as object), patterns: undefined })
        expect(plain(meaning(again))).toEqual(plain(meaning(bound)))
        const [same] = again.parsed.program.statements[0]!.pipes[0]!.pipe.stages
        expect(formatCall(again.stages.get(same!)!.call!)).toBe(text)
      }),
      { numRuns: Number(process.env['OCISH_FUZZ'] ?? 4_000) },
    )
    expect(fc.defaultReportMessage(report)).toBeUndefined()
  })

  test('an argument stays apart from the command it would make', () => {
    const bound = bind(parse('manifest -- put'), sampleCommands)
    const [stage] = bound.parsed.program.statements[0]!.pipes[0]!.pipe.stages
    expect(formatCall(bound.stages.get(stage!)!.call!)).toBe('manifest -- put')
    // Found by 200,000 generated lines: a separator that parts nothing.
    const late = ['manifest', '--platform=linux/arm64', 'put', '--']
    expect(formatCall(bindArgv(late, sampleCommands))).toBe('manifest --platform=linux/arm64 -- put')
  })

  test('bindArgv is the same binder', () => {
    const call = bindArgv(['cp', 'a*', 'b', '-ry', 'dst/'], sampleCommands)
    expect(formatCall(call)).toBe('cp a* b --recursive --yes dst/')
    expect(formatCall(bindArgv(['login', 'h', '--token', 'geheim'], sampleCommands))).toBe(
      'login h --token=***',
    )
    expect(formatCall(bindArgv(['cp', '--', '-x', 'b'], sampleCommands))).toBe("cp -- '-x' b")
  })

  test('any text binds without a throw, and every place is inside it', { timeout: 60_000 }, () => {
    const pieces = fc.constantFrom(
      'tags app',
      ' | ',
      'where size > 1',
      'sort -r',
      ' created',
      '$x',
      '$(',
      ')',
      '{',
      '}',
      'each ',
      'let x = ',
      '; ',
      ' && ',
      'try ',
      '^jq',
      ' > f',
      '"',
      "'",
      ' --match',
      '=',
      ' get ref',
      '...$it',
      '\n',
      'cp a b',
      'select a=b',
      ' and ',
      '(',
    )
    const report = fc.check(
      fc.property(fc.array(fc.oneof(pieces, fc.string({ maxLength: 3 })), { maxLength: 20 }), (list) => {
        const text = list.join('')
        const bound = check(text)
        const inside = bound.diagnostics.every(
          (entry) => entry.from >= 0 && entry.to >= entry.from && entry.to <= text.length,
        )
        return (
          inside &&
          bound.diagnostics.every(
            (entry) => entry.message !== '' && /^(?:SYNTAX|BIND|USAGE|KIND)_/.test(entry.code),
          )
        )
      }),
      { numRuns: Number(process.env['OCISH_FUZZ'] ?? 4_000) },
    )
    expect(fc.defaultReportMessage(report)).toBeUndefined()
  })
})

test('ten thousand lines bind, and as many mistakes are told once', () => {
  const line = "tags app --match 'v*' | where age < 30d and kind == helm | each { cp $it b/ }\n"
  expect(check(line.repeat(10_000)).diagnostics).toEqual([])
  expect(check('tgas $x | were | cp\n'.repeat(10_000)).diagnostics.length).toBeLessThanOrEqual(110)
})

test('examples of signatures bind', () => {
  for (const signature of sampleCommands.signatures) {
    for (const example of signature.examples) {
      const problems = check(example.line).diagnostics.filter(
        (entry) => entry.code !== 'USAGE_UNKNOWN_COMMAND',
      )
      expect(problems).toEqual([])
    }
  }
})

test('a problem of a program shows its source', () => {
  const [first] = check('tags a\ntags b --mtch x').diagnostics
  expect(toProblem(new Error('x')).code).toBe('INTERNAL')
  expect(first).toMatchObject({ from: 14, to: 20 })
})
