import {
  compareUtf8,
  isJsonObject,
  isOcishError,
  OcishError,
  parseJson,
  type Source,
  statOrNothing,
  type TreeEntry,
} from '@ocish/sdk'
import { limits, pluginManifest } from './constants.ts'
import type { Components, Metadata } from './model.ts'
import { parsePluginJson, type PluginJson } from './plugin-json.ts'
import { readTextFile } from './read-source.ts'

export interface DiscoverOptions {
  /** Exactly what klaus-oci finds, links and mistakes included. */
  readonly compat: boolean
}

export interface DiscoveredPlugin {
  readonly metadata: Metadata
  readonly components: Components
}

/**
 * What a plugin folder holds. Components are found in the folders that Claude looks into and where plugin.json points;
 * links count for nothing, since they are not shipped. Errors: KIND_INPUT_INVALID, LIMIT_EXCEEDED.
 */
export async function discoverPlugin(source: Source, options: DiscoverOptions): Promise<DiscoveredPlugin> {
  const text = await readTextFile(source, pluginManifest)
  if (text === undefined) {
    throw new OcishError('KIND_INPUT_INVALID', `${source.name} holds no ${pluginManifest}`, {
      hint: 'Name a folder with that file, or start one with klaus new plugin.',
    })
  }
  const manifest = parsePluginJson(text, options)
  return { metadata: manifest.metadata, components: await discoverComponents(source, manifest, options) }
}

async function discoverComponents(
  source: Source,
  manifest: PluginJson,
  options: DiscoverOptions,
): Promise<Components> {
  const places = (name: string, folder: string): readonly string[] =>
    options.compat ? [folder] : [folder, ...paths(manifest.members.get(name))]
  return {
    skills: sorted(await skills(source, places('skills', 'skills'), options)),
    commands: sorted(await markdown(source, places('commands', 'commands'), options)),
    agents: sorted(await markdown(source, places('agents', 'agents'), options)),
    hasHooks: await hasHooks(source, manifest, options),
    mcpServers: sorted(await servers(source, '.mcp.json', 'mcpServers', manifest, options)),
    lspServers: sorted(await servers(source, '.lsp.json', 'lspServers', manifest, options)),
  }
}

/** The relative paths of a Claude override: a string or a list of them. */
function paths(value: unknown): readonly string[] {
  const listed = typeof value === 'string' ? [value] : Array.isArray(value) ? value : []
  return listed
    .filter((path): path is string => typeof path === 'string')
    .map((path) => path.replace(/^(?:\.\/)+/, '').replace(/\/+$/, ''))
    .filter((path) => path !== '' && !path.startsWith('/') && !path.split('/').includes('..'))
}

function sorted(names: Iterable<string>): readonly string[] {
  return [...new Set(names)].toSorted(compareUtf8)
}

async function children(source: Source, folder: string): Promise<readonly TreeEntry[]> {
  const entry = await statOrNothing(source, folder)
  if (entry?.kind !== 'folder') return []
  const found: TreeEntry[] = []
  for await (const child of source.list(folder)) found.push(child)
  return found
}

function baseName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1)
}

async function skills(
  source: Source,
  folders: readonly string[],
  options: DiscoverOptions,
): Promise<string[]> {
  const found: string[] = []
  for (const folder of folders) {
    for (const child of await children(source, folder)) {
      if (child.kind !== 'folder') continue
      const skill = await statOrNothing(source, `${child.path}/SKILL.md`)
      if (skill !== undefined && (options.compat || skill.kind === 'file')) found.push(baseName(child.path))
    }
    const own =
      options.compat || folder === 'skills' ? undefined : await statOrNothing(source, `${folder}/SKILL.md`)
    if (own?.kind === 'file') found.push(baseName(folder))
  }
  return found
}

async function markdown(
  source: Source,
  places: readonly string[],
  options: DiscoverOptions,
): Promise<string[]> {
  const found: string[] = []
  const name = (path: string): string => baseName(path).slice(0, -3)
  for (const place of places) {
    const entry = await statOrNothing(source, place)
    if (entry?.kind === 'file' && place.endsWith('.md')) found.push(name(place))
    for (const child of await children(source, place)) {
      const counts = options.compat ? child.kind !== 'folder' : child.kind === 'file'
      if (counts && child.path.endsWith('.md')) found.push(name(child.path))
    }
  }
  return found
}

async function hasHooks(source: Source, manifest: PluginJson, options: DiscoverOptions): Promise<boolean> {
  const inFolder = await children(source, 'hooks')
  if (options.compat) return inFolder.length > 0
  const declared = manifest.members.get('hooks')
  return (
    inFolder.some((child) => child.kind !== 'link' && baseName(child.path) !== '.gitkeep') ||
    isJsonObject(declared) ||
    paths(declared).length > 0
  )
}

/** Server names: the keys of the file (flat, or wrapped in a member of its own), of inline objects and of named files. */
async function servers(
  source: Source,
  file: string,
  member: string,
  manifest: PluginJson,
  options: DiscoverOptions,
): Promise<string[]> {
  const declared = options.compat ? undefined : manifest.members.get(member.toLowerCase())
  const found = isJsonObject(declared) ? Object.keys(declared) : []
  for (const path of [file, ...paths(declared)]) {
    const value = await readServers(source, path)
    const inner = value?.[member]
    found.push(...Object.keys(!options.compat && isJsonObject(inner) ? inner : (value ?? {})))
  }
  return found
}

/** Missing, unreadable and broken files are nothing here; `validate` reports them. */
async function readServers(
  source: Source,
  path: string,
): Promise<Readonly<Record<string, unknown>> | undefined> {
  try {
    const text = await readTextFile(source, path)
    if (text === undefined) return undefined
    const value = parseJson(text, { what: path, code: 'KIND_INPUT_INVALID', maxSize: limits.json })
    return isJsonObject(value) ? value : undefined
  } catch (error) {
    if (isOcishError(error)) return undefined
    throw error
  }
}
