import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import type { KindCommand, KindCommandData } from '@ocish/sdk'
import { kindContext, temporaryFolder, type TemporaryFolder } from '@ocish/testing'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { kindCommandScope } from '../kind-command-scope.ts'
import { openTarget } from '../target.ts'
import { loadPlugin } from './load-plugin.ts'
import { remoteKind } from './remote-kind.ts'

let folder: TemporaryFolder
const stops: (() => void)[] = []

beforeEach(async () => {
  folder = await temporaryFolder()
  await mkdir(folder.join('plugin'))
  await mkdir(folder.join('out'))
  await writeFile(folder.join('out/there'), 'before')
})

afterEach(async () => {
  for (const stop of stops.splice(0)) stop()
  await folder.remove()
})

const data: KindCommandData = {
  name: 'fill',
  summary: 'test',
  params: [{ name: 'out', type: 'path' }],
  output: { form: 'value' },
  effect: 'L',
  examples: [],
}

/** A command that writes the file `name` with these options of its target. */
async function commandWith(name: string, options: string): Promise<KindCommand> {
  return commandOf(`const target = await context.target('out', ${options})
      await target.write(${JSON.stringify(name)}, (async function* () { yield Buffer.from('after') })())
      yield 'written'`)
}

/** A command with this body, in a process of its own. */
async function commandOf(body: string): Promise<KindCommand> {
  const match = [{ artifactType: 'application/x.note' }]
  const code = `export default { apiVersion: 1, name: 'note', match: ${JSON.stringify(match)},
    read: async () => ({}), describe: () => ({ title: '', fields: [] }),
    commands: [{ ...${JSON.stringify(data)}, async *run(call, context) {
      ${body}
    } }] }`
  await writeFile(folder.join('plugin/index.mjs'), code)
  const kinds = [{ name: 'note', family: 'note', match, commands: [data] }]
  const plugin = { name: 'ocish-kind-note', folder: folder.join('plugin'), main: 'index.mjs', kinds }
  const loaded = await loadPlugin(plugin)
  stops.push(() => loaded.process.stop())
  const [kind] = loaded.kinds.map((one) => remoteKind(one, async () => loaded.process))
  const [command] = kind?.commands ?? []
  if (command === undefined) throw new TypeError('no command')
  return command
}

/** Runs it as a session does: what it wrote appears at its end. */
async function run(command: KindCommand, sourceDateEpoch?: string): Promise<readonly unknown[]> {
  const call = { args: { out: 'out' }, flags: {} }
  const context = kindContext()
  const refused = async (): Promise<never> => Promise.reject(new TypeError('not asked for'))
  await using scope = kindCommandScope(context, data, call, {
    sourceDateEpoch,
    publish: refused,
    folder: refused,
    target: async (path, options) =>
      openTarget(path, { ...options, signal: context.signal, cwd: folder.path }),
  })
  const rows = await Array.fromAsync(command.run(call, scope))
  await scope.finish()
  return rows
}

describe('the folder that a command in a process of its own fills', () => {
  it('with merge keeps what is there', async () => {
    expect(await run(await commandWith('new', '{ merge: true }'))).toEqual(['written'])
    expect((await readdir(folder.join('out'))).toSorted()).toEqual(['new', 'there'])
    expect(await readFile(folder.join('out/new'), 'utf8')).toBe('after')
  })

  it('with merge replaces no file that is there', async () => {
    await expect(run(await commandWith('there', '{ merge: true }'))).toFailWith('FILE_EXISTS')
    expect(await readFile(folder.join('out/there'), 'utf8')).toBe('before')
  })

  it.each(['undefined', '{}', '{ merge: false }'])('without merge (%s) must be empty', async (options) => {
    await expect(run(await commandWith('new', options))).toFailWith('TARGET_NOT_EMPTY')
    expect(await readdir(folder.join('out'))).toEqual(['there'])
  })
})

it('a command in a process of its own hears of SOURCE_DATE_EPOCH', async () => {
  const command = await commandOf(`yield ['sourceDateEpoch' in context, context.sourceDateEpoch ?? null]`)
  expect(await run(command, '5')).toEqual([[true, '5']])
  expect(await run(command)).toEqual([[false, null]])
})
