import type { ContentObject } from './content.ts'
import type { Repository } from './repository.ts'

/** Steps that are taken before their turn: each is a few short waits for the disk. */
const width = 48

/** Bytes of contents that are inflated before their turn. */
const contentsAhead = 4 * 2 ** 20

/** What of the objects is needed. */
export interface ReadContentsOptions {
  /** The contents will be read too: other threads begin with the next ones. */
  readonly contents?: boolean
}

/**
 * Content objects, each beside what was asked, in that order; the next ones are looked up while one is in use. Errors: as
 * `Repository.content`, each when its object would come.
 */
export function readContents<W extends { readonly checksum: string; readonly path: string }>(
  repo: Repository,
  wanted: Iterable<W>,
  options: ReadContentsOptions = {},
): AsyncGenerator<readonly [ContentObject, W]> {
  const budget = budgetOf(options)
  const find = async (one: W): Promise<Found<readonly [ContentObject, W]>> => {
    const content = await repo.content(one.checksum, one.path)
    return { result: [content, one], done: budget.begin(content) }
  }
  return ahead(
    (async function* () {
      yield* wanted
    })(),
    find,
  )
}

/** What a step gave, and what ends with its use. */
export interface Found<R> {
  readonly result: R
  readonly done?: (() => Promise<void>) | undefined
}

/**
 * Results of steps in their order, those of the next steps are prepared while one is in use. An error of a step, or of
 * finding them, comes when its turn would be.
 */
export async function* ahead<S, R>(
  steps: AsyncGenerator<S>,
  work: (step: S) => Promise<Found<R>>,
): AsyncGenerator<R> {
  const pending: Promise<Found<R> | undefined>[] = []
  const start = (): void => {
    const found = steps.next().then(async ({ done, value }) => (done === true ? undefined : work(value)))
    // It is awaited below, unless the reader stops before.
    found.catch(() => undefined)
    pending.push(found)
  }
  for (let count = 0; count < width; count += 1) start()
  try {
    for (;;) {
      const found = await pending.shift()
      if (found === undefined) return
      start()
      try {
        yield found.result
      } finally {
        if (found.done) await found.done()
      }
    }
  } finally {
    await steps.return(undefined)
    for (const found of await Promise.allSettled(pending))
      if (found.status === 'fulfilled') await found.value?.done?.()
  }
}

/** How much of what comes may be in memory. */
export class Budget {
  #left: number

  constructor(bytes: number) {
    this.#left = bytes
  }

  /** Begins with a content where there is room for it; the result is called when it is no longer in use. */
  begin(content: Pick<ContentObject, 'ahead'>): (() => Promise<void>) | undefined {
    const reading = content.ahead
    if (reading === undefined || reading.held > this.#left) return undefined
    this.#left -= reading.held
    reading.begin()
    return async () => {
      this.#left += reading.held
      await reading.end()
    }
  }
}

/** A budget for a walk that reads contents, or none. */
export function budgetOf(options: ReadContentsOptions): Budget {
  return new Budget(options.contents === true ? contentsAhead : 0)
}
