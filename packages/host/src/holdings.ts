import { promises as fs } from 'node:fs'
import { join } from 'node:path'
import type { CachedOptions, Store } from '@ocish/cache'
import type { Access } from '@ocish/commands'
import type { Registry } from '@ocish/core'
import { type FileLocation, OcishError } from '@ocish/sdk'
import { OpenedOnce } from './opened-once.ts'
import type { Paths } from './paths.ts'
import type { PlanFor } from './read-plans.ts'

/** A file or folder that holds artifacts, and the repository in it that its location means. */
export interface OpenedFile {
  readonly registry: Registry
  readonly repository: string
}

/** What a session opens its registries, store and files with. */
export interface HoldingsOptions {
  /** A registry by its name. Sends nothing yet. */
  readonly connect: (host: string) => Promise<Registry>
  /** How repositories of a registry are read where that is not from itself alone. */
  readonly plans: (host: string) => Promise<PlanFor | undefined>
  /** Absent: no store. */
  readonly paths: Paths | undefined
  /** `--no-cache`: nothing that is known is taken from the store. */
  readonly noCache: boolean
  /** `--offline`: only the store is asked. */
  readonly offline: boolean
  /** How old what the store knows may be, for who asks a host. */
  readonly freshness: () => Promise<Pick<CachedOptions, 'freshFor' | 'staleFor' | 'staleOnError'>>
  readonly asker: (host: string) => Promise<string>
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
      return this.#remotes.get(host, async () => this.#cached(host, await this.#mirrored(host)))
    if (offline) throw offlineError(host)
    return access === 'read' || access === 'check' ? this.#mirrored(host) : connect(host)
  }

  /** What containers' registries.conf blocks is blocked for writes too, as skopeo has it. Errors: RESTRICTED. */
  async refuseBlocked(host: string, repository: string): Promise<void> {
    const planFor = await this.#options.plans(host)
    const plan = await planFor?.(repository)
    if (plan?.blocked === undefined) return
    const { blockedError } = await import('./mirrored.ts')
    throw blockedError(`${host}/${repository}`, plan.blocked)
  }

  /** The content store. Errors: CACHE_FAILED (this session keeps none). */
  async store(): Promise<Store> {
    const { paths } = this.#options
    if (paths === undefined) throw new OcishError('CACHE_FAILED', 'this session keeps no content store')
    return this.#storeAt(paths.cache, 'cache:')
  }

  /** A folder of repositories to be served: a layout, or the shape of the store; a new one is made at the first write. */
  async folder(path: string, shown: string): Promise<Registry> {
    const place = await fs.stat(path).catch(() => undefined)
    if (place !== undefined && !place.isDirectory())
      throw new OcishError('USAGE_INVALID_VALUE', `${shown} is a file`, {
        hint: 'Name a layout, a folder of layouts, or a folder that is made.',
      })
    const isLayout = await fs.lstat(join(path, 'oci-layout')).then(
      () => true,
      () => false,
    )
    return isLayout ? (await this.file('oci', path, 'write')).registry : this.#storeAt(path, shown)
  }

  /** A registry, or a namespace of it, through a store: this session's, or the one in a folder. Errors: NETWORK_FAILED (`--offline`). */
  async pullThrough(prefix: string, host: string, folder: string | undefined): Promise<Registry> {
    if (this.#options.offline) throw offlineError(host)
    const store = folder === undefined ? await this.store() : await this.#storeAt(folder, folder)
    const { pullThrough } = await import('./pull-through.ts')
    return pullThrough(await this.#mirrored(host), store, { host, prefix })
  }

  /** A layout or an archive; written to, an archive is done with its commit. Errors: those of opening it. */
  async file(scheme: FileLocation['scheme'], path: string, access: Access): Promise<OpenedFile> {
    const mode = access === 'read' || access === 'check' ? 'read' : 'write'
    const isLayout = scheme === 'oci'
    // To be read, an archive is an archive, whatever its scheme says.
    const key = `${mode === 'read' && !isLayout ? 'tar' : scheme} ${mode} ${path}`
    if (isLayout) return this.#files.get(key, async () => openLayout(path, mode))
    // What was read is no longer what is there once the archive has been written anew.
    const written = (): void => {
      this.#files.forget(key)
      this.#files.retire(`tar read ${path}`)
    }
    return this.#files.get(key, async () => openArchive(scheme, path, mode, written))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#files.closeAll(async (file) => file.registry[Symbol.asyncDispose]())
    await this.#remotes.closeAll(async (remote) => remote[Symbol.asyncDispose]())
    await this.#stores.closeAll(async (store) => store[Symbol.asyncDispose]())
  }

  async #mirrored(host: string): Promise<Registry> {
    const { connect, plans, warn } = this.#options
    const [origin, planFor] = await Promise.all([connect(host), plans(host)])
    if (planFor === undefined) return origin
    const { mirrored } = await import('./mirrored.ts')
    return mirrored(origin, planFor, warn)
  }

  async #cached(host: string, registry: Registry): Promise<Registry> {
    const { cached } = await import('@ocish/cache')
    const { freshness, offline, asker, warn } = this.#options
    return cached(registry, await this.store(), {
      host,
      ...(await freshness()),
      offline,
      asker: async () => asker(host),
      onStale: () => warn(`${host} cannot be reached: what the store knows of it is used`),
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

async function openLayout(path: string, mode: 'read' | 'write'): Promise<OpenedFile> {
  const cache = await import('@ocish/cache')
  const layout = await cache.openLayout(path, { access: mode })
  return { registry: layout, repository: layout.repository }
}

async function openArchive(
  scheme: 'tar' | 'docker-archive',
  path: string,
  mode: 'read' | 'write',
  written: () => void,
): Promise<OpenedFile> {
  const cache = await import('@ocish/cache')
  const archive = await cache.openArchive(path, {
    access: mode,
    ...(scheme === 'docker-archive' && { format: 'docker' }),
  })
  if (mode === 'read') return { registry: archive, repository: archive.repository }
  const { untilCommit } = await import('./until-commit.ts')
  return { registry: untilCommit(archive, written), repository: archive.repository }
}

function offlineError(host: string): OcishError {
  return new OcishError('NETWORK_FAILED', `${host} is not asked: --offline`, {
    hint: 'Leave --offline out, or name what is in the cache.',
  })
}
