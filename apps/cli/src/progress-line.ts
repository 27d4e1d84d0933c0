import type { OnTransfer, TransferEvent } from '@ocish/host'
import { humanSize, type Look, marksOf, safe } from '@ocish/shell/text'

const repaint = 100

/** One line on a terminal's standard error that says how far transfers are; it repaints itself ten times a second at most. */
export class ProgressLine implements Disposable {
  readonly #write: (text: string) => void
  readonly #look: Look
  readonly #seen = new Map<string, { readonly size: number; done: number; over: boolean }>()
  #timer: NodeJS.Timeout | undefined
  #shown = false
  #reason = ''

  constructor(write: (text: string) => void, look: Look) {
    this.#write = write
    this.#look = look
  }

  readonly onTransfer: OnTransfer = (event) => {
    this.#take(event)
    this.#timer ??= setTimeout(() => this.#paint(), repaint).unref()
  }

  /** Takes the line away, before anything else is written to the terminal. */
  clear(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    if (this.#shown) this.#write('\r\u001B[K')
    this.#shown = false
  }

  [Symbol.dispose](): void {
    this.clear()
  }

  #take(event: TransferEvent): void {
    if (event.type === 'retrying') {
      this.#reason = `waiting ${Math.ceil(event.seconds)} s: ${event.reason}`
      return
    }
    this.#reason = ''
    const { digest, size } = event.descriptor
    const entry = this.#seen.get(digest) ?? { size, done: 0, over: false }
    if (event.type === 'moving') entry.done = event.done
    if (event.type === 'done') {
      entry.done = size
      entry.over = true
    }
    this.#seen.set(digest, entry)
  }

  #paint(): void {
    this.#timer = undefined
    const entries = [...this.#seen.values()]
    const over = entries.filter((entry) => entry.over).length
    const done = entries.reduce((sum, entry) => sum + entry.done, 0)
    const all = entries.reduce((sum, entry) => sum + entry.size, 0)
    const dot = marksOf(this.#look).dot
    const parts: string[] = [`${over} of ${entries.length}`, `${humanSize(done)} of ${humanSize(all)}`]
    if (this.#reason !== '') parts.push(safe(this.#reason))
    this.#write(`\r\u001B[K${parts.join(` ${dot} `).slice(0, Math.max(20, this.#look.width - 1))}`)
    this.#shown = true
  }
}
