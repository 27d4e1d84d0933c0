import { Decoder } from '../keys/decoder.ts'
import type { KeyEvent } from '../keys/key-event.ts'
import { pasteOff, pasteOn } from './restore.ts'

/** Milliseconds after which an Escape that nothing followed is a key. */
const escapeTime = 25

/**
 * The keys of a terminal. It is the only reader of standard input: what comes before anybody listens is kept, and a
 * program that gets the terminal finds nothing taken.
 */
export class Keyboard {
  readonly #stdin: NodeJS.ReadStream
  readonly #stdout: NodeJS.WriteStream
  readonly #decoder = new Decoder()
  #listener: ((events: readonly KeyEvent[]) => void) | undefined
  #kept: KeyEvent[] = []
  #timer: NodeJS.Timeout | undefined
  #onClosed: (() => void) | undefined
  /** What was typed before raw mode comes first, and its Enter was made a newline. */
  #isCooked = false
  #isClosed = false

  constructor(stdin: NodeJS.ReadStream, stdout: NodeJS.WriteStream) {
    this.#stdin = stdin
    this.#stdout = stdout
  }

  /** Raw mode, marks around pastes. Nothing once it is closed. */
  start(): void {
    if (this.#isClosed) return
    this.#stdin.setRawMode(true)
    this.#stdin.setEncoding('utf8')
    this.#stdin.on('data', this.#onData)
    this.#stdin.on('end', this.#onEnd)
    this.#stdin.on('error', this.#onEnd)
    this.#stdin.resume()
    this.#stdout.write(pasteOn)
    this.#isCooked = true
    // It lies there already: the first turn that looks for input finds it. A newline that comes later is Ctrl-J.
    afterNextInput(() => {
      this.#isCooked = false
    })
  }

  /** The terminal as a program expects it. */
  stop(): void {
    clearTimeout(this.#timer)
    this.#stdin.off('data', this.#onData)
    this.#stdin.off('end', this.#onEnd)
    this.#stdin.off('error', this.#onEnd)
    this.#stdin.pause()
    this.#stdin.setRawMode(false)
    this.#stdout.write(pasteOff)
  }

  /** For good: whoever borrowed the terminal and ends later does not bring the keys back. */
  close(): void {
    this.#isClosed = true
    this.stop()
  }

  /** From here on; what was typed before comes first. */
  listen(listener: (events: readonly KeyEvent[]) => void): void {
    this.#listener = listener
    const kept = this.#kept
    this.#kept = []
    if (kept.length > 0) listener(kept)
  }

  /** The terminal went away. */
  whenClosed(call: () => void): void {
    this.#onClosed = call
  }

  readonly #onData = (chunk: string): void => {
    clearTimeout(this.#timer)
    const cooked = this.#isCooked
    this.#isCooked = false
    this.#deliver(this.#decoder.push(cooked ? chunk.replaceAll('\n', '\r') : chunk))
    if (this.#decoder.isPending) {
      this.#timer = setTimeout(() => this.#deliver(this.#decoder.flush()), escapeTime)
    }
  }

  readonly #onEnd = (): void => this.#onClosed?.()

  #deliver(events: readonly KeyEvent[]): void {
    if (events.length === 0) return
    if (this.#listener === undefined) this.#kept.push(...events)
    else this.#listener(events)
  }
}

/** Once what waits to be read has been read: after the next turn of the loop that looks for it. */
function afterNextInput(call: () => void): void {
  setImmediate(() => setTimeout(() => setImmediate(call), 1))
}
