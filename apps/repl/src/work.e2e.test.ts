import { mkdir, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { sharedHome } from './shared-home.test-kit.ts'
import { TestTerminal } from './terminal.test-kit.ts'

const home = sharedHome('1.0', '1.1')
let proxy: Server
/** A registry whose big blob stops coming after its first bytes. */
let slow: string

const open = (options: Partial<ConstructorParameters<typeof TestTerminal>[0]> = {}): TestTerminal =>
  new TestTerminal({ home: home.folder.path, columns: 100, ...options })

const expectShown = async (terminal: TestTerminal, text: string): Promise<void> => terminal.shows(text)
const expectSo = async (
  terminal: TestTerminal,
  isSo: (screen: readonly string[]) => boolean,
  what: string,
): Promise<void> => terminal.until(({ screen }) => isSo(screen), what)

/** At the prompt, in a context. */
async function inTeam(
  options: Partial<ConstructorParameters<typeof TestTerminal>[0]> = {},
): Promise<TestTerminal> {
  const terminal = open(options)
  terminal.type(`cd ${home.registry.host}/team\r`)
  await terminal.shows(`${home.registry.host}/team ❯`)
  return terminal
}

beforeAll(async () => {
  proxy = createServer((socket) => socket.on('error', () => undefined))
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve))
  slow = `127.0.0.1:${(proxy.address() as { port: number }).port}`
})

afterAll(() => {
  proxy.close()
})

test('what a line names is there for the next one, also in completion', async () => {
  await using terminal = await inTeam()
  terminal.type('let d = $(resolve app:1.1)\r')
  terminal.type('describe app@$d\r')
  await expectShown(terminal, 'sha256:')
  await expectShown(terminal, 'kind')
  terminal.type('describe $')
  terminal.type('\t')
  await expectSo(terminal, (screen) => screen.some((row) => /^[› ] d\b/.test(row)), 'the name in the menu')
})

test('an alias works at the prompt from the next line on', async () => {
  await using terminal = await inTeam()
  terminal.type('alias k resolve\r')
  await expectShown(terminal, 'config.toml')
  terminal.type('k app:1.0\r')
  await expectShown(terminal, 'sha256:')
})

test('F2 takes the closest tag, in a name that is relative to the context', async () => {
  await using terminal = await inTeam()
  terminal.type('describe app:1.5\r')
  await expectShown(terminal, 'TAG_NOT_FOUND')
  terminal.type('\u001BOQ')
  await expectSo(terminal, (screen) => /❯ describe app:1\.[01]$/m.test(screen.join('\n')), 'the fix')
})

test('a registry that hangs: Ctrl-C ends the command, the footer names who is silent, keys work', async () => {
  await using terminal = open()
  await expectShown(terminal, '❯')
  terminal.type(`ls ${slow}/x\r`)
  terminal.type('\u0003')
  await expectShown(terminal, 'cancelled')
  terminal.type(`describe ${slow}/x/\t`)
  await expectShown(terminal, `asking ${slow}`)
  terminal.type('abc')
  await expectShown(terminal, `describe ${slow}/x/abc`)
})

test('Ctrl-Z makes a job of the command in front, kill ends it, exit asks once', async () => {
  await using terminal = open()
  await expectShown(terminal, '❯')
  terminal.type(`ls ${slow}/x\r`)
  await terminal.until(
    ({ screen }) => screen.some((row) => row.trimEnd().endsWith('❯')),
    'the command at work',
  )
  terminal.type('\u001A')
  await expectShown(terminal, `[1] ls ${slow}/x`)
  terminal.type('jobs\r')
  await expectShown(terminal, 'running')
  terminal.type('exit 3\r')
  await expectShown(terminal, '1 job is still running')
  terminal.type('kill 1\r')
  await expectShown(terminal, '[1] cancelled')
  terminal.type('exit 3\r')
  expect(await terminal.ended).toBe(3)
})

test('a program that takes no notice is killed by the second Ctrl-C', async () => {
  await using terminal = await inTeam()
  await writeFile(
    join(home.folder.path, 'stubborn.sh'),
    "trap '' TERM INT\necho pid $$ >&2\nwhile :; do sleep 1; done\n",
  )
  terminal.type('^sh stubborn.sh | from lines | count\r')
  await expectSo(terminal, (screen) => /pid \d+/.test(screen.join('\n')), 'its number')
  const pid = Number(/pid (\d+)/.exec(terminal.screen.join('\n'))![1])
  terminal.type('\u0003')
  terminal.type('\u0003')
  await expectShown(terminal, 'ended the hard way')
  terminal.type('pwd\r')
  await expectShown(terminal, '❯ pwd')
  await expect.poll(() => isRunning(pid)).toBe(false)
})

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

test('watch shows what came, ends with --until, and gives the events', async () => {
  await using terminal = await inTeam()
  terminal.type(`watch app --on-change 'tags $that'\r`)
  await expectShown(terminal, 'no variable $that')
  terminal.type('watch app --every 1s --until new && pwd\r')
  await expectShown(terminal, 'watch app every 1 s')
  await expectSo(terminal, (screen) => screen.join('\n').includes('1.1'), 'the tags')
  await home.run('push', 'a.txt', `${home.registry.host}/team/app:2.0`)
  await expectSo(terminal, (screen) => /new +\S+app:2\.0/.test(screen.join('\n')), 'the event at the prompt')
  await expectSo(terminal, (screen) => screen.includes(`${home.registry.host}/team`), 'what follows &&')
})

