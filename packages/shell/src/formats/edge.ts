import type { Bytes } from '@ocish/sdk'
import type { Row } from '../command.ts'
import type { ColumnType, RowType } from '../signature.ts'

/** What comes out of a pipeline: rows, values, exactly one value, or bytes. */
export type Edge =
  | {
      readonly form: 'rows'
      readonly rows: AsyncIterable<Row>
      /** The types a row may have; empty: known only from the rows. */
      readonly types: readonly RowType[]
    }
  /** A stream of single values: what `get` gives. */
  | { readonly form: 'values'; readonly values: AsyncIterable<unknown>; readonly type: ColumnType }
  | {
      readonly form: 'value'
      readonly value: unknown
      readonly type: ColumnType | 'Description' | 'Pushed' | 'text'
    }
  | { readonly form: 'bytes'; readonly bytes: Bytes }
