import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { temporaryFolder, type TemporaryFolder } from '@ocish/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { TestTerminal } from './terminal.test-kit.ts'

let folder: TemporaryFolder
beforeAll(async () => {
  folder = await temporaryFolder()
})
afterAll(async () => folder[Symbol.asyncDispose]())

const open = (options: Partial<ConstructorParameters<typeof TestTerminal>[0]> = {}): TestTerminal =>
  new TestTerminal({ home: folder.path, ...options })
const expectShown = async (terminal: TestTerminal, text: string): Promise<void> => terminal.shows(text)

/** Every SGR that was sent. */
const stylesIn = (output: string): readonly string[] =>
  [...output.matchAll(new RegExp(String.raw`\u001b\[([0-9;]*)m`, 'g'))].flatMap(([, codes = '']) =>
    codes.split(';'),
  )

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

/** A failed line, a table, a ghost, the menu. */
async function walk(terminal: TestTerminal, mark: string): Promise<void> {
  await expectShown(terminal, mark)
  terminal.type('tgas x\r')
  await expectShown(terminal, 'USAGE_UNKNOWN_COMMAND')
  terminal.type('alias\rhistory\r')
  await terminal.until(({ everything }) => /^.*\b2\b.* tgas x$/m.test(everything), 'its row in the history')
  terminal.type('tg')
  await expectShown(terminal, `${mark} tg`)
  terminal.type('\u0015d\t')
  await expectShown(terminal, 'Esc close')
  terminal.type('\u0007')
}

describe('how it looks (shell.md §4.4)', () => {
  test.each([
    ['NO_COLOR', { NO_COLOR: '1' }, []],
    ['--color never', {}, ['--color', 'never']],
  ])('%s: no colour at all, and the suggestion is a sentence', async (_name, env, args) => {
    await using terminal = open({ env, args })
    await walk(terminal, '❯')
    terminal.type('\u0015ali')
    await expectShown(terminal, 'from history: alias')
    expect(stylesIn(terminal.output).filter((code) => !['', '0', '22', '39'].includes(code))).toEqual([])
    expect(terminal.everything).toContain('✗')
  })

  test('sixteen colours and no background: readable on a light terminal as on a dark one', async () => {
    await using terminal = open()
    await walk(terminal, '❯')
    const styles = new Set(stylesIn(terminal.output))
    expect(styles.size).toBeGreaterThan(2)
    // Neither a background nor white nor black nor a colour of 256.
    for (const code of styles) expect(code).not.toMatch(/^(?:30|37|38|48|97|4[0-7]|10[0-7])$/)
  })

  test('a background that is known to be light: neither yellow nor cyan', async () => {
    await using told = open({ env: { COLORFGBG: '0;15' } })
    await walk(told, '❯')
    expect(stylesIn(told.output)).toEqual(expect.not.arrayContaining(['33', '36']))
    expect(stylesIn(told.output)).toContain('34')
    await using chosen = open()
    await expectShown(chosen, '❯')
    chosen.type('set ui.background light\r')
    await chosen.until(({ everything }) => /ui\.background +light/.test(everything), 'the setting')
    const before = chosen.output.length
    await walk(chosen, '❯')
    expect(stylesIn(chosen.output.slice(before))).toEqual(expect.not.arrayContaining(['33', '36']))
  })

  test('what a terminal answers to the question of somebody before is never typed', async () => {
    await using terminal = open()
    await expectShown(terminal, '❯')
    terminal.type('a\u001B]11;rgb:ffff/ffff/ffff\u0007b\u001B[?62;c\u001B[12;40Rc')
    await terminal.until(({ screen }) => /❯ abc$/m.test(screen.join('\n')), 'abc')
  })

  test.each([
    ['--ascii', {}, ['--ascii']],
    ['a locale that is not UTF-8', { LANG: 'C' }, []],
  ])('%s: nothing but ASCII', async (_name, env, args) => {
    await using terminal = open({ env, args })
    await walk(terminal, 'ocish >')
    expect(terminal.output.split('').filter((character) => character.charCodeAt(0) > 0x7f)).toEqual([])
  })

  test.each([
    ['TERM=dumb', { TERM: 'dumb' }, []],
    ['OCISH_PLAIN', { OCISH_PLAIN: '1' }, []],
    ['a screen reader', { INK_SCREEN_READER: 'true' }, []],
    ['--plain', {}, ['--plain']],
  ])('%s: a session of lines, without cursor movement', async (_name, env, args) => {
    await using terminal = open({ env, args })
    await expectShown(terminal, 'ocish>')
    terminal.type('tgas\r')
    await expectShown(terminal, 'error USAGE_UNKNOWN_COMMAND')
    terminal.type('exit 3\r')
    expect(await terminal.ended).toBe(3)
    expect(terminal.output).not.toMatch(new RegExp(String.raw`\u001b\[\d*[ABCDHJK]|\u001b\[\?(?:1049|2026)h`))
  })

  test('reduced motion is a setting of the session', async () => {
    await using terminal = open()
    await expectShown(terminal, '❯')
    terminal.type('set ui.motion off\rset ui.motion\r')
    await terminal.until(({ everything }) => /ui\.motion\s+off/.test(everything), 'ui.motion off')
  })

  test.each([
    [20, 6],
    [39, 5],
    [12, 3],
  ])('%i columns and %i rows: menu, error and table leave a line to type on', async (columns, rows) => {
    await using terminal = open({ columns, rows })
    await expectShown(terminal, '❯')
    terminal.type('tgas\rde\t\t\u0007\u0015x')
    await terminal.until(({ screen }) => /❯ x$/m.test(screen.join('\n')), 'the line')
    expect(terminal.screen.length).toBeLessThanOrEqual(rows)
    terminal.type('\u0015exit 4\r')
    expect(await terminal.ended).toBe(4)
  })
})

