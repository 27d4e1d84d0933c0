import type { StoreState } from './store-state.ts'

/** How old what is known may be. In seconds. */
export interface Freshness {
  /** Younger than this: taken as known. */
  readonly freshFor: number
  /** Younger than this: given at once and asked for behind. */
  readonly staleFor: number
  readonly isOffline: boolean
  readonly staleOnError: boolean
  /** What is known is given since the origin cannot be reached. */
  readonly onStale: () => void
  /** Done before any of this counts. */
  readonly ready: () => Promise<void>
}

/** What is known now: how it may be used. */
export type Use = 'as known' | 'and ask behind' | 'only with the origin'

/** What claims to be of the future is as good as unknown. */
export function useOf(checked: number | undefined, { freshFor, staleFor, isOffline }: Freshness): Use {
  if (checked === undefined) return 'only with the origin'
  if (isOffline) return 'as known'
  const age = (Date.now() - checked) / 1000
  if (age >= 0 && age < freshFor) return 'as known'
  return age >= 0 && age < staleFor ? 'and ask behind' : 'only with the origin'
}

/**
 * Who asks a host may see other things than who asked before: with another `asker` nothing of the host is fresh, until it
 * has been asked for anew.
 */
export async function admit(state: StoreState, host: string, asker: string): Promise<void> {
  const { lists, catalog } = await state.open()
  const key = `asker ${host}`
  const known = await lists.find(key)
  const [before] = known === undefined ? [] : await Array.fromAsync(lists.entries(known))
  if (before?.name === asker) return
  if (known !== undefined) {
    await Promise.all(
      [`repositories ${host}`, `tags ${host}/`, `referrers ${host}/`].map((prefix) =>
        lists.expireBelow(prefix),
      ),
    )
    await catalog.expireTags(`${host}/`)
  }
  const writer = lists.replace(key)
  await writer.add(asker, null)
  await writer.finish(undefined)
}
