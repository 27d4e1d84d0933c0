import { OcishError, type Span } from '@ocish/sdk'
import { quote } from '../quote.ts'

/** Columns that stand for their row where a reference is wanted, the most telling first. */
const references = ['ref', 'host', 'digest'] as const

/**
 * A value as the text of one word: a record becomes its reference, a list of one its element.
 * Errors: USAGE_INVALID_VALUE for nothing, a longer list, or a record without reference (shell.md §2.2).
 */
export function valueText(value: unknown, place: Span): string {
  if (typeof value === 'string') return value
  if (typeof value === 'number' || typeof value === 'boolean') return String(value)
  if (value instanceof Date) return value.toISOString()
  if (value === undefined || value === null) {
    throw invalid(
      'there is no value here',
      'Check it with where before, or give the field another name.',
      place,
    )
  }
  if (Array.isArray(value)) {
    if (value.length === 1) return valueText(value[0], place)
    throw invalid(
      `expected one value, got a list of ${value.length}`,
      'Use ... to spread it, or | first.',
      place,
    )
  }
  if (typeof value !== 'object') throw invalid('this value has no text', 'Give it as text.', place)
  const reference = references
    .map((name) => (value as Record<string, unknown>)[name])
    .find((entry) => typeof entry === 'string' && entry !== '')
  if (typeof reference === 'string') return reference
  const fields = Object.keys(value).slice(0, 20)
  throw invalid(
    `a record is no reference; its fields are ${fields.join(', ')}`,
    `Name one of them, such as \${it.${quote(fields[0] ?? 'name')}}.`,
    place,
  )
}

function invalid(message: string, hint: string, place: Span): OcishError {
  return new OcishError('USAGE_INVALID_VALUE', message, {
    hint,
    details: { span: { from: place.from, to: place.to } },
  })
}
