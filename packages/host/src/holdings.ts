import { promises as fs } from 'node:fs'
import { join } from 'node:path'
import type { Store } from '@ocish/cache'
import type { Access } from '@ocish/commands'
import type { Registry } from '@ocish/core'
import { OcishError } from '@ocish/sdk'
import { OpenedOnce } from './opened-once.ts'
import type { Paths } from './paths.ts'

/** A file or folder that holds artifacts, and the repository in it that its location means. */
export interface OpenedFile {
  readonly registry: Registry
  readonly repository: string
}

export interface HoldingsOptions {
  /** A registry by its name. Sends nothing yet. */
  readonly connect: (host: string) => Promise<Registry>
  /** Absent: no store. */
  readonly paths: Paths | undefined
  /** `--no-cache`: nothing that is known is taken from the store. */
  readonly noCache: boolean
  /** `--offline`: only the store is asked. */
  readonly offline: boolean
  /** Seconds for which tags and lists are taken from the store without asking. */
  readonly freshFor: number
  readonly warn: (message: string) => void
}

/** Bytes up to which a blob that was read is kept: what is described and completed again, not what is copied once. */
const keptBlob = 4 * 1024 * 1024

/** Everything that holds artifacts in a session, each opened at its first use, once, and closed with the session. */
export class Holdings implements AsyncDisposable {
  readonly #options: HoldingsOptions
  readonly #files = new OpenedOnce<OpenedFile>()
  readonly #stores = new OpenedOnce<Store>()
  readonly #remotes = new OpenedOnce<Registry>()

  constructor(options: HoldingsOptions) {
    this.#options = options
  }

  /**
   * A remote registry: for reading through the content store where there is one; for everything else what it says itself.
   * Errors: NETWORK_FAILED (`--offline`, and the store is not enough).
   */
  async registry(host: string, access: Access): Promise<Registry> {
    const { connect, paths, noCache, offline } = this.#options
    const throughStore = access === 'read' ? !noCache : access === 'check' && offline
    if (paths !== undefined && throughStore)
      return this.#remotes.get(host, async () => this.#cached(host, await connect(host)))
    if (offline) throw offlineError(host)
    return connect(host)
  }

  /** The content store. Errors: CACHE_FAILED (this session keeps none). */
  async store(): Promise<Store> {
    const { paths } = this.#options
    if (paths === undefined) throw new OcishError('CACHE_FAILED', 'this session keeps no content store')
    return this.#storeAt(paths.cache, 'cache:')
  }

  /** A folder of repositories to be served: a layout, or the shape of the store; a new one is made at the first write. */
  async folder(path: string, shown: string): Promise<Registry> {
    const isLayout = await fs.lstat(join(path, 'oci-layout')).then(
      () => true,
      () => false,
    )
    return isLayout ? (await this.file('oci', path, shown, 'write')).registry : this.#storeAt(path, shown)
  }

  /** `shown`: the path as the user wrote it. */
  async file(scheme: 'oci' | 'tar', path: string, shown: string, access: Access): Promise<OpenedFile> {
    const mode = access === 'read' || access === 'check' ? 'read' : 'write'
    return this.#files.get(`${scheme} ${mode} ${path}`, async () => openFile(scheme, path, shown, mode))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#files.closeAll(async (file) => file.registry[Symbol.asyncDispose]())
    await this.#remotes.closeAll(async (remote) => remote[Symbol.asyncDispose]())
    await this.#stores.closeAll(async (store) => store[Symbol.asyncDispose]())
  }

  async #cached(host: string, registry: Registry): Promise<Registry> {
    const { cached } = await import('@ocish/cache')
    const { freshFor, offline } = this.#options
    return cached(registry, await this.store(), {
      host,
      freshFor,
      offline,
      keepBlob: ({ size }) => size <= keptBlob,
    })
  }

  async #storeAt(folder: string, name: string): Promise<Store> {
    return this.#stores.get(folder, async () => {
      const { openStore } = await import('@ocish/cache')
      return openStore(folder, { name, warn: this.#options.warn })
    })
  }
}

async function openFile(
  scheme: 'oci' | 'tar',
  path: string,
  shown: string,
  mode: 'read' | 'write',
): Promise<OpenedFile> {
  const cache = await import('@ocish/cache')
  if (scheme === 'oci') {
    const layout = await cache.openLayout(path, { access: mode })
    return { registry: layout, repository: layout.repository }
  }
  throw new OcishError('LOCATION_UNSUPPORTED', `tar:${shown} cannot be opened`)
}

function offlineError(host: string): OcishError {
  return new OcishError('NETWORK_FAILED', `${host} is not asked: --offline`, {
    hint: 'Leave --offline out, or name what is in the cache.',
  })
}
