import { promises as fs } from 'node:fs'
import { join } from 'node:path'
import { canonicalRegistry, isJsonObject } from '@ocish/sdk'
import type { Env } from './paths.ts'
import { errnoOf } from './private-file.ts'

/** The mirrors of registries, `host[/namespace]`, by the registry's name. */
export type ContainerMirrors = ReadonlyMap<string, readonly string[]>

/**
 * Mirrors that containers' registries.conf (version 2) names for whole registries: `$CONTAINERS_REGISTRIES_CONF`, else
 * the user's file, else the system's. Entries for a namespace of a registry, and those that rewrite a location, are left
 * to podman. A file that cannot be read as TOML says nothing.
 */
export async function containerMirrors(
  { env, home }: { readonly env: Env; readonly home: string },
  warn: (message: string) => void,
): Promise<ContainerMirrors> {
  const own = env['CONTAINERS_REGISTRIES_CONF']
  const base = env['XDG_CONFIG_HOME'] || join(home, '.config')
  const files = own ? [own] : [join(base, 'containers/registries.conf'), '/etc/containers/registries.conf']
  for (const file of files) {
    // The first one that exists decides.
    // oxlint-disable-next-line no-await-in-loop
    const source = await readOrNothing(file)
    if (source !== undefined) return mirrorsIn(source, file, warn)
  }
  return new Map()
}

async function readOrNothing(file: string): Promise<string | undefined> {
  return fs.readFile(file, 'utf8').catch((error: unknown) => {
    const code = errnoOf(error)
    if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'EACCES') return undefined
    throw error
  })
}

async function mirrorsIn(
  source: string,
  file: string,
  warn: (message: string) => void,
): Promise<ContainerMirrors> {
  const found = new Map<string, readonly string[]>()
  // Most files only list search registries, and tell of mirrors in comments: nothing to load a parser for.
  if (!/^[^#\n]*mirror/m.test(source)) return found
  const { parse } = await import('smol-toml')
  let content: unknown
  try {
    content = parse(source)
  } catch {
    warn(`${file} is not TOML: its mirrors are left out`)
    return found
  }
  const entries = isJsonObject(content) && Array.isArray(content['registry']) ? content['registry'] : []
  for (const entry of entries.filter((each) => isJsonObject(each))) {
    const name = textOf(entry['prefix']) ?? textOf(entry['location'])
    const host = name === undefined ? undefined : canonicalRegistry(name)
    const location = textOf(entry['location'])
    if (host === undefined || (location !== undefined && canonicalRegistry(location) !== host)) continue
    const mirrors = (Array.isArray(entry['mirror']) ? entry['mirror'] : [])
      .filter((mirror) => isJsonObject(mirror))
      .flatMap((mirror) => textOf(mirror['location']) ?? [])
    if (mirrors.length > 0) found.set(host, mirrors)
  }
  return found
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined
}
