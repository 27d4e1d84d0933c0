import { refuse } from './answer.ts'
import type { Exchange } from './exchange.ts'

/** A page that was asked for, cut to what the server gives at once. */
export interface PageRequest {
  readonly size: number
  readonly last: string | undefined
}

/** Reads `n` and `last`. A number that is none is 400; a huge one is cut to the limit (CVE-2023-2253). */
export function readPage({ query, limits }: Exchange): PageRequest {
  const text = query.get('n')
  const last = query.get('last') ?? undefined
  if (text === null) return { size: limits.page, last }
  if (!/^\d{1,15}$/.test(text)) throw refuse(400, 'PAGINATION_NUMBER_INVALID', 'n is not a number of entries')
  return { size: Math.min(Number(text), limits.page), last }
}

/** Takes a page of entries that come after `last`, and whether there are more. */
export async function takePage<T>(
  entries: AsyncIterable<T>,
  size: number,
): Promise<{ readonly page: readonly T[]; readonly more: boolean }> {
  const page: T[] = []
  for await (const entry of entries) {
    if (page.length === size) return { page, more: size > 0 }
    page.push(entry)
  }
  return { page, more: false }
}

/** The header that names the next page (RFC 8288), on this host; other parameters of the query are kept. */
export function linkHeader(
  exchange: Exchange,
  last: string | undefined,
  size: number,
): Readonly<Record<string, string>> {
  if (last === undefined) return {}
  const query = new URLSearchParams(exchange.query)
  query.set('n', String(size))
  query.set('last', last)
  return { link: `<${exchange.path}?${query.toString()}>; rel="next"` }
}
