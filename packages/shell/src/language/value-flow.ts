import type { Row } from '../command.ts'
import { isRecord } from '../is-record.ts'
import type { ColumnType } from '../signature.ts'
import type { EdgeType } from './edge-type.ts'
import type { Flow } from './items.ts'

/** A value as an edge: a list of records as rows, any other list as values. */
export function valueFlow(value: unknown, type: EdgeType): Flow {
  if (!Array.isArray(value))
    return { form: 'value', value, type: type.form === 'value' ? type.type : kindOf(value) }
  const list = value as readonly unknown[]
  if (type.form === 'rows' || (list.length > 0 && list.every(isRecord))) {
    return {
      form: 'rows',
      rows: streamed(list) as AsyncIterable<Row>,
      types: type.form === 'rows' ? type.types : [],
    }
  }
  return { form: 'values', values: streamed(list), type: type.form === 'values' ? type.type : 'string' }
}

async function* streamed(list: readonly unknown[]): AsyncGenerator<unknown, void> {
  yield* list
}

function kindOf(value: unknown): ColumnType {
  if (typeof value === 'number') return 'int'
  if (typeof value === 'boolean') return 'bool'
  return typeof value === 'object' && value !== null ? 'record' : 'string'
}
