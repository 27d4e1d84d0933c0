import type { Text } from './safe.ts'

/** What a piece of text means; the theme decides how that looks. */
export type Tone =
  | 'title'
  | 'label'
  | 'dim'
  | 'good'
  | 'bad'
  | 'warn'
  | 'accent'
  | 'added'
  | 'removed'
  | 'changed'
  | 'strong'

/** How a layout looks: width, colour, characters. The same for every layout of one run. */
export interface Look {
  /** Columns; `Infinity` where nobody reads on a screen. */
  readonly width: number
  readonly color: boolean
  /** The background is known to be light: yellow and cyan, which nobody can read there, are magenta and blue. */
  readonly light?: boolean
  /** Only characters of ASCII in frames and marks. */
  readonly ascii: boolean
  /** What ages are counted from. */
  readonly now: number
}

const codes: Readonly<Record<Tone, string>> = {
  title: '1',
  label: '2',
  dim: '2',
  good: '32',
  bad: '31',
  warn: '33',
  accent: '36',
  added: '32',
  removed: '31',
  changed: '33',
  strong: '1',
}

const lightCodes: typeof codes = { ...codes, warn: '35', accent: '34', changed: '35' }

/** The only place that makes SGR sequences. Sixteen colours, no assumption about the background unless it is told. */
export function paint(value: Text, tone: Tone, look: Pick<Look, 'color' | 'light'>): Text {
  const code = (look.light === true ? lightCodes : codes)[tone]
  return (look.color && value !== '' ? `\u001B[${code}m${value}\u001B[0m` : value) as Text
}

/** The marks that carry meaning where there is no colour. */
export interface Marks {
  readonly yes: Text
  readonly no: Text
  readonly bar: Text
  readonly corner: Text
  readonly branch: Text
  readonly last: Text
  readonly through: Text
  readonly underline: Text
  readonly under: Text
  readonly ellipsis: string
  readonly dot: Text
}

const unicode = {
  yes: '✓',
  no: '✗',
  bar: '│',
  corner: '╰─',
  branch: '├─ ',
  last: '└─ ',
  through: '│  ',
  underline: '─',
  under: '┬',
  ellipsis: '…',
  dot: '·',
} as unknown as Marks

const ascii = {
  yes: 'OK',
  no: 'FAIL',
  bar: '|',
  corner: '`-',
  branch: '|-- ',
  last: '`-- ',
  through: '|   ',
  underline: '-',
  under: '^',
  ellipsis: '...',
  dot: '-',
} as unknown as Marks

/** The marks of a look. */
export function marksOf(look: Pick<Look, 'ascii'>): Marks {
  return look.ascii ? ascii : unicode
}
