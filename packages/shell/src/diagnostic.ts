import { OcishError, type Span } from '@ocish/sdk'

/** Where a text came from: `repl:12`, `-c`, a path, or `argv` (a re-quoted rendering of the arguments). */
export interface SourceText {
  readonly name: string
  readonly text: string
}

/** An edit of the source that would cure a problem. */
export interface Replacement extends Span {
  readonly with: string
}

/** A mistake found in a text before anything ran. Total functions return these; doors throw them. */
export interface Diagnostic extends Span {
  /** `SYNTAX_…`, `BIND_…` or `USAGE_…`. */
  readonly code: string
  readonly message: string
  readonly hint?: string
  /** Near names, best first. */
  readonly closest?: readonly string[]
  readonly replace?: Replacement
  /** More text could cure it: an open quote, a dangling operator. */
  readonly incomplete?: boolean
}

/** The diagnostic as an error whose details say where it is: `span`, `source`, `closest`, `replace`. */
export function errorOf(diagnostic: Diagnostic, source: SourceText): OcishError {
  return new OcishError(diagnostic.code, diagnostic.message, {
    ...(diagnostic.hint === undefined ? {} : { hint: diagnostic.hint }),
    details: {
      span: { from: diagnostic.from, to: diagnostic.to },
      source,
      ...(diagnostic.closest === undefined ? {} : { closest: diagnostic.closest }),
      ...(diagnostic.replace === undefined ? {} : { replace: diagnostic.replace }),
    },
  })
}
