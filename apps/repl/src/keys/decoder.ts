import type { KeyEvent } from './key-event.ts'
import { controlName, csiKey, finals } from './key-names.ts'

const escape = '\u001B'
const pasteEnd = '\u001B[201~'

/** Characters of one paste that are kept. */
export const pasteLimit: number = 1024 * 1024
/** Nothing that is a key is longer. */
const sequenceLimit = 64

type State = 'ground' | 'escape' | 'csi' | 'ss3' | 'console' | 'string' | 'paste'

/**
 * Terminal input as events. It reads character by character, so that it makes no difference how the bytes were cut into
 * chunks; one chunk may hold many keys. Answers of the terminal (OSC, DCS, device reports, focus) never become input.
 */
export class Decoder {
  #state: State = 'ground'
  #body = ''
  #introducer = ''
  #dropped = 0
  #out: KeyEvent[] = []

  /** Something was begun that may also be a key of its own (Escape): call `flush` when nothing follows soon. */
  get isPending(): boolean {
    if (this.#state === 'string') return this.#body === ''
    return this.#state !== 'ground' && this.#state !== 'paste'
  }

  push(chunk: string): readonly KeyEvent[] {
    this.#out = []
    let at = 0
    while (at < chunk.length) at = this.#state === 'paste' ? this.#paste(chunk, at) : this.#take(chunk, at)
    return this.#out
  }

  /** What was begun ends here. */
  flush(): readonly KeyEvent[] {
    this.#out = []
    if (!this.isPending) return this.#out
    if (this.#state === 'escape') this.#key('escape')
    else if (this.#state === 'ss3') this.#key('alt-O')
    else if (this.#state === 'string') this.#key(`alt-${this.#introducer}`)
    else if (this.#state === 'csi' && this.#body === '') this.#key('alt-[')
    this.#reset()
    return this.#out
  }

  #reset(): void {
    this.#state = 'ground'
    this.#body = ''
  }

  #key(name: string): void {
    this.#out.push({ type: 'key', name })
  }

  #text(text: string): void {
    const last = this.#out.at(-1)
    if (last?.type === 'text') this.#out[this.#out.length - 1] = { type: 'text', text: last.text + text }
    else this.#out.push({ type: 'text', text })
  }

  /** One step; answers where to go on. */
  #take(chunk: string, at: number): number {
    const character = chunk[at]!
    const code = character.charCodeAt(0)
    const state = this.#state
    switch (state) {
      case 'escape':
        this.#afterEscape(character, code)
        return at + 1
      case 'csi':
        return this.#inCsi(character, code) ? at + 1 : at
      case 'ss3':
        this.#reset()
        if (code < 0x20) return at
        if (Object.hasOwn(finals, character)) this.#key(finals[character]!)
        else if (character === 'M') this.#key('enter')
        return at + 1
      case 'console': {
        this.#reset()
        if (code < 0x20) return at
        const number = 'ABCDE'.indexOf(character) + 1
        if (number > 0) this.#key(`f${number}`)
        return at + 1
      }
      case 'string':
        return this.#inString(character, code) ? at + 1 : at
      case 'paste':
      case 'ground':
        return this.#inGround(chunk, at, code)
      default:
        return state satisfies never
    }
  }

  #inGround(chunk: string, at: number, code: number): number {
    if (code === 0x1b) {
      this.#state = 'escape'
      return at + 1
    }
    if (code < 0x20 || code === 0x7f) {
      this.#key(controlName(code))
      return at + 1
    }
    let end = at + 1
    while (end < chunk.length && !isControl(chunk.charCodeAt(end))) end += 1
    this.#text(chunk.slice(at, end))
    return end
  }

  #afterEscape(character: string, code: number): void {
    if (code === 0x1b) {
      this.#key('escape')
      return
    }
    this.#reset()
    if (character === '[') this.#state = 'csi'
    else if (character === 'O') this.#state = 'ss3'
    else if (']P_^X'.includes(character)) {
      this.#state = 'string'
      this.#introducer = character
    } else if (isControl(code)) this.#key(`alt-${controlName(code)}`.replace(/^alt-ctrl-/, 'ctrl-alt-'))
    else this.#key(`alt-${character}`)
  }

  /** False: the character ends the sequence and belongs to what follows. */
  #inCsi(character: string, code: number): boolean {
    if (isControl(code)) {
      this.#reset()
      return false
    }
    if (character === '[' && this.#body === '') {
      this.#state = 'console'
      return true
    }
    if (code < 0x40) {
      if (this.#body.length < sequenceLimit) this.#body += character
      return true
    }
    const body = this.#body
    this.#reset()
    if (code > 0x7e) return false
    if (character === '~' && body === '200') {
      this.#state = 'paste'
      this.#dropped = 0
      return true
    }
    const name = body.length < sequenceLimit ? csiKey(body, character) : undefined
    if (name === undefined) return true
    if (name === 'space') this.#text(' ')
    else if (/^(?:shift-)?\S$/u.test(name)) this.#text(name.replace(/^shift-(?=.)/, ''))
    else this.#key(name)
    return true
  }

  /** An answer of the terminal: swallowed up to its end (BEL or ST). */
  #inString(character: string, code: number): boolean {
    if (code === 0x07) {
      this.#reset()
      return true
    }
    if (code === 0x1b) {
      // ST is ESC \; the rest of it is taken as a key that does nothing.
      this.#body = escape
      return true
    }
    if (this.#body === escape) {
      this.#reset()
      if (character === '\\') return true
      this.#state = 'escape'
      return false
    }
    if (code < 0x20) {
      // No answer holds other control characters: it was a key after all, or the answer broke off.
      if (this.#body === '') this.#key(`alt-${this.#introducer}`)
      this.#reset()
      return false
    }
    this.#body = character
    return true
  }

  #paste(chunk: string, at: number): number {
    // The end mark may be cut: as many characters as could begin it stay in `#introducer`.
    const rest = this.#tail() + chunk.slice(at)
    const end = rest.indexOf(pasteEnd)
    if (end >= 0) {
      this.#keep(rest.slice(0, end))
      this.#out.push({ type: 'paste', text: this.#body, dropped: this.#dropped })
      this.#reset()
      this.#introducer = ''
      return at + (end + pasteEnd.length - (rest.length - (chunk.length - at)))
    }
    const open = openEnd(rest)
    this.#keep(rest.slice(0, rest.length - open))
    this.#introducer = rest.slice(rest.length - open)
    return chunk.length
  }

  #tail(): string {
    const tail = this.#introducer
    this.#introducer = ''
    return pasteEnd.startsWith(tail) ? tail : ''
  }

  #keep(text: string): void {
    const room = Math.max(0, pasteLimit - this.#body.length)
    this.#body += text.slice(0, room)
    this.#dropped += Math.max(0, text.length - room)
  }
}

/** How many characters at the end could begin the mark that ends a paste. */
function openEnd(text: string): number {
  for (let size = Math.min(pasteEnd.length - 1, text.length); size > 0; size -= 1) {
    if (pasteEnd.startsWith(text.slice(-size))) return size
  }
  return 0
}

function isControl(code: number): boolean {
  return code < 0x20 || code === 0x7f
}
