import type { KeyEvent } from '../keys/key-event.ts'
import { answering, type Question } from './question.ts'

/** Questions of commands, one at a time: whoever asks second waits. */
export class Asking {
  readonly #changed: () => void
  #question: Question | undefined
  #last: Promise<unknown> = Promise.resolve()

  constructor(changed: () => void) {
    this.#changed = changed
  }

  /** What is asked now; keys are its answer. */
  get question(): Question | undefined {
    return this.#question
  }

  key(event: KeyEvent): void {
    if (this.#question !== undefined) this.#question = answering(this.#question, event)
  }

  /** Undefined: refused, or nobody waits for the answer any more. */
  async ask(prompt: string, isSecret: boolean, signal: AbortSignal): Promise<string | undefined> {
    const turn = this.#last.then(async () => this.#asked(prompt, isSecret, signal))
    this.#last = turn
    return turn
  }

  async #asked(prompt: string, isSecret: boolean, signal: AbortSignal): Promise<string | undefined> {
    if (signal.aborted) return undefined
    const { promise, resolve } = Promise.withResolvers<string | undefined>()
    const stop = (): void => resolve(undefined)
    signal.addEventListener('abort', stop, { once: true })
    this.#question = { prompt, isSecret, answer: '', settle: resolve }
    this.#changed()
    try {
      return await promise
    } finally {
      signal.removeEventListener('abort', stop)
      this.#question = undefined
      this.#changed()
    }
  }
}
