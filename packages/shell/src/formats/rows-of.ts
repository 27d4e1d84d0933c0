import { OcishError } from '@ocish/sdk'
import type { Row } from '../command.ts'
import type { RowType } from '../signature.ts'
import type { Edge } from './edge.ts'

/** Any edge but bytes as rows: a list of records, one record, or one row `{ value }`. Errors: USAGE_CONFLICT for bytes. */
export function rowsOf(edge: Edge): {
  readonly rows: AsyncIterable<Row>
  readonly types: readonly RowType[]
} {
  if (edge.form === 'rows') return edge
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
    const record =
      typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date)
    yield record ? (value as Row) : { value }
  }
}
