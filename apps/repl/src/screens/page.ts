import { cut, type Look, marksOf, paint, safe, type Text } from '@ocish/shell/text'
import type { KeyEvent } from '../keys/key-event.ts'

/** Text on a whole screen, to be looked through. */
export class Page {
  readonly #title: string
  #lines: readonly string[] = ['…']
  #top = 0
  #height = 1

  constructor(title: string) {
    this.#title = title
  }

  show(lines: readonly string[]): void {
    this.#lines = lines.at(-1) === '' ? lines.slice(0, -1) : lines
  }

  /** What a key does; `leave` ends the whole screen. */
  key(event: KeyEvent): 'stay' | 'back' | 'leave' {
    const name = event.type === 'key' ? event.name : event.text
    switch (name) {
      case 'ctrl-c':
        return 'leave'
      case 'q':
      case 'escape':
      case 'enter':
      case 'backspace':
      case 'left':
        return 'back'
      case 'down':
      case 'j':
      case 'ctrl-n':
        this.#move(1)
        return 'stay'
      case 'up':
      case 'k':
      case 'ctrl-p':
        this.#move(-1)
        return 'stay'
      case 'pagedown':
      case ' ':
        this.#move(this.#height)
        return 'stay'
      case 'pageup':
      case 'b':
        this.#move(-this.#height)
        return 'stay'
      case 'home':
      case 'g':
        this.#move(-Infinity)
        return 'stay'
      case 'end':
      case 'G':
        this.#move(Infinity)
        return 'stay'
      default:
        return 'stay'
    }
  }

  rows(columns: number, height: number, look: Look): readonly Text[] {
    this.#height = Math.max(1, height - 2)
    const mark = marksOf(look).ellipsis
    const fitted = (line: string): Text => cut(safe(line), Math.max(1, columns - 1), mark)
    const body = this.#lines.slice(this.#top, this.#top + this.#height).map((line) => fitted(` ${line}`))
    const blanks = Array.from({ length: this.#height - body.length }, () => '' as Text)
    const last = Math.min(this.#lines.length, this.#top + this.#height)
    const arrows = look.ascii ? 'up and down' : '↑↓'
    return [
      paint(fitted(` ${this.#title}`), 'strong', look),
      ...body,
      ...blanks,
      paint(fitted(` ${arrows} move · q back · ${last} of ${this.#lines.length} lines`), 'dim', look),
    ]
  }

  #move(by: number): void {
    const last = Math.max(0, this.#lines.length - this.#height)
    this.#top = Math.max(0, Math.min(last, this.#top + by))
  }
}