describe('every way out restores the terminal', () => {
  const restored = ['\u001B[?2004l', '\u001B[<u', '\u001B[?25h', '\u001B[0m']

  test.each([
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const)('%s', async (name, status) => {
    await using terminal = open()
    await expectShown(terminal, '❯')
    terminal.type('half')
    await expectShown(terminal, 'half')
    terminal.signal(name)
    expect(await terminal.ended).toBe(status)
    for (const sequence of restored) expect(terminal.output.slice(-200)).toContain(sequence)
  })

  test.each([
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const)('%s while another program has it: that one ends too', async (name, status) => {
    await using terminal = open()
    await expectShown(terminal, '❯')
    terminal.type("^sh -c 'echo pid $$; exec sleep 60'\r")
    await terminal.until(({ screen }) => /^pid \d+$/m.test(screen.join('\n')), 'the other program')
    const pid = Number(/^pid (\d+)$/m.exec(terminal.screen.join('\n'))![1])
    terminal.signal(name)
    expect(await terminal.ended).toBe(status)
    for (const sequence of restored) expect(terminal.output.slice(-200)).toContain(sequence)
    expect(terminal.output).not.toMatch(/Error|INTERRUPTED|Node\.js/)
    await expect.poll(() => isRunning(pid)).toBe(false)
  })

  test('a program that ends the session it was started from', async () => {
    await using terminal = open()
    await expectShown(terminal, '❯')
    terminal.type('^sh -c \'kill -HUP "$PPID"\'\r')
    expect(await terminal.ended).toBe(129)
    for (const sequence of restored) expect(terminal.output.slice(-200)).toContain(sequence)
    expect(terminal.output).not.toMatch(/Error|INTERRUPTED|Node\.js/)
  })

  test('a program that is killed: the prompt stays, and reads keys', async () => {
    await using terminal = open()
    await expectShown(terminal, '❯')
    terminal.type("^sh -c 'stty raw -echo; kill -KILL $$'\r")
    await expectShown(terminal, 'EXTERNAL_FAILED')
    terminal.type('exit 8\r')
    expect(await terminal.ended).toBe(8)
  })

  test('an exception that nobody caught', async () => {
    const file = join(folder.path, 'throws.mjs')
    await writeFile(file, `process.on('SIGUSR2', () => { throw new Error('nobody catches this') })`)
    await using terminal = open({ env: { NODE_OPTIONS: `--import ${file}` } })
    await expectShown(terminal, '❯')
    terminal.type('half')
    await expectShown(terminal, 'half')
    terminal.signal('SIGUSR2')
    expect(await terminal.ended).not.toBe(0)
    for (const sequence of restored) expect(terminal.output.slice(-2000)).toContain(sequence)
  })
})

describe('what bad input gets', () => {
  /** A registry whose one repository has 100,000 tags, or that never answers. */
  async function serve(
    answers: boolean,
  ): Promise<{ readonly server: Server; readonly host: string; readonly asked: string[] }> {
    const asked: string[] = []
    const server = createServer((request, response) => {
      asked.push(request.url ?? '')
      if (!answers) return
      const url = new URL(request.url ?? '', 'http://localhost')
      const last = Number(/\d+/.exec(url.searchParams.get('last') ?? '')?.[0]?.padEnd(6, '0') ?? -1)
      const count = Math.min(1000, Number(url.searchParams.get('n') ?? 1000))
      const tags = Array.from({ length: count }, (_, at) => `t${String(last + 1 + at).padStart(6, '0')}`)
      const more = last + count < 99_999
      response.setHeader('content-type', 'application/json')
      if (more)
        response.setHeader('link', `</v2/team/app/tags/list?n=${count}&last=${tags.at(-1)}>; rel="next"`)
      response.end(JSON.stringify({ name: 'team/app', tags }))
    })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    return { server, host: `127.0.0.1:${(server.address() as AddressInfo).port}`, asked }
  }

  test('100,000 tags: the first page at once, the rest is narrowed to', async () => {
    const { server, host, asked } = await serve(true)
    await using terminal = open()
    await expectShown(terminal, '❯')
    terminal.type(`tags ${host}/team/app:\t`)
    await expectShown(terminal, 'type to narrow')
    await expectShown(terminal, 't000999')
    expect(asked.filter((url) => url.includes('tags/list')).length).toBeLessThanOrEqual(2)
    terminal.type('t0765')
    await expectShown(terminal, 't076599')
    server.closeAllConnections()
    server.close()
  })

  test('a registry that hangs: the footer says so and keys keep working', async () => {
    const { server, host } = await serve(false)
    await using terminal = open()
    await expectShown(terminal, '❯')
    terminal.type(`tags ${host}/team/app:\t`)
    await expectShown(terminal, `asking ${host}`)
    terminal.type('1.0')
    await expectShown(terminal, 'app:1.0')
    terminal.type('\u0007\u0015exit 5\r')
    expect(await terminal.ended).toBe(5)
    server.closeAllConnections()
    server.close()
  })

  test('a paste of more than 1 MiB: literal, capped, counted, and the session goes on', async () => {
    await using terminal = open()
    await expectShown(terminal, '❯')
    terminal.type(`\u001B[200~${'x'.repeat(2 ** 20 + 5)}\u001B[201~`)
    await expectShown(terminal, '5 characters')
    terminal.type('\u0003exit 6\r')
    expect(await terminal.ended).toBe(6)
  })

  test('a paste with escapes: shown, warned about, never sent', async () => {
    await using terminal = open()
    await expectShown(terminal, '❯')
    terminal.type('\u001B[200~a\u001B]0;title\u0007b\u202Ec\u001B[201~')
    await expectShown(terminal, 'a␛]0;title␇b<202E>c')
    await expectShown(terminal, 'invisible')
    expect(terminal.output).not.toContain('\u001B]0;')
  })
})
