/** A value as machine formats have it: times as RFC 3339, maps as objects, bytes as base64; absent stays absent. */
export function machineValue(value: unknown): unknown {
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value.toISOString()
  if (value instanceof Uint8Array)
    return Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('base64')
  if (value instanceof Map) return objectOf([...value.entries()].map(([key, entry]) => [String(key), entry]))
  if (value instanceof Set) return [...value].map(machineValue)
  if (Array.isArray(value)) return value.map(machineValue)
  if (typeof value === 'bigint') return value.toString()
  if (typeof value !== 'object' || value === null) return value
  return objectOf(Object.entries(value))
}

/** No prototype: a key named `__proto__` is only data (T47). */
function objectOf(entries: readonly (readonly [string, unknown])[]): Record<string, unknown> {
  const object = Object.create(null) as Record<string, unknown>
  for (const [key, entry] of entries) object[key] = machineValue(entry)
  return object
}
