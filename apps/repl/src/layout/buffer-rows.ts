import type { Token, TokenClass } from '@ocish/shell'
import { cut, join, type Look, paint, safe, text, type Text, type Tone, widthOf } from '@ocish/shell/text'
import { graphemes } from '../editor/grapheme.ts'

/** A line that is being written, as rows of a screen. */
export interface BufferRows {
  readonly rows: readonly Text[]
  readonly x: number
  readonly y: number
}

export interface BufferInput {
  /** Painted, one row. */
  readonly prompt: Text
  /** Its columns. */
  readonly promptWidth: number
  readonly text: string
  readonly tokens: readonly Token[]
  readonly cursor: number
  /** Shown after the text, dim. */
  readonly ghost: string
  readonly look: Look
}

const tones: Readonly<Record<TokenClass, Tone | undefined>> = {
  command: 'accent',
  keyword: 'strong',
  flag: 'warn',
  argument: undefined,
  string: 'good',
  variable: 'changed',
  operator: 'strong',
  number: undefined,
  field: undefined,
  pattern: 'changed',
  comment: 'dim',
  external: 'strong',
  error: 'bad',
}

/** Rows of exactly the screen's width at most, and the cell of the cursor. */
export function bufferRows(input: BufferInput): BufferRows {
  const rows = new Rows(input)
  let token = 0
  for (const { text: cluster, index } of graphemes(input.text)) {
    if (index === input.cursor) rows.mark()
    if (cluster === '\n') {
      rows.newLine()
      continue
    }
    while (token < input.tokens.length && input.tokens[token]!.to <= index) token += 1
    const current = input.tokens[token]
    const tone = current !== undefined && current.from <= index ? tones[current.class] : undefined
    rows.put(shown(cluster), tone)
  }
  if (input.cursor >= input.text.length) rows.mark()
  rows.ghost(input.ghost)
  return rows.end()
}

/** Hostile characters as pictures; a tab is one of them, so that it is seen. */
function shown(cluster: string): string {
  return safe(cluster)
}

class Rows {
  readonly #columns: number
  readonly #look: Look
  readonly #margin: Text
  readonly #rows: Text[] = []
  #row: Text[]
  #run = ''
  #tone: Tone | undefined
  #x: number
  #cursor = { x: 0, y: 0 }

  constructor({ prompt, promptWidth, look }: BufferInput) {
    this.#columns = Math.max(1, Number.isFinite(look.width) ? look.width : 80)
    this.#look = look
    const fits = promptWidth < this.#columns
    this.#row = fits ? [prompt] : []
    this.#x = fits ? promptWidth : 0
    const mark = look.ascii ? '. ' : '∙ '
    const indent = Math.max(0, this.#x - mark.length)
    this.#margin = fits && this.#x >= mark.length ? (`${' '.repeat(indent)}${mark}` as Text) : ('' as Text)
  }

  put(piece: string, tone: Tone | undefined): void {
    if (tone !== this.#tone) this.#flush()
    this.#tone = tone
    const columns = widthIn(piece)
    if (
      columns > this.#columns ||
      (columns > 1 && Array.from(piece).length > 1 && this.#x + columns > this.#columns)
    ) {
      for (const character of piece) this.#character(character, widthOf(character))
    } else this.#character(piece, columns)
  }

  #character(piece: string, columns: number): void {
    if (columns > this.#columns) {
      this.#character('?', 1)
      return
    }
    if (this.#x + columns > this.#columns) this.#wrap()
    this.#run += piece
    this.#x += columns
  }

  mark(): void {
    if (this.#x >= this.#columns) this.#wrap()
    this.#cursor = { x: this.#x, y: this.#rows.length }
  }

  newLine(): void {
    this.#wrap()
    this.#row = [paint(this.#margin, 'dim', this.#look)]
    this.#x = this.#margin.length
  }

  /** As much as fits into the last row. */
  ghost(ghost: string): void {
    if (ghost === '' || !this.#look.color) return
    this.#flush()
    const room = this.#columns - this.#x - 1
    if (room > 0) this.#row.push(paint(cut(safe(ghost), room, ''), 'dim', this.#look))
  }

  end(): BufferRows {
    this.#flush()
    this.#rows.push(join(this.#row))
    return { rows: this.#rows, ...this.#cursor }
  }

  #flush(): void {
    if (this.#run === '') return
    const run = this.#run as Text
    this.#row.push(this.#tone === undefined ? run : paint(run, this.#tone, this.#look))
    this.#run = ''
  }

  #wrap(): void {
    this.#flush()
    this.#rows.push(join(this.#row))
    this.#row = []
    this.#x = 0
  }
}

function widthIn(piece: string): number {
  let columns = 0
  for (const character of piece) columns += widthOf(character)
  return columns
}

/** The prompt: the context, shortened from its left where the screen is narrow, and a sign. */
export function promptText(
  context: string,
  marks: { readonly failed: boolean; readonly jobs: number },
  look: Look,
): { readonly text: Text; readonly width: number } {
  const columns = Number.isFinite(look.width) ? look.width : 80
  const sign = look.ascii ? '> ' : '❯ '
  const jobs = marks.jobs > 0 ? `[${marks.jobs}] ` : ''
  const failed = marks.failed ? (look.ascii ? '! ' : '✗ ') : ''
  const room = Math.floor(columns / 2) - sign.length - jobs.length - failed.length
  const name = context === '' ? 'ocish' : context
  const place = room < 6 ? '' : `${shortened(safe(name), room, look)} `
  const painted = text`${paint(place as Text, 'good', look)}${paint(jobs as Text, 'dim', look)}${paint(failed as Text, 'bad', look)}${paint(sign as Text, marks.failed ? 'bad' : 'strong', look)}`
  return { text: painted, width: widthIn(place) + jobs.length + failed.length + sign.length }
}

/** The end of a path says more than its beginning. */
function shortened(name: Text, room: number, look: Look): string {
  if (widthIn(name) <= room) return name
  const mark = look.ascii ? '...' : '…'
  const characters = Array.from(name)
  while (characters.length > 0 && widthIn(characters.join('')) > room - mark.length) characters.shift()
  return `${mark}${characters.join('')}`
}
