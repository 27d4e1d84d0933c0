import { readdir, readFile, writeFile } from 'node:fs/promises'
import { createMemoryRegistry, type Registry } from '@ocish/core'
import { defineKind, type KindCommand, kindData } from '@ocish/sdk'
import { temporaryFolder } from '@ocish/testing'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { KindEntry } from './kind-table.ts'
import { createSession, type Session } from './session.ts'

let folder: Awaited<ReturnType<typeof temporaryFolder>>
let registry: Registry
const { signal } = new AbortController()

beforeEach(async () => {
  folder = await temporaryFolder()
  registry = createMemoryRegistry()
})

afterEach(async () => {
  await folder.remove()
})

const base = { summary: 'test', output: { form: 'value' }, effect: 'L', examples: [] } as const
const path = { name: 'file', type: 'path' } as const

async function* text(content: string): AsyncGenerator<Uint8Array> {
  yield Buffer.from(content)
}

const commands: readonly KindCommand[] = [
  {
    ...base,
    name: 'write',
    params: [path, { name: 'text', type: 'string' }],
    flags: [{ name: 'force', type: 'bool' }],
    async *run({ args }, context) {
      const target = await context.target?.('file')
      await target?.write('', text(String(args['text'])))
      if (args['text'] === 'fail') throw new RangeError('no')
      yield 'written'
      return 3
    },
  },
  {
    ...base,
    name: 'read',
    params: [path],
    async *run(_, context) {
      const source = await context.folder?.('file')
      for await (const chunk of source?.open('') ?? []) yield Buffer.from(chunk).toString()
    },
  },
  {
    ...base,
    name: 'reach',
    params: [{ name: 'file', type: 'string' }],
    async *run(_, context) {
      await context.target?.('file')
      yield ''
    },
  },
  {
    ...base,
    name: 'send',
    effect: 'W',
    params: [{ name: 'ref', type: 'ref' }],
    async *run({ args }, context) {
      const packed = {
        artifactType: 'application/x.test',
        layers: [{ mediaType: 'text/plain', open: () => text('a') }],
      }
      yield await context.publish?.(packed, String(args['ref']))
    },
  },
  {
    ...base,
    name: 'abilities',
    params: [],
    async *run(_, context) {
      yield Object.keys(context).toSorted()
    },
  },
]

const kind = defineKind<unknown>({
  name: 'one',
  family: 'fam',
  match: [],
  commands,
  read: async () => ({}),
  describe: () => ({ title: '', fields: [] }),
})
const entry: KindEntry = { ...kindData(kind), package: 'kind-one', load: async () => kind }

async function session(): Promise<Session> {
  return createSession({
    version: '0',
    cwd: folder.path,
    home: folder.path,
    env: {},
    kinds: [entry],
    connect: async () => registry,
  })
}

interface Ran {
  readonly values: readonly unknown[]
  readonly exit: number
}

async function run(
  name: string,
  args: Readonly<Record<string, unknown>>,
  flags: Readonly<Record<string, unknown>> = {},
): Promise<Ran> {
  await using host = await session()
  const command = host.kindCommands.find((one) => one.signature.name === `fam ${name}`)
  if (command === undefined) throw new TypeError(name)
  const stream = command.run({ args, flags, options: {}, signal }, host)
  const values: unknown[] = []
  for (;;) {
    const next = await stream.next()
    if (next.done) return { values, exit: next.value?.exit ?? 0 }
    values.push(next.value)
  }
}

describe('a command of a kind', () => {
  it('writes where the user said; it appears when the command is done, and its status is handed on', async () => {
    expect(await run('write', { file: 'out.txt', text: 'hello' })).toEqual({ values: ['written'], exit: 3 })
    expect(await readFile(folder.join('out.txt'), 'utf8')).toBe('hello')
    await expect(run('write', { file: 'out.txt', text: 'again' })).toFailWith('FILE_EXISTS')
    await run('write', { file: 'out.txt', text: 'again' }, { force: true })
    expect(await readFile(folder.join('out.txt'), 'utf8')).toBe('again')
    expect((await run('read', { file: 'out.txt' })).values).toEqual(['again'])
  })

  it('that fails leaves nothing, and its failure has a code', async () => {
    await expect(run('write', { file: 'out.txt', text: 'fail' })).toFailWith('KIND_FAILED')
    expect(await readdir(folder.path)).toEqual([])
  })

  it('that is left early leaves nothing', async () => {
    await using host = await session()
    const stream = host.kindCommands[0]?.run(
      { args: { file: 'out.txt', text: 'x' }, flags: {}, options: {}, signal },
      host,
    )
    await stream?.next()
    await stream?.return(undefined)
    expect(await readdir(folder.path)).toEqual([])
  })

  it('reaches no path that was not typed as a path', async () => {
    await writeFile(folder.join('secret'), 'secret')
    await expect(run('reach', { file: 'secret' })).toFailWith('KIND_FAILED')
  })

  it('publishes only where its effect says so', async () => {
    const { values } = await run('send', { ref: 'example.com/team/app:v1' })
    const { descriptor } = await registry.statManifest('team/app', 'v1')
    expect(values).toEqual([{ ref: 'example.com/team/app:v1', digest: descriptor.digest }])
    const [abilities] = (await run('abilities', {})).values
    expect(abilities).not.toContain('publish')
  })
})
