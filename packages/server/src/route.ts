import { isRepository } from '@ocish/sdk'
import { refuse } from './answer.ts'

/** What a request is about. */
export type Route =
  | { readonly name: 'base' | 'catalog' | 'extensions' | 'token' }
  | { readonly name: 'tags'; readonly repository: string }
  | { readonly name: 'manifest'; readonly repository: string; readonly reference: string }
  | { readonly name: 'blob'; readonly repository: string; readonly digest: string }
  | { readonly name: 'uploads'; readonly repository: string }
  | { readonly name: 'upload'; readonly repository: string; readonly id: string }
  | { readonly name: 'referrers'; readonly repository: string; readonly digest: string }

/**
 * Names hold slashes, so a path is read from its end. Percent escapes are decoded once; an escaped slash is refused.
 * Throws a refusal: 404 for no route, 400 for a name outside the grammar.
 */
export function findRoute(path: string): Route {
  const decoded = decodePath(path)
  if (decoded === '/v2/' || decoded === '/v2') return { name: 'base' }
  if (decoded === '/v2/_catalog') return { name: 'catalog' }
  if (decoded === '/v2/_oci/ext/discover') return { name: 'extensions' }
  if (decoded === '/token') return { name: 'token' }
  const rest = decoded.startsWith('/v2/') ? decoded.slice('/v2/'.length) : undefined
  const route = rest === undefined ? undefined : repositoryRoute(rest)
  if (route === undefined) throw refuse(404, 'NAME_UNKNOWN', 'there is nothing at this path')
  return route
}

function decodePath(path: string): string {
  if (/%2f/i.test(path)) throw refuse(404, 'NAME_INVALID', 'an escaped slash is not part of a name')
  try {
    return decodeURIComponent(path)
  } catch {
    throw refuse(400, 'NAME_INVALID', 'the path has a broken percent escape')
  }
}

function repositoryRoute(rest: string): Route | undefined {
  const tags = /^(.*)\/tags\/list$/.exec(rest)
  if (tags !== null) return { name: 'tags', repository: checked(tags[1]) }
  const [, name, word, last = ''] =
    /^(.*)\/(manifests|referrers|uploads|blobs)(?:\/([^/]*))?$/.exec(rest) ?? []
  if (name === undefined) return undefined
  if (word === 'uploads') return uploadRoute(name, last)
  const repository = checked(name)
  if (word === 'manifests') return { name: 'manifest', repository, reference: last }
  if (word === 'referrers') return { name: 'referrers', repository, digest: last }
  return { name: 'blob', repository, digest: last }
}

function uploadRoute(name: string, id: string): Route | undefined {
  const repository = /^(.*)\/blobs$/.exec(name)?.[1]
  if (repository === undefined) return undefined
  return id === ''
    ? { name: 'uploads', repository: checked(repository) }
    : { name: 'upload', repository: checked(repository), id }
}

function checked(name: string | undefined): string {
  if (name !== undefined && isRepository(name)) return name
  throw refuse(400, 'NAME_INVALID', 'invalid repository name', {}, { name: (name ?? '').slice(0, 300) })
}
