import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { sampleCommands } from '../sample-commands.test-kit.ts'
import { bind } from './bind.ts'
import { literalText } from './call-words.ts'
import { parse } from './parser.ts'
import { insertion, siteAt, type Site } from './site.ts'
import type { CallStage, Part } from './syntax.ts'

/** The site at `⌶`. */
function at(marked: string): Site {
  const cursor = marked.indexOf('⌶')
  return siteAt(bind(parse(marked.replace('⌶', '')), sampleCommands), cursor)
}

/** The literal pieces of a part. */
const texted = (part: Part): Part[] =>
  part.kind === 'double' ? part.parts.flatMap(texted) : 'text' in part ? [part] : []

/** A site in one line: kind, what it is about, the text before the cursor. */
function line(site: Site): string {
  const about =
    site.kind === 'flag-value'
      ? `--${site.flag.name}`
      : site.kind === 'argument'
        ? `${site.signature.name}.${site.param?.name ?? '-'}`
        : site.kind === 'flag'
          ? site.signature.name
          : site.kind === 'field' || site.kind === 'command'
            ? site.input.form
            : site.kind === 'value'
              ? (site.field ?? '-')
              : site.kind === 'operator'
                ? (site.type ?? '-')
                : '-'
  return `${site.kind} ${about} [${site.prefix}]`
}

test.each<[string, string]>([
  ['⌶', 'command none []'],
  ['ta⌶', 'command none [ta]'],
  ['tags app | ⌶', 'command rows []'],
  ['tags app | wh⌶', 'command rows [wh]'],
  ['manifest app | ⌶', 'command bytes []'],
  ['tags a; ⌶', 'command none []'],
  ['tags a && ⌶', 'command none []'],
  ['cache ⌶', 'none - []'],
  ['cache pr⌶', 'command none [cache pr]'],
  ['tags ⌶', 'argument tags.repo []'],
  ['tags ap⌶', 'argument tags.repo [ap]'],
  ['tags "a b⌶', 'argument tags.repo [a b]'],
  ["tags 'a b'/c⌶", 'argument tags.repo [a b/c]'],
  ['cp a ⌶', 'argument cp.dst []'],
  ['cp a b⌶', 'argument cp.dst [b]'],
  ['pull --pl⌶', 'flag pull [--pl]'],
  ['pull app --platform ⌶', 'flag-value --platform []'],
  ['tags app --match=v⌶', 'flag-value --match [v]'],
  ['tags app --match v⌶', 'flag-value --match [v]'],
  ['tags app --match ⌶', 'flag-value --match []'],
  ['tags app -- -⌶', 'argument tags.repo [-]'],
  ['tags app | where ⌶', 'field rows []'],
  ['tags app | where si⌶', 'field rows [si]'],
  ['tags app | where size ⌶', 'operator size []'],
  ['tags app | where tag st⌶', 'operator string [st]'],
  ['tags app | where size > 4 an⌶', 'operator - [an]'],
  ['tags app | where kind == ⌶', 'value kind []'],
  ['tags app | where kind == he⌶', 'value kind [he]'],
  ["tags app | where kind == 'he⌶'", 'value kind [he]'],
  ['tags app | where size > 1 and ⌶', 'field rows []'],
  ['tags app | sort -r cr⌶', 'field rows [cr]'],
  ['tags app | select tag ⌶', 'field rows []'],
  ['tags app > ⌶', 'file - []'],
  ['tags app > out⌶', 'file - [out]'],
  ['tags $ap⌶', 'variable - [ap]'],
  ['tags "${ap⌶}"', 'variable - [ap]'],
  ['tags $(res⌶)', 'command none [res]'],
  ['tags "x$(resolve ⌶)"', 'argument resolve.ref []'],
  ['tags app | each { cp ⌶ }', 'argument cp.src []'],
  ['let d = $(resolve ap⌶', 'argument resolve.ref [ap]'],
  ['tags a # note ⌶', 'none - []'],
  ['resolve a b ⌶', 'argument resolve.- []'],
  ['cp "$r/x⌶', 'argument cp.src [/x]'],
])('%s: %s', (marked, expected) => {
  expect(line(at(marked))).toBe(expected)
})

