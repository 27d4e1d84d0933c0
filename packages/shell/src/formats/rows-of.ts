import { OcishError } from '@ocish/sdk'
import type { Row } from '../command.ts'
import type { RowType } from '../signature.ts'
import { isRecord } from '../is-record.ts'
import type { Edge } from './edge.ts'

/** Any edge but bytes as rows; a plain value, also one among rows of no known type, is a row `{ value }`. Errors: USAGE_CONFLICT for bytes. */
export function rowsOf(edge: Edge): {
  readonly rows: AsyncIterable<Row>
  readonly types: readonly RowType[]
} {
  if (edge.form === 'rows') return edge.types.length > 0 ? edge : { rows: asRows(edge.rows), types: [] }
  if (edge.form === 'bytes') {
    throw new OcishError('USAGE_CONFLICT', 'bytes have no columns', {
      hint: 'Use from json, or leave the form out.',
    })
  }
  return { rows: asRows(edge.form === 'values' ? edge.values : elements(edge.value)), types: [] }
}

async function* elements(value: unknown): AsyncGenerator<unknown, void> {
  if (Array.isArray(value)) yield* value as readonly unknown[]
  else yield value
}

async function* asRows(values: AsyncIterable<unknown>): AsyncGenerator<Row, void> {
  for await (const value of values) {
    yield isRecord(value) ? value : { value }
  }
}
