import { promises as fs } from 'node:fs'
import { join } from 'node:path'
import type { PluginCheck, PluginInfo, Plugins, Services } from '@ocish/commands'
import { digestOf, hasCode, isOcishError, OcishError } from '@ocish/sdk'
import type { KindEntry } from '../kind-table.ts'
import type { Env } from '../paths.ts'
import { readPrivate } from '../private-file.ts'
import { withTarget } from '../target.ts'
import { loadPlugin } from './load-plugin.ts'
import { extractPlugin, pluginArchive } from './plugin-archive.ts'
import { checkConflicts } from './plugin-conflicts.ts'
import {
  infoOf,
  type InstalledPlugin,
  installedNamed,
  pluginFolder,
  type PluginIndex,
  pluginsFolder,
  readPluginIndex,
  writePluginIndex,
} from './plugin-index.ts'
import { type PluginManifest, parsePluginManifest } from './plugin-manifest.ts'

/** Where plugins are, and where they come from. */
export interface PluginPlaces {
  /** Where installed plugins are; absent: nothing can be installed. */
  readonly data: string | undefined
  readonly env: Env
  readonly home: string
  readonly cwd: string
  /** Hosts that may be asked; absent: any. */
  readonly allowHosts?: readonly string[]
  /** Of the program. */
  readonly version: string
  readonly builtIn: readonly KindEntry[]
  readonly services: Pick<
    Services,
    'source' | 'open' | 'confirm' | 'note' | 'exclusive' | 'target' | 'options'
  >
}

/** Installs, removes and looks after the kinds of others. */
export class InstalledPlugins implements Omit<Plugins, 'list' | 'info'> {
  readonly #places: PluginPlaces

  constructor(places: PluginPlaces) {
    this.#places = places
  }

  get #data(): string {
    if (this.#places.data !== undefined) return this.#places.data
    throw new OcishError('PLUGIN_FAILED', 'there is no folder for plugins')
  }

  async add(
    source: string,
    { trust, signal }: { readonly trust: boolean; readonly signal: AbortSignal },
  ): Promise<PluginInfo> {
    const { env, home, allowHosts, services } = this.#places
    const archive = await pluginArchive(source, {
      env,
      home,
      signal,
      ...(allowHosts !== undefined && { allowHosts }),
      source: async (path) => services.source(path),
      open: async (reference) => services.open(reference, 'read'),
    })
    const digest = digestOf(archive)
    const folder = pluginFolder(this.#data, digest)
    const known = readPluginIndex(this.#data).plugins.some((one) => one.digest === digest)
    const cwd = pluginsFolder(this.#data)
    await fs.mkdir(cwd, { recursive: true, mode: 0o700 })
    await withTarget(folder, { force: true, signal, cwd, shown: source }, async (target) =>
      extractPlugin(archive, target, signal),
    )
    try {
      return await this.#install({ source, digest, folder }, trust, signal)
    } catch (error) {
      if (!known) await fs.rm(folder, { recursive: true, force: true })
      throw notAdded(error)
    }
  }

  async #install(
    from: { readonly source: string; readonly digest: string; readonly folder: string },
    trust: boolean,
    signal: AbortSignal,
  ): Promise<PluginInfo> {
    const { source, digest, folder } = from
    const manifest = await readManifest(folder, this.#places.version)
    const index = readPluginIndex(this.#data)
    checkConflicts(manifest, this.#places.builtIn, index.plugins)
    await this.#askTrust(manifest, digest, index, trust)
    const { process: child, kinds } = await loadPlugin({ ...manifest, folder }, undefined, this.#places.env)
    child.stop()
    const { name, version, main, publisher } = manifest
    const plugin = {
      name,
      version,
      main,
      publisher,
      source,
      digest,
      kinds,
      enabled: true,
      added: new Date().toISOString(),
    }
    await this.#change(signal, (now) => ({
      ...now,
      plugins: [...now.plugins.filter((one) => one.name !== name), plugin],
      trusted: [...now.trusted.filter((one) => one.digest !== digest), { publisher, digest }],
    }))
    return infoOf(plugin)
  }

  /** Once for each publisher and digest; `--yes` says yes to questions, but trusts nobody. */
  async #askTrust(
    manifest: PluginManifest,
    digest: string,
    index: PluginIndex,
    trust: boolean,
  ): Promise<void> {
    const { name, version, publisher } = manifest
    if (index.trusted.some((one) => one.publisher === publisher && one.digest === digest)) return
    const what = `${name} ${version} by ${publisher} (${digest})`
    this.#places.services.note(
      `${what} runs without rights to files and programs, but it can reach the network`,
    )
    if (trust) return
    const untrusted = new OcishError('CONFIRMATION_REQUIRED', `${what} is not trusted`, {
      hint: 'Add --trust.',
    })
    if (this.#places.services.options.yes) throw untrusted
    await this.#places.services.confirm(`Trust ${what}?`).catch((error: unknown) => {
      throw hasCode(error, 'CONFIRMATION_REQUIRED') ? untrusted : error
    })
  }

