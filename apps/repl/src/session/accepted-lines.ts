import { type Look, marksOf, paint, safe, text, type Text } from '@ocish/shell/text'
import { bufferRows, promptText } from '../layout/buffer-rows.ts'
import { Foreground } from './foreground.ts'
import { LineQueue } from './line-queue.ts'
import type { Ended, ShellSession } from './shell-session.ts'

/** Rows of one line that go to the scrollback at most, and how many of more than that. */
const echoed = 100
const shownOfMany = 10

export interface AcceptedLinesOptions {
  readonly shell: ShellSession
  readonly look: () => Look
  write(output: string): Promise<void>
  /** A line has ended, or has left the prompt free (then with nothing); `isLast`: none waits. */
  ended(line: string, ended: Ended | undefined, isLast: boolean): void
}

/** What Enter accepted: shown, run one after the other, cancelled, or put beside the prompt. */
export class AcceptedLines {
  readonly #options: AcceptedLinesOptions
  readonly #foreground: Foreground
  readonly #queue = new LineQueue(async (line) => this.#take(line))
  /** What was asked of a line that has not begun. */
  #early: 'cancel' | 'background' | undefined

  constructor(options: AcceptedLinesOptions) {
    this.#options = options
    this.#foreground = new Foreground(options.shell)
  }

  push(line: string): void {
    this.#queue.push(line)
  }

  /** Lines that wait for the one in front do not run either. */
  cancel(): void {
    this.#queue.clear()
    const how = this.#foreground.cancel()
    if (how === 'nothing') this.#early = 'cancel'
    if (how === 'ended') void this.#say('ended the hard way')
  }

  background(): void {
    if (!this.#foreground.isBusy) this.#early = 'background'
    const job = this.#foreground.background()
    if (job !== undefined) void this.#options.write(`${text`[${job.id}] ${safe(job.line)}`}\n`)
  }

  /** A line that was given up: it is shown and kept, as not run. */
  async discard(line: string): Promise<void> {
    const { shell, look } = this.#options
    await this.#echo(line, paint('^C' as Text, 'dim', look()))
    if (line.trim() !== '') shell.history.add(line, shell.context, Date.now())
  }

  async #take(line: string): Promise<void> {
    await this.#echo(line)
    if (line.trim() === '') return
    const ended = await this.#inFront(line)
    this.#options.ended(line, ended, this.#queue.isEmpty)
  }

  /** Ctrl-C and Ctrl-Z may have come before it began. */
  async #inFront(line: string): Promise<Ended | undefined> {
    const early = this.#early
    this.#early = undefined
    if (early === 'cancel') {
      await this.#say('cancelled')
      return { exit: 130 }
    }
    const ended = this.#foreground.run(line)
    if (early === 'background') this.background()
    return ended
  }

  /** It goes to the scrollback as it stood there. */
  async #echo(line: string, mark = ''): Promise<void> {
    const { shell } = this.#options
    const look = this.#options.look()
    const prompt = promptText(shell.context, { failed: false, jobs: 0 }, look)
    const { tokens } = shell.reader.read(line)
    const place = { prompt: prompt.text, promptWidth: prompt.width, look }
    const { rows } = bufferRows({ ...place, text: line, tokens, cursor: 0, ghost: '' })
    await this.#options.write(`${capped(rows, line.length, look).join('\n')}${mark}\n`)
  }

  async #say(what: 'cancelled' | 'ended the hard way'): Promise<void> {
    await this.#options.write(`${paint(what as string as Text, 'warn', this.#options.look())}\n`)
  }
}

/** Of a paste that fills the scrollback the beginning is shown, and how much there was. */
export function capped(rows: readonly string[], characters: number, look: Look): readonly string[] {
  if (rows.length <= echoed) return rows
  const told = text`${safe(marksOf(look).ellipsis)} ${count(rows.length)} rows, ${count(characters)} characters`
  return [...rows.slice(0, shownOfMany), paint(told, 'dim', look)]
}

function count(value: number): Text {
  return value.toLocaleString('en-US') as Text
}
