import { OcishError, type Bytes } from '@ocish/sdk'
import { type Commands, createCommands } from '../commands.ts'
import { defaultFormat, write } from '../formats/write.ts'
import { bind } from './bind.ts'
import { parse } from './parser.ts'
import { run } from './run.ts'
import { worldCommands, type World } from './sample-world.test-kit.ts'
import type { Externals, Files, RunOptions, RunOutcome } from './run-options.ts'

export const table: Commands = createCommands(worldCommands.map((command) => command.signature))

export async function* bytesOf(text: string): AsyncGenerator<Uint8Array> {
  yield new TextEncoder().encode(text)
}

async function textOf(bytes: Bytes): Promise<string> {
  return Buffer.concat(await Array.fromAsync(bytes)).toString()
}

function filesOf(files: Map<string, string>): Files {
  return {
    read: (path) => bytesOf(files.get(path) ?? ''),
    async write(path, bytes, { append }) {
      const text = await textOf(bytes)
      files.set(path, append ? (files.get(path) ?? '') + text : text)
    },
    beginning: async (path) => files.get(path) ?? '',
  }
}

/** Programs of the tests: `upper` shouts, `fail N` ends with N. */
const externals: Externals = {
  run({ name, args, input }) {
    const exit = Promise.resolve(name === 'fail' ? Number(args[0]) : 0)
    async function* output(): AsyncGenerator<Uint8Array> {
      const text = input === undefined ? args.join(' ') : await textOf(input)
      yield new TextEncoder().encode(name === 'upper' ? text.toUpperCase() : text)
    }
    return { output: output(), exit }
  },
}

export interface Ran extends World {
  readonly text: string
  readonly outcome: RunOutcome
  readonly error?: unknown
}

/** Runs a program in the sample world and prints what it gives as a pipe would get it; a failure is in the answer. */
export async function execute(text: string, more: Partial<RunOptions<World>> = {}): Promise<Ran> {
  const world: World = {
    log: [],
    files: new Map([
      ['rows.ndjson', '{"n":1}\n{"n":2}\n'],
      ['dotted.json', '{"a":{"b.c":1}}'],
    ]),
    columns: [],
  }
  const names = [...(more.variables ?? [])].map(([name]) => name)
  const bound = bind(parse(text), table, { variables: names, input: more.input !== undefined })
  const work = run(bound, {
    commands: table,
    load: async (name) => worldCommands.find((command) => command.signature.name === name)!,
    services: () => world,
    signal: new AbortController().signal,
    files: filesOf(world.files),
    externals,
    ...more,
  })
  let out = ''
  const look = { width: 80, color: false, ascii: false, now: 0 }
  try {
    let step = await work.next()
    for (; step.done !== true; step = await work.next()) {
      const { edge, common } = step.value
      const options = {
        look,
        terminal: false,
        ...(common.columns === undefined ? {} : { columns: common.columns }),
      }
      for await (const piece of write(edge, common.output ?? defaultFormat(edge, false), options))
        out += piece
    }
    return { ...world, text: out, outcome: step.value }
  } catch (error) {
    return { ...world, text: out, outcome: { exit: error instanceof OcishError ? error.exit : 70 }, error }
  }
}

/** What a program prints. */
export const output = async (text: string, more?: Partial<RunOptions<World>>): Promise<string> => {
  const ran = await execute(text, more)
  if (ran.error !== undefined) throw ran.error
  return ran.text
}
