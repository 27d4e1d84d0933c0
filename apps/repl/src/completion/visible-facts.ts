import type { Row } from '@ocish/shell'

/** Milliseconds what is shown has to rest before anything is asked. */
const rest = 150
const atOnce = 2

/** What is known of references that are on the screen: asked a little after they came to rest, two at a time. */
export class VisibleFacts {
  readonly #load: (reference: string, signal: AbortSignal) => Promise<Row>
  readonly #learnt: (reference: string, facts: Row) => void
  readonly #known = new Map<string, Row>()
  #shown = ''
  #timer: NodeJS.Timeout | undefined
  #asking: AbortController | undefined

  /** `load` asks for the facts of one; `learnt` is called with each answer: of what cannot be read there are none. */
  constructor(
    load: (reference: string, signal: AbortSignal) => Promise<Row>,
    learnt: (reference: string, facts: Row) => void,
  ) {
    this.#load = load
    this.#learnt = learnt
  }

  /** Looks at what is shown from here on; what is gone from the screen is no longer asked for. */
  shown(references: readonly string[]): void {
    const shown = references.join('\n')
    if (shown === this.#shown) return
    this.#shown = shown
    clearTimeout(this.#timer)
    this.#asking?.abort()
    const wanted = references.filter((reference) => !this.#known.has(reference))
    if (wanted.length > 0) this.#timer = setTimeout(() => void this.#ask(wanted), rest)
  }

  of(reference: string): Row | undefined {
    return this.#known.get(reference)
  }

  forget(): void {
    this.#known.clear()
    this.#shown = ''
  }

  async #ask(wanted: readonly string[]): Promise<void> {
    const asking = new AbortController()
    this.#asking = asking
    const left = [...wanted]
    const worker = async (): Promise<void> => {
      for (let next = left.shift(); next !== undefined && !asking.signal.aborted; next = left.shift())
        await this.#learn(next, asking.signal)
    }
    await Promise.all(Array.from({ length: atOnce }, worker))
  }

  async #learn(reference: string, signal: AbortSignal): Promise<void> {
    let facts: Row = {}
    try {
      facts = await this.#load(reference, signal)
    } catch {
      // A row without facts is still a row.
      if (signal.aborted) return
    }
    this.#known.set(reference, facts)
    this.#learnt(reference, facts)
  }
}
