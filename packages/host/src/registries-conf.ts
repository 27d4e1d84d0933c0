import { promises as fs } from 'node:fs'
import { join } from 'node:path'
import { canonicalRegistry, isJsonObject } from '@ocish/sdk'
import type { Env } from './paths.ts'
import { errnoOf } from './private-file.ts'

/** Where content of a registry may be read instead. */
export interface ContainerSource {
  /** `host[/namespace]`, in place of the prefix. */
  readonly location: string
  /** Certificates are not checked, and plain HTTP is tried where there is no TLS. */
  readonly insecure: boolean
  /** What it may be asked for (`pull-from-mirror`). */
  readonly asked: 'all' | 'digest-only' | 'tag-only'
}

/** One `[[registry]]` entry of containers-registries.conf(5). */
export interface ContainerEntry {
  /** `host[/namespace[/repository]]`, or `*.example.com`. */
  readonly prefix: string
  /** The file it is in. */
  readonly file: string
  readonly blocked: boolean
  readonly mirrors: readonly ContainerSource[]
  /** Where the registry itself is, when not where its name says. */
  readonly location?: ContainerSource
}

/** The entries, the longest prefix first. */
export type ContainerEntries = readonly ContainerEntry[]

/**
 * What containers' registries.conf (version 2) says: `$CONTAINERS_REGISTRIES_CONF` alone, else the user's file or the
 * system's, and over it the files of registries.conf.d, where a later entry takes the place of an earlier one with the
 * same prefix. A file that cannot be read as TOML says nothing.
 */
export async function containerEntries(
  { env, home, system = '/etc/containers' }: ConfPlace,
  warn: (message: string) => void,
): Promise<ContainerEntries> {
  const entries = new Map<string, ContainerEntry>()
  for (const { file, source } of await sourcesIn({ env, home, system })) {
    // The order of the files decides.
    // oxlint-disable-next-line no-await-in-loop
    for (const entry of await entriesIn(source, file, warn)) entries.set(entry.prefix, entry)
  }
  return [...entries.values()].toSorted((a, b) => b.prefix.length - a.prefix.length)
}

interface ConfPlace {
  readonly env: Env
  readonly home: string
  readonly system?: string
}

/** The entry that holds for a repository: the longest prefix that is it or a part of its name. */
export function entryFor(
  entries: ContainerEntries,
  host: string,
  repository: string,
): ContainerEntry | undefined {
  const name = `${host}/${repository}`
  return entries.find(({ prefix }) =>
    prefix.startsWith('*.')
      ? host.endsWith(prefix.slice(1))
      : name === prefix || name.startsWith(`${prefix}/`),
  )
}

/** The repository of a source that stands for this one: what follows the prefix, after the location. */
export function placeIn(
  { location }: ContainerSource,
  { prefix }: ContainerEntry,
  host: string,
  repository: string,
): { readonly host: string; readonly repository: string } {
  const name = `${host}/${repository}`
  const rest = prefix.startsWith('*.') ? name.slice(host.length) : name.slice(prefix.length)
  const [first = '', ...parts] = `${location}${rest}`.split('/')
  return { host: canonicalRegistry(first) ?? first, repository: parts.join('/') }
}

async function sourcesIn({ env, home, system }: Required<ConfPlace>): Promise<readonly Conf[]> {
  const own = env['CONTAINERS_REGISTRIES_CONF']
  if (own) return [await confAt(own)].filter((conf) => conf !== undefined)
  const user = join(env['XDG_CONFIG_HOME'] || join(home, '.config'), 'containers')
  const main =
    (await confAt(join(user, 'registries.conf'))) ?? (await confAt(join(system, 'registries.conf')))
  const parts = await Promise.all(
    [system, user].map(async (folder) => dropIns(join(folder, 'registries.conf.d'))),
  )
  return [main, ...parts.flat()].filter((conf) => conf !== undefined)
}

interface Conf {
  readonly file: string
  readonly source: string
}

async function dropIns(folder: string): Promise<readonly (Conf | undefined)[]> {
  const names = await fs.readdir(folder).catch(() => [])
  const files = names.filter((name) => name.endsWith('.conf')).toSorted()
  return Promise.all(files.map(async (name) => confAt(join(folder, name))))
}

async function confAt(file: string): Promise<Conf | undefined> {
  const source = await readOrNothing(file)
  return source === undefined ? undefined : { file, source }
}

async function readOrNothing(file: string): Promise<string | undefined> {
  return fs.readFile(file, 'utf8').catch((error: unknown) => {
    const code = errnoOf(error)
    if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'EACCES') return undefined
    throw error
  })
}

async function entriesIn(
  source: string,
  file: string,
  warn: (message: string) => void,
): Promise<readonly ContainerEntry[]> {
  // Most files only list search registries, and tell of the rest in comments: nothing to load a parser for.
  if (!/^[^#\n]*(?:\[\[\s*registry|registry\s*=)/m.test(source)) return []
  const { parse } = await import('smol-toml')
  let content: unknown
  try {
    content = parse(source)
  } catch {
    warn(`${file} is not TOML: what it says of registries is left out`)
    return []
  }
  const entries = isJsonObject(content) && Array.isArray(content['registry']) ? content['registry'] : []
  return entries.filter((each) => isJsonObject(each)).flatMap((entry) => entryOf(entry, file) ?? [])
}

function entryOf(entry: Readonly<Record<string, unknown>>, file: string): ContainerEntry | undefined {
  const named = textOf(entry['prefix']) ?? textOf(entry['location'])
  const prefix = named === undefined ? undefined : canonicalPrefix(named)
  if (prefix === undefined) return undefined
  const digestOnly = entry['mirror-by-digest-only'] === true
  const mirrors = (Array.isArray(entry['mirror']) ? entry['mirror'] : [])
    .filter((mirror) => isJsonObject(mirror))
    .flatMap((mirror) => sourceOf(mirror, digestOnly) ?? [])
  const location = sourceOf(entry, false)
  const moved = location !== undefined && canonicalPrefix(location.location) !== prefix
  return { prefix, file, blocked: entry['blocked'] === true, mirrors, ...(moved && { location }) }
}

function sourceOf(
  entry: Readonly<Record<string, unknown>>,
  digestOnly: boolean,
): ContainerSource | undefined {
  const location = textOf(entry['location'])?.replace(/\/+$/, '')
  if (location === undefined) return undefined
  const pull = entry['pull-from-mirror']
  const asked = pull === 'digest-only' || pull === 'tag-only' ? pull : digestOnly ? 'digest-only' : 'all'
  return { location, insecure: entry['insecure'] === true, asked }
}

/** Docker Hub's other names are its one name. */
function canonicalPrefix(prefix: string): string | undefined {
  if (prefix.startsWith('*.')) return prefix
  const [first = '', ...rest] = prefix.replace(/\/+$/, '').split('/')
  const host = canonicalRegistry(first)
  return host === undefined ? undefined : [host, ...rest].join('/')
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined
}
