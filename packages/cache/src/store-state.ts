import { join, resolve } from 'node:path'
import { BlobPool } from './blob-pool.ts'
import { Catalog } from './catalog.ts'
import { StoreDatabase } from './database.ts'
import { Ingest } from './ingest.ts'
import { LayoutMirror, rebuild } from './layout-mirror.ts'
import { ListCache } from './list-cache.ts'
import { ManifestReader } from './manifest-facts.ts'

/** Milliseconds: uses within it are one. */
const useResolution = 60 * 60 * 1000

/** What exists once the database is open. */
export interface OpenState {
  readonly database: StoreDatabase
  readonly catalog: Catalog
  readonly mirror: LayoutMirror
  readonly lists: ListCache
  readonly ingest: Ingest
}

/** The files and the database of a store, opened when somebody needs them. */
export class StoreState {
  readonly folder: string
  readonly pool: BlobPool
  readonly manifests: ManifestReader
  readonly #warn: (message: string) => void
  /** When digests were used last, and those of them that the database has not heard of. */
  readonly #used = new Map<string, number>()
  readonly #untold = new Set<string>()
  #opening: Promise<OpenState> | undefined

  constructor(folder: string, warn: (message: string) => void) {
    this.folder = resolve(folder)
    this.pool = new BlobPool({
      root: join(this.folder, 'blobs'),
      scratch: join(this.folder, 'ingest'),
      private: true,
    })
    this.manifests = new ManifestReader(this.pool)
    this.#warn = warn
  }

  /** `repos/`: a layout for each repository. */
  get layouts(): string {
    return join(this.folder, 'repos')
  }

  /** Errors: CACHE_LOCKED, CACHE_FAILED. */
  open(): Promise<OpenState> {
    this.#opening ??= this.#open().catch((error: unknown) => {
      this.#opening = undefined
      throw error
    })
    return this.#opening
  }

  /** A digest was read. Costs nothing here; the database hears of it at the end. */
  used(digest: string): void {
    const now = Date.now()
    if (now - (this.#used.get(digest) ?? 0) < useResolution) return
    this.#used.set(digest, now)
    this.#untold.add(digest)
  }

  /** Writes what is kept behind. */
  async flush(): Promise<void> {
    await this.pool.settle()
    if (this.#opening === undefined) return
    const { catalog, mirror } = await this.#opening
    const digests = [...this.#untold]
    this.#untold.clear()
    await catalog.touch(digests, Date.now())
    await mirror.flush()
  }

  async close(): Promise<void> {
    if (this.#opening === undefined) return await this.pool.settle()
    const { database } = await this.#opening
    try {
      await this.flush()
    } finally {
      this.#opening = undefined
      database.close()
    }
  }

  async #open(): Promise<OpenState> {
    const database = await StoreDatabase.open(join(this.folder, 'store.db'), this.#warn)
    const { pool, layouts: folder } = this
    const options = { database, pool, folder, warn: this.#warn }
    const mirror = new LayoutMirror(options)
    const catalog = new Catalog(database, (repository) => mirror.changed(repository))
    if (database.isEmpty) {
      await rebuild(options, catalog, this.manifests)
      await database.markFilled()
    }
    await mirror.catchUp()
    return { database, catalog, mirror, lists: new ListCache(database), ingest: new Ingest(pool, database) }
  }
}
