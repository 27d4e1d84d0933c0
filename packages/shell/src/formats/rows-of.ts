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
  return { rows: asRows(edge.value), types: [] }
}

async function* asRows(value: unknown): AsyncGenerator<Row, void> {
  for (const entry of Array.isArray(value) ? (value as readonly unknown[]) : [value]) {
    const record =
      typeof entry === 'object' && entry !== null && !Array.isArray(entry) && !(entry instanceof Date)
    yield record ? (entry as Row) : { value: entry }
  }
}