test('watch: the block behind --on-change runs beside, and knows what the tag was and what it is', async () => {
  const moving = `${home.registry.host}/team/moving:1`
  await home.run('push', 'a.txt', moving)
  await using terminal = await inTeam()
  terminal.type('watch moving:1 --every 1s --until changed --on-change { diff ${it.old} ${it.new} }\r')
  await expectSo(terminal, (screen) => /moving:1 +sha256:/.test(screen.join('\n')), 'what it is')
  await writeFile(join(home.folder.path, 'moved.txt'), 'moved')
  await home.run('push', 'moved.txt', moving)
  await expectSo(terminal, (screen) => /changed +moving:1/.test(screen.join('\n')), 'the event')
  await terminal.until(({ everything }) => /- a\.txt[^]*\+ moved\.txt[^]*2 changes/.test(everything), 'both')
})

test('browse: p and c run beside, and tell the line; : takes the reference to the prompt', async () => {
  await mkdir(join(home.folder.path, 'pulled'), { recursive: true })
  await using terminal = await inTeam()
  terminal.type('browse app\r')
  await expectShown(terminal, 'tags')
  terminal.type('/1.0\r')
  await expectSo(terminal, (screen) => !screen.join('\n').includes('1.1'), 'one tag')
  terminal.type('c')
  terminal.type(`${home.registry.host}/mirror/app\r`)
  await expectShown(terminal, '] done: cp')
  terminal.type(':')
  await expectSo(terminal, (screen) => !screen.join('\n').includes('Enter open'), 'the prompt')
  await expectShown(terminal, `cp ${home.registry.host}/team/app:1.0 ${home.registry.host}/mirror/app`)
  await expectShown(terminal, `❯  ${home.registry.host}/team/app:1.0`)
  terminal.type('resolve\r')
  await expectShown(terminal, 'sha256:')
})

test('browse: kind, size, age and digest of the tags in sight come by themselves', async () => {
  await using terminal = await inTeam()
  terminal.type('browse app\r')
  await expectSo(
    terminal,
    (screen) => /› \S+ +(?:files|artifact|image) +\S+ \S*B +.*sha256:/.test(screen.join('\n')),
    'the columns of the first tag',
  )
  terminal.type('q')
  await expectShown(terminal, '❯')
})

test('a session that is killed leaves its transfer to the next one', async () => {
  const state = join(home.folder.path, '.local/state/ocish')
  await mkdir(state, { recursive: true })
  const { DatabaseSync } = await import('node:sqlite')
  await (async () => {
    await using first = open()
    first.type('pwd\r')
    await expectShown(first, '(none)')
  })()
  const database = new DatabaseSync(join(state, 'history.db'))
  database
    .prepare('INSERT INTO transfers (line, context, started, pid) VALUES (?, ?, ?, ?)')
    .run('cp app:1.0 kept/', `${home.registry.host}/team`, 1, 2 ** 22 + 1)
  database.close()
  await using next = open()
  await expectShown(next, '1 transfer was left')
  next.type('jobs\r')
  await expectShown(next, 'left')
  next.type('resume\r')
  await expectShown(next, '[2] done')
  next.type(`tags ${home.registry.host}/team/kept/app\r`)
  await expectShown(next, 'kept/app:1.0')
})

test('a plugin is there from the next line on; when it throws, the prompt stays and says whose fault it was', async () => {
  const type = 'application/vnd.example.broken.v1'
  const match = [{ artifactType: type }]
  const ocish = { apiVersion: 1, kinds: [{ name: 'broken', family: 'broken', match }] }
  await mkdir(join(home.folder.path, 'broken'), { recursive: true })
  await writeFile(
    join(home.folder.path, 'broken/package.json'),
    JSON.stringify({
      name: 'ocish-kind-broken',
      version: '1.0.0',
      author: 'Ann',
      exports: './index.mjs',
      ocish,
    }),
  )
  await writeFile(
    join(home.folder.path, 'broken/index.mjs'),
    `export default { apiVersion: 1, name: 'broken', match: ${JSON.stringify(match)},
      async read() { throw new TypeError('oh no') },
      describe: () => ({ title: '', fields: [] }) }`,
  )
  await home.run('push', 'a.txt', `${home.registry.host}/team/broken:1`, '--artifact-type', type)
  await using terminal = await inTeam()
  terminal.type('plugin add ./broken --trust\r')
  await expectShown(terminal, 'ocish-kind-broken')
  terminal.type('pwd\r')
  await expectSo(terminal, (screen) => screen.includes(`${home.registry.host}/team`), 'the line after it')
  terminal.type('describe broken:1 --as brok\t')
  await expectShown(terminal, 'describe broken:1 --as broken')
  terminal.type('\r')
  await expectShown(terminal, 'oh no')
  await expectShown(terminal, 'plugin doctor')
  terminal.type('plugin rm ocish-kind-broken\r')
  terminal.type('exit 4\r')
  expect(await terminal.ended).toBe(4)
})
