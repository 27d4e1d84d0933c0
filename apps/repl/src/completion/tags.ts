import type { Services } from '@ocish/host'
import { isDigest } from '@ocish/sdk'
import type { Candidate } from '../prompt/candidate.ts'
import type { Answer, RemoteList } from './engine.ts'
import { absolute, hostOf } from './place.ts'

/** Tags that are looked at for one list. */
const tagLimit = 1000

/** Tags whose digests are offered. */
const digestTags = 10

/** All tags, of a long list also those that begin with the word; a whole tag goes on with what it holds. */
export function tags(services: Services, repository: string, word: string): RemoteList {
  const inside = (candidates: readonly Candidate[]): RemoteList | undefined =>
    candidates.some(({ label }) => label === word) ? insideOf(services, repository, word) : undefined
  return {
    type: 'remote',
    key: `tags ${absolute(services, repository)} ${repository}`,
    source: hostOf(absolute(services, repository)),
    fetch: (signal) => tagBatches(services, repository, signal, ''),
    further: (candidates, isPartial) =>
      isPartial && word !== ''
        ? { ...tagsFrom(services, repository, word), further: inside }
        : inside(candidates),
  }
}

/** The files of a tag, and its digest. */
function insideOf(services: Services, repository: string, tag: string): RemoteList {
  const reference = `${repository}:${tag}`
  return {
    type: 'remote',
    key: `inside ${absolute(services, reference)} ${reference}`,
    source: hostOf(absolute(services, repository)),
    async *fetch(signal) {
      yield [{ value: `${reference}//`, label: `${tag}//`, columns: ['files inside'], more: true }]
      yield* digestBatches(services, reference, signal, `${tag}@`)
    },
  }
}

/** The tags that begin with a word, of a repository with more of them than a list holds. */
function tagsFrom(services: Services, repository: string, word: string): RemoteList {
  return {
    type: 'remote',
    key: `tags ${absolute(services, repository)} ${repository} from ${word}`,
    source: hostOf(absolute(services, repository)),
    async *fetch(signal) {
      const names: string[] = []
      let looked = 0
      for await (const tag of tagNames(services, repository, signal, before(word))) {
        if (tag.startsWith(word)) names.push(tag)
        looked += 1
        if (looked >= tagLimit) break
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

/** The first tags of a repository, the newest version first. */
export async function* tagBatches(
  services: Services,
  repository: string,
  signal: AbortSignal,
  label: string,
): AsyncGenerator<readonly Candidate[], void> {
  const names: string[] = []
  for await (const tag of tagNames(services, repository, signal)) {
    names.push(tag)
    if (names.length >= tagLimit) break
  }
  yield candidatesOf(repository, names, label)
}

/** As versions where both are, with their numbers compared as numbers. */
function newestFirst(a: string, b: string): number {
  return b.localeCompare(a, 'en', { numeric: true })
}

/** The digests of a tag, or of the newest tags of a repository; a whole digest goes on with its files. */
export function digests(services: Services, reference: string, word: string): Answer {
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

/** The digest that a tag has; of a repository, those of its newest tags, each with all that have it. */
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
  const newest = wanted.toSorted(newestFirst).slice(0, digestTags)
  const stats = await Promise.all(
    newest.map((tag) => opened.registry.statManifest(opened.repository, tag, { signal })),
  )
  const tagsOf = Map.groupBy(newest, (_tag, at) => stats[at]!.descriptor.digest)
  yield [...tagsOf].map(([digest, names]) => ({
    value: `${reference}@${digest}`,
    label: `${label}${digest}`,
    columns: [names.join(', ')],
    more: true,
  }))
}
