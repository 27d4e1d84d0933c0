import type { Flag } from '@ocish/shell'

/** `--as` of the verbs that read an artifact: with it, it may also be named as that kind names it (architecture.md, Kinds). */
export const asFlag: Flag = {
  name: 'as',
  type: 'kind',
  summary: 'take it, and its short names, as this kind does',
}
