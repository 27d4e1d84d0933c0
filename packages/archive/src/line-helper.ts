import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { once } from 'node:events'
import type { Readable, Writable } from 'node:stream'
import { ByteReader } from './byte-reader.ts'

/** Milliseconds after which a helper that nobody asks is ended; the next question starts another. */
const idleTime = 5000

type Helper = ChildProcessByStdio<Writable, Readable, null>

/** Programs with their arguments; the first one that is installed is taken. */
export type HelperPrograms = readonly (readonly [program: string, args: readonly string[]])[]

/**
 * A program that answers each question with one line. It is started with the first question, ends when nobody asks for a
 * while or with this program, and keeps it from ending only while it is asked.
 */
export class LineHelper {
  readonly #programs: HelperPrograms
  #started: Promise<Helper | undefined> | undefined
  #lines: LineReader | undefined
  /** Answers come in the order of the questions. */
  #last: Promise<unknown> = Promise.resolve()
  #idle: NodeJS.Timeout | undefined

  constructor(programs: HelperPrograms) {
    this.#programs = programs
  }

  /** Undefined when no program is there, or when it ended. */
  async ask(question: string): Promise<string | undefined> {
    const answer = this.#last.then(async () => this.#ask(question))
    this.#last = answer.catch(() => undefined)
    return answer
  }

  close(): void {
    clearTimeout(this.#idle)
    void this.#started?.then((helper) => helper?.kill())
    this.#started = undefined
  }

  async #ask(question: string): Promise<string | undefined> {
    const helper = await (this.#started ??= this.#start())
    if (helper === undefined) return undefined
    clearTimeout(this.#idle)
    hold(helper, true)
    try {
      helper.stdin.write(question)
      const line = await this.#lines?.next()
      if (line !== undefined) return line
      this.#started = Promise.resolve(undefined)
      return undefined
    } finally {
      hold(helper, false)
      this.#idle = setTimeout(() => this.close(), idleTime).unref()
    }
  }

  async #start(): Promise<Helper | undefined> {
    for (const [program, args] of this.#programs) {
      const helper = spawn(program, args, { stdio: ['pipe', 'pipe', 'ignore'] })
      // What is written to a helper that ended is no news: its answer is missing.
      helper.stdin.on('error', () => undefined)
      try {
        await once(helper, 'spawn')
      } catch {
        continue
      }
      this.#lines = new LineReader(helper.stdout)
      return helper
    }
    return undefined
  }
}

/** A helper that nobody asks does not keep the program from ending. */
function hold(helper: Helper, busy: boolean): void {
  const what = busy ? 'ref' : 'unref'
  helper[what]()
  for (const stream of [helper.stdin, helper.stdout] as unknown as Record<string, unknown>[]) {
    const call = stream[what]
    if (typeof call === 'function') call.call(stream)
  }
}

class LineReader {
  readonly #reader: ByteReader
  #rest = Buffer.alloc(0)

  constructor(bytes: Readable) {
    this.#reader = new ByteReader(bytes as AsyncIterable<Uint8Array>)
  }

  async next(): Promise<string | undefined> {
    for (;;) {
      const end = this.#rest.indexOf(0x0a)
      if (end >= 0) {
        const line = this.#rest.toString('latin1', 0, end)
        this.#rest = this.#rest.subarray(end + 1)
        return line
      }
      const more = await this.#reader.some(2 ** 20)
      if (more === undefined) return undefined
      this.#rest = Buffer.concat([this.#rest, more])
    }
  }
}
