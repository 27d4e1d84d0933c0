import type { ColumnType, Output, RowType } from '../signature.ts'

/** What flows between two stages, as far as it is known before anything runs. */
export type EdgeType =
  | { readonly form: 'none' }
  /** Known only when it runs (`from json`, a variable of the session). */
  | { readonly form: 'any' }
  /** Types without columns: rows of unknown columns. */
  | { readonly form: 'rows'; readonly types: readonly RowType[] }
  | { readonly form: 'values'; readonly type: ColumnType }
  | {
      readonly form: 'value'
      readonly type: Extract<Output, { form: 'value' }>['type']
      /** Of a record that is one row of a stream. */
      readonly types?: readonly RowType[]
    }
  | { readonly form: 'bytes' }

/** The edge a command's declared output is. */
export function edgeTypeOf(output: Output): EdgeType {
  if (output.form !== 'rows')
    return output.form === 'value' ? { form: 'value', type: output.type } : { form: output.form }
  return { form: 'rows', types: Array.isArray(output.row) ? output.row : [output.row] }
}

/** What several statements give one after the other. */
export function together(edges: readonly EdgeType[]): EdgeType {
  const [first, ...others] = edges.filter(({ form }) => form !== 'none')
  if (first === undefined) return { form: 'none' }
  if (others.length === 0) return first
  const all = [first, ...others]
  if (all.every(({ form }) => form === 'bytes')) return first
  const types = all.flatMap((edge) => (edge.form === 'rows' ? [edge.types] : []))
  if (types.length < all.length) return { form: 'any' }
  return { form: 'rows', types: types.some(({ length }) => length === 0) ? [] : [...new Set(types.flat())] }
}

/** In words, for a message about two stages. */
export function inWords(edge: EdgeType): string {
  switch (edge.form) {
    case 'none':
      return 'nothing'
    case 'any':
      return 'a value'
    case 'value':
      return 'one value'
    case 'values':
      return 'values'
    case 'bytes':
      return 'bytes'
    case 'rows':
      return 'rows'
    default:
      return edge satisfies never
  }
}

/** The column names a field may have; undefined where they are not known. */
export function columnNames(edge: EdgeType): readonly string[] | undefined {
  if (edge.form === 'values') return edge.type === 'record' ? undefined : ['value']
  if (edge.form !== 'rows' || edge.types.length === 0) return undefined
  if (edge.types.some((type) => type.columns.length === 0)) return undefined
  return [...new Set(edge.types.flatMap((type) => type.columns.map((column) => column.name)))]
}

/** The type of a column of the edge, where known; a plain value is its own column `value`. */
export function columnType(edge: EdgeType, name: string): ColumnType | undefined {
  if (edge.form === 'values') return name === 'value' && edge.type !== 'record' ? edge.type : undefined
  if (edge.form !== 'rows') return undefined
  for (const type of edge.types) {
    const column = type.columns.find((candidate) => candidate.name === name)
    if (column !== undefined) return column.type
  }
  return undefined
}

/** What is known of the value at a path (`${it.age}`, `${rows[0].tag}`). */
export function edgeAt(edge: EdgeType, path: readonly (string | number)[]): EdgeType {
  let at = edge
  for (const step of path) at = stepInto(at, step)
  return at
}

/** One of the things that flow: `$it`. */
export function elementOf(edge: EdgeType): EdgeType {
  return edge.form === 'rows' || edge.form === 'values' ? stepInto(edge, 0) : { form: 'any' }
}

function stepInto(edge: EdgeType, step: string | number): EdgeType {
  if (typeof step === 'number') {
    if (edge.form === 'rows') return { form: 'value', type: 'record', types: edge.types }
    return edge.form === 'values' ? { form: 'value', type: edge.type } : { form: 'any' }
  }
  const type = edge.form === 'value' ? columnType({ form: 'rows', types: edge.types ?? [] }, step) : undefined
  return type === undefined ? { form: 'any' } : { form: 'value', type }
}

/** True for milliseconds: a duration, or a list of them. */
export function isDuration(edge: EdgeType): boolean {
  return (edge.form === 'value' || edge.form === 'values') && edge.type === 'duration'
}
