import type { CommonFlags, SourceText } from '@ocish/shell'
import { type Look, paint, safe, type Text, text } from '@ocish/shell/text'
import { lookOf } from './look.ts'
import { Output } from './output.ts'
import { LiveRegion } from './live-region.ts'
import { JsonProgress } from './progress-json.ts'
import type { Progress } from './progress.ts'
import { endedBy, type ErrorForm, reportError } from './report-error.ts'
import { standardError } from './standard-error.ts'

/** What a run says besides its output, and in which form. */
export type TerminalFlags = Pick<CommonFlags, 'color' | 'ascii' | 'quiet' | 'errors' | 'progress'>

/** The standard streams of one run: the output, and on standard error what is said about it. */
export class Terminal {
  readonly output: Output
  readonly #stop = new AbortController()
  #flags: TerminalFlags
  #progress: Progress | undefined

  constructor(flags: TerminalFlags) {
    this.#flags = flags
    this.output = new Output(process.stdout, (error) => this.#stop.abort(error))
  }

  /** Ends with the run: a signal, a deadline, a reader that left. */
  get signal(): AbortSignal {
    return this.#stop.signal
  }

  get isScreen(): boolean {
    return process.stdout.isTTY
  }

  stop(reason: unknown): void {
    this.#stop.abort(reason)
  }

  /** Without a word on the form of errors, that stays as it was. */
  use(flags: TerminalFlags): void {
    const errors = flags.errors ?? this.#flags.errors
    this.#flags = { ...flags, ...(errors === undefined ? {} : { errors }) }
  }

  /** How standard output looks. */
  get look(): Look {
    return lookOf(process.stdout, this.#flags, process.env)
  }

  /** What shows transfers: lines of JSON where they are asked for, a few live lines where somebody can see them. */
  get progress(): Progress | undefined {
    const { progress = 'auto', quiet } = this.#flags
    if (progress === 'none') return undefined
    const write = (piece: string): boolean => standardError().write(piece)
    if (progress === 'json') return (this.#progress ??= new JsonProgress(write))
    const isScreen = standardError().isTTY && process.env['TERM'] !== 'dumb'
    if (!isScreen || quiet || this.#form === 'json') return undefined
    return (this.#progress ??= new LiveRegion({
      write,
      look: this.#errorLook,
      rows: () => standardError().rows ?? 24,
    }))
  }

  async write(chunk: string | Uint8Array): Promise<void> {
    this.#progress?.clear()
    await this.output.write(chunk)
  }

  warn(message: string): void {
    this.#say('warning', message)
  }

  note(message: string): void {
    if (!this.#flags.quiet) this.#say('note', message)
  }

  /** Reports a failure and answers the status it ends the program with. */
  fail(error: unknown, source?: SourceText): number {
    const cause = endedBy(error, this.signal)
    const report = reportError(cause, {
      form: this.#form,
      look: this.#errorLook,
      ...(source === undefined ? {} : { source }),
    })
    this.#clearThenWrite(report.text)
    return report.exit
  }

  /** What somebody who debugs wants to see. */
  trace(line: string): void {
    this.#clearThenWrite(`${safe(line)}\n`)
  }

  /** Writes the rest, takes the live lines away and says what was moved. Errors: BROKEN_PIPE, FILE_FAILED. */
  async end(): Promise<void> {
    this.#progress?.clear()
    await this.output.flush()
    this.#progress?.end()
    this.#progress = undefined
  }

  get #form(): ErrorForm {
    return this.#flags.errors ?? (standardError().isTTY && process.env['TERM'] !== 'dumb' ? 'fancy' : 'plain')
  }

  get #errorLook(): Look {
    return lookOf(standardError(), this.#flags, process.env)
  }

  #say(level: 'warning' | 'note', message: string): void {
    if (this.#form === 'json') {
      this.#clearThenWrite(`${JSON.stringify({ level, message })}\n`)
      return
    }
    const label = paint(level as string as Text, level === 'warning' ? 'warn' : 'dim', this.#errorLook)
    this.#clearThenWrite(`${text`${label}: ${safe(message)}`}\n`)
  }

  #clearThenWrite(line: string): void {
    this.#progress?.clear()
    if (line !== '') standardError().write(line)
  }
}
