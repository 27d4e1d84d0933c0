import type { CacheView } from '@ocish/commands'
import type { Store } from '@ocish/cache'

/** What the `cache` commands do with the content store, which is opened by the first of them. */
export function cacheView(store: () => Promise<Store>): CacheView {
  return {
    async *ls() {
      yield* (await store()).ls()
    },
    async *usage() {
      yield* (await store()).usage()
    },
    async *prune(options) {
      yield* (await store()).prune(options)
    },
    async *clear(options) {
      yield* (await store()).clear(options)
    },
  }
}
