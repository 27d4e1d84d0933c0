import type { Services } from '@ocish/host'
import { canonicalRegistry, isOcishError } from '@ocish/sdk'
import type { Candidate } from '../prompt/candidate.ts'
import type { PastLine } from '../prompt/state.ts'
import type { Answer, RemoteList } from './engine.ts'
import { files } from './files.ts'
import { absolute, hostOf } from './place.ts'
import { referenceStage } from './stage.ts'
import { digests, tagBatches, tags } from './tags.ts'

/** Names of one answer that are handed on together. */
const batchSize = 200
/** Repositories of a catalog that are looked at. */
const catalogLimit = 10_000

/** The list that completes a reference, stage by stage. */
export async function remoteAnswer(
  text: string,
  services: Services,
  context: string,
  history: readonly PastLine[],
): Promise<Answer> {
  const { stage, base, word } = referenceStage(text, context)
  switch (stage) {
    case 'registry':
      return context === ''
        ? { type: 'local', candidates: await registries(services, history) }
        : here(services, context, word, history)
    case 'path':
      return paths(services, { place: base, base, word, history })
    case 'tag':
      return tags(services, base.slice(0, -1), word)
    case 'digest':
      return digests(services, base.slice(0, -1), word)
    case 'file':
      return files(services, base)
    default:
      return stage satisfies never
  }
}

/** Hosts that are configured, signed in to, or were used before. */
async function registries(services: Services, history: readonly PastLine[]): Promise<readonly Candidate[]> {
  const known = new Map<string, string>()
  for (const { host, user } of await services.registries()) known.set(host, user ?? '')
  for (const line of history) {
    for (const [, host] of line.text.matchAll(
      /(?:^|\s)((?:localhost|[\w.-]+\.[a-z]{2,}|127\.0\.0\.1)(?::\d+)?)\//g,
    ))
      if (host !== undefined && canonicalRegistry(host) !== undefined && !known.has(host)) known.set(host, '')
    const cd = /^\s*cd\s+([\w.-]+(?::\d+)?)(?=\/|\s|$)/.exec(line.text)?.[1]
    if (
      cd !== undefined &&
      /[.:]|^localhost$/.test(cd) &&
      canonicalRegistry(cd) !== undefined &&
      !known.has(cd)
    )
      known.set(cd, '')
  }
  return [...known].map(([host, user]) => ({
    value: `${host}/`,
    label: `${host}/`,
    columns: [user],
    more: true,
  }))
}

/** Inside a context: what is below it, the registries, and the tags it has itself. */
async function here(
  services: Services,
  context: string,
  word: string,
  history: readonly PastLine[],
): Promise<Answer> {
  const hosts = await registries(services, history)
  const inner = await paths(services, { place: `${context}/`, base: '', word, history })
  const own: RemoteList = {
    type: 'remote',
    key: `own ${context}`,
    source: hostOf(context),
    fetch: (signal) => ownTags(services, context, signal),
  }
  return {
    ...inner,
    shown: (names) => [...inner.shown(names), ...hosts],
    further: (candidates) => {
      const whole = tagsOfWhole(services, candidates, '', word)
      if (!context.includes('/')) return whole
      return whole === undefined ? own : { ...whole, further: () => own }
    },
  }
}

/** Those of the context, where it is a repository. */
async function* ownTags(
  services: Services,
  context: string,
  signal: AbortSignal,
): AsyncGenerator<readonly Candidate[], void> {
  try {
    yield* tagBatches(services, context, signal, ':')
  } catch (error) {
    if (!isOcishError(error) || error.exit !== 3) throw error
  }
}

interface Below {
  /** What candidates are below; they are written after `base`. */
  readonly place: string
  readonly base: string
  readonly word: string
  readonly history: readonly PastLine[]
}

/**
 * Namespaces and repositories, one component at a time, of the catalog and of what was used before; one catalog serves
 * all places of its registry.
 */
async function paths(
  services: Services,
  { place, base, word, history }: Below,
): Promise<RemoteList & { readonly shown: (names: readonly Candidate[]) => readonly Candidate[] }> {
  const { registry, prefix } = await services.openRegistry(place)
  const host = hostOf(absolute(services, place))
  const used = usedRepositories(history, host)
  return {
    type: 'remote',
    key: `catalog ${host}`,
    source: host,
    limit: catalogLimit,
    fetch: (signal) => batchesOf(registry.repositories({ signal })),
    shown: (names) => below([...names, ...used], prefix, base),
    further: (candidates) => tagsOfWhole(services, candidates, base, word),
  }
}

/** Repositories of a registry that lines which went well named: not every registry has a catalog. */
function usedRepositories(history: readonly PastLine[], host: string): readonly Candidate[] {
  const names = new Set<string>()
  for (const { text, status } of history) {
    if (status !== 0 || !text.includes(`${host}/`)) continue
    for (const word of text.split(/[\s'"|;&(){}]+/)) {
      const name = word.startsWith(`${host}/`) ? word.slice(host.length + 1).split(/\/\/|[:@]/)[0]! : ''
      if (/^[a-z0-9]+(?:[._/-]+[a-z0-9]+)*$/.test(name)) names.add(name)
    }
  }
  return [...names].map((value) => ({ value }))
}

async function* batchesOf(names: AsyncIterable<string>): AsyncGenerator<readonly Candidate[], void> {
  let batch: Candidate[] = []
  for await (const value of names) {
    batch.push({ value })
    if (batch.length < batchSize) continue
    yield batch
    batch = []
  }
  yield batch
}

/** The next component of the names below a prefix. */
function below(names: readonly Candidate[], prefix: string, base: string): readonly Candidate[] {
  const inner = prefix === '' || prefix.endsWith('/') ? prefix : `${prefix}/`
  const parts = new Map<string, Candidate>()
  for (const { value: name } of names) {
    if (!name.startsWith(inner)) continue
    const rest = name.slice(inner.length)
    const slash = rest.indexOf('/')
    const part = slash < 0 ? rest : rest.slice(0, slash + 1)
    if (parts.has(part)) continue
    const columns = [slash < 0 ? columnOf.repository : columnOf.namespace]
    parts.set(part, { value: `${base}${part}`, label: part, more: true, columns })
  }
  return [...parts.values()]
}

/** What a candidate of a catalog is, as its column says. */
const columnOf = { repository: 'repository', namespace: 'namespace' }

/** The whole name of a repository goes on with its tags. */
function tagsOfWhole(
  services: Services,
  candidates: readonly Candidate[],
  base: string,
  word: string,
): RemoteList | undefined {
  const isWhole = candidates.some(
    ({ label, columns }) => label === word && columns?.[0] === columnOf.repository,
  )
  if (!isWhole) return undefined
  const name = `${base}${word}`
  return {
    type: 'remote',
    key: `tags after ${absolute(services, name)} ${name}`,
    source: hostOf(absolute(services, name)),
    fetch: (signal) => tagBatches(services, name, signal, `${word}:`),
  }
}
