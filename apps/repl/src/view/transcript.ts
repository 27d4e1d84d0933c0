import { type Text, width } from '@ocish/shell/text'

/** Lines that are remembered. */
const kept = 500

/** The last lines of output, for a screen that has to be painted anew. */
export class Transcript {
  #lines: string[] = []

  add(text: string): void {
    const lines = text.replace(/\n$/, '').split('\n')
    this.#lines.push(...lines.slice(-kept))
    if (this.#lines.length > kept * 2) this.#lines = this.#lines.slice(-kept)
  }

  forget(): void {
    this.#lines = []
  }

  /** The screen from its top, with as many of the last lines as have room in so many rows. */
  repainted(rows: number, columns: number): string {
    let from = this.#lines.length
    for (let room = rows; from > 0; from -= 1) {
      room -= Math.max(1, Math.ceil(width(this.#lines[from - 1]! as Text) / columns))
      if (room < 0) break
    }
    return `\u001B[H\u001B[J${this.#lines
      .slice(from)
      .map((line) => `${line}\n`)
      .join('')}`
  }
}
