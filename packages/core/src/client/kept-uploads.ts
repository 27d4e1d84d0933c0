import type { UploadMemory } from './options.ts'

const yes = 'kept'
const no = 'lost'

/**
 * Whether a registry keeps what arrived of an upload whose connection was cut: found out once, then remembered for the
 * host, with an `UploadMemory` in later processes as well.
 */
export class KeptUploads {
  readonly #key: string
  readonly #memory: UploadMemory | undefined
  #answer: Promise<boolean> | undefined

  constructor(host: string, memory: UploadMemory | undefined) {
    this.#key = `${host} keeps uploads`
    this.#memory = memory
  }

  /** `probe` runs where nobody knows; whoever asks meanwhile waits for it. What it throws is not remembered. */
  ask(probe: () => Promise<boolean>): Promise<boolean> {
    const answer = (this.#answer ??= this.#find(probe))
    answer.catch(() => {
      if (this.#answer === answer) this.#answer = undefined
    })
    return answer
  }

  /** What a transfer has shown. */
  async learn(isKept: boolean): Promise<void> {
    this.#answer = Promise.resolve(isKept)
    await this.#memory?.set(this.#key, isKept ? yes : no)
  }

  async #find(probe: () => Promise<boolean>): Promise<boolean> {
    const known = await this.#memory?.get(this.#key)
    if (known === yes || known === no) return known === yes
    const found = await probe()
    await this.#memory?.set(this.#key, found ? yes : no)
    return found
  }
}
