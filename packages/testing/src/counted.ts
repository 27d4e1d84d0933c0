import type { Registry } from '@ocish/core'

/** A registry that counts what is asked of it. */
export interface CountedRegistry {
  readonly registry: Registry
  /** Calls of each method. */
  readonly counts: Readonly<Record<string, number>>
  /** All calls so far. */
  readonly total: () => number
  readonly reset: () => void
}

/** Wraps a registry so that a test can say how often each of its methods was called. */
export function counted(inner: Registry): CountedRegistry {
  const counts: Record<string, number> = {}
  const registry = new Proxy(inner, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name, target)
      if (typeof value !== 'function' || typeof name !== 'string') return value
      return (...args: readonly unknown[]): unknown => {
        counts[name] = (counts[name] ?? 0) + 1
        return Reflect.apply(value, target, args) as unknown
      }
    },
  })
  return {
    registry,
    counts,
    total: () => Object.values(counts).reduce((sum, count) => sum + count, 0),
    reset: () => {
      for (const name of Object.keys(counts)) delete counts[name]
    },
  }
}
