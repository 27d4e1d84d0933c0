import { compareUtf8, isJsonObject, OcishError, parseJson } from '@ocish/sdk'
import type { ListOptions } from '../registry.ts'
import { catalogScope, repositoryScope } from './auth/scope.ts'
import { pages } from './pages.ts'
import type { Remote } from './remote.ts'
import { SeenNames } from './seen-names.ts'

/** GET of the tags (end-8), page by page. */
export async function* tags(
  remote: Remote,
  repository: string,
  options: ListOptions = {},
): AsyncGenerator<string> {
  const query = { n: options.pageSize?.toString(), last: options.last }
  yield* names(remote, 'tags', {
    url: remote.url(repository, 'tags/list', query),
    // zot knows nothing after a tag that it does not have, and answers 404.
    whole: options.last === undefined ? undefined : remote.url(repository, 'tags/list'),
    scope: repositoryScope(remote.path(repository), 'pull'),
    repository,
    options,
  })
}

/** GET of `_catalog` (not in the OCI specification; many registries have none). */
export async function* repositories(remote: Remote, options: ListOptions = {}): AsyncGenerator<string> {
  const query = { n: options.pageSize?.toString(), last: options.last }
  yield* names(remote, 'repositories', {
    url: remote.root('_catalog', query),
    whole: undefined,
    scope: catalogScope,
    repository: undefined,
    options,
  })
}

interface Listing {
  readonly url: URL
  readonly whole: URL | undefined
  readonly scope: string
  readonly repository: string | undefined
  readonly options: ListOptions
}

/** Names without doubles, in order where one page holds them all, and only those after `last`. */
async function* names(
  remote: Remote,
  member: 'tags' | 'repositories',
  { url, whole, scope, repository, options }: Listing,
): AsyncGenerator<string> {
  const seen = new SeenNames()
  const kind = member === 'tags' ? 'tags' : 'catalog'
  const subject = remote.subject(kind, 'GET', repository)
  const list = pages(remote, { url, whole, scopes: [scope], accept: 'application/json', subject, options })
  for await (const { body, next, count } of list) {
    const found = readNames(body, member, subject.text)
    const fresh = seen.add(found)
    if (next && fresh.length === 0) {
      throw new OcishError('REGISTRY_PROTOCOL', `${remote.host} repeats a page of ${subject.text}`)
    }
    const { last } = options
    const unique = last === undefined ? fresh : fresh.filter((name) => compareUtf8(name, last) > 0)
    options.onPage?.(count(found.length))
    yield* next ? unique : unique.toSorted(compareUtf8)
  }
}

/** Nexus lists null, some registries no member at all. */
function readNames(body: Uint8Array, member: string, what: string): readonly string[] {
  const parsed = parseJson(body, { what: `the list of ${what}`, code: 'REGISTRY_PROTOCOL' })
  const list = isJsonObject(parsed) ? (parsed[member] ?? []) : undefined
  if (!Array.isArray(list))
    throw new OcishError('REGISTRY_PROTOCOL', `the list of ${what} holds no ${member}`)
  return list.filter((name): name is string => typeof name === 'string' && name !== '')
}
