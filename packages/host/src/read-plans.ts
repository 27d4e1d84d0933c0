import type { Registry } from '@ocish/core'
import type { Config } from './config.ts'
import type { ReadPlan } from './mirrored.ts'
import {
  type ContainerEntries,
  type ContainerEntry,
  type ContainerSource,
  entryFor,
  placeIn,
} from './registries-conf.ts'

/** How the repositories of one registry are read. */
export type PlanFor = (repository: string) => Promise<ReadPlan | undefined>

/** What says how a registry is read, and how its mirrors are reached. */
export interface ReadPlansOptions {
  readonly config: Config
  readonly containers: () => Promise<ContainerEntries>
  readonly connectMirror: (host: string, insecure: boolean) => Promise<Registry>
}

/**
 * How the repositories of a registry are read where that is not from itself alone: mirrors of the configuration, else what
 * containers' registries.conf says. A registry that the latter blocks is blocked whatever the former says.
 */
export async function readPlans(host: string, options: ReadPlansOptions): Promise<PlanFor | undefined> {
  const { config, containers, connectMirror } = options
  const own = config.registries.get(host)?.mirrors
  const entries = await containers()
  if (own === undefined && entries.length === 0) return undefined
  return async (repository) => {
    // The API's own name, which mirrors have below theirs.
    const name = host === 'docker.io' && !repository.includes('/') ? `library/${repository}` : repository
    const found = entryFor(entries, host, name)
    const entry = own === undefined ? found : configured(host, own)
    const blocked = found?.blocked === true ? `${found.file} (${found.prefix})` : undefined
    if (blocked !== undefined) return { mirrors: [], blocked }
    if (entry === undefined) return undefined
    const sourceOf = async (source: ContainerSource): Promise<ReadPlan['mirrors'][number]> => {
      const place = placeIn(source, entry, host, name)
      const registry = await connectMirror(place.host, source.insecure)
      return { registry, repository: place.repository, asked: source.asked }
    }
    const location = entry.location && (await sourceOf(entry.location))
    const mirrors = await Promise.all(entry.mirrors.map(sourceOf))
    // A mirror of one repository that names no repository has none of it.
    return { mirrors: mirrors.filter((mirror) => mirror.repository !== ''), ...(location && { location }) }
  }
}

function configured(host: string, mirrors: readonly string[]): ContainerEntry {
  const source = (location: string): ContainerSource => ({ location, insecure: false, asked: 'all' })
  return { prefix: host, file: '', blocked: false, mirrors: mirrors.map(source) }
}
