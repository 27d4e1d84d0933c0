import { loadCommand, type Services } from '@ocish/host'
import { canonicalRegistry, isDigest, parseManifest } from '@ocish/sdk'
import { humanDuration, humanSize } from '@ocish/shell/text'
import type { Candidate } from '../prompt/candidate.ts'
import type { PastLine } from '../prompt/state.ts'
import type { Answer } from './engine.ts'
import { referenceStage } from './stage.ts'

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
  beyond = false,
): Promise<Answer> {
  const { stage, base, word } = referenceStage(text, context)
  switch (stage) {
    case 'registry':
      return context === ''
        ? { type: 'local', candidates: await registries(services, history) }
        : here(services, context, history)
    case 'path':
      return paths(services, base, word)
    case 'tag':
      return beyond ? tagsFrom(services, base.slice(0, -1), word) : tags(services, base.slice(0, -1), word)
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

/** Inside a context: what is below it, then the registries. */
async function here(services: Services, context: string, history: readonly PastLine[]): Promise<Answer> {
  const hosts = await registries(services, history)
  return {
    type: 'remote',
    key: `here ${context}`,
    source: hostOf(context),
    async *fetch(signal) {
      yield* below(services, `${context}/`, '', signal)
      if (context.includes('/')) {
        const own: Candidate[] = []
        for await (const tag of tagNames(services, context, signal))
          own.push({ value: `${context}:${tag}`, label: `:${tag}` })
        if (own.length > 0) yield own
      }
      yield hosts
    },
  }
}

function hostOf(place: string): string {
  return place.split('/')[0] ?? place
}

/** Namespaces and repositories below a prefix, one component at a time. */
function paths(services: Services, base: string, word: string): Answer {
  return {
    type: 'remote',
    key: `path ${absolute(services, base)} ${word === '' ? '' : 'word'}`,
    source: hostOf(absolute(services, base)),
    fetch: (signal) => below(services, base, base, signal, word),
  }
}

function absolute(services: Services, text: string): string {
  try {
    const location = services.locate(text.replace(/\/+$/, ''))
    if (location.scheme !== 'registry') return text
    return location.repository === undefined
      ? location.registry
      : `${location.registry}/${location.repository}`
  } catch {
    return text
  }
}

async function* below(
  services: Services,
  place: string,
  base: string,
  signal: AbortSignal,
  word = '',
): AsyncGenerator<readonly Candidate[], void> {
  const { registry, prefix } = await services.openRegistry(place)
  const inner = prefix === '' || prefix.endsWith('/') ? prefix : `${prefix}/`
  const seen = new Set<string>()
  let batch: Candidate[] = []
  let looked = 0
  const repositories = new Set<string>()
  for await (const name of registry.repositories({ signal })) {
    looked += 1
    if (looked > catalogLimit) break
    if (!name.startsWith(inner)) continue
    const rest = name.slice(inner.length)
    const slash = rest.indexOf('/')
    const part = slash < 0 ? rest : rest.slice(0, slash + 1)
    if (slash < 0) repositories.add(rest)
    if (seen.has(part)) continue
    seen.add(part)
    batch.push({
      value: `${base}${part}`,
      label: part,
      more: true,
      columns: [slash < 0 ? 'repository' : 'namespace'],
    })
    if (batch.length >= batchSize) {
      yield batch
      batch = []
    }
  }
  if (batch.length > 0) yield batch
  // A whole name goes on with its tags.
  if (word !== '' && repositories.has(word)) yield* tagBatches(services, `${base}${word}`, signal, `${word}:`)
}

function tags(services: Services, repository: string, word: string): Answer {
  return {
    type: 'remote',
    // A whole tag goes on with what it holds.
    key: `tags ${absolute(services, repository)} ${word}`,
    source: hostOf(absolute(services, repository)),
    fetch: (signal) => tagBatches(services, repository, signal, '', word),
  }
}

/** The tags that begin with a word, of a repository with more of them than a list holds. */
function tagsFrom(services: Services, repository: string, word: string): Answer {
  return {
    type: 'remote',
    key: `tags ${absolute(services, repository)} from ${word}`,
    source: hostOf(absolute(services, repository)),
    async *fetch(signal) {
      const names: string[] = []
      for await (const tag of tagNames(services, repository, signal, before(word))) {
        if (!tag.startsWith(word)) break
        names.push(tag)
        if (names.length >= batchSize * 5) break
      }
      yield candidatesOf(repository, names)
    },
  }
}

/** A name that all names which begin with the word come after, and nothing between: tags are listed in the order of their bytes. */
function before(word: string): string {
  return `${word.slice(0, -1)}${String.fromCharCode(Math.max(0x20, word.charCodeAt(word.length - 1) - 1))}~`
}

async function* tagNames(
  services: Services,
  repository: string,
  signal: AbortSignal,
  last?: string,
): AsyncGenerator<string, void> {
  const opened = await services.open(repository, 'read')
  yield* opened.registry.tags(opened.repository, { signal, ...(last === undefined ? {} : { last }) })
}

function candidatesOf(repository: string, names: readonly string[], label = ''): readonly Candidate[] {
  const columns = [undefined, undefined, undefined]
  return names
    .toSorted(newestFirst)
    .map((tag) => ({ value: `${repository}:${tag}`, label: `${label}${tag}`, columns, more: true }))
}

async function* tagBatches(
  services: Services,
  repository: string,
  signal: AbortSignal,
  label: string,
  word = '',
): AsyncGenerator<readonly Candidate[], void> {
  const names: string[] = []
  for await (const tag of tagNames(services, repository, signal)) {
    names.push(tag)
    if (names.length >= batchSize * 5) break
  }
  yield candidatesOf(repository, names, label)
  if (names.includes(word)) {
    yield [{ value: `${repository}:${word}//`, label: `${word}//`, columns: ['files inside'], more: true }]
    yield* digestBatches(services, `${repository}:${word}`, signal, `${word}@`)
  }
}

/** As versions where both are, with their numbers compared as numbers. */
function newestFirst(a: string, b: string): number {
  return b.localeCompare(a, 'en', { numeric: true })
}

function digests(services: Services, reference: string, word: string): Answer {
  if (isDigest(word)) {
    const inside = {
      value: `${reference}@${word}//`,
      label: `${word}//`,
      columns: ['files inside'],
      more: true,
    }
    return { type: 'local', candidates: [inside] }
  }
  return {
    type: 'remote',
    key: `digests ${absolute(services, reference)} ${reference}`,
    source: hostOf(absolute(services, reference)),
    fetch: (signal) => digestBatches(services, reference, signal, ''),
  }
}

/** The digest that a tag has; of a repository, those of its newest tags. */
async function* digestBatches(
  services: Services,
  reference: string,
  signal: AbortSignal,
  label: string,
): AsyncGenerator<readonly Candidate[], void> {
  const opened = await services.open(reference, 'read')
  const wanted = opened.tag === undefined ? [] : [opened.tag]
  if (wanted.length === 0) {
    for await (const tag of opened.registry.tags(opened.repository, { signal })) wanted.push(tag)
  }
  for (const tag of wanted.toSorted(newestFirst).slice(0, 10)) {
    const { descriptor } = await opened.registry.statManifest(opened.repository, tag, { signal })
    const { digest } = descriptor
    yield [{ value: `${reference}@${digest}`, label: `${label}${digest}`, columns: [tag], more: true }]
  }
}

/** What `ls REF//` lists. */
function files(services: Services, base: string): Answer {
  return {
    type: 'remote',
    key: `files ${base}`,
    source: hostOf(absolute(services, base.slice(0, base.indexOf('//')))),
    async *fetch(signal) {
      const command = await loadCommand('ls')
      if (command === undefined) return
      const inner = base.slice(base.indexOf('//') + 2)
      const root = base.slice(0, base.indexOf('//') + 2)
      const seen = new Set<string>()
      for await (const row of command.run(
        { args: { location: [root] }, flags: {}, options: {}, signal },
        services,
      )) {
        const { path: whole, size } = row as { readonly path?: unknown; readonly size?: unknown }
        const path = typeof whole === 'string' ? whole.replace(/^\/+/, '') : ''
        if (!path.startsWith(inner)) continue
        const rest = path.slice(inner.length)
        const slash = rest.indexOf('/')
        const part = slash < 0 ? rest : rest.slice(0, slash + 1)
        if (part === '' || seen.has(part)) continue
        seen.add(part)
        yield [
          {
            value: `${base}${part}`,
            label: part,
            more: slash >= 0,
            columns: [slash >= 0 || typeof size !== 'number' ? '' : humanSize(size)],
          },
        ]
      }
    },
  }
}

/** Kind, size and age of one artifact, for the columns of its row. */
export async function factsOf(
  reference: string,
  services: Services,
  signal: AbortSignal,
): Promise<readonly (string | undefined)[]> {
  const opened = await services.open(reference, 'read')
  const name = opened.reference
  if (name === undefined) return []
  const { bytes, descriptor } = await opened.registry.openManifest(opened.repository, name, { signal })
  const manifest = parseManifest(bytes, descriptor.mediaType)
  const kind = await services.kinds.match(opened, { manifest })
  const parts =
    manifest.form === 'image'
      ? [manifest.config, ...manifest.layers]
      : manifest.form === 'index'
        ? []
        : manifest.blobs
  const size = parts.reduce((sum, part) => sum + part.size, 0)
  const created = Date.parse(manifest.annotations?.['org.opencontainers.image.created'] ?? '')
  return [
    kind?.name ?? manifest.form,
    manifest.form === 'index' ? `${manifest.manifests.length} entries` : humanSize(size),
    Number.isNaN(created) ? '' : humanDuration(Date.now() - created),
  ]
}
