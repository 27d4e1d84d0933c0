import { ocishBin } from '@ocish/testing'
import { spawn, type IPty } from '@lydell/node-pty'
import xterm from '@xterm/headless'

export interface TestTerminalOptions {
  readonly home: string
  /** What node runs; default: the built program. */
  readonly program?: string
  readonly columns?: number
  readonly rows?: number
  readonly args?: readonly string[]
  readonly env?: Readonly<Record<string, string>>
}

/** Milliseconds until somebody who waits for the screen gives up. */
const patience = 8000

/** The built program on a pseudo terminal, and what a person sees of it. */
export class TestTerminal implements AsyncDisposable {
  readonly ended: Promise<number>
  /** Everything that was sent to the terminal. */
  output = ''
  readonly #pty: IPty
  readonly #screen: xterm.Terminal
  readonly #waiting = new Set<() => void>()

  constructor({
    home,
    program = ocishBin,
    columns = 80,
    rows = 24,
    args = [],
    env = {},
  }: TestTerminalOptions) {
    this.#screen = new xterm.Terminal({ cols: columns, rows, allowProposedApi: true, scrollback: 1000 })
    this.#pty = spawn(process.execPath, [program, ...args], {
      cols: columns,
      rows,
      cwd: home,
      // It becomes TERM, whatever `env` says.
      name: env['TERM'] ?? 'xterm-256color',
      env: { PATH: process.env['PATH'] ?? '', HOME: home, LANG: 'C.UTF-8', TERM: 'xterm-256color', ...env },
    })
    this.#pty.onData((data) => {
      this.output += data
      this.#screen.write(data, () => {
        for (const call of this.#waiting) call()
      })
    })
    const { promise, resolve } = Promise.withResolvers<number>()
    this.#pty.onExit(({ exitCode }) => resolve(exitCode))
    this.ended = promise
  }

  type(keys: string): void {
    this.#pty.write(keys)
  }

  resize(columns: number, rows: number): void {
    this.#pty.resize(columns, rows)
    this.#screen.resize(columns, rows)
  }

  signal(name: NodeJS.Signals): void {
    process.kill(this.#pty.pid, name)
  }

  /** The rows of the screen, without blanks at their ends. */
  get screen(): readonly string[] {
    const buffer = this.#screen.buffer.active
    const rows: string[] = []
    for (let row = 0; row < this.#screen.rows; row += 1)
      rows.push(buffer.getLine(buffer.baseY + row)?.translateToString(true) ?? '')
    while (rows.at(-1) === '') rows.pop()
    return rows
  }

  /** Scrollback and screen. */
  get everything(): string {
    const buffer = this.#screen.buffer.active
    const rows: string[] = []
    for (let row = 0; row < buffer.length; row += 1)
      rows.push(buffer.getLine(row)?.translateToString(true) ?? '')
    return rows.join('\n')
  }

  get cursor(): { readonly x: number; readonly y: number } {
    const { cursorX: x, cursorY: y } = this.#screen.buffer.active
    return { x, y }
  }

  /** Waits for the screen to become so. */
  async until(
    isSo: (terminal: this) => boolean,
    what: string,
    milliseconds: number = patience,
  ): Promise<void> {
    if (isSo(this)) return
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    const look = (): void => {
      if (isSo(this)) resolve()
    }
    const timer = setTimeout(() => {
      reject(
        new Error(
          `the screen never showed ${what}:\n${this.screen.join('\n')}\n@${JSON.stringify(this.cursor)}`,
        ),
      )
    }, milliseconds)
    this.#waiting.add(look)
    try {
      await promise
    } finally {
      clearTimeout(timer)
      this.#waiting.delete(look)
    }
  }

  async shows(text: string): Promise<void> {
    await this.until((terminal) => terminal.screen.join('\n').includes(text), text)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      this.#pty.kill('SIGKILL')
    } catch {
      // It has ended already.
    }
    await this.ended
    this.#screen.dispose()
  }
}
