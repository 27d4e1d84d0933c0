import type { PastLine } from '../prompt/state.ts'

const day = 24 * 60 * 60 * 1000

/** How often and how lately each word of past lines was used: newer uses count more. */
export function frecency(history: readonly PastLine[], now: number): ReadonlyMap<string, number> {
  const weights = new Map<string, number>()
  for (const line of history.slice(-1000)) {
    const age = Math.max(0, now - line.at)
    const weight = age < day ? 4 : age < 7 * day ? 2 : 1
    for (const word of new Set(line.text.split(/[\s|;&]+/))) {
      if (word !== '') weights.set(word, (weights.get(word) ?? 0) + weight)
    }
  }
  return weights
}
