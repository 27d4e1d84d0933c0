import type { Look } from '@ocish/shell/text'
import type { KeyEvent } from '../keys/key-event.ts'
import type { ScreenTerminal } from '../screens/driver.ts'
import type { Keyboard } from '../terminal/keyboard.ts'
import type { View } from '../view/frame-source.ts'

export interface LoanOptions {
  readonly keyboard: Keyboard
  readonly stdout: NodeJS.WriteStream
  readonly look: () => Look
  readonly view: () => View | undefined
  readonly returned: () => void
}

/** The terminal, given to somebody else for a while: one at a time, others wait. */
export class TerminalLoan {
  readonly #options: LoanOptions
  #take: ((events: readonly KeyEvent[]) => void) | undefined
  #last: Promise<unknown> = Promise.resolve()
  #lent = 0

  constructor(options: LoanOptions) {
    this.#options = options
  }

  get isLent(): boolean {
    return this.#lent > 0
  }

  /** Resolves when nobody has it. */
  async returned(): Promise<void> {
    while (this.#lent > 0) await this.#last
  }

  /** Where keys go now, if it is not the prompt. */
  get keys(): ((events: readonly KeyEvent[]) => void) | undefined {
    return this.#take
  }

  /** Another program reads keys and writes as it likes; what Ctrl-C sends then is meant for it, and only told here. */
  async toProgram<T>(work: () => Promise<T>, onInterrupt?: (times: number) => void): Promise<T> {
    const { keyboard, stdout } = this.#options
    return this.#alone(async () => {
      using _ = interrupts(onInterrupt)
      keyboard.stop()
      try {
        return await work()
      } finally {
        keyboard.start()
        stdout.write(newLine(stdout.columns))
      }
    })
  }

  /** The alternate screen, with all keys going there. */
  async toScreen<T>(work: (terminal: ScreenTerminal) => Promise<T>): Promise<T> {
    const { stdout, look } = this.#options
    return this.#alone(async () => {
      const keys = (take: (events: readonly KeyEvent[]) => void): void => {
        this.#take = take
      }
      try {
        return await work({ stdout, look, keys })
      } finally {
        this.#take = undefined
      }
    })
  }

  async #alone<T>(work: () => Promise<T>): Promise<T> {
    this.#lent += 1
    const turn = this.#last.then(async () => this.#given(work))
    this.#last = turn.catch(() => undefined)
    return turn
  }

  async #given<T>(work: () => Promise<T>): Promise<T> {
    const { view, returned } = this.#options
    const { promise, resolve, reject } = Promise.withResolvers<T>()
    // It may fail long before the view has the terminal back.
    promise.catch(() => undefined)
    const during = async (): Promise<void> => work().then(resolve, reject)
    try {
      await (view()?.suspend(during) ?? during())
    } finally {
      this.#lent -= 1
    }
    returned()
    return promise
  }
}

/** To the main screen, and to the beginning of a line: of the next one where something stands on this one. */
function newLine(columns: number): string {
  return `\u001B[?47l\u001B[?25h\u001B[0m${' '.repeat(Math.max(0, (columns || 80) - 1))}\r\u001B[K`
}

/** Milliseconds. */
const second = 1000

/** Takes Ctrl-C and Ctrl-\ for a while; tells how often Ctrl-C came within the last second. */
function interrupts(tell: ((times: number) => void) | undefined): Disposable {
  let lately: number[] = []
  const interrupted = (): void => {
    const now = Date.now()
    lately = [...lately.filter((at) => now - at < second), now]
    tell?.(lately.length)
  }
  const ignored = (): void => undefined
  process.on('SIGINT', interrupted)
  process.on('SIGQUIT', ignored)
  return {
    [Symbol.dispose]: () => {
      process.removeListener('SIGINT', interrupted)
      process.removeListener('SIGQUIT', ignored)
    },
  }
}
