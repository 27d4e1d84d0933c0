import type { Edge, Row } from '@ocish/shell'

/** Rows that `$last` holds at most. */
const kept = 10_000

export interface Remembered {
  /** The same, to be read once. */
  readonly edge: Edge
  /** What was read of it. */
  value(): unknown
}

/** What a pipe gives, remembered while it is printed. */
export function lastRows(edge: Edge): Remembered {
  if (edge.form === 'value') return { edge, value: () => edge.value }
  if (edge.form === 'bytes') return { edge, value: () => undefined }
  const items: unknown[] = []
  if (edge.form === 'values')
    return { edge: { ...edge, values: tee(edge.values, items) }, value: () => items }
  return { edge: { ...edge, rows: tee<Row>(edge.rows, items) }, value: () => items }
}

async function* tee<T>(source: AsyncIterable<T>, items: unknown[]): AsyncGenerator<T, void> {
  for await (const item of source) {
    if (items.length < kept) items.push(item)
    yield item
  }
}
