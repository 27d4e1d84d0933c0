import type { Bytes } from '@ocish/sdk'
import type { Signature } from './signature.ts'

/** A bound call: every value has its type, defaults are filled in. */
export interface Call {
  /** By parameter name; `many` gives arrays. */
  readonly args: Readonly<Record<string, unknown>>
  /** By flag name, kebab-case; absent flags without default are absent. */
  readonly flags: Readonly<Record<string, unknown>>
  /** Options that kinds declare, by name. */
  readonly options: Readonly<Record<string, unknown>>
  /** The columns somebody downstream reads; absent: all that are not lazy. */
  readonly columns?: ReadonlySet<string>
  /** Nobody reads more rows than this; absent: not known. */
  readonly limit?: number
  /** What a pipe, a redirect or standard input brings. */
  readonly input?: { readonly rows?: AsyncIterable<Row>; readonly bytes?: Bytes }
  readonly signal: AbortSignal
}

/** A row between commands: columns by name. Columns that no signature knows pass through. */
export type Row = Readonly<Record<string, unknown>>

/** `exit`: a status other than 0 for an answer that is no failure (1 negative, 10 partial). */
export interface Outcome {
  readonly exit: number
}

/** Rows, exactly one value, or `Uint8Array` chunks, as the signature's output says. */
export type CommandStream = AsyncGenerator<unknown, Outcome | void>

/** A command: its signature, and what it does. It yields rows, a value or bytes as its signature says. */
export interface Command<Services> {
  readonly signature: Signature
  run(call: Call, services: Services): CommandStream
}

/** Identity, for inference: `export default defineCommand<Services>({...})` reads like a table row. */
export function defineCommand<Services>(command: Command<Services>): Command<Services> {
  return command
}
