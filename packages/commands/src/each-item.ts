import { exits, hasCode, isOcishError, type OcishError } from '@ocish/sdk'
import type { Outcome, Row } from '@ocish/shell'
import { mapOrdered } from './map-ordered.ts'

/**
 * Does the same for each of many items. One that fails is a row, and the rest goes on: status 10 (partial). A single
 * item, or the first one when all fail, throws; so does a refused confirmation, and anything that is no expected failure.
 * With `concurrency` so many are under way at a time, and the rows of each come together, in the order of the items.
 */
export async function* eachItem<T>(
  items: readonly T[],
  run: (item: T) => AsyncIterable<Row>,
  failed: (item: T, error: OcishError) => Row,
  concurrency = 1,
): AsyncGenerator<Row, Outcome | void> {
  const failures: OcishError[] = []
  for await (const { item, rows } of started(items, run, concurrency)) {
    try {
      yield* rows
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

/** The items with their rows: as they come where one is run at a time, else once there are all of them. */
async function* started<T>(
  items: readonly T[],
  run: (item: T) => AsyncIterable<Row>,
  concurrency: number,
): AsyncGenerator<{ readonly item: T; readonly rows: AsyncIterable<Row> }, void> {
  if (concurrency <= 1) {
    for (const item of items) yield { item, rows: run(item) }
    return
  }
  yield* mapOrdered(items, concurrency, async (item) => {
    const all = Array.fromAsync(run(item))
    await Promise.allSettled([all])
    const rows = (async function* () {
      yield* await all
    })()
    return { item, rows }
  })
}
