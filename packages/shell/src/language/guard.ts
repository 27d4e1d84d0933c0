import type { Edge } from '../formats/edge.ts'

/** What became of an edge that somebody else reads. */
export interface Guard {
  /** It was read to its end, or failed. */
  ended: boolean
  failed?: { readonly error: unknown }
  /** Takes the error, or throws it on; absent: it is kept in `failed`. */
  readonly take?: (error: unknown) => void
}

/** The same edge; its failure ends it quietly and is kept in `state`. */
export function guarded(edge: Edge, state: Guard): Edge {
  if (edge.form === 'value') {
    state.ended = true
    return edge
  }
  if (edge.form === 'bytes') return { ...edge, bytes: guardedItems(edge.bytes, state) }
  if (edge.form === 'rows') return { ...edge, rows: guardedItems(edge.rows, state) }
  return { ...edge, values: guardedItems(edge.values, state) }
}

async function* guardedItems<T>(items: AsyncIterable<T>, state: Guard): AsyncGenerator<T, void> {
  try {
    yield* items
    state.ended = true
  } catch (error) {
    state.ended = true
    if (state.take === undefined) state.failed = { error }
    else state.take(error)
  }
}
