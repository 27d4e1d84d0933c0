import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { PluginInfo } from '@ocish/commands'
import { isJsonObject, type Kind, OcishError } from '@ocish/sdk'
import type { KindEntry } from '../kind-table.ts'
import { writePrivate } from '../private-file.ts'
import type { PluginProcess } from './plugin-process.ts'
import type { RemoteKindData } from './remote-kind.ts'

/** A plugin that was installed: everything that is known of it without its code. */
export interface InstalledPlugin {
  readonly name: string
  readonly version: string
  /** What `plugin add` was given. */
  readonly source: string
  readonly publisher: string
  /** `sha256:…` of the archive it came in; its folder's name, too. */
  readonly digest: string
  /** The module, relative to its folder. */
  readonly main: string
  readonly enabled: boolean
  readonly added: string
  readonly kinds: readonly RemoteKindData[]
}

/** The file that start reads, and nothing else of plugins. */
export interface PluginIndex {
  readonly version: 1
  readonly plugins: readonly InstalledPlugin[]
  /** Publisher and digest that somebody said yes to. */
  readonly trusted: readonly { readonly publisher: string; readonly digest: string }[]
}

const empty: PluginIndex = { version: 1, plugins: [], trusted: [] }
const maxSize = 8 << 20

/** The folder of all plugins, in the data folder. */
export function pluginsFolder(data: string): string {
  return join(data, 'plugins')
}

/** Where a plugin was extracted: named by its digest, never by what it says of itself (T8). */
export function pluginFolder(data: string, digest: string): string {
  if (!/^sha256:[0-9a-f]{64}$/.test(digest)) throw new TypeError(`${digest} names no folder`)
  return join(pluginsFolder(data), digest.slice(7))
}

/** Reads the index; an unreadable one is an empty one, said by `plugin doctor`. */
export function readPluginIndex(data: string): PluginIndex {
  try {
    const bytes = readFileSync(join(pluginsFolder(data), 'index.json'))
    if (bytes.length > maxSize) return empty
    const value: unknown = JSON.parse(bytes.toString('utf8'))
    if (!isJsonObject(value) || value['version'] !== 1) return empty
    const index = value as unknown as PluginIndex
    return Array.isArray(index.plugins) && Array.isArray(index.trusted) ? index : empty
  } catch {
    return empty
  }
}

/** Errors: FILE_FAILED. */
export async function writePluginIndex(data: string, index: PluginIndex): Promise<void> {
  await writePrivate(join(pluginsFolder(data), 'index.json'), `${JSON.stringify(index, null, 1)}\n`)
}

/** The kinds of the enabled plugins; the process of one is started when the first of its kinds is used. */
export function installedKinds(data: string): readonly KindEntry[] {
  return readPluginIndex(data)
    .plugins.filter(({ enabled }) => enabled)
    .flatMap((plugin) => entriesOf(data, plugin))
}

function entriesOf(data: string, plugin: InstalledPlugin): readonly KindEntry[] {
  let running: Promise<PluginProcess> | undefined
  const start = async (): Promise<PluginProcess> => {
    const { loadPlugin } = await import('./load-plugin.ts')
    return (await loadPlugin({ ...plugin, folder: pluginFolder(data, plugin.digest) })).process
  }
  const process = async (): Promise<PluginProcess> => {
    const known = await running?.catch(() => undefined)
    if (known?.alive !== true) running = start()
    return running ?? start()
  }
  return plugin.kinds.map((kind) => {
    const { functions: _functions, ...entry } = kind
    return {
      ...entry,
      package: plugin.name,
      load: async (): Promise<Kind> => {
        const { remoteKind } = await import('./remote-kind.ts')
        await process()
        return remoteKind(kind, process)
      },
    }
  })
}

/** Errors: PLUGIN_FAILED. */
export function installedNamed(index: PluginIndex, name: string): InstalledPlugin {
  const found = index.plugins.find((one) => one.name === name)
  if (found !== undefined) return found
  throw new OcishError('PLUGIN_FAILED', `no plugin ${name} is installed`, {
    hint: 'See what there is: plugin ls',
  })
}

/** What is shown of a plugin. */
export function infoOf({
  name,
  version,
  enabled,
  kinds,
  source,
  publisher,
  digest,
  added,
}: InstalledPlugin): PluginInfo {
  return {
    name,
    version,
    status: enabled ? 'enabled' : 'disabled',
    kinds: kinds.map((kind) => kind.name),
    source,
    publisher,
    digest,
    added,
    commands: kinds.flatMap(({ family, commands = [] }) => commands.map((one) => `${family} ${one.name}`)),
  }
}
