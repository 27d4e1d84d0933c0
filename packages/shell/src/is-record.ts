import type { Row } from './command.ts'

/** True for what has fields of its own; anything else that flows is a plain value. */
export function isRecord(item: unknown): item is Row {
  return typeof item === 'object' && item !== null && !Array.isArray(item) && !(item instanceof Date)
}
