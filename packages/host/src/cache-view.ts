import type { CacheView } from '@ocish/commands'
import type { Holdings } from './holdings.ts'

export function cacheView(holdings: Holdings): CacheView {
  const none = async function* none(): AsyncGenerator<never> {
    await holdings.store()
  }
  return { ls: none, usage: none, prune: none, clear: none }
}
