import type { Diagnostic } from '../diagnostic.ts'
import type { Program, Token, TokenClass } from './syntax.ts'

/** Nesting of `$( )`, `{ }`, `( )` and `not` beyond this is an error. */
const deepest = 64

/** Nobody reads more of them. */
const complaintsAtMost = 200

const separators = new Set([' ', '\t', '\r', '\n', ';', '|', '&', '(', '{'])

/** The text, the place in it, and what was found: tokens and diagnostics. Every method moves forward only. */
export class Scanner {
  readonly text: string
  readonly tokens: Token[] = []
  readonly diagnostics: Diagnostic[] = []
  at: number = 0
  depth: number = 0
  incomplete: boolean = false
  /** Reads a program up to `close`; the parser puts itself here. */
  program: (close: string) => Program = () => ({ from: this.at, to: this.at, statements: [] })

  constructor(text: string) {
    this.text = text
  }

  get char(): string | undefined {
    return this.text[this.at]
  }

  get ended(): boolean {
    return this.at >= this.text.length
  }

  looksAt(text: string): boolean {
    return this.text.startsWith(text, this.at)
  }

  /** Matches a sticky expression here without moving. */
  match(sticky: RegExp): string | undefined {
    sticky.lastIndex = this.at
    return sticky.exec(this.text)?.[0]
  }

  token(from: number, to: number, kind: TokenClass): void {
    if (to > from) this.tokens.push({ from, to, class: kind })
  }

  /** Moves over `length` characters as one token. */
  take(length: number, kind: TokenClass): void {
    this.token(this.at, this.at + length, kind)
    this.at += length
  }

  /** Gives all tokens from `from` on another class. */
  reclassify(from: number, kind: TokenClass): void {
    for (let index = this.tokens.length - 1; index >= 0 && this.tokens[index]!.from >= from; index--) {
      this.tokens[index]!.class = kind
    }
  }

  report(diagnostic: Diagnostic): void {
    this.incomplete ||= diagnostic.incomplete === true
    if (this.diagnostics.length < complaintsAtMost) this.diagnostics.push(diagnostic)
  }

  /** A complaint that more text would cure, when the text ends here. */
  expected(from: number, to: number, code: string, message: string, hint?: string): void {
    this.report({
      code,
      message,
      from,
      to,
      ...(hint === undefined ? {} : { hint }),
      ...(this.ended ? { incomplete: true } : {}),
    })
  }

  /** Over blanks, joined lines and comments; with `newlines` over those too. */
  blank(newlines: boolean): void {
    for (;;) {
      const char = this.char
      if (char === ' ' || char === '\t' || char === '\r' || (newlines && char === '\n')) this.at++
      else if (char === '\\' && this.text[this.at + 1] === '\n') this.at += 2
      else if (char === '#' && (this.at === 0 || separators.has(this.text[this.at - 1]!))) this.#comment()
      else return
    }
  }

  #comment(): void {
    const newline = this.text.indexOf('\n', this.at)
    this.take((newline < 0 ? this.text.length : newline) - this.at, 'comment')
  }

  /** One level deeper; false (with a complaint, at the end of the text) when that is too deep. */
  enter(): boolean {
    if (this.depth < deepest) {
      this.depth++
      return true
    }
    if (!this.ended) {
      this.report({
        code: 'SYNTAX_TOO_DEEP',
        message: `nested deeper than ${deepest} levels`,
        hint: 'Use let for the inner parts.',
        from: this.at,
        to: this.text.length,
      })
      this.take(this.text.length - this.at, 'error')
    }
    return false
  }

  leave(): void {
    this.depth--
  }
}
