/** One thing that could stand at the cursor. `value` is raw: nothing in it is quoted or escaped yet. */
export interface Candidate {
  readonly value: string
  /** What the menu shows and what is matched; default: the value without the stage's base. */
  readonly label?: string
  /** Facts beside it; `undefined` in the list: not known yet. */
  readonly columns?: readonly (string | undefined)[]
  /** It may go on (a namespace, a repository): no blank follows. */
  readonly more?: boolean
  /** Used before: how often and how lately, larger is better. */
  readonly weight?: number
}

/** Where a list comes from, for the line below it. */
export type ListStatus =
  | { readonly type: 'asking'; readonly source: string }
  | { readonly type: 'live'; readonly seconds: number }
  | { readonly type: 'cached'; readonly seconds: number; readonly refreshing: boolean }
  | { readonly type: 'failed'; readonly message: string; readonly hint?: string }
  | { readonly type: 'local' }

/** A provider's answer so far. */
export interface CandidateList {
  readonly candidates: readonly Candidate[]
  readonly status: ListStatus
  /** Only the beginning of a longer list. */
  readonly partial?: boolean
  /** Nothing more will come. */
  readonly done: boolean
}
