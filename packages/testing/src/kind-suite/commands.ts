import type { Artifact, Kind, KindCommand, KindExample, KindParam } from '@ocish/sdk'
import { expect, test } from 'vitest'
import { kindContext, type MemoryContext } from '../kind-context.ts'
import { memoryTarget } from '../kind-doubles.ts'
import type { KindSuiteOptions } from '../kind-suite.ts'
import { artifactOfCase, expectJsonAble } from './acts.ts'

/** Every example is a command of this kind, binds, runs on the first case, and yields what the signature says. */
export function commandCases(kind: Kind, suite: KindSuiteOptions): void {
  const commands = kind.commands ?? []
  test.runIf(commands.length > 0).each(commands.map((command) => [command.name, command] as const))(
    'command %s has an example',
    (_name, command) => expect(command.examples).not.toEqual([]),
  )

  const examples = commands.flatMap((command) =>
    command.examples.map((example) => [example.line, command, example] as const),
  )
  test.runIf(examples.length > 0).each(examples)('example: %s', async (_line, command, example) => {
    const call = bind(kind, command, example)
    const context = await contextFor(kind, suite)
    await expectOutput(
      command,
      { ...context, ...(suite.lookup === undefined ? {} : { lookup: suite.lookup }) },
      call,
    )
  })
}

interface Bound {
  readonly args: Readonly<Record<string, unknown>>
  readonly flags: Readonly<Record<string, unknown>>
}

async function contextFor(kind: Kind, { cases, ...suite }: KindSuiteOptions): Promise<MemoryContext> {
  const [first] = cases
  if (first === undefined) throw new TypeError('describeKind needs a case')
  const anyArtifact: Artifact = await artifactOfCase(kind, first)
  const folder = suite.folder ?? first.source
  return kindContext({
    anyArtifact,
    ...(folder === undefined ? {} : { folder }),
    target: memoryTarget,
  })
}

async function expectOutput(command: KindCommand, context: MemoryContext, call: Bound): Promise<void> {
  const { output } = command
  const values: unknown[] = []
  const run = command.run(call, context)
  let step = await run.next()
  for (; step.done !== true; step = await run.next()) values.push(step.value)
  expect(step.value === undefined || Number.isInteger(step.value), 'returns a status or nothing').toBe(true)
  switch (output.form) {
    case 'bytes':
      return expectChunks(values)
    case 'value':
      return expectOne(values)
    case 'rows':
    default:
      return expectRows(values, output.columns)
  }
}

function expectChunks(values: readonly unknown[]): void {
  expect(values.filter((value) => !(value instanceof Uint8Array))).toEqual([])
}

function expectOne(values: readonly unknown[]): void {
  expect(values).toHaveLength(1)
  expectJsonAble(values)
}

function expectRows(values: readonly unknown[], columns: readonly string[]): void {
  expectJsonAble(values)
  const names = values.flatMap((value) => Object.keys(value as object))
  expect(columns).toEqual(expect.arrayContaining(names))
}

/** Binds an example as a host would: words before the first pipe or redirect. */
function bind(kind: Kind, command: KindCommand, { line }: KindExample): Bound {
  const words = line.split(/\s+/)
  const end = words.findIndex((word) => word === '|' || word === '>' || word === '&&')
  const [noun, verb, ...rest] = end === -1 ? words : words.slice(0, end)
  expect([noun, verb]).toEqual([kind.family ?? kind.name, command.name])
  const flags: Record<string, unknown> = {}
  const positional: string[] = []
  for (let at = 0; at < rest.length; at += 1) {
    const word = rest[at] ?? ''
    const [, name, inline] = /^--([^=]+)(?:=(.*))?$/.exec(word) ?? []
    const flag = command.flags?.find((known) => known.name === name)
    if (name === undefined) positional.push(word)
    else if (flag === undefined) throw new Error(`${line}: no flag --${name}`)
    else if (flag.type === 'bool') flags[name] = true
    else flags[name] = typed(flag, inline ?? rest[(at += 1)] ?? '')
  }
  return { args: argumentsOf(command, positional, line), flags }
}

function argumentsOf(
  { params }: KindCommand,
  words: readonly string[],
  line: string,
): Record<string, unknown> {
  const args: Record<string, unknown> = {}
  const left = [...words]
  for (const param of params) {
    if (param.many === true) args[param.name] = left.splice(0).map((word) => typed(param, word))
    else if (left.length > 0) args[param.name] = typed(param, left.shift() ?? '')
    else expect(param.optional, `${line}: ${param.name} is missing`).toBe(true)
  }
  expect(left, `${line}: arguments without a parameter`).toEqual([])
  return args
}

function typed(param: KindParam, word: string): unknown {
  if (param.enum !== undefined) expect(param.enum).toContain(word)
  const text = word.replace(/^(['"])(.*)\1$/, '$2')
  return param.type === 'int' ? Number(text) : text
}
