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

  /** The screen from its top, with as many of the last lines as there are rows. */
  repainted(rows: number): string {
    const lines = rows > 0 ? this.#lines.slice(-rows) : []
    return `\u001B[H\u001B[J${lines.map((line) => `${line}\n`).join('')}`
  }
}
