import type {
  Confirmation,
  Access,
  CacheView,
  Credentials,
  Endpoint,
  HealthCheck,
  ExtractFolderOptions,
  FileTarget,
  Kinds,
  Opened,
  OpenedRegistry,
  Plugins,
  PackFolderOptions,
  Published,
  RunOptions,
  ServeOptions,
  Services,
  Settings,
  TargetRequest,
} from '@ocish/commands'
import type { OnTransfer, Place, Registry } from '@ocish/core'
import {
  type Artifact,
  type Bytes,
  type Location,
  OcishError,
  type Packed,
  type Part,
  type Source,
  type Target,
} from '@ocish/sdk'
import type { Command, DeclaredOption } from '@ocish/shell'
import { type Config, loadConfig } from './config.ts'
import { defaultConcurrency } from './config-schema.ts'
import { withBases } from './kind-bases.ts'
import type { KindCommandAbilities } from './kind-command-scope.ts'
import { kindCommands } from './kind-commands.ts'
import { allKinds, builtInKinds, type KindEntry } from './kind-table.ts'
import { checkKindSettings, settingsOf } from './kind-settings.ts'
import { KindTable } from './kinds.ts'
import { locate } from './locate.ts'
import { createLookup, type LookupPlaces } from './lookup.ts'
import { openForListing, openLocation, type OpenOptions } from './open-location.ts'
import { expandPath } from './paths.ts'
import { settingsView } from './settings-view.ts'
import type { SessionOptions } from './session-options.ts'
import type { StandardArchive } from './standard-archive.ts'
import { closeParts, createParts, type SessionParts } from './session-parts.ts'
import { cacheView } from './cache-view.ts'
import { lazyPlugins } from './plugins/lazy-plugins.ts'

/** The running state behind commands. Dispose it: it closes connections, files and the store. */
export interface Session extends Services, AsyncDisposable {
  readonly config: Config
  /** The kinds' own commands; their code is loaded when they run. */
  readonly kindCommands: readonly Command<Services>[]
  /** The flags of kinds that `push`, `pull`, `validate` and `convert` take. */
  readonly kindOptions: readonly DeclaredOption[]
}

/**
 * Reads the configuration; everything else is opened, and the code behind it loaded, at its first use.
 * Errors: CONFIG_INVALID, FILE_NOT_FOUND (`--config`), USAGE_INVALID_VALUE.
 */
export async function createSession(options: SessionOptions): Promise<Session> {
  const { cwd, env, home, paths, flags } = options
  const file = flags?.config
  const config = await loadConfig({
    cwd,
    env,
    home,
    ...(paths && { folder: paths.config }),
    ...(file !== undefined && { file }),
  })
  const kinds = options.kinds ?? (options.restricted === true ? builtInKinds() : allKinds(paths))
  await checkKindSettings(config, kinds)
  return new HostSession(options, config, await runOptions(options, config), withBases(kinds, config))
}

async function runOptions({ flags }: SessionOptions, config: Config): Promise<RunOptions> {
  const platform = flags?.platform ?? (await configuredPlatform(config))
  const configured = config.get('defaults.concurrency')
  const transfers = flags?.concurrency ?? (typeof configured === 'number' ? configured : undefined)
  const glob = config.get('limits.glob')
  return {
    dryRun: flags?.dryRun ?? false,
    yes: flags?.yes ?? false,
    offline: flags?.offline ?? false,
    concurrency: transfers ?? defaultConcurrency,
    ...(transfers !== undefined && { transfers }),
    ...(platform && { platform }),
    ...(typeof glob === 'number' && { glob }),
  }
}

async function configuredPlatform(config: Config): Promise<RunOptions['platform']> {
  const text = config.get('defaults.platform')
  if (typeof text !== 'string') return undefined
  const { parsePlatform } = await import('@ocish/core')
  return parsePlatform(text)
}

class HostSession implements Session {
  readonly version: string
  readonly options: RunOptions
  readonly config: Config
  readonly kinds: Kinds
  readonly kindCommands: readonly Command<Services>[]
  readonly kindOptions: readonly DeclaredOption[]
  readonly warn: (message: string) => void
  readonly note: (message: string) => void
  readonly progress: OnTransfer
  readonly #given: SessionOptions
  readonly #entries: readonly KindEntry[]
  readonly #parts: SessionParts
  #plugins: Plugins | undefined
  #standard: Promise<StandardArchive> | undefined

