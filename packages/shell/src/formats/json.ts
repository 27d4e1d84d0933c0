import { exits } from '@ocish/sdk'
import { hostile } from '../hostile.ts'
import type { Edge } from './edge.ts'
import { machineValue } from './machine-value.ts'
import { decoded } from './utf8.ts'

/** One value as JSON on one line or indented, with every hostile character as `\u….`, so that it is safe to look at. */
export function encodeJson(value: unknown, indent?: number): string {
  const text = JSON.stringify(machineValue(value), undefined, indent) ?? 'null'
  return text.replaceAll(hostile, (character) =>
    character === '\n'
      ? character
      : Array.from({ length: character.length }, (_, at) => unit(character, at)).join(''),
  )
}

function unit(character: string, at: number): string {
  return `\\u${character.charCodeAt(at).toString(16).padStart(4, '0')}`
}

/** What a writer knows of how its rows came about. */
export interface Status {
  readonly exit?: () => number | undefined
}

/** Asked after the last row: with none at all an empty list would be an answer that nobody gave. */
export function hasFailed({ exit }: Status): boolean {
  return (exit?.() ?? exits.ok) > exits.negative
}

/** Rows and values as one array, a value as itself; bytes have to be JSON already and pass through. */
export async function* writeJson(edge: Edge, status: Status = {}): AsyncGenerator<string, void> {
  if (edge.form === 'bytes') yield* decoded(edge.bytes)
  else if (edge.form === 'value') yield `${encodeJson(edge.value, 2)}\n`
  else {
    let empty = true
    for await (const item of edge.form === 'rows' ? edge.rows : edge.values) {
      yield `${empty ? '[\n' : ',\n'}  ${encodeJson(item)}`
      empty = false
    }
    if (!empty) yield '\n]\n'
    else if (!hasFailed(status)) yield '[]\n'
  }
}

/** One JSON value a line. */
export async function* writeNdjson(edge: Edge): AsyncGenerator<string, void> {
  if (edge.form === 'bytes') yield* decoded(edge.bytes)
  else if (edge.form === 'value') {
    for (const value of Array.isArray(edge.value) ? edge.value : [edge.value]) yield `${encodeJson(value)}\n`
  } else
    for await (const item of edge.form === 'rows' ? edge.rows : edge.values) yield `${encodeJson(item)}\n`
}
