/** What a person did, as the decoder understood it. */
export type KeyEvent =
  | { readonly type: 'text'; readonly text: string }
  /** `dropped`: characters beyond the cap that were not kept. */
  | { readonly type: 'paste'; readonly text: string; readonly dropped: number }
  /** Modifiers first, in this order: `ctrl-`, `alt-`, `shift-`; then the key (`ctrl-a`, `alt-shift-up`, `f1`, `enter`). */
  | { readonly type: 'key'; readonly name: string }
