import { hasCode } from '@ocish/sdk'
import { isUnanswered, type ListOptions, notModified, type Page } from '@ocish/core'
import type { Behind } from './behind.ts'
import { type Freshness, useOf } from './freshness.ts'
import type { KnownList, ListCache, ListEntry } from './list-cache.ts'

const pageSize = 500

/** One kind of list of one origin. */
export interface ListSource<T> {
  readonly key: string
  /** Asks the origin for the whole list. */
  fetch(options: ListOptions): AsyncIterable<T>
  encode(item: T, position: number): ListEntry
  decode(entry: ListEntry): T
}

/** Lists from the store while they are fresh, from the origin and into the store when they are not. */
export class CachedLists {
  readonly #lists: () => Promise<ListCache>
  readonly #freshness: Freshness
  readonly #behind: Behind

  constructor(lists: () => Promise<ListCache>, freshness: Freshness, behind: Behind) {
    this.#lists = lists
    this.#freshness = freshness
    this.#behind = behind
  }

  async *read<T>(source: ListSource<T>, options: ListOptions = {}): AsyncGenerator<T, void> {
    await this.#freshness.ready()
    const lists = await this.#lists()
    const known = await lists.find(source.key)
    const use = useOf(known?.checked, this.#freshness)
    if (known !== undefined && use !== 'only with the origin') {
      if (use === 'and ask behind') this.#refresh(source)
      yield* fromStore(lists, known, source, options)
      return
    }
    if (options.last !== undefined) {
      yield* source.fetch(options)
      return
    }
    try {
      yield* this.#fetch(lists, known, source, options)
    } catch (error) {
      if (known === undefined || !(this.#freshness.staleOnError && isUnanswered(error))) throw error
      this.#freshness.onStale()
      yield* fromStore(lists, known, source, options)
    }
  }

  /** Something was written that changes the list. */
  async expire(key: string): Promise<void> {
    await (await this.#lists()).expire(key)
  }

  /** Every list whose key begins like this. */
  async expireBelow(prefix: string): Promise<void> {
    await (await this.#lists()).expireBelow(prefix)
  }

  /** Asks the origin while the caller reads what is known. */
  #refresh<T>(source: ListSource<T>): void {
    this.#behind.start(source.key, async () => {
      const lists = await this.#lists()
      for await (const _ of this.#fetch(lists, await lists.find(source.key), source, {})) continue
    })
  }

  async *#fetch<T>(
    lists: ListCache,
    known: KnownList | undefined,
    source: ListSource<T>,
    options: ListOptions,
  ): AsyncGenerator<T, void> {
    const pages: Page[] = []
    const onPage = (page: Page): void => {
      pages.push(page)
      options.onPage?.(page)
    }
    const writer = lists.replace(source.key)
    let position = 0
    try {
      const ask = { ...options, onPage, ...(known?.etag !== undefined && { ifNoneMatch: known.etag }) }
      for await (const item of source.fetch(ask)) {
        const { name, value } = source.encode(item, position)
        await writer.add(name, value)
        position += 1
        yield item
      }
      // An ETag speaks for its page; for the list only when it is the one page.
      await writer.finish(pages.length === 1 ? pages[0]?.etag : undefined)
    } catch (error) {
      if (known === undefined || !hasCode(error, 'NOT_MODIFIED')) throw error
      await lists.confirm(source.key)
      if (options.ifNoneMatch !== undefined && options.ifNoneMatch === known.etag) throw error
      yield* fromStore(lists, { ...known, checked: Date.now() }, source, { ...options, ifNoneMatch: '' })
    }
  }
}

async function* fromStore<T>(
  lists: ListCache,
  known: KnownList,
  source: ListSource<T>,
  options: ListOptions,
): AsyncGenerator<T, void> {
  if (known.etag !== undefined && options.ifNoneMatch === known.etag) throw notModified()
  const freshness = { age: ageOf(known.checked), ...(known.etag !== undefined && { etag: known.etag }) }
  let page: T[] = []
  for await (const entry of lists.entries(known, options.last)) {
    options.signal?.throwIfAborted()
    page.push(source.decode(entry))
    if (page.length < pageSize) continue
    options.onPage?.({ count: page.length, ...freshness })
    yield* page
    page = []
  }
  options.onPage?.({ count: page.length, ...freshness })
  yield* page
}

/** Seconds since then. */
export function ageOf(checked: number): number {
  return Math.max(0, Math.round((Date.now() - checked) / 1000))
}
