import type { Span } from '@ocish/sdk'
import type { CommonFlags } from './common-flags.ts'
import type { Diagnostic, SourceText } from './diagnostic.ts'
import type { Flag, Param, Signature } from './signature.ts'

/** A flag that was found: the command's own, a common one, or an option that kinds declare. */
export interface FlagTarget extends Flag {
  readonly origin: 'command' | 'common' | 'kind'
  /** The kinds that declare it. */
  readonly kinds?: readonly string[]
  /** The same name as other kinds declare it, with a value or without one: the words decide which is meant. */
  readonly otherForms?: readonly FlagTarget[]
}

/** One word of a call as the binder sees it. */
export interface CallWord extends Span {
  /** Absent: known only when the program runs (an expansion). */
  readonly text?: string
  /** The word as a path, where that is another text: `annotations."a.b"` keeps the quotes of its step. */
  readonly path?: string
  /** The literal beginning of a word whose text is not known. */
  readonly prefix?: string
  /** It may be a flag: its first character was written bare. */
  readonly bare: boolean
  /** It holds an unquoted `*` or `?`. */
  readonly pattern?: boolean
  /** `...$x`: any number of words. */
  readonly spread?: boolean
  /** It came through argv, where operators are plain text. */
  readonly argv?: boolean
}

/** What became of one word (or of a flag and its value). */
export type BoundItem =
  | (Span & {
      readonly kind: 'argument'
      readonly param: Param
      readonly word: number
      readonly text?: string
      readonly pattern: boolean
    })
  | (Span & {
      readonly kind: 'flag'
      readonly flag: FlagTarget
      readonly word: number
      readonly text?: string
      readonly negated: boolean
    })
  | (Span & { readonly kind: 'separator'; readonly word: number })

/** A call whose words have their meaning: what runs, what is printed, what help and completion look at. */
export interface BoundCall {
  readonly signature: Signature
  /** By parameter name; `many` gives arrays; defaults are filled in. */
  readonly args: Readonly<Record<string, unknown>>
  /** The command's own and the common flags, by name; defaults are filled in. A `positional` flag: see `Flag`. */
  readonly flags: Readonly<Record<string, unknown>>
  /** Options of kinds, by name. */
  readonly options: Readonly<Record<string, unknown>>
  /** The kinds that declare each option given: one of them has to be the kind in question. */
  readonly optionKinds: Readonly<Record<string, readonly string[]>>
  readonly common: CommonFlags
  readonly items: readonly BoundItem[]
  /** The first argument would make another command of the name: `manifest -- put`. */
  readonly parted?: true
  readonly source: SourceText
}

/** `call` is absent when no command was found; it is complete when there are no diagnostics. */
export interface BindResult {
  readonly call?: BoundCall
  readonly diagnostics: readonly Diagnostic[]
}
