import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import {
  embeddedRegistry,
  type EmbeddedRegistry,
  ocishBin,
  runOcish,
  temporaryFolder,
  type TemporaryFolder,
} from '@ocish/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { TestTerminal } from './terminal.test-kit.ts'

let folder: TemporaryFolder
let registry: EmbeddedRegistry
let digest: string
beforeAll(async () => {
  folder = await temporaryFolder()
  registry = await embeddedRegistry()
  for (const [name, text] of [
    ['a.txt', 'first'],
    ['b.txt', 'second'],
  ] as const)
    await writeFile(join(folder.path, name), text)
  const home = { cwd: folder.path }
  await runOcish(['push', 'a.txt', 'b.txt', `${registry.host}/team/app:1.0`], home)
  digest = (await runOcish(['resolve', `${registry.host}/team/app:1.0`])).stdout.trim()
})
afterAll(async () => {
  await registry[Symbol.asyncDispose]()
  await folder[Symbol.asyncDispose]()
})
const open = (options: object = {}): TestTerminal => new TestTerminal({ home: folder.path, ...options })
const expectLine = async (terminal: TestTerminal, text: string): Promise<void> =>
  terminal.until(({ screen }) => screen.join('').includes(text), text)

test('Tab and arrows alone reach a file inside of a digest', async () => {
  await using terminal = open({ columns: 160 })
  await expectLine(terminal, '❯')
  // The session knows the registry from here on.
  terminal.type(`tags ${registry.host}/team/app\r`)
  await expectLine(terminal, '1.0')
  terminal.type('cat ')
  const place = `cat ${registry.host}/team/app`
  // One of each: what is the only one goes in by itself.
  for (const line of [`cat ${registry.host}/`, `cat ${registry.host}/team/`, place]) {
    terminal.type('\t')
    await expectLine(terminal, line)
  }
  // Tab opens the list, the arrow chooses, Enter inserts.
  const choose = async (shown: string, down: number, line: string): Promise<void> => {
    terminal.type('\t')
    await expectLine(terminal, shown)
    await expectLine(terminal, 'Esc close')
    terminal.type(`${'\u001B[B'.repeat(down)}\r`)
    await terminal.until(({ screen }) => screen.some((row) => row.endsWith(line)), line)
  }
  await choose('app:1.0', 1, `${place}:1.0`)
  await choose('1.0//', 2, `${place}:1.0@${digest}`)
  terminal.type('\t')
  await expectLine(terminal, `${place}:1.0@${digest}//`)
  await choose('b.txt', 1, `${place}:1.0@${digest}//b.txt`)
  terminal.type('\r')
  await expectLine(terminal, 'second')
})

describe('a session of lines', () => {
  test('runs pipes, asks the registry, keeps the context, says jobs in words', async () => {
    await using terminal = open({ args: ['--plain'] })
    await expectLine(terminal, 'ocish>')
    terminal.type(`cd ${registry.host}/team\r`)
    await expectLine(terminal, `ocish, ${registry.host}/team>`)
    terminal.type('tags app | count\r')
    await terminal.until(({ screen }) => /^1$/m.test(screen.join('\n')), 'the count')
    terminal.type('cat app:1.0//b.txt\r')
    await expectLine(terminal, 'second')
    terminal.type('pwd\rjobs\rhistory | last 1 | get line\r')
    await expectLine(terminal, 'history | last 1')
    terminal.type('\u0004')
    expect(await terminal.ended).toBe(0)
  })
})

test('the session is opened by npx start on a terminal, filled, and gone afterwards', async () => {
  const start = join(import.meta.dirname, '../../../tooling/src/start.ts')
  await using terminal = open({ program: start, env: { OCISH_BIN: ocishBin, CI: '' }, columns: 120 })
  await terminal.until(({ screen }) => screen.join('\n').includes('❯'), 'the prompt', 60_000)
  const [, host = ''] = /listens on (\S+)/.exec(terminal.everything) ?? []
  terminal.type(`ls ${host}/demo\r`)
  await expectLine(terminal, 'klaus')
  terminal.type('tutorial\r')
  await expectLine(terminal, 'Lesson')
  terminal.type('\u0004')
  expect(await terminal.ended).toBe(0)
  await expect(fetch(`http://${host}/v2/`)).rejects.toThrow(/fetch failed/)
})
