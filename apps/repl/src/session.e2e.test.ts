import { expect, test } from 'vitest'
import { sharedHome } from './shared-home.test-kit.ts'
import { TestTerminal } from './terminal.test-kit.ts'

const home = sharedHome('1.0', '1.1')

const open = (options: Partial<ConstructorParameters<typeof TestTerminal>[0]> = {}): TestTerminal =>
  new TestTerminal({ home: home.folder.path, ...options })

const prompt = '❯'
const expectShown = async (terminal: TestTerminal, text: string): Promise<void> => terminal.shows(text)

test('--allow-host holds for the session, and --restricted opens none', async () => {
  await using terminal = open({ args: ['--allow-host', 'ghcr.io', '--plain'] })
  await expectShown(terminal, '>')
  const before = home.registry.requests.length
  terminal.type(`tags ${home.registry.host}/team/app\r`)
  await expectShown(terminal, 'RESTRICTED')
  expect(home.registry.requests.length).toBe(before)
  terminal.type('\u0004')
  await using refused = open({ args: ['--restricted'] })
  await expectShown(refused, 'cannot be restricted')
  expect(await refused.ended).toBe(2)
})

test('from an empty line to a tag with Tab and Enter; nothing is asked before Tab', async () => {
  await using terminal = open()
  await expectShown(terminal, prompt)
  const before = home.registry.requests.length
  terminal.type(`cd ${home.registry.host}/team\r`)
  await expectShown(terminal, `${home.registry.host}/team ${prompt}`)
  terminal.type('describe app')
  await expectShown(terminal, 'describe app')
  expect(home.registry.requests.length).toBe(before)
  terminal.type(':\t')
  await expectShown(terminal, '1.1')
  await expectShown(terminal, 'Esc close')
  terminal.type('\t\r')
  await expectShown(terminal, 'describe app:1.0')
  terminal.type('\r')
  await expectShown(terminal, 'digest')
  terminal.type('\u0004')
  expect(await terminal.ended).toBe(0)
  expect(terminal.output.slice(-200)).toContain('\u001B[?2004l')
})

test('keys that were typed before anything was loaded are all there', async () => {
  await using terminal = open()
  terminal.type('pwd\rexit 7\r')
  expect(await terminal.ended).toBe(7)
  expect(terminal.everything).toContain('(none)')
})

test('an error shows its place, and the session goes on', async () => {
  await using terminal = open()
  terminal.type('tgas x\r')
  await expectShown(terminal, 'USAGE_UNKNOWN_COMMAND')
  terminal.type('\u001BOQ')
  await expectShown(terminal, '❯ tags x')
})

test('Ctrl-C discards a line and ends a command; SIGTERM restores the terminal', async () => {
  await using terminal = open()
  await expectShown(terminal, prompt)
  terminal.type('half a line\u0003')
  await expectShown(terminal, 'half a line^C')
  terminal.type('wait 1\r')
  await expectShown(terminal, 'JOB_NOT_FOUND')
  terminal.signal('SIGTERM')
  expect(await terminal.ended).toBe(143)
  expect(terminal.output.slice(-300)).toContain('\u001B[?2004l')
})

test('a paste does not run', async () => {
  await using terminal = open()
  await expectShown(terminal, prompt)
  terminal.type('\u001B[200~exit 9\r\u001B[201~')
  await expectShown(terminal, 'exit 9')
  terminal.type('\u0003exit 4\r')
  expect(await terminal.ended).toBe(4)
})

test('jobs run beside the prompt', async () => {
  await using terminal = open()
  await expectShown(terminal, prompt)
  terminal.type(`ls ${home.registry.host}/team &\r`)
  await expectShown(terminal, '[1] done')
  terminal.type('jobs\r')
  await expectShown(terminal, 'JOB')
})

test('view and browse use the other screen and give it back', async () => {
  await using terminal = open()
  terminal.type(`tags ${home.registry.host}/team/app | view\r`)
  const rows = (screen: readonly string[]): readonly string[] =>
    screen.flatMap((row) => /^ *›? *(1\.[01])\b/.exec(row)?.[1] ?? [])
  const expectRows = async (...tags: readonly string[]): Promise<void> =>
    terminal.until(({ screen }) => rows(screen).toSorted().join() === tags.join(), `the rows ${tags.join()}`)
  await expectRows('1.0', '1.1')
  terminal.type('/1.1\r')
  await expectRows('1.1')
  terminal.type('\u001B')
  await expectRows('1.0', '1.1')
  terminal.type('q')
  await terminal.until(({ screen }) => !screen.join('\n').includes('/ filter'), 'the prompt')
  terminal.type(`browse ${home.registry.host}/team\r`)
  await expectShown(terminal, 'Enter open')
  terminal.type('q')
  await terminal.until(({ screen }) => !screen.join('\n').includes('Enter open'), 'the prompt')
})

test('a storm of resizes leaves a usable prompt', async () => {
  await using terminal = open()
  await expectShown(terminal, prompt)
  terminal.type('describe some/long/reference:with-a-tag')
  for (const [columns, rows] of [
    [20, 6],
    [120, 40],
    [33, 10],
    [61, 8],
    [80, 24],
  ] as const)
    terminal.resize(columns, rows)
  terminal.type('X')
  await expectShown(terminal, 'with-a-tagX')
})

test('20 columns and 6 rows are enough', async () => {
  await using terminal = open({ columns: 20, rows: 6 })
  await expectShown(terminal, prompt)
  terminal.type('pwd\r')
  await expectShown(terminal, '(none)')
  terminal.type('d\t')
  await expectShown(terminal, '1/')
})

test('a plain session is lines of words, and moves no cursor', async () => {
  await using terminal = open({ args: ['--plain'] })
  await expectShown(terminal, 'ocish>')
  terminal.type(`cd ${home.registry.host}/team\r`)
  await expectShown(terminal, `ocish, ${home.registry.host}/team>`)
  terminal.type('tgas\r')
  await expectShown(terminal, 'error USAGE_UNKNOWN_COMMAND')
  terminal.type('exit 3\r')
  expect(await terminal.ended).toBe(3)
  // oxlint-disable-next-line no-control-regex -- that is what must not be there
  expect(terminal.output).not.toMatch(/\u001B\[\d*[ABCDHJK]/)
})
