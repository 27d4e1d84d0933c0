/** What `validate` says of one place in a source or an artifact; an `error` makes the exit status 1. */
export interface Finding {
  readonly severity: 'error' | 'warning' | 'info'
  /** SCREAMING_SNAKE, stable. */
  readonly code: string
  /** A path inside the source or artifact, or a JSON path. */
  readonly path: string
  readonly line?: number
  readonly message: string
  readonly hint?: string
}
