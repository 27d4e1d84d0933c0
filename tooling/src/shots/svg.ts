/** One cell of a terminal; colours are those of the theme, `undefined` is the default. */
export interface Cell {
  readonly text: string
  /** Columns; the cell after a wide one is left out. */
  readonly width: number
  readonly color?: number
  readonly bold: boolean
  readonly dim: boolean
  readonly inverse: boolean
}

export interface Picture {
  readonly title: string
  readonly columns: number
  readonly rows: readonly (readonly Cell[])[]
  readonly cursor?: { readonly x: number; readonly y: number }
}

const cell = { width: 8.4, height: 18 }
const margin = { x: 16, top: 40, bottom: 14 }
const background = '#15191f'
const foreground = '#d7dce2'
/** The sixteen colours. */
const palette = [
  '#3b4048',
  '#e5737f',
  '#8fc379',
  '#e0bf7a',
  '#6cb0f0',
  '#c885de',
  '#5fb9c5',
  '#c3c9d2',
  '#7b8494',
  '#f08a95',
  '#a5d68f',
  '#f0d08f',
  '#8cc4ff',
  '#dba0ef',
  '#7fd0db',
  '#ffffff',
] as const

/** A terminal as a picture; the same cells give the same bytes. */
export function svgOf({ title, columns, rows, cursor }: Picture): string {
  const width = Math.ceil(columns * cell.width + 2 * margin.x)
  const height = margin.top + rows.length * cell.height + margin.bottom
  const lights = ['#e5737f', '#e0bf7a', '#8fc379'].map(
    (color, at) => `<circle cx="${20 + at * 18}" cy="19" r="5.5" fill="${color}"/>`,
  )
  const block =
    cursor === undefined
      ? []
      : [
          `<rect x="${number(margin.x + cursor.x * cell.width)}" y="${margin.top + cursor.y * cell.height}" width="${cell.width}" height="${cell.height}" fill="${foreground}" opacity="0.55"/>`,
        ]
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img">`,
    `<title>${escaped(title)}</title>`,
    `<rect width="${width}" height="${height}" rx="9" fill="${background}"/>`,
    ...lights,
    `<g font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace" font-size="14" xml:space="preserve" fill="${foreground}">`,
    ...rows.flatMap((row, at) => rowOf(row, margin.top + at * cell.height)),
    '</g>',
    ...block,
    '</svg>',
    '',
  ].join('\n')
}

/** Neighbours that look the same are one text, as wide as its cells whatever the font. */
function rowOf(row: readonly Cell[], top: number): readonly string[] {
  const out: string[] = []
  let column = 0
  let run: { from: number; columns: number; text: string; style: string } | undefined
  const flush = (): void => {
    if (run !== undefined && run.text.trim() !== '') {
      const text = run.text.trimEnd()
      const length = number((run.columns - (run.text.length - text.length)) * cell.width)
      out.push(
        `<text x="${number(margin.x + run.from * cell.width)}" y="${number(top + 13.5)}" textLength="${length}" lengthAdjust="spacingAndGlyphs"${run.style}>${escaped(text)}</text>`,
      )
    }
    run = undefined
  }
  for (const one of row) {
    const style = styleOf(one)
    if (run?.style !== style) flush()
    run ??= { from: column, columns: 0, text: '', style }
    run.text += one.text === '' ? ' ' : one.text
    run.columns += one.width
    column += one.width
  }
  flush()
  return out
}

function styleOf({ color, bold, dim, inverse }: Cell): string {
  const fill = color === undefined ? '' : ` fill="${palette[color] ?? foreground}"`
  return `${fill}${bold ? ' font-weight="700"' : ''}${dim ? ' opacity="0.6"' : ''}${inverse ? ' text-decoration="underline"' : ''}`
}

function number(value: number): string {
  return String(Math.round(value * 100) / 100)
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}
