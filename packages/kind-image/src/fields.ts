import type { Field, FieldValue } from '@ocish/sdk'

/** A field, or nothing where there is nothing to say: no value, or an empty list or table. */
export function field(
  label: string,
  value: FieldValue | undefined,
  format?: Field['format'],
): readonly Field[] {
  if (value === undefined || value === null || value === '') return []
  if (typeof value === 'object' && Object.keys(value).length === 0) return []
  return [{ label, value, ...(format && { format }) }]
}
