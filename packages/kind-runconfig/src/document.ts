import { OcishError } from '@ocish/sdk'

/**
 * JSON with what `JSON.parse` throws away: the line of each value, the order and repetition of members and the digits
 * of numbers. A run configuration is written again from it, so nothing that was not understood is lost.
 */
export type Node = ObjectNode | ArrayNode | StringNode | NumberNode | BooleanNode | NullNode

export interface Member {
  readonly key: string
  readonly line: number
  readonly value: Node
}
export interface ObjectNode {
  readonly type: 'object'
  readonly line: number
  readonly members: readonly Member[]
}
export interface ArrayNode {
  readonly type: 'array'
  readonly line: number
  readonly items: readonly Node[]
}
interface StringNode {
  readonly type: 'string'
  readonly line: number
  readonly value: string
}
interface NumberNode {
  readonly type: 'number'
  readonly line: number
  /** As written, so that no digit is lost. */
  readonly text: string
}
interface BooleanNode {
  readonly type: 'boolean'
  readonly line: number
  readonly value: boolean
}
interface NullNode {
  readonly type: 'null'
  readonly line: number
}

export interface Document {
  readonly root: Node
  /** The line where text begins that follows the value; Go's file reader ignores it. */
  readonly trailing?: number
}

const maxDepth = 200
const numberPattern = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y
const plainPattern = /(?:[^"\\\p{Cc}]|[\u007F-\u009F])*/uy
const spacePattern = /[ \t\r\n]*/y
const escapes: Readonly<Record<string, string>> = {
  '"': '"',
  '\\': '\\',
  '/': '/',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
}

/** Reads one JSON value (RFC 8259). Errors: KIND_INPUT_INVALID with `details.line`; the message never quotes the text. */
export function parseDocument(text: string): Document {
  return new Parser(text).document()
}

class Parser {
  readonly #text: string
  #at = 0
  #line = 1
  #counted = 0

  constructor(text: string) {
    this.#text = text
  }

  document(): Document {
    if (this.#text.startsWith('\uFEFF')) {
      this.#fail('a byte order mark before the JSON', 'Save the file as UTF-8 without a byte order mark.')
    }
    this.#space()
    const root = this.#value(0)
    this.#space()
    return this.#at < this.#text.length ? { root, trailing: this.#here() } : { root }
  }

  #here(): number {
    for (let at = this.#text.indexOf('\n', this.#counted); at !== -1 && at < this.#at;) {
      this.#line += 1
      this.#counted = at + 1
      at = this.#text.indexOf('\n', this.#counted)
    }
    return this.#line
  }

  #fail(what: string, hint?: string): never {
    const line = this.#here()
    throw new OcishError('KIND_INPUT_INVALID', `line ${line}: ${what}`, {
      details: { line },
      ...(hint === undefined ? {} : { hint }),
    })
  }

  #match(pattern: RegExp): string {
    pattern.lastIndex = this.#at
    const found = pattern.exec(this.#text)?.[0] ?? ''
    this.#at += found.length
    return found
  }

  #space(): void {
    this.#match(spacePattern)
  }

  #take(char: string): boolean {
    if (this.#text[this.#at] !== char) return false
    this.#at += 1
    return true
  }

  #value(depth: number): Node {
    const line = this.#here()
    switch (this.#text[this.#at]) {
      case '{':
        return this.#object(line, this.#deeper(depth))
      case '[':
        return this.#array(line, this.#deeper(depth))
      case '"':
        return { type: 'string', line, value: this.#string() }
      case 't':
        return this.#word('true', { type: 'boolean', line, value: true })
      case 'f':
        return this.#word('false', { type: 'boolean', line, value: false })
      case 'n':
        return this.#word('null', { type: 'null', line })
      case undefined:
        return this.#fail('the JSON ends too early')
      default: {
        const text = this.#match(numberPattern)
        return text === '' ? this.#fail('a JSON value was expected') : { type: 'number', line, text }
      }
    }
  }

  #deeper(depth: number): number {
    if (depth === maxDepth) this.#fail(`JSON nested deeper than ${maxDepth} levels`)
    return depth + 1
  }

  #word<Found extends Node>(word: string, node: Found): Found {
    if (!this.#text.startsWith(word, this.#at)) this.#fail('a JSON value was expected')
    this.#at += word.length
    return node
  }

  #object(line: number, depth: number): ObjectNode {
    const members: Member[] = []
    this.#at += 1
    this.#space()
    if (this.#take('}')) return { type: 'object', line, members }
    do {
      this.#space()
      const keyLine = this.#here()
      if (this.#text[this.#at] !== '"') this.#fail('a member name in double quotes was expected')
      const key = this.#string()
      this.#space()
      if (!this.#take(':')) this.#fail('":" was expected after a member name')
      this.#space()
      members.push({ key, line: keyLine, value: this.#value(depth) })
      this.#space()
    } while (this.#take(','))
    if (!this.#take('}')) this.#fail('"," or "}" was expected')
    return { type: 'object', line, members }
  }

  #array(line: number, depth: number): ArrayNode {
    const items: Node[] = []
    this.#at += 1
    this.#space()
    if (this.#take(']')) return { type: 'array', line, items }
    do {
      this.#space()
      items.push(this.#value(depth))
      this.#space()
    } while (this.#take(','))
    if (!this.#take(']')) this.#fail('"," or "]" was expected')
    return { type: 'array', line, items }
  }

  #string(): string {
    this.#at += 1
    let value = ''
    for (;;) {
      value += this.#match(plainPattern)
      const next = this.#text[this.#at]
      if (next === undefined) this.#fail('a string is not closed')
      if (next === '"') break
      if (next === '\\') value += this.#escape()
      else this.#fail('a control character in a string')
    }
    this.#at += 1
    // Go reads half a surrogate pair as U+FFFD.
    return value.toWellFormed()
  }

  #escape(): string {
    const letter = this.#text[this.#at + 1] ?? ''
    if (letter === 'u') {
      const digits = this.#text.slice(this.#at + 2, this.#at + 6)
      if (!/^[\da-fA-F]{4}$/.test(digits)) this.#fail('a \\u escape needs four hexadecimal digits')
      this.#at += 6
      return String.fromCharCode(Number.parseInt(digits, 16))
    }
    const meant = Object.hasOwn(escapes, letter) ? escapes[letter] : undefined
    if (meant === undefined) this.#fail('an unknown escape in a string')
    this.#at += 2
    return meant
  }
}
