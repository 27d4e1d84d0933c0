/** JSON-able. Insertion order is display order. */
export type FieldValue =
  | string
  | number
  | boolean
  | null
  | readonly FieldValue[]
  | { readonly [key: string]: FieldValue }

/** One line of a description. `label` is also its name in machine formats, so it stays what it is. */
export interface Field {
  readonly label: string
  readonly value: FieldValue
  /** How a terminal shows it; machine formats keep the raw value. */
  readonly format?: 'text' | 'bytes' | 'time' | 'digest' | 'ref' | 'list'
}

/** What a kind tells of an artifact: data that a table, a page and JSON show each in their way. */
export interface Description {
  /** One line, e.g. the name and version. */
  readonly title: string
  readonly summary?: string
  readonly fields: readonly Field[]
}

/** One difference between two models of a kind. */
export interface Change {
  /** The member, as `values.image.tag`. */
  readonly path: string
  /** `+`, `-` or `~`. */
  readonly op: string
  readonly from?: FieldValue
  readonly to?: FieldValue
}
