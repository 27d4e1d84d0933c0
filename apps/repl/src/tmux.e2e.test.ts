import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describeWith, ocishBin, temporaryFolder, type TemporaryFolder } from '@ocish/testing'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'

/** How long a screen may take. */
const patience = { timeout: 10_000, interval: 50 }
const scrollbackLines = 40

/** A shell in a tmux server of its own. */
class Tmux implements Disposable {
  readonly #socket = `ocish-${process.pid}-${Math.random().toString(36).slice(2)}`

  constructor(home: string) {
    const clean = ['env', '-i', `PATH=${process.env['PATH'] ?? ''}`, `HOME=${home}`, 'LANG=C.UTF-8']
    const shell = [...clean, 'TERM=screen-256color', 'PS1=shell$ ', `EDITOR=${join(home, 'editor')}`]
    // Job control, and nothing of whoever runs this.
    const size = ['-x', '80', '-y', '24', '-c', home]
    this.#tmux(
      '-f',
      '/dev/null',
      'new-session',
      '-d',
      ...size,
      ...shell,
      'bash',
      '--norc',
      '--noprofile',
      '-i',
    )
  }

  #tmux(...args: readonly string[]): string {
    const env = { PATH: process.env['PATH'] ?? '', LANG: 'C.UTF-8' }
    return execFileSync('tmux', ['-L', this.#socket, '-u', ...args], { encoding: 'utf8', env })
  }

  /** Keys by the names tmux has for them; `text` as it stands. */
  keys(...names: readonly string[]): void {
    this.#tmux('send-keys', ...names)
  }

  text(text: string): void {
    this.#tmux('send-keys', '-l', '--', text)
  }

  line(text: string): void {
    this.text(text)
    this.keys('Enter')
  }

  resize(columns: number, rows: number): void {
    this.#tmux('resize-window', '-x', String(columns), '-y', String(rows))
  }

  get screen(): string {
    return this.#tmux('capture-pane', '-p').trimEnd()
  }

  /** Scrollback and screen; rows that the terminal wrapped are one. */
  get everything(): string {
    return this.#tmux('capture-pane', '-p', '-J', '-S', '-').trimEnd()
  }

  [Symbol.dispose](): void {
    this.#tmux('kill-server')
  }
}

const times = (text: string, part: string): number => text.split(part).length - 1

const expectShown = async (tmux: Tmux, what: string | RegExp): Promise<void> =>
  // oxlint-disable-next-line vitest/no-standalone-expect -- the tests below call it
  vi.waitFor(() => expect(tmux.screen).toMatch(what), patience)

