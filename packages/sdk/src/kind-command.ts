import type { KindContext } from './kind-context.ts'
import type { Packed } from './packed.ts'
import type { Source } from './source.ts'
import type { Target } from './target.ts'

/** A command whose declared effect says so also gets these. */
export interface KindCommandContext extends KindContext {
  /** The environment variable of this name, as it is written: seconds since 1970 that date what is built. */
  readonly sourceDateEpoch?: string
  /** Effect `W`. */
  publish?(packed: Packed, location: string): Promise<{ readonly ref: string; readonly digest: string }>
  /** Reading confined to the path that the user typed for the parameter of this name; a file has `type` `file`. */
  folder?(parameter: string): Promise<Source>
  /**
   * Writing confined to the path that the user typed for the parameter of this name; `write('')` makes it a file.
   * What was written appears when the command ends without an error. `merge`: what is there stays, and only names that
   * exist are refused.
   */
  target?(parameter: string, options?: { readonly merge?: boolean }): Promise<Target>
}

/** A parameter or a flag of a kind's command. */
export interface KindParam {
  readonly name: string
  readonly type: 'string' | 'int' | 'ref' | 'path' | 'bool'
  readonly many?: boolean
  readonly optional?: boolean
  readonly enum?: readonly string[]
  readonly summary?: string
}

/** A line that can be typed, and what it is good for; the conformance suite runs it. */
export interface KindExample {
  readonly line: string
  readonly note: string
}

/** What a person typed for a command of a kind, by name, of the types that its parameters and flags declare. */
export interface KindCall {
  readonly args: Readonly<Record<string, unknown>>
  readonly flags: Readonly<Record<string, unknown>>
}

/** A command under the family's noun (`runconfig export`): data, and a generator of rows. */
export interface KindCommand {
  readonly name: string
  readonly summary: string
  readonly params: readonly KindParam[]
  readonly flags?: readonly KindParam[]
  readonly output:
    | { readonly form: 'rows'; readonly columns: readonly string[] }
    | { readonly form: 'value' }
    | { readonly form: 'bytes' }
  /** Read, write a registry, destroy, local files only. */
  readonly effect: 'R' | 'W' | 'D' | 'L'
  readonly examples: readonly KindExample[]
  /** Exit statuses to expect beside those that its parameters and its effect tell the host. */
  readonly exits?: readonly number[]
  /** Rows, one value, or `Uint8Array` chunks; returns an exit status other than 0 for a negative answer. */
  run(call: KindCall, context: KindCommandContext): AsyncGenerator<unknown, number | void>
}