  constructor(given: SessionOptions, config: Config, options: RunOptions, kinds: readonly KindEntry[]) {
    this.version = given.version
    this.options = options
    this.config = config
    this.warn = given.warn ?? (() => undefined)
    this.note = given.note ?? (() => undefined)
    this.progress = given.progress ?? (() => undefined)
    this.#given = given
    this.#entries = kinds
    this.#parts = createParts(given, config, this)
    this.kinds = this.#kindTable()
    this.kindCommands = kindCommands(kinds)
    this.kindOptions = kinds.flatMap(({ name, options: all = [] }) =>
      all.map((option) => ({ kind: name, option })),
    )
  }

  #kindTable(): KindTable {
    const places: LookupPlaces = {
      open: async (text) => this.open(text, 'read'),
      openRegistry: async (text) => this.openRegistry(text),
    }
    return new KindTable({
      entries: this.#entries,
      rules: this.config.rules,
      settings: (name, family) => settingsOf(this.config, name, family),
      lookup: (signal) => createLookup(places, signal),
      warn: this.warn,
      progress: this.#given.kindProgress ?? (() => undefined),
      abilities: (signal) => this.#abilities(signal),
      signal: this.#given.signal,
    })
  }

  standardOutput(): Bytes {
    const written = this.#standardArchive.then((archive) => archive.written())
    return (async function* () {
      yield* await written
    })()
  }

  get #standardArchive(): Promise<StandardArchive> {
    return (this.#standard ??= this.#openStandardArchive())
  }

  async #openStandardArchive(): Promise<StandardArchive> {
    const { StandardArchive } = await import('./standard-archive.ts')
    const { input, output } = this.#given
    const { spool, holdings } = this.#parts
    return new StandardArchive({
      input,
      output,
      folder: async () => spool.folder(),
      open: async (path, access) => holdings.file('tar', path, access),
    })
  }

  get #openOptions(): OpenOptions {
    const { cwd, home, restricted = false } = this.#given
    return { holdings: this.#parts.holdings, cwd, home, restricted }
  }

  #located(location: string | Location): Location {
    return typeof location === 'string' ? this.locate(location) : location
  }

  #targetOptions<T extends { readonly force: boolean; readonly signal: AbortSignal }>(
    shown: string,
    options: T,
  ): T & { readonly shown: string; readonly cwd: string } {
    return { ...options, shown, cwd: this.#given.cwd }
  }

  #abilities(signal: AbortSignal): KindCommandAbilities {
    return {
      sourceDateEpoch: this.#given.env['SOURCE_DATE_EPOCH'],
      publish: async (packed, location) => {
        const to = await this.open(location, 'write')
        const tags = to.tag ?? packed.tag
        const { digest } = await this.publish(packed, to, {
          tags: tags === undefined ? [] : [tags],
          dryRun: this.options.dryRun,
          signal,
        })
        return { ref: tags === undefined ? `${to.display}@${digest}` : `${to.display}:${tags}`, digest }
      },
      folder: async (path) => this.source(path),
      target: async (path, { force, merge }) => {
        const { openTarget } = await import('./target.ts')
        return openTarget(expandPath(path, this.#given), this.#targetOptions(path, { force, merge, signal }))
      },
    }
  }

  get credentials(): Credentials {
    return this.#parts.credentials
  }

  locate(text: string): Location {
    return locate(text, {
      registries: this.config.registries,
      kindSchemes: this.#entries.flatMap((entry) => entry.locations ?? []),
    })
  }

  async open(location: string | Location, access: Access): Promise<Opened> {
    const located = this.#located(location)
    if (located.scheme === 'stdio')
      return this.#standardArchive.then((archive) => archive.open(located, access))
    return openLocation(located, access, this.#openOptions)
  }

  async openRegistry(location: string | Location): Promise<OpenedRegistry> {
    return openForListing(this.#located(location), this.#openOptions)
  }

  async registries(): Promise<Awaited<ReturnType<Services['registries']>>> {
    const users = new Map<string, string | undefined>()
    for (const host of this.config.registries.keys()) users.set(host, undefined)
    for (const { host, username } of await this.credentials.list()) users.set(host, username)
    const isDefault = (host: string): boolean => this.config.registries.get(host)?.isDefault ?? false
    return [...users]
      .map(([host, user]) => ({ host, ...(user !== undefined && { user }), default: isDefault(host) }))
      .toSorted((a, b) => Number(b.default) - Number(a.default) || (a.host < b.host ? -1 : 1))
  }

  async source(path: string): Promise<Source> {
    const { openSource } = await import('./source.ts')
    return openSource(expandPath(path, this.#given), path)
  }

  async target<T>(
    path: string,
    options: TargetRequest,
    fill: (target: FileTarget) => Promise<T>,
  ): Promise<T> {
    const { withTarget } = await import('./target.ts')
    return withTarget(expandPath(path, this.#given), this.#targetOptions(path, options), fill)
  }

  async unpackedDigest(path: string, marker: string): Promise<string | undefined> {
    const { markedDigest } = await import('./marked-folder.ts')
    return markedDigest(expandPath(path, this.#given), marker)
  }

  async packFolder(source: Source, options: PackFolderOptions): Promise<Part> {
    const { packFolder } = await import('./pack-folder.ts')
    const spoolFolder = async (): Promise<string> => this.#parts.spool.folder()
    return packFolder(source, { ...options, epoch: this.#given.env['SOURCE_DATE_EPOCH'], spoolFolder })
  }

  async extractFolder(bytes: Bytes, target: Target, options: ExtractFolderOptions): Promise<void> {
    const { extractFolder } = await import('./extract-folder.ts')
    await extractFolder(bytes, target, options)
  }

  async *exportRoot(image: Artifact, signal: AbortSignal): Bytes & AsyncGenerator<Uint8Array> {
    const { exportRoot } = await import('./export-root.ts')
    yield* exportRoot(image, signal)
  }

  async publish(
    packed: Packed,
    to: Place,
    options: { readonly tags: readonly string[]; readonly dryRun: boolean; readonly signal: AbortSignal },
  ): Promise<Published> {
    const { publishPacked } = await import('./publish.ts')
    return publishPacked(packed, to, {
      ...options,
      concurrency: this.options.concurrency,
      progress: this.progress,
      spoolFolder: async () => this.#parts.spool.folder(),
      exclusive: async (key, act) => this.exclusive(key, options.signal, act),
    })
  }

  async exclusive<T>(key: string, signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    return this.#parts.exclusive(key, signal, work)
  }

  async *serve(options: ServeOptions): AsyncGenerator<Endpoint, void> {
    const { readUsers, serveRegistry } = await import('./serve.ts')
    const { folder, upstream } = options
    const registry = await (upstream === undefined ? this.#served(folder) : this.#through(upstream, folder))
    const { users, ...rest } = options
    const given =
      users === undefined ? rest : { ...rest, users: await readUsers(expandPath(users, this.#given)) }
    yield* serveRegistry(registry, upstream ?? folder ?? registry.name, given)
  }

  async #served(folder: string | undefined): Promise<Registry> {
    const { holdings } = this.#parts
    return folder === undefined ? holdings.store() : holdings.folder(expandPath(folder, this.#given), folder)
  }

  /** Errors: USAGE_INVALID_VALUE (no registry). */
  async #through(upstream: string, folder: string | undefined): Promise<Registry> {
    const located = this.locate(upstream)
    if (located.scheme !== 'registry' || located.tag !== undefined || located.digest !== undefined) {
      throw new OcishError('USAGE_INVALID_VALUE', `--upstream ${upstream} is no registry or namespace`, {
        hint: 'Name a host, or a host and a namespace: ghcr.io/team.',
      })
    }
    const path = folder === undefined ? undefined : expandPath(folder, this.#given)
    return this.#parts.holdings.pullThrough(located.repository ?? '', located.registry, path)
  }

  get settings(): Settings {
    return settingsView(this.config)
  }

  async *doctor(host: string, signal: AbortSignal): AsyncGenerator<HealthCheck, void> {
    const { doctor } = await import('./doctor.ts')
    yield* doctor(host, { optionsFor: async (name) => this.#parts.clients.optionsFor(name), signal })
  }

  get plugins(): Plugins {
    this.#plugins ??= lazyPlugins({
      ...this.#given,
      data: this.#given.paths?.data,
      builtIn: builtInKinds(),
      services: this,
    })
    return this.#plugins
  }

  get cache(): CacheView {
    return cacheView(async () => this.#parts.holdings.store())
  }

  async confirm(question: string, more?: Confirmation): Promise<void> {
    if (this.options.yes) return
    if (this.#given.confirm === undefined)
      throw new OcishError('CONFIRMATION_REQUIRED', `not confirmed: ${question.replace(/[?.]$/, '')}`, {
        hint: 'Add --yes.',
      })
    if (!(await this.#given.confirm(question, more)))
      throw new OcishError('CONFIRMATION_REQUIRED', 'not confirmed')
  }

  async readSecret(prompt: string): Promise<string> {
    if (this.#given.readSecret) return this.#given.readSecret(prompt)
    throw new OcishError('USAGE_MISSING_ARGUMENT', 'there is no terminal to read the password from', {
      hint: 'Give it on standard input with --password-stdin.',
    })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await closeParts(this.#parts)
  }
}
