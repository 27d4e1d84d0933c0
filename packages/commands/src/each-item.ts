import { exits, hasCode, isOcishError, type OcishError } from '@ocish/sdk'
import type { Outcome, Row } from '@ocish/shell'

/**
 * Does the same for each of many items. One that fails is a row, and the rest goes on: status 10 (partial). A single
 * item, or the first one when all fail, throws; so does a refused confirmation, and anything that is no expected failure.
 */
export async function* eachItem<T>(
  items: readonly T[],
  run: (item: T) => AsyncIterable<Row>,
  failed: (item: T, error: OcishError) => Row,
): AsyncGenerator<Row, Outcome | void> {
  const failures: OcishError[] = []
  for (const item of items) {
    try {
      yield* run(item)
    } catch (error) {
      const fatal =
        !isOcishError(error) || hasCode(error, 'CONFIRMATION_REQUIRED', 'INTERRUPTED', 'DEADLINE_EXCEEDED')
      if (fatal || items.length === 1) throw error
      failures.push(error)
      yield failed(item, error)
    }
  }
  const [first] = failures
  if (first === undefined) return undefined
  if (failures.length === items.length) throw first
  return { exit: exits.partial }
}
