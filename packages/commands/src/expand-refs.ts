import { globMatch } from '@ocish/core'
import { OcishError } from '@ocish/sdk'
import { isFallbackTag } from './hidden-tags.ts'
import { braceHint, hasGlob, literalPrefix } from './name-glob.ts'
import type { OpenedRegistry, Services } from './services.ts'

/** Matches of one pattern at most, where `limits.glob` says nothing else; more is probably a mistake. */
const defaultMatches = 1000

/**
 * References in place of patterns over repositories (`host/team/*`) and tags (`repo:1.*`); what is no pattern stays.
 * Errors: TAG_NOT_FOUND or REPOSITORY_NOT_FOUND (nothing fits), LIMIT_EXCEEDED.
 */
export async function expandRefs(
  texts: readonly string[],
  services: Services,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const expanded: string[] = []
  for (const text of texts) {
    // In the order of the line, and a mistake in the first one asks nothing of the others.
    expanded.push(...(hasGlob(text) ? await expandOne(text, services, signal) : [text]))
  }
  return expanded
}

async function expandOne(text: string, services: Services, signal: AbortSignal): Promise<readonly string[]> {
  const { repository, tag } = splitPattern(text)
  const { glob: matchLimit = defaultMatches } = services.options
  const found: string[] = []
  const add = (ref: string): void => {
    found.push(ref)
    if (found.length > matchLimit) {
      throw new OcishError('LIMIT_EXCEEDED', `more than ${matchLimit} names fit ${text}`, {
        hint: 'Use a narrower pattern.',
      })
    }
  }
  const repositories = hasGlob(repository)
    ? await matchingRepositories(repository, services, signal)
    : [repository]
  for (const name of repositories) {
    if (tag === undefined || !hasGlob(tag)) {
      add(tag === undefined ? name : `${name}:${tag}`)
      continue
    }
    for await (const one of tagsOf(name, services, signal)) if (tagFits(tag, one)) add(`${name}:${one}`)
  }
  if (found.length > 0) return found
  throw nothingFits(text)
}

/** Nothing has a name that fits a pattern over repositories or tags: REPOSITORY_NOT_FOUND or TAG_NOT_FOUND. */
export function nothingFits(pattern: string): OcishError {
  const { tag } = splitPattern(pattern)
  const hint = braceHint(pattern)
  const code = tag === undefined ? 'REPOSITORY_NOT_FOUND' : 'TAG_NOT_FOUND'
  return new OcishError(code, `nothing fits ${pattern}`, hint === undefined ? {} : { hint })
}

/** The lists that registries keep for themselves fit only a pattern that speaks of them (`sha256-*`). */
function tagFits(pattern: string, tag: string): boolean {
  return globMatch(pattern, tag) && (!isFallbackTag(tag) || /^sha(?:256|512)-/.test(pattern))
}

/** The repository and the tag of a pattern; a port is no tag. */
export function splitPattern(text: string): { readonly repository: string; readonly tag?: string } {
  const colon = text.lastIndexOf(':')
  const scheme = /^(?:oci|tar|docker-archive|cache):/.exec(text)?.[0].length ?? 0
  if (colon <= text.lastIndexOf('/') || colon < scheme) return { repository: text }
  return { repository: text.slice(0, colon), tag: text.slice(colon + 1) }
}

async function* tagsOf(name: string, services: Services, signal: AbortSignal): AsyncGenerator<string, void> {
  const { registry, repository } = await services.open(name, 'read')
  yield* registry.tags(repository, { signal })
}

async function matchingRepositories(
  pattern: string,
  services: Services,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const opened = await services.openRegistry(literalPrefix(pattern))
  const found: string[] = []
  for await (const repository of repositoriesIn(opened, signal, (ref) => globMatch(pattern, ref)))
    found.push(repository.ref)
  return found
}

/** The repositories of a registry or below a namespace, with the names a person writes. */
export async function* repositoriesIn(
  opened: OpenedRegistry,
  signal: AbortSignal,
  keep: (ref: string) => boolean = () => true,
): AsyncGenerator<{ readonly ref: string; readonly name: string; readonly registry: string }, void> {
  const own = opened.prefix.replace(/\/+$/, '')
  const root = rootOf(opened.display.replace(/\/+$/, ''), own)
  for await (const name of opened.registry.repositories({ signal })) {
    const ref = `${root}${name}`
    if ((own === '' || name.startsWith(`${own}/`)) && keep(ref)) {
      yield { ref, name, registry: root.replace(/\/$/, '') }
    }
  }
}

/** What a repository's whole name is appended to: `host/`, or `cache:`. */
function rootOf(display: string, own: string): string {
  if (own !== '' && display.endsWith(own)) return display.slice(0, -own.length)
  return display.endsWith(':') ? display : `${display}/`
}
