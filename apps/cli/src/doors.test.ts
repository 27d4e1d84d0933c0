import { builtInKinds } from '@ocish/host'
import {
  bind,
  type BoundProgram,
  commonFlags,
  type Flag,
  fromArgv,
  type Param,
  parse,
  type Parsed,
  quote,
} from '@ocish/shell'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { commandTable } from './command-table.ts'
import { doorOf } from './doors.ts'

const commands = commandTable(builtInKinds())

const plausible = fc.constantFrom(
  'ghcr.io/team/app:1.0',
  'app*',
  './dir',
  '-',
  'a b',
  '10MiB',
  '30d',
  'linux/arm64',
  'team=x',
  'name',
  '3',
  '',
  '$x',
  "it's",
  '{',
  '#no-comment',
  '\u001B[2J',
)
const anyText = fc.string({ maxLength: 8, unit: 'binary' }).filter((text) => !text.includes('\u0000'))
const value = fc.oneof({ weight: 4, arbitrary: plausible }, { weight: 1, arbitrary: anyText })

/** A word for a parameter: one of its values, something of its kind, or anything. */
const argumentOf = (param: Param): fc.Arbitrary<readonly string[]> =>
  fc.array(param.enum === undefined ? value : fc.oneof(fc.constantFrom(...param.enum), value), {
    minLength: param.optional === true ? 0 : 1,
    maxLength: param.many === true ? 3 : 1,
  })

/** `where` has a grammar of its own, which argv has only as one quoted word. */
const called = commands.signatures.filter(({ name }) => name !== 'where')

/** Lines of one call of every command, with its parameters and some flags, right and wrong ones. */
const line: fc.Arbitrary<readonly string[]> = fc.constantFrom(...called).chain(({ name, params, flags }) => {
  const flag = fc
    .constantFrom<Flag[]>(...flags, ...commonFlags)
    .chain((found) =>
      found.type === 'bool'
        ? fc.constantFrom<string[][]>(
            [`--${found.name}`],
            [`--no-${found.name}`],
            found.short ? [`-${found.short}`] : ['--'],
          )
        : value.chain((text) =>
            fc.constantFrom<string[][]>(
              [`--${found.name}=${text}`],
              [`--${found.name}`, text],
              [`--${found.name}`],
            ),
          ),
    )
  return fc
    .tuple(fc.tuple(...params.map(argumentOf)), fc.array(flag, { maxLength: 3 }), fc.boolean())
    .map(([args, given, first]) => [
      ...name.split(' '),
      ...(first ? [...given.flat(), ...args.flat()] : [...args.flat(), ...given.flat()]),
    ])
})

/** What a program means: the call and its values, or what is wrong with it. */
function meaning({ parsed, stages, diagnostics }: BoundProgram): unknown {
  const [stage] = parsed.program.statements[0]?.pipes[0]?.pipe.stages ?? []
  const call = stage === undefined ? undefined : stages.get(stage)?.call
  const { args, flags, options, common } = call ?? {}
  const problems = diagnostics.map(({ code, message }) => [code, message])
  return { name: call?.signature.name, args, flags, options, common, problems }
}

/** The program of a door as `run.ts` reads it. */
function programOf(words: readonly string[]): Parsed {
  const door = doorOf(words)
  if (door.kind === 'argv') return fromArgv(door.words)
  if (door.kind === 'text') return parse(door.text, '-c')
  throw new Error(`an unexpected door: ${door.kind}`)
}

test('argv, -c, a script and standard input mean the same, for every command', { timeout: 120_000 }, () => {
  const seen = new Set<string>()
  const report = fc.check(
    fc.property(line, (words) => {
      // An operator is plain text in all of them, but only argv has a hint about it.
      fc.pre(!words.some((word) => /^(?:\|\|?|&&?|;|>>?|<)$/.test(word)))
      seen.add(words[0]!)
      const text = words.map(quote).join(' ')
      const expected = meaning(bind(programOf(words), commands))
      const doors = [
        programOf(['-c', text]),
        parse(`#!/usr/bin/env -S ocish -f\n${text}\n`, 'line.ocish'),
        parse(`${text}\n`, 'stdin'),
      ]
      for (const door of doors) expect(meaning(bind(door, commands))).toEqual(expected)
    }),
    { numRuns: Number(process.env['OCISH_FUZZ'] ?? 4_000) },
  )
  expect(fc.defaultReportMessage(report)).toBeUndefined()
  const heads = new Set(called.map(({ name }) => name.split(' ')[0]!))
  expect([...heads].filter((head) => !seen.has(head))).toEqual([])
})
