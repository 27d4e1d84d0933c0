import type { Span } from '@ocish/sdk'
import type { Diagnostic, SourceText } from '../diagnostic.ts'

// The syntax tree of the language (shell.md §2.3). Offsets are UTF-16 units into the source.

/** What a part of a line is, for colours. */
export type TokenClass =
  | 'command'
  | 'keyword'
  | 'flag'
  | 'argument'
  | 'string'
  | 'variable'
  | 'operator'
  | 'number'
  | 'field'
  | 'pattern'
  | 'comment'
  | 'external'
  | 'error'

/** A part of a line and what it is, for colours. Offsets in UTF-16 units. */
export interface Token {
  from: number
  to: number
  class: TokenClass
}

/** A step into a value: a name, or a position in a list. */
export type PathStep = string | number

/** A piece of a word: as it stands, quoted, or an expansion. */
export type Part =
  | (Span & { readonly kind: 'bare'; readonly text: string; readonly pattern: boolean })
  | (Span & { readonly kind: 'single'; readonly text: string; readonly closed: boolean })
  | (Span & { readonly kind: 'double'; readonly parts: readonly Part[]; readonly closed: boolean })
  | VariablePart
  | SubstitutionPart

/** `$name`, `$name.path`, `${name.path}`. */
export interface VariablePart extends Span {
  readonly kind: 'variable'
  readonly name: string
  readonly path: readonly PathStep[]
  readonly braced: boolean
}

/** `$( … )`. */
export interface SubstitutionPart extends Span {
  readonly kind: 'substitution'
  readonly body: Program
  readonly closed: boolean
}

/** What stands between blanks. */
export interface Word extends Span {
  readonly parts: readonly Part[]
  /** `...$x`. */
  readonly spread: boolean
}

/** How `where` compares two values. */
export type Comparison =
  | '=='
  | '!='
  | '<'
  | '<='
  | '>'
  | '>='
  | '=~'
  | '!~'
  | 'in'
  | 'contains'
  | 'matches'
  | 'startswith'
  | 'endswith'

/** A field of the row that `where` looks at. */
export interface FieldExpression extends Span {
  readonly kind: 'field'
  readonly path: readonly PathStep[]
  /** `name?`: it may be missing. */
  readonly optional: boolean
}

/** What stands after `where`. */
export type Expression =
  | (Span & { readonly kind: 'and' | 'or'; readonly operands: readonly Expression[] })
  | (Span & { readonly kind: 'not'; readonly operand: Expression })
  | (Span & {
      readonly kind: 'compare'
      readonly operator: Comparison
      readonly left: Expression
      readonly right: Expression
    })
  | FieldExpression
  | (Span & {
      readonly kind: 'literal'
      readonly type: LiteralType
      readonly value: string | number | boolean | null
    })
  | (Span & { readonly kind: 'word'; readonly word: Word })
  | (Span & { readonly kind: 'missing' })

/** The type of a value that is written out in a condition. */
export type LiteralType = 'string' | 'int' | 'float' | 'size' | 'duration' | 'bool' | 'null'

/** A command, a verb or another program, with its words. */
export interface CallStage extends Span {
  readonly kind: 'call'
  readonly head: Word
  readonly args: readonly Word[]
  readonly block?: Program
  /** `^name`. */
  readonly external: boolean
  /** `try name`. */
  readonly try: boolean
}

/** `where CONDITION`. */
export interface WhereStage extends Span {
  readonly kind: 'where'
  readonly expression: Expression
}

/** `let NAME = WORD`. */
export interface LetStage extends Span {
  readonly kind: 'let'
  readonly name: string
  readonly nameSpan: Span
  readonly value?: Word
}

/** An expansion that is a stage by itself. */
export interface ValueStage extends Span {
  readonly kind: 'value'
  readonly word: Word
}

/** Where a stage should be and none is. */
interface MissingStage extends Span {
  readonly kind: 'missing'
}

/** One place between the `|` of a pipe. */
export type Stage = CallStage | WhereStage | LetStage | ValueStage | MissingStage

/** `> FILE`, `>> FILE`, `< FILE`. */
export interface Redirect extends Span {
  readonly operator: '>' | '>>' | '<'
  readonly target?: Word
}

/** Stages of which each reads what the one before gives. */
export interface Pipe extends Span {
  readonly stages: readonly Stage[]
  readonly redirects: readonly Redirect[]
}

/** Pipes joined with `&&` and `||`, in the background or not. */
export interface Statement extends Span {
  /** The operator before each pipe; the first has none. */
  readonly pipes: readonly { readonly operator?: '&&' | '||'; readonly pipe: Pipe }[]
  readonly background: boolean
}

/** A text that was read: its statements, and where each stands. */
export interface Program extends Span {
  readonly statements: readonly Statement[]
}

/** The one result that running, highlighting, completion and "is this line complete?" read. */
export interface Parsed {
  readonly source: SourceText
  readonly program: Program
  /** Sorted, disjoint, inside the text, not empty. */
  readonly tokens: readonly Token[]
  readonly diagnostics: readonly Diagnostic[]
  /** More text could make it whole. */
  readonly incomplete: boolean
}
