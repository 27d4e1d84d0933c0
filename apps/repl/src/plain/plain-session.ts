import { createInterface, type Interface } from 'node:readline'
import { type Confirmation, confirming } from '@ocish/host'
import { OcishError } from '@ocish/sdk'
import type { Emission } from '@ocish/shell'
import { type Look, safe } from '@ocish/shell/text'
import type { FullScreenProgram } from '../commands/session-command.ts'
import type { JobInfo } from '../jobs/jobs.ts'
import { Foreground } from '../session/foreground.ts'
import { plainJobNotice } from '../session/job-notice.ts'
import { print } from '../session/print.ts'
import type { StartOptions } from '../session/session-options.ts'
import { type Front, ShellSession } from '../session/shell-session.ts'
import { lookOf } from '../terminal/look.ts'

/** A session of lines and words: what is written stays, nothing moves. Resolves with the status to leave with. */
export async function plainSession(options: StartOptions): Promise<number> {
  const front = new PlainFront(options)
  return front.run()
}

class PlainFront implements Front {
  readonly isPlain = true
  readonly settings: ReadonlyMap<string, string> = new Map()
  readonly #options: StartOptions
  readonly #over = Promise.withResolvers<number>()
  readonly #lines: string[] = []
  #reader!: Interface
  #shell!: ShellSession
  #foreground!: Foreground
  #question: ((answer: string) => void) | undefined
  #isHidden = false
  #unfinished = ''
  #isWorking = false
  #isClosed = false

  constructor(options: StartOptions) {
    this.#options = options
  }

  async run(): Promise<number> {
    this.#shell = await ShellSession.open(this, this.#options)
    this.#foreground = new Foreground(this.#shell)
    this.#reader = createInterface({ input: process.stdin, output: process.stdout, terminal: false })
    this.#reader.on('line', (line) => this.#take(line))
    this.#reader.on('close', () => {
      this.#isClosed = true
      if (!this.#isWorking) this.leave(0)
    })
    const interrupted = (): void => this.#interrupt()
    process.on('SIGINT', interrupted)
    const ended = (): void => this.leave(143)
    process.once('SIGTERM', ended)
    process.once('SIGHUP', ended)
    this.#prompt()
    try {
      return await this.#over.promise
    } finally {
      process.removeListener('SIGINT', interrupted)
      process.removeListener('SIGTERM', ended)
      process.removeListener('SIGHUP', ended)
      this.#reader.close()
      await this.#shell[Symbol.asyncDispose]()
      process.stdin.pause()
    }
  }

  get columns(): number {
    return process.stdout.columns || 80
  }

  get rows(): number {
    return process.stdout.rows || 24
  }

  get look(): Look {
    return { ...lookOf(this.columns, this.#options.flags ?? {}, process.env), color: false }
  }

  async write(text: string): Promise<void> {
    process.stdout.write(text)
  }

  changed(): void {
    // Nothing is repainted.
  }

  leave(status: number): void {
    this.#over.resolve(status)
  }

  set(key: string): void {
    throw new OcishError('USAGE_INVALID_VALUE', `${key} has no meaning in a plain session`)
  }

  jobEnded(job: JobInfo): void {
    process.stdout.write(`${plainJobNotice(job)}\n`)
  }

  async confirm(question: string, more: Confirmation, signal: AbortSignal): Promise<boolean> {
    const shape = { choice: 'yes or no:', columns: Number.POSITIVE_INFINITY }
    const { lines, prompt, agrees } = confirming(question, more, shape)
    for (const line of lines) await this.write(`${safe(line)}\n`)
    return agrees(await this.#ask(safe(prompt), signal))
  }

  /** Errors: INTERRUPTED. */
  async readLine(prompt: string, signal: AbortSignal): Promise<string> {
    return this.#ask(prompt, signal)
  }

  /** The terminal shows what is typed unless it is told not to: raw mode does that. */
  async readSecret(prompt: string, signal: AbortSignal): Promise<string> {
    this.#isHidden = process.stdin.isTTY
    try {
      return await this.#ask(prompt, signal)
    } finally {
      this.#isHidden = false
    }
  }

  async suspended<T>(work: () => Promise<T>): Promise<T> {
    this.#reader.pause()
    try {
      return await work()
    } finally {
      this.#reader.resume()
    }
  }

  async fullScreen({ type }: FullScreenProgram): Promise<void> {
    throw new OcishError('USAGE_CONFLICT', `${type} needs the whole screen`, {
      hint: 'Use ls and describe in a plain session.',
    })
  }

  async view(emission: Emission): Promise<void> {
    await print(emission.edge, async (text) => this.write(text), {
      flags: emission.common,
      raw: false,
      look: this.look,
    })
  }

  #prompt(): void {
    const context = this.#shell.context
    process.stdout.write(
      this.#unfinished === '' ? `ocish${context === '' ? '' : `, ${safe(context)}`}> ` : 'more> ',
    )
  }

  #take(line: string): void {
    if (this.#question !== undefined) {
      const answer = this.#question
      this.#question = undefined
      answer(line)
      return
    }
    this.#lines.push(line)
    if (!this.#isWorking) void this.#work()
  }

  async #work(): Promise<void> {
    this.#isWorking = true
    for (let line = this.#lines.shift(); line !== undefined; line = this.#lines.shift()) {
      const whole = this.#unfinished === '' ? line : `${this.#unfinished}\n${line}`
      const isOpen = whole.trim() !== '' && this.#shell.reader.read(whole).incomplete
      this.#unfinished = isOpen ? whole : ''
      if (!isOpen && whole.trim() !== '') await this.#foreground.run(whole)
      if (!this.#isClosed) this.#prompt()
    }
    this.#isWorking = false
    if (this.#isClosed) this.leave(0)
  }

  #interrupt(): void {
    if (this.#foreground.isBusy) {
      this.#foreground.cancel()
      return
    }
    this.#unfinished = ''
    process.stdout.write('\n')
    this.#prompt()
  }

  async #ask(prompt: string, signal: AbortSignal): Promise<string> {
    process.stdout.write(safe(prompt))
    const { promise, resolve, reject } = Promise.withResolvers<string>()
    const stop = (): void => reject(new OcishError('INTERRUPTED', 'nothing was answered'))
    signal.addEventListener('abort', stop, { once: true })
    this.#reader.once('close', stop)
    if (this.#isHidden) return this.#hidden(promise, resolve, stop)
    this.#question = resolve
    try {
      return await promise
    } finally {
      this.#question = undefined
      signal.removeEventListener('abort', stop)
      this.#reader.off('close', stop)
    }
  }

  /** Reads the line itself, character by character, with nothing echoed. */
  async #hidden(
    answer: Promise<string>,
    resolve: (answer: string) => void,
    refuse: () => void,
  ): Promise<string> {
    const { stdin, stdout } = process
    this.#reader.pause()
    stdin.setRawMode(true)
    let typed = ''
    const onData = (chunk: Buffer | string): void => {
      for (const character of chunk.toString()) {
        if (character === '\r' || character === '\n') resolve(typed)
        else if (character === '\u0003' || character === '\u0004') refuse()
        else if (character === '\u007F') typed = typed.slice(0, -1)
        else typed += character
      }
    }
    stdin.on('data', onData)
    stdin.resume()
    try {
      return await answer
    } finally {
      stdin.off('data', onData)
      stdin.setRawMode(false)
      stdout.write('\n')
      this.#reader.resume()
    }
  }
}
