import { compareUtf8, digestOf, OcishError } from '@ocish/sdk'
import type { ListOptions } from './registry.ts'

const defaultPageSize = 1000

/**
 * Serves a list that is at hand as `Lister` promises: sorted by bytes, `last` exclusive, pages reported, an unchanged
 * list is NOT_MODIFIED. `keyOf` is what is sorted and what `last` means.
 */
// eslint-disable-next-line typescript/require-await -- an async iterable is what it makes
export async function* paged<T>(
  entries: Iterable<T>,
  keyOf: (entry: T) => string,
  options: ListOptions = {},
): AsyncGenerator<T, void, undefined> {
  options.signal?.throwIfAborted()
  const sorted = [...entries].toSorted((a, b) => compareUtf8(keyOf(a), keyOf(b)))
  const etag = listEtag(sorted.map(keyOf))
  if (options.ifNoneMatch === etag) throw notModified()
  const { last } = options
  const rest = last === undefined ? sorted : sorted.filter((entry) => compareUtf8(keyOf(entry), last) > 0)
  const size = Math.max(1, options.pageSize ?? defaultPageSize)
  for (let start = 0; start === 0 || start < rest.length; start += size) {
    options.signal?.throwIfAborted()
    const page = rest.slice(start, start + size)
    options.onPage?.({ count: page.length, etag })
    yield* page
  }
}

/** The ETag of a list: it changes when an entry does. */
export function listEtag(keys: readonly string[]): string {
  return `"${digestOf(new TextEncoder().encode(keys.join('\n')))}"`
}

/** The ETag of a manifest, as CNCF Distribution writes it. */
export function manifestEtag(digest: string): string {
  return `"${digest}"`
}

/** The answer to `ifNoneMatch` that holds. */
export function notModified(): OcishError {
  return new OcishError('NOT_MODIFIED', 'not modified')
}