describe('T45 what is inserted is read back as exactly that', () => {
  const hostile = fc.oneof(
    fc.constantFrom(
      'tag; rm x',
      '$(rm x)',
      '`rm`',
      'a\nb',
      '--yes',
      '-',
      '*',
      "it's",
      '"',
      '\\',
      '#x',
      '^sh',
      'a b',
      '${x}',
      '|',
      '> f',
    ),
    fc.string({ unit: 'binary', maxLength: 12 }),
  )

  test.each([
    'tags ⌶',
    'tags ap⌶',
    "tags 'a b⌶'",
    'tags "a b⌶"',
    'tags "a b⌶',
    'cp x y⌶ z',
    'tags x --match=v⌶',
    'tags "$r/x⌶"',
    'tags "$(resolve a)⌶',
  ])('at %s', (marked) => {
    const cursor = marked.indexOf('⌶')
    const text = marked.replace('⌶', '')
    const site = at(marked)
    const report = fc.check(
      fc.property(hostile, (value) => {
        const after = text.slice(0, site.from) + insertion(value, site) + text.slice(site.to)
        const parsed = parse(after)
        const stage = parsed.program.statements[0]!.pipes[0]!.pipe.stages[0] as CallStage
        expect(parsed.program.statements).toHaveLength(1)
        expect(parsed.program.statements[0]!.pipes).toHaveLength(1)
        expect(parsed.program.statements[0]!.pipes[0]!.pipe.stages).toHaveLength(1)
        const texts = stage.args.map(
          (word) => literalText({ ...word, parts: word.parts.flatMap(texted) }) ?? '',
        )
        expect(texts.some((written) => written.endsWith(value))).toBe(true)
        expect(stage.args).toHaveLength(
          (parse(text).program.statements[0]!.pipes[0]!.pipe.stages[0] as CallStage).args.length +
            (site.from === site.to && text[cursor - 1] === ' ' ? 1 : 0),
        )
      }),
      { numRuns: Number(process.env['OCISH_FUZZ'] ?? 500) },
    )
    expect(fc.defaultReportMessage(report)).toBeUndefined()
  })
})

test('a site exists at every place of any text', { timeout: 60_000 }, () => {
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
    '^jq',
    ' > f',
    '"',
    "'",
    ' --match',
    '=',
    ' ',
    '\n',
    '# c',
  )
  const report = fc.check(
    fc.property(
      fc.array(fc.oneof(pieces, fc.string({ maxLength: 3 })), { maxLength: 12 }),
      fc.nat(),
      (list, place) => {
        const text = list.join('')
        const cursor = text.length === 0 ? 0 : place % (text.length + 1)
        const site = siteAt(bind(parse(text), sampleCommands), cursor)
        return site.from >= 0 && site.from <= site.to && site.to <= text.length && site.from <= cursor
      },
    ),
    { numRuns: Number(process.env['OCISH_FUZZ'] ?? 4_000) },
  )
  expect(fc.defaultReportMessage(report)).toBeUndefined()
})

test.each<[string, readonly string[]]>([
  ['$⌶', []],
  ['let a = 1; $⌶', ['a']],
  ['let a = 1; let b = $⌶', ['a']],
  ['let a = 1; tags $⌶; let b = 2', ['a']],
  ['tags app | each { let inner = $it.tag; tags $⌶ }', ['it', 'inner']],
  ['tags app | each { let inner = 1 }; tags $⌶', []],
  ['let a = $(let b = 1; $⌶)', ['b']],
  ['let a = 1; tags "x $(tags $⌶)"', ['a']],
])('the names at %s', (marked, names) => {
  const site = at(marked)
  expect(site.kind === 'variable' ? site.names : site.kind).toEqual(['args', 'env', 'error', ...names])
})
