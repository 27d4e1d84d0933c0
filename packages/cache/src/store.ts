import {
  clear,
  prune,
  type PruneOptions,
  type StoredBlob,
  storedBlobs,
  storeUsage,
  type StoreUsage,
} from './collect.ts'
import { StoreRegistry } from './store-registry.ts'
import { StoreState } from './store-state.ts'
import type { Registry } from '@ocish/core'

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
