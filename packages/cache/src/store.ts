import {
  clear,
  prune,
  type PruneOptions,
  type StoredBlob,
  storedBlobs,
  storeUsage,
  type StoreUsage,
} from './collect.ts'
import type { Fetch } from './ingest.ts'
import { repositoriesKey, tagsKey } from './list-cache.ts'
import { StoreRegistry } from './store-registry.ts'
import { StoreState } from './store-state.ts'
import { type Bytes, compareUtf8, type Descriptor } from '@ocish/sdk'
import type { CallOptions, Registry } from '@ocish/core'

/** How the store names itself, and who hears of what keeps it from working. */
export interface StoreOptions {
  /** How its errors name it; default `cache:`. */
  readonly name?: string
  /** Hears once of what keeps the store from working as it should. */
  readonly warn?: (message: string) => void
}

/**
 * The content store: one pool of blobs, and an image layout for each repository (`HOST/PATH`, or any path). As a
 * registry it holds all of them. Nothing is read or written before the first call.
 */
export interface Store extends Registry {
  /** Absolute. */
  readonly folder: string
  /** The repositories of one host, named without it. */
  registry(host: string): Registry
  /**
   * The verified bytes of a blob of `repository` (with its host): from the store, or through `fetch` and into the store.
   * What arrives is kept, so that the next attempt asks for the rest only; two that want the same blob share one download.
   * Errors: FILE_FAILED, those of `fetch`; the iteration throws DIGEST_MISMATCH and SIZE_MISMATCH.
   */
  download(repository: string, blob: Descriptor, fetch: Fetch, options?: CallOptions): Promise<Bytes>
  /** Repositories of the host that are known to have the blob: candidates for a mount. */
  locations(host: string, digest: string): Promise<readonly string[]>
  /**
   * Names that were seen and begin with `prefix`, sorted, at most `limit`; asks nobody and never waits long. Without a
   * repository the repositories of the host, else its tags.
   */
  complete(
    place: { readonly host: string; readonly repository?: string },
    prefix: string,
    limit: number,
  ): Promise<readonly string[]>
  ls(): AsyncIterable<StoredBlob>
  usage(): AsyncIterable<StoreUsage>
  /**
   * Removes what was not used since `before`, then what was used longest ago until `keepBytes` are left; with neither,
   * what no manifest leads to. Yields what it removed, or would remove.
   */
  prune(options: PruneOptions): AsyncIterable<StoredBlob>
  clear(options: Pick<PruneOptions, 'dryRun' | 'signal'>): AsyncIterable<StoredBlob>
}

const states = new WeakMap<Store, StoreState>()

/** Opens the store below `folder` (created at the first write). Closing it writes what is behind. */
export function openStore(folder: string, options: StoreOptions = {}): Store {
  const state = new StoreState(folder, options.warn ?? (() => {}))
  const store = new WholeStore(state, options.name ?? 'cache:')
  states.set(store, state)
  return store
}

/** For what works with a store from inside. */
export function stateOf(store: Store): StoreState {
  const state = states.get(store)
  if (state === undefined) throw new TypeError('not a store of openStore')
  return state
}

class WholeStore extends StoreRegistry implements Store {
  readonly folder: string
  readonly #state: StoreState

  constructor(state: StoreState, name: string) {
    super(state, name, '')
    this.#state = state
    this.folder = state.folder
  }

  registry(host: string): Registry {
    return new StoreRegistry(this.#state, `${this.name}${host}`, `${host}/`)
  }

  async download(
    repository: string,
    blob: Descriptor,
    fetch: Fetch,
    options: CallOptions = {},
  ): Promise<Bytes> {
    const { ingest, catalog } = await this.#state.open()
    const onStored = (): Promise<void> => catalog.hold(repository, blob.digest, blob.size)
    return await ingest.open(blob, fetch, { signal: options.signal, onStored })
  }

  async locations(host: string, digest: string): Promise<readonly string[]> {
    const { catalog } = await this.#state.open()
    return (await catalog.locations(digest, `${host}/`)).map((name) => name.slice(host.length + 1))
  }

  async complete(
    place: { readonly host: string; readonly repository?: string },
    prefix: string,
    limit: number,
  ): Promise<readonly string[]> {
    const { host, repository } = place
    const { catalog, lists } = await this.#state.open()
    const [listed, held] = await Promise.all(
      repository === undefined
        ? [
            lists.startingWith(repositoriesKey(host), prefix, limit),
            catalog.repositoriesBelow(`${host}/`, prefix, limit),
          ]
        : [
            lists.startingWith(tagsKey(`${host}/${repository}`), prefix, limit),
            catalog.tagsBelow(`${host}/${repository}`, prefix, limit),
          ],
    )
    return [...new Set([...listed, ...held])].toSorted(compareUtf8).slice(0, limit)
  }

  async *ls(): AsyncGenerator<StoredBlob, void> {
    yield* storedBlobs(await this.#state.open())
  }

  async *usage(): AsyncGenerator<StoreUsage, void> {
    yield* storeUsage(await this.#state.open())
  }

  async *prune(options: PruneOptions): AsyncGenerator<StoredBlob, void> {
    yield* prune(this.#state, await this.#state.open(), options)
  }

  async *clear(options: Pick<PruneOptions, 'dryRun' | 'signal'>): AsyncGenerator<StoredBlob, void> {
    yield* clear(this.#state, await this.#state.open(), options)
  }

  override async [Symbol.asyncDispose](): Promise<void> {
    await this.#state.close()
  }
}
