import { OcishError, type Bytes } from '@ocish/sdk'
import type { Row } from '../command.ts'
import { isRecord } from '../is-record.ts'
import type { Edge } from './edge.ts'
import { decoded } from './utf8.ts'

/** The forms `from` reads. */
export type InputFormat = 'json' | 'ndjson' | 'yaml' | 'csv' | 'lines'

/** A document that is read whole (json, yaml) is at most this long. */
const documentAtMost = 64 * 2 ** 20
/** One line of the line by line forms. */
const lineAtMost = 16 * 2 ** 20

/**
 * Text as rows or a value: json and yaml are read whole (≤ 64 MiB), a list of records becomes rows; ndjson, csv (with
 * a header line) and lines (`{ line }`) are streamed. Errors: INPUT_INVALID with the line, LIMIT_EXCEEDED.
 */
export async function read(format: InputFormat, bytes: Bytes): Promise<Edge> {
  switch (format) {
    case 'json':
      return valueEdge(parseJson(await whole(bytes), 1))
    case 'yaml':
      return valueEdge(await parseYaml(await whole(bytes)))
    case 'ndjson':
      return { form: 'rows', rows: ndjsonRows(bytes), types: [] }
    case 'csv':
      return { form: 'rows', rows: csvRows(bytes), types: [] }
    case 'lines':
      return { form: 'rows', rows: lineRows(bytes), types: [] }
    default:
      return format satisfies never
  }
}

function valueEdge(value: unknown): Edge {
  if (Array.isArray(value) && value.length > 0 && value.every(isRecord)) {
    return { form: 'rows', rows: rowsFrom(value), types: [] }
  }
  return { form: 'value', value, type: Array.isArray(value) ? 'list' : isRecord(value) ? 'record' : 'string' }
}

async function* rowsFrom(rows: readonly Row[]): AsyncGenerator<Row, void> {
  yield* rows
}

async function whole(bytes: Bytes): Promise<string> {
  const parts: string[] = []
  let length = 0
  for await (const part of decoded(bytes)) {
    length += part.length
    if (length > documentAtMost)
      throw new OcishError('LIMIT_EXCEEDED', 'input is longer than 64 MiB', { hint: 'Use from ndjson.' })
    parts.push(part)
  }
  return parts.join('')
}

function parseJson(text: string, line: number): unknown {
  try {
    return JSON.parse(text, withoutPrototype) as unknown
  } catch (error) {
    throw new OcishError('INPUT_INVALID', `input line ${line} is not JSON`, { cause: error })
  }
}

/** A key named `__proto__` stays data (T47). */
function withoutPrototype(_key: string, value: unknown): unknown {
  return isRecord(value) ? Object.assign(Object.create(null) as object, value) : value
}

async function parseYaml(text: string): Promise<unknown> {
  const { parse } = await import('yaml')
  try {
    return parse(text, { maxAliasCount: 100 }) as unknown
  } catch (error) {
    throw new OcishError('INPUT_INVALID', 'input is not YAML', { cause: error })
  }
}

/** Lines without their ends; a last line without one counts. */
export async function* linesOf(bytes: Bytes): AsyncGenerator<string, void> {
  let rest = ''
  for await (const part of decoded(bytes)) {
    const pieces = part.split('\n')
    pieces[0] = rest + pieces[0]!
    rest = pieces.pop()!
    if (rest.length > lineAtMost)
      throw new OcishError('LIMIT_EXCEEDED', 'a line of the input is longer than 16 MiB')
    for (const line of pieces) yield line.endsWith('\r') ? line.slice(0, -1) : line
  }
  if (rest !== '') yield rest
}

async function* lineRows(bytes: Bytes): AsyncGenerator<Row, void> {
  for await (const line of linesOf(bytes)) yield { line }
}

async function* ndjsonRows(bytes: Bytes): AsyncGenerator<Row, void> {
  let number = 0
  for await (const line of linesOf(bytes)) {
    number++
    if (line.trim() === '') continue
    const value = parseJson(line, number)
    yield isRecord(value) ? value : { value }
  }
}

/** RFC 4180; the first record names the columns. */
async function* csvRows(bytes: Bytes): AsyncGenerator<Row, void> {
  let header: readonly string[] | undefined
  for await (const record of csvRecords(bytes)) {
    if (header === undefined) {
      header = record
      continue
    }
    const row = Object.create(null) as Record<string, unknown>
    for (const [index, name] of header.entries()) row[name] = record[index] ?? ''
    yield row
  }
}

async function* csvRecords(bytes: Bytes): AsyncGenerator<readonly string[], void> {
  let record: string[] = []
  let cell = ''
  let state: 'start' | 'plain' | 'quoted' | 'ended' = 'start'
  let length = 0
  for await (const part of decoded(bytes)) {
    for (const character of part) {
      if (++length > lineAtMost)
        throw new OcishError('LIMIT_EXCEEDED', 'a record of the input is longer than 16 MiB')
      if (state === 'quoted') {
        if (character === '"') state = 'ended'
        else cell += character
      } else if (character === '"' && state === 'ended') {
        cell += '"'
        state = 'quoted'
      } else if (character === '"' && state === 'start') state = 'quoted'
      else if (character === ',' || character === '\n') {
        record.push(cell.endsWith('\r') && character === '\n' ? cell.slice(0, -1) : cell)
        cell = ''
        state = 'start'
        if (character === ',') continue
        if (record.length > 1 || record[0] !== '') yield record
        record = []
        length = 0
      } else {
        cell += character
        if (state === 'start') state = 'plain'
      }
    }
  }
  if (cell !== '' || record.length > 0) yield [...record, cell]
}
