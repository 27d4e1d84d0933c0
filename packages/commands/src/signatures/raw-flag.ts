import type { Flag } from '@ocish/shell'

/** `--raw` of the commands that print bytes: a terminal gets them unescaped, and binary data at all. */
export const rawFlag: Flag = {
  name: 'raw',
  type: 'bool',
  summary: 'also to a terminal: binary data and control characters as they are',
}
