import { OcishError } from '@ocish/sdk'
import type { ListOptions, Page } from '../registry.ts'
import type { Answer } from './answer.ts'
import type { Call, Whole } from './call.ts'
import { nextLink } from './link-header.ts'
import type { Remote } from './remote.ts'
import { shownUrl } from './trace.ts'
import { excerpt, type Subject } from './wire-error.ts'

/** A list that comes in pages. */
export interface PagesRequest {
  readonly url: URL
  /** Asked instead when the registry answers 404 to the first page. */
  readonly whole?: URL | undefined
  readonly scopes: readonly string[]
  readonly accept: string
  readonly subject: Subject
  readonly options: ListOptions
  /** Statuses from 300 that end the list: the first page's answer goes to `onRefused`. */
  readonly refused?: readonly number[]
  readonly onRefused?: (answer: Answer, body: Uint8Array) => void
}

/** One page of a list. */
export interface PageContent {
  readonly answer: Answer
  readonly body: Uint8Array
  /** Another page follows. */
  readonly next: boolean
  /** What `onPage` is told. */
  readonly count: (entries: number) => Page
}

/**
 * The pages of a list by `Link` (RFC 8288): never to another host, never twice to the same page, at most
 * `maxPages`. Errors: NOT_MODIFIED, REGISTRY_PROTOCOL, LIMIT_EXCEEDED, and those of the request.
 */
export async function* pages(remote: Remote, request: PagesRequest): AsyncGenerator<PageContent> {
  const { options, subject } = request
  const visited = new Set<string>()
  const most = remote.exchange.maxPages
  let url: URL | undefined = request.url
  while (url !== undefined) {
    if (visited.size >= most) {
      throw new OcishError('LIMIT_EXCEEDED', `${subject.text} has more than ${most} pages`, {
        details: { limit: most },
      })
    }
    const isFirst: boolean = visited.size === 0
    visited.add(url.href)
    const { answer, body }: Whole = await ask(remote, request, url, isFirst)
    if (isFirst && request.refused?.includes(answer.status) === true) {
      request.onRefused?.(answer, body)
      return
    }
    if (answer.status === 304)
      throw new OcishError('NOT_MODIFIED', `the list of ${subject.text} is unchanged`)
    refuseWebPage(body, answer, remote.host)
    const next: URL | undefined = nextPage(answer, remote)
    if (next !== undefined && visited.has(next.href)) {
      throw new OcishError(
        'REGISTRY_PROTOCOL',
        `${remote.host} leads back to a page of ${subject.text} that was read`,
      )
    }
    yield { answer, body, next: next !== undefined, count: (count) => ({ count, ...freshness(answer) }) }
    url = next
  }
  options.signal?.throwIfAborted()
}

async function ask(remote: Remote, request: PagesRequest, url: URL, isFirst: boolean): Promise<Whole> {
  const { ifNoneMatch } = request.options
  const conditional = isFirst && ifNoneMatch !== undefined
  const { exchange } = remote
  const fetchPage = (target: URL, accept: readonly number[]): Promise<Whole> => {
    const call: Call = {
      method: 'GET',
      url: target,
      scopes: request.scopes,
      headers: { accept: request.accept, ...(conditional ? { 'if-none-match': ifNoneMatch } : {}) },
      lane: 'small',
      repeatable: true,
      accept: conditional ? [...accept, 304] : accept,
      subject: request.subject,
      signal: request.options.signal,
      onRetry: request.options.onRetry,
    }
    return exchange.fetch(call, `a page of ${request.subject.text}`, exchange.limits.page)
  }
  const other = isFirst ? request.whole : artifactoryPage(request.url, url)
  const refused = isFirst ? (request.refused ?? []) : []
  const page = await fetchPage(url, other === undefined ? refused : [...refused, 404])
  if (page.answer.status !== 404 || other === undefined || refused.includes(404)) return page
  return await fetchPage(other, refused)
}

/** Artifactory leaves the repository's key out of its links: then the first page's path with the link's query is right. */
function artifactoryPage(first: URL, url: URL): URL | undefined {
  if (first.pathname === url.pathname) return undefined
  const other = new URL(first)
  other.search = url.search
  return other
}

/** Only the registry's own host is followed (T25); behind a proxy it may get its own scheme or port wrong. */
function nextPage(answer: Answer, remote: Remote): URL | undefined {
  const link = nextLink(answer.all('link'))
  if (link === undefined) return undefined
  const { origin } = remote.exchange
  const target = URL.parse(link, answer.url.href)
  const isOwn = target?.origin === origin.origin
  const isSameHost = target?.hostname === origin.hostname && target.pathname.startsWith('/v2/')
  if (target === null || !(isOwn || isSameHost)) {
    const where = target === null ? 'nowhere' : shownUrl(target, false)
    throw new OcishError('REGISTRY_PROTOCOL', `${remote.host} continues its list at another place (${where})`)
  }
  return new URL(`${target.pathname}${target.search}`, origin)
}

function refuseWebPage(body: Uint8Array, answer: Answer, host: string): void {
  const type = answer.first('content-type')
  if (body[0] !== 0x3c && !(type ?? '').includes('html')) return
  throw new OcishError('REGISTRY_PROTOCOL', `${host} sent ${excerpt(body, type)} instead of a list`)
}

function freshness(answer: Answer): { readonly etag?: string; readonly age?: number } {
  const etag = answer.first('etag')
  const { age } = answer
  return { ...(etag === undefined ? {} : { etag }), ...(age === undefined ? {} : { age }) }
}
