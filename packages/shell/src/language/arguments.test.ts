import fc from 'fast-check'
import { expect, test } from 'vitest'
import { defineCommand, type Command, type CommandStream, type Row } from '../command.ts'
import { createCommands } from '../commands.ts'
import type { ParamType, Signature } from '../signature.ts'
import { bind } from './bind.ts'
import { parse } from './parser.ts'
import { run } from './run.ts'

/** One row of every type of column, and a command that takes each of them as a parameter of the same type. */
interface Taken {
  readonly row: Row
  readonly seen: Record<string, unknown>
}

const base: Omit<Signature, 'name' | 'params' | 'output'> = {
  summary: 'a command',
  flags: [],
  input: 'none',
  effect: 'R',
  examples: [],
  exits: [],
  since: '0.1',
  group: 'browse',
}

const types: readonly ParamType[] = [
  'duration',
  'size',
  'int',
  'bool',
  'digest',
  'mediatype',
  'string',
  'ref',
]

const commands: readonly Command<Taken>[] = [
  defineCommand<Taken>({
    signature: {
      ...base,
      name: 'give',
      params: [],
      output: {
        form: 'rows',
        row: {
          name: 'Given',
          columns: [
            ...types.map((type) => ({ name: type, type: type as 'string' })),
            { name: 'time', type: 'time' },
          ],
        },
      },
    },
    async *run(_, { row }): CommandStream {
      yield row
    },
  }),
  ...[...types, 'time' as const].map((type) =>
    defineCommand<Taken>({
      signature: {
        ...base,
        name: `take-${type}`,
        params: [{ name: 'value', type: type === 'time' ? 'string' : type }],
        output: { form: 'none' },
      },
      async *run(call, { seen }): CommandStream {
        seen[type] = call.args['value']
        yield* []
      },
    }),
  ),
]

const table = createCommands(commands.map(({ signature }) => signature))

async function taken(line: string, row: Row): Promise<Record<string, unknown>> {
  const seen: Record<string, unknown> = {}
  const work = run<Taken>(bind(parse(line), table), {
    commands: table,
    load: async (name) => commands.find(({ signature }) => signature.name === name)!,
    services: () => ({ row, seen }),
    signal: new AbortController().signal,
  })
  for await (const { edge } of work) if (edge.form === 'rows') await Array.fromAsync(edge.rows)
  return seen
}

const given = fc.record({
  duration: fc.integer({ min: 0, max: 10_000_000_000 }),
  size: fc.integer({ min: 0, max: 10_000_000_000_000 }),
  int: fc.integer({ min: 0 }),
  bool: fc.boolean(),
  digest: fc.stringMatching(/^[0-9a-f]{64}$/).map((hex) => `sha256:${hex}`),
  mediatype: fc.constantFrom('application/json', 'application/vnd.oci.image.manifest.v1+json'),
  string: fc.string({ minLength: 1, unit: 'binary' }),
  ref: fc.constantFrom('host/app:1', 'app@sha256:0'),
  time: fc.date({ noInvalidDate: true, min: new Date(0), max: new Date('2100-01-01') }),
})

const expected = (row: Row): Row => ({ ...row, time: (row['time'] as Date).toISOString() })

test('a value of a row is the same value as an argument: durations, sizes, times, digests', async () => {
  const each = [...types, 'time'].map((type) => `take-${type} -- \${it.${type}}`).join('; ')
  await fc.assert(
    fc.asyncProperty(given, async (row) => {
      expect(await taken(`give | each { ${each} }`, row)).toEqual(expected(row))
    }),
    { numRuns: 300 },
  )
})

test.each([
  ['give | get duration | each { take-duration $it }'],
  ['let d = $(give | get duration | first); take-duration $d'],
  ['let rows = $(give); take-duration ${rows[0].duration}'],
  ['take-duration $(give | get duration)'],
  ['give | each { take-duration "${it.duration}" }'],
])('%s', async (line) => {
  expect(await taken(line, { duration: 5_400_000 })).toEqual({ duration: 5_400_000 })
})

test('a number that is no duration is seconds, as where it is typed', async () => {
  expect(await taken('give | each { take-duration ${it.int} }', { int: 30 })).toEqual({ duration: 30_000 })
})
