import { spawn, type IPty } from '@lydell/node-pty'
import xterm from '@xterm/headless'
import type { Cell, Picture } from './svg.ts'

/** Milliseconds without output after which a screen is what it will be. */
const quiet = 400
const patience = 20_000

export interface ShotOptions {
  readonly columns: number
  readonly rows: number
  readonly cwd: string
  readonly env: Readonly<Record<string, string>>
}

/** A program on a pseudo terminal, to be photographed. */
export class ShotTerminal implements AsyncDisposable {
  readonly #screen: xterm.Terminal
  readonly #pty: IPty
  readonly #exit: Promise<void>
  #last: number = performance.now()

  constructor(words: readonly string[], { columns, rows, cwd, env }: ShotOptions) {
    this.#screen = new xterm.Terminal({ cols: columns, rows, allowProposedApi: true })
    this.#pty = spawn(process.execPath, [...words], { cols: columns, rows, cwd, env, name: 'xterm-256color' })
    this.#pty.onData((data) => {
      this.#last = performance.now()
      this.#screen.write(data)
    })
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#exit = promise
    this.#pty.onExit(() => resolve())
  }

  /** Types, then waits for a text on the screen and for the screen to rest. Errors: when it never comes. */
  async type(keys: string, shown: string): Promise<void> {
    this.#pty.write(keys)
    const end = performance.now() + patience
    for (;;) {
      await new Promise((resolve) => setTimeout(resolve, 20))
      const rests = performance.now() - this.#last > quiet
      if (rests && this.text.includes(shown)) return
      if (performance.now() > end) throw new Error(`${shown} never came:\n${this.text}`)
    }
  }

  get text(): string {
    return this.#lines()
      .map((line) => line.translateToString(true))
      .join('\n')
  }

  /** What stands there now, without the empty rows below it. */
  picture(title: string): Picture {
    const { cursorX: x, cursorY: y } = this.#screen.buffer.active
    const lines = this.#lines()
    const last = lines.findLastIndex((line) => line.translateToString(true) !== '')
    const rows = lines.slice(0, Math.max(last, y) + 1).map((line) => cellsOf(line, this.#screen.cols))
    return { title, columns: this.#screen.cols, rows, cursor: { x, y } }
  }

  #lines(): xterm.IBufferLine[] {
    const { active } = this.#screen.buffer
    return Array.from({ length: this.#screen.rows }, (_, row) => active.getLine(active.baseY + row)!)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#pty.kill('SIGKILL')
    await this.#exit
    this.#screen.dispose()
  }
}

function cellsOf(line: xterm.IBufferLine, columns: number): readonly Cell[] {
  const cells: Cell[] = []
  for (let column = 0; column < columns; column += 1) {
    const cell = line.getCell(column)
    if (cell === undefined || cell.getWidth() === 0) continue
    cells.push({
      text: cell.getChars(),
      width: cell.getWidth(),
      ...(cell.isFgDefault() ? {} : { color: cell.getFgColor() }),
      bold: cell.isBold() !== 0,
      dim: cell.isDim() !== 0,
      inverse: cell.isInverse() !== 0,
    })
  }
  return cells
}