  async remove(name: string): Promise<PluginInfo> {
    const plugin = installedNamed(readPluginIndex(this.#data), name)
    await this.#change(undefined, (now) => ({
      ...now,
      plugins: now.plugins.filter((one) => one.name !== name),
      trusted: now.trusted.filter((one) => one.digest !== plugin.digest),
    }))
    await fs.rm(pluginFolder(this.#data, plugin.digest), { recursive: true, force: true })
    return infoOf(plugin)
  }

  async enable(name: string, enabled: boolean): Promise<PluginInfo> {
    const plugin = { ...installedNamed(readPluginIndex(this.#data), name), enabled }
    await this.#change(undefined, (now) => ({
      ...now,
      plugins: now.plugins.map((one) => (one.name === name ? plugin : one)),
    }))
    return infoOf(plugin)
  }

  async *doctor(name: string | undefined, signal: AbortSignal): AsyncGenerator<PluginCheck, void> {
    if (this.#places.data === undefined) return
    yield await this.#indexCheck()
    const index = readPluginIndex(this.#data)
    const wanted = name === undefined ? index.plugins : [installedNamed(index, name)]
    for (const plugin of wanted) {
      signal.throwIfAborted()
      // One process at a time.
      // oxlint-disable-next-line no-await-in-loop
      yield await this.#check(plugin, index)
    }
  }

  async #indexCheck(): Promise<PluginCheck> {
    const text = await readPrivate(join(pluginsFolder(this.#data), 'index.json')).catch(() => '')
    const { plugins } = readPluginIndex(this.#data)
    const broken = text !== undefined && plugins.length === 0 && !text.includes('"plugins": []')
    const detail = broken ? 'cannot be read: add the plugins again' : `${plugins.length} plugins`
    return { subject: 'plugins', check: 'index', ok: !broken, detail }
  }

  async #check(plugin: InstalledPlugin, index: PluginIndex): Promise<PluginCheck> {
    const subject = plugin.name
    const folder = pluginFolder(this.#data, plugin.digest)
    try {
      const manifest = await readManifest(folder, this.#places.version)
      const others = index.plugins.filter((one) => one.name !== plugin.name)
      checkConflicts(manifest, this.#places.builtIn, others)
      const { process: child, kinds } = await loadPlugin({ ...manifest, folder }, undefined, this.#places.env)
      child.stop()
      return { subject, check: 'load', ok: true, detail: kinds.map((kind) => kind.name).join(', ') }
    } catch (error) {
      if (!(error instanceof Error)) throw error
      const output = hasCode(error, 'KIND_FAILED') ? error.details?.['output'] : undefined
      const printed = typeof output === 'string' ? `: ${output.trim().split('\n').slice(-3).join(' ')}` : ''
      return { subject, check: 'load', ok: false, detail: `${error.message}${printed}`.slice(0, 2000) }
    }
  }

  async create(name: string, signal: AbortSignal): Promise<readonly string[]> {
    const { newKindFiles } = await import('./new-kind.ts')
    const files = newKindFiles(name, this.#places.env)
    const folder = `ocish-kind-${name}`
    await this.#places.services.target(folder, { force: false, signal }, async (target) => {
      for (const [path, text] of Object.entries(files)) {
        // A handful of small files.
        // oxlint-disable-next-line no-await-in-loop
        await target.write(path, once(text))
      }
    })
    return Object.keys(files).map((path) => `${folder}/${path}`)
  }

  /** One process at a time changes the index. */
  async #change(signal: AbortSignal | undefined, change: (now: PluginIndex) => PluginIndex): Promise<void> {
    const quiet = signal ?? new AbortController().signal
    await this.#places.services.exclusive('plugins', quiet, async () =>
      writePluginIndex(this.#data, change(readPluginIndex(this.#data))),
    )
  }
}

async function* once(text: string): AsyncGenerator<Uint8Array, void> {
  yield new TextEncoder().encode(text)
}

async function readManifest(folder: string, program: string): Promise<PluginManifest> {
  const text = await readPrivate(join(folder, 'package.json'))
  if (text === undefined) throw new OcishError('PLUGIN_FAILED', 'the plugin has no package.json')
  return parsePluginManifest(new TextEncoder().encode(text), program)
}

/** The failure of a plugin that is not installed: `plugin doctor` does not know it. */
function notAdded(error: unknown): unknown {
  if (!isOcishError(error) || error.code !== 'KIND_FAILED') return error
  const { code, message, details, cause } = error
  const hint = 'Nothing was added: correct the plugin, and add it again.'
  return new OcishError(code, message, { hint, cause, ...(details && { details }) })
}
