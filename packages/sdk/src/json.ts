import { OcishError } from './errors.ts'

/** What the text is and how much of it is taken. Errors: `code`, LIMIT_EXCEEDED. */
export interface ParseJsonOptions {
  /** What the text is, for the message: `the manifest`. */
  readonly what: string
  /** The code of a syntax error. */
  readonly code: string
  /** Bytes of UTF-8, or characters of a string. */
  readonly maxSize?: number
  /** Nested objects and arrays; default 64. */
  readonly maxDepth?: number
  /** Member names that may not be repeated within one object; `all`, or none by default (then the last one counts). */
  readonly unique?: 'all' | ReadonlySet<string>
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/**
 * Reads JSON that comes from elsewhere: RFC 8259 and nothing more, with limits on size and depth; objects have no
 * prototype, so a member named `__proto__` is only data. Errors: `options.code`, LIMIT_EXCEEDED.
 */
export function parseJson(source: Uint8Array | string, options: ParseJsonOptions): unknown {
  if (options.maxSize !== undefined && source.length > options.maxSize) {
    throw new OcishError('LIMIT_EXCEEDED', `${options.what} is larger than ${options.maxSize} bytes`)
  }
  return new Reader(typeof source === 'string' ? source : decode(source, options), options).document()
}

/** True for a JSON object (as against an array or null). */
export function isJsonObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function decode(bytes: Uint8Array, options: ParseJsonOptions): string {
  try {
    return utf8.decode(bytes)
  } catch (cause) {
    throw new OcishError(options.code, `${options.what} is not UTF-8`, { cause })
  }
}

const number = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y

class Reader {
  readonly #text: string
  readonly #options: ParseJsonOptions
  readonly #maxDepth: number
  #at = 0
  #depth = 0

  constructor(text: string, options: ParseJsonOptions) {
    this.#text = text
    this.#options = options
    this.#maxDepth = options.maxDepth ?? 64
  }

  document(): unknown {
    this.#space()
    const value = this.#value()
    this.#space()
    if (this.#at < this.#text.length) throw this.#fault()
    return value
  }

  #value(): unknown {
    switch (this.#text.charAt(this.#at)) {
      case '{':
        return this.#nested(() => this.#object())
      case '[':
        return this.#nested(() => this.#array())
      case '"':
        return this.#string()
      case 't':
        return this.#word('true', true)
      case 'f':
        return this.#word('false', false)
      case 'n':
        return this.#word('null', null)
      default:
        return Number(this.#match(number))
    }
  }

  #nested<T>(read: () => T): T {
    this.#depth += 1
    if (this.#depth > this.#maxDepth) {
      throw new OcishError('LIMIT_EXCEEDED', `${this.#options.what} is nested deeper than ${this.#maxDepth}`)
    }
    this.#at += 1
    this.#space()
    const value = read()
    this.#depth -= 1
    return value
  }

  #object(): Record<string, unknown> {
    const object = Object.create(null) as Record<string, unknown>
    if (this.#take('}')) return object
    do {
      this.#space()
      const key = this.#string()
      if (key in object && this.#mustBeUnique(key)) {
        throw new OcishError(
          this.#options.code,
          `${this.#options.what} has the member ${JSON.stringify(key)} twice`,
        )
      }
      this.#space()
      this.#expect(':')
      this.#space()
      object[key] = this.#value()
      this.#space()
    } while (this.#take(','))
    this.#expect('}')
    return object
  }

  #array(): unknown[] {
    const array: unknown[] = []
    if (this.#take(']')) return array
    do {
      this.#space()
      array.push(this.#value())
      this.#space()
    } while (this.#take(','))
    this.#expect(']')
    return array
  }

  #string(): string {
    const start = this.#at
    this.#expect('"')
    for (let escaped = false; ; this.#at += 1) {
      const code = this.#text.charCodeAt(this.#at)
      // NaN beyond the end fails both comparisons, so it is asked for by its negation.
      if (!(code >= 0x20)) throw this.#fault()
      if (code === 0x5c) {
        escaped = true
        this.#at += 1
      } else if (code === 0x22) {
        this.#at += 1
        return escaped ? this.#unescape(start) : this.#text.slice(start + 1, this.#at - 1)
      }
    }
  }

  #unescape(start: number): string {
    try {
      return JSON.parse(this.#text.slice(start, this.#at)) as string
    } catch {
      this.#at = start
      throw this.#fault()
    }
  }

  #word<T>(word: string, value: T): T {
    if (!this.#text.startsWith(word, this.#at)) throw this.#fault()
    this.#at += word.length
    return value
  }

  #match(pattern: RegExp): string {
    pattern.lastIndex = this.#at
    const found = pattern.exec(this.#text)?.[0]
    if (found === undefined) throw this.#fault()
    this.#at += found.length
    return found
  }

  #space(): void {
    for (;;) {
      const code = this.#text.charCodeAt(this.#at)
      if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) return
      this.#at += 1
    }
  }

  #take(char: string): boolean {
    if (this.#text[this.#at] !== char) return false
    this.#at += 1
    return true
  }

  #expect(char: string): void {
    if (!this.#take(char)) throw this.#fault()
  }

  #mustBeUnique(key: string): boolean {
    const { unique } = this.#options
    return unique === 'all' || (unique?.has(key) ?? false)
  }

  #fault(): OcishError {
    const char = this.#text[this.#at]
    const found = char === undefined ? 'it ends too early,' : `unexpected ${JSON.stringify(char)}`
    return new OcishError(
      this.#options.code,
      `${this.#options.what} is not JSON: ${found} at character ${this.#at}`,
      { details: { at: this.#at } },
    )
  }
}
