import type { Description } from '@ocish/sdk'
import { hostile, isPlain } from '../hostile.ts'
import type { Column, RowType } from '../signature.ts'
import { shownColumns, typeOfRow } from './columns.ts'
import type { Edge } from './edge.ts'
import { encodeJson } from './json.ts'
import { machineValue } from './machine-value.ts'
import { rowsOf } from './rows-of.ts'
import { decoded } from './utf8.ts'

const escapes: Readonly<Record<string, string>> = {
  '\t': String.raw`\t`,
  '\n': String.raw`\n`,
  '\r': String.raw`\r`,
  '\\': String.raw`\\`,
}

/** Text as one cell: TAB, newline and backslash as `\t \n \\`, other controls and bidi characters as `\u….`; reversible. */
export function tsvCell(value: unknown): string {
  const text = cellText(value)
  if (isPlain(text) && !text.includes('\\')) return text
  return text.replaceAll('\\', escapes['\\']!).replaceAll(hostile, (character) => {
    const escape = escapes[character]
    if (escape !== undefined) return escape
    const units = Array.from({ length: character.length }, (_, at) => character.charCodeAt(at))
    return units.map((unit) => `\\u${unit.toString(16).padStart(4, '0')}`).join('')
  })
}

/** The full value of a cell: bytes as integers, times as RFC 3339, lists joined by commas, records as JSON. */
export function cellText(value: unknown): string {
  const plain = machineValue(value)
  if (plain === undefined || plain === null) return ''
  if (typeof plain === 'string') return plain
  if (Array.isArray(plain)) return plain.map(cellText).join(',')
  if (typeof plain !== 'object') return JSON.stringify(plain)
  return platformText(plain) ?? encodeJson(plain)
}

function platformText(value: object): string | undefined {
  const { os, architecture, variant } = value as Record<string, unknown>
  if (typeof os !== 'string' || typeof architecture !== 'string') return undefined
  return typeof variant === 'string' ? `${os}/${architecture}/${variant}` : `${os}/${architecture}`
}

/** What `cut` and `read` work on: no header, TAB between cells. A value is its text, a Description `key<TAB>value` lines. */
export async function* writeTsv(
  edge: Edge,
  options: { readonly columns?: readonly string[] },
): AsyncGenerator<string, void> {
  if (edge.form === 'bytes') yield* decoded(edge.bytes)
  else if (edge.form === 'rows') yield* rowLines(rowsOf(edge), options.columns)
  else if (edge.form === 'values') for await (const value of edge.values) yield `${tsvCell(value)}\n`
  else yield* valueLines(edge.value)
}

/** Each row type has its columns; rows of unknown type those of the first that has any of them. */
async function* rowLines(
  { rows, types }: ReturnType<typeof rowsOf>,
  asked: readonly string[] | undefined,
): AsyncGenerator<string, void> {
  const known = new Map<RowType | undefined, readonly Column[]>()
  for await (const row of rows) {
    const type = typeOfRow(row, types)
    let columns = known.get(type)
    if (columns === undefined || !columns.some(({ name }) => Object.hasOwn(row, name))) {
      columns = shownColumns([row], types, asked)
      known.set(type, columns)
    }
    yield `${columns.map((column) => tsvCell(row[column.name])).join('\t')}\n`
  }
}

function* valueLines(value: unknown): Generator<string, void> {
  if (isDescription(value)) {
    yield `title\t${tsvCell(value.title)}\n`
    if (value.summary !== undefined) yield `summary\t${tsvCell(value.summary)}\n`
    for (const field of value.fields) yield `${tsvCell(field.label)}\t${tsvCell(field.value)}\n`
  } else if (Array.isArray(value)) {
    for (const entry of value) yield `${tsvCell(entry)}\n`
  } else if (typeof value === 'object' && value !== null && !(value instanceof Date)) {
    for (const [key, entry] of Object.entries(value)) yield `${tsvCell(key)}\t${tsvCell(entry)}\n`
  } else {
    const text = cellText(value)
    yield text.includes('\n') ? (text.endsWith('\n') ? text : `${text}\n`) : `${text}\n`
  }
}

/** True for what `describe` gives. */
export function isDescription(value: unknown): value is Description {
  const candidate = value as Partial<Description> | null
  return (
    typeof candidate === 'object' && typeof candidate?.title === 'string' && Array.isArray(candidate.fields)
  )
}