describeWith(['tmux'], 'a session in tmux', () => {
  let folder: TemporaryFolder
  beforeEach(async () => {
    folder = await temporaryFolder()
    await writeFile(join(folder.path, 'editor'), '#!/bin/sh\nsed -i s/before/after/ "$1"\n', { mode: 0o755 })
  })
  afterEach(async () => folder[Symbol.asyncDispose]())

  async function session(): Promise<Tmux> {
    const tmux = new Tmux(folder.path)
    await expectShown(tmux, /shell\$$/)
    tmux.line(`seq -f 'row %g' ${scrollbackLines}`)
    await expectShown(tmux, `row ${scrollbackLines}`)
    tmux.line(`sh -c 'echo $$ > session.pid; exec ${process.execPath} ${ocishBin}'`)
    await expectShown(tmux, /ocish ❯ *$/)
    return tmux
  }

  const signal = (name: NodeJS.Signals): boolean =>
    process.kill(Number(readFileSync(join(folder.path, 'session.pid'), 'utf8')), name)

  test('the scrollback stays: what was there before, what was printed, each once and in order', async () => {
    using tmux = await session()
    for (let at = 0; at < 5; at += 1) {
      tmux.line(`^echo printed-${at}`)
      await expectShown(tmux, new RegExp(`^printed-${at}$`, 'm'))
    }
    tmux.keys('C-d')
    await expectShown(tmux, /shell\$$/)
    const { everything } = tmux
    const rows = everything.split('\n').map((row) => row.trimEnd())
    const wanted = [
      ...Array.from({ length: scrollbackLines }, (_, at) => `row ${at + 1}`),
      ...Array.from({ length: 5 }, (_, at) => `printed-${at}`),
    ]
    expect(rows.filter((row) => /^(?:row \d+|printed-\d)$/.test(row))).toEqual(wanted)
    for (let at = 0; at < 5; at += 1) expect(times(everything, `❯ ^echo printed-${at}`)).toBe(1)
  })

  test('resizing leaves one copy of the line that is being typed', async () => {
    using tmux = await session()
    tmux.text('describe some/long/reference:with-a-tag --platform linux/amd64')
    await expectShown(tmux, 'linux/amd64')
    for (const [columns, rows] of [
      [50, 20],
      [30, 10],
      [100, 30],
      [80, 24],
    ] as const) {
      tmux.resize(columns, rows)
      tmux.text('x')
      await vi.waitFor(() => {
        const whole = tmux.screen.replaceAll('\n', '').replaceAll(/ +/g, ' ')
        expect(times(whole, 'describe some/long')).toBe(1)
        expect(whole).toMatch(/linux\/amd64x+/)
      }, patience)
    }
    await expectShown(tmux, 'linux/amd64xxxx')
  })

  test('Ctrl-Z gives the shell back, fg the line', async () => {
    using tmux = await session()
    tmux.text('describe half')
    await expectShown(tmux, 'describe half')
    tmux.keys('C-z')
    await expectShown(tmux, /Stopped[^]*shell\$$/)
    tmux.line('echo in-the-$((1 + 1))-shell')
    await expectShown(tmux, 'in-the-2-shell')
    tmux.line('fg')
    await expectShown(tmux, /❯ describe half/)
    tmux.text('-way')
    await expectShown(tmux, 'describe half-way')
  })

  test('Ctrl-Z without a shell above: a note, and the line is still there', async () => {
    using tmux = await session()
    tmux.keys('C-d')
    await expectShown(tmux, /shell\$$/)
    // Nobody in its group has a parent in its terminal session: the system does not stop such a group.
    tmux.line(`exec ${process.execPath} ${ocishBin}`)
    await expectShown(tmux, /ocish ❯ *$/)
    tmux.text('describe half')
    await expectShown(tmux, 'describe half')
    tmux.keys('C-z')
    await expectShown(tmux, /❯ describe half\n +there is no shell to go back to/)
    tmux.text('-way')
    await expectShown(tmux, 'describe half-way')
  })

  test('Ctrl-X Ctrl-E edits the line in $EDITOR', async () => {
    using tmux = await session()
    tmux.text('describe before:1')
    await expectShown(tmux, 'describe before:1')
    tmux.keys('C-x', 'C-e')
    await expectShown(tmux, 'describe after:1')
    tmux.text('2')
    await expectShown(tmux, 'describe after:12')
  })

  test.each([
    ['exit', (tmux: Tmux) => tmux.keys('C-d')],
    // From outside, as a terminal that is closed and an administrator do it.
    ['SIGHUP', () => signal('SIGHUP')],
    ['SIGTERM', () => signal('SIGTERM')],
    ['SIGKILL', () => signal('SIGKILL')],
  ])('after %s the terminal is usable', async (name, leave) => {
    using tmux = await session()
    leave(tmux)
    await expectShown(tmux, /shell\$$/)
    tmux.line(name === 'SIGKILL' ? 'stty sane; stty -a' : 'stty -a')
    await expectShown(tmux, / icanon[^]* echo /)
    tmux.text('typed')
    await expectShown(tmux, /shell\$ typed/)
  })

  test.each(['SIGHUP', 'SIGTERM'] as const)(
    'after %s while another program has the terminal, it is usable',
    async (name) => {
      using tmux = await session()
      tmux.line("^sh -c 'echo at-work; exec sleep 60'")
      await expectShown(tmux, /^at-work$/m)
      signal(name)
      await expectShown(tmux, /shell\$$/)
      tmux.line('stty -a')
      await expectShown(tmux, / icanon[^]* echo /)
      expect(tmux.screen).not.toContain('INTERRUPTED')
    },
  )
})
