import { exitOf } from './exit-codes.ts'

const brand = Symbol.for('@ocish/sdk/error')

/** Where in a source text a problem lies: UTF-16 offsets, `to` exclusive. */
export interface Span {
  readonly from: number
  readonly to: number
}

/** What an error says beside its code and message. */
export interface OcishErrorOptions {
  readonly cause?: unknown
  /** One imperative sentence: the way out. */
  readonly hint?: string
  /** Small and JSON-able; `span` marks the faulty part of an input, `wire` keeps a registry's own codes. */
  readonly details?: Readonly<Record<string, unknown>>
  /** Overrides the exit status that the code stands for. */
  readonly exit?: number
}

/**
 * An expected failure, shown to a person as message, hint and chain of causes.
 * The message is a lower-case fragment that names the thing (`no tag v2 in ghcr.io/a/b`), without the code.
 */
export class OcishError<Code extends string = string> extends Error {
  static {
    Object.defineProperty(this.prototype, 'name', { value: 'OcishError', writable: true, configurable: true })
    Object.defineProperty(this.prototype, brand, { value: true })
  }

  readonly code: Code
  readonly hint: string | undefined
  readonly details: Readonly<Record<string, unknown>> | undefined
  /** The process exit status this failure stands for (the table in `exit-codes.ts`). */
  readonly exit: number

  constructor(code: Code, message: string, options: OcishErrorOptions = {}) {
    super(message, 'cause' in options ? { cause: options.cause } : undefined)
    this.code = code
    this.hint = options.hint
    this.details = options.details
    this.exit = options.exit ?? exitOf(code)
  }
}

/** Works across copies of the SDK, which `instanceof` does not. */
export function isOcishError(value: unknown): value is OcishError {
  return typeof value === 'object' && value !== null && brand in value
}

/** True for an `OcishError` with one of these codes. */
export function hasCode(value: unknown, ...codes: readonly string[]): value is OcishError {
  return isOcishError(value) && codes.includes(value.code)
}
