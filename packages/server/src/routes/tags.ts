import { digestOf } from '@ocish/sdk'
import { type Answer, empty, json } from '../answer.ts'
import { namesTag, quotedTag } from '../conditions.ts'
import { type Exchange, header } from '../exchange.ts'
import { linkHeader, readPage, takePage } from '../page.ts'

/** end-8: tags in byte order, in pages. */
export async function answerTags(exchange: Exchange, repository: string): Promise<Answer> {
  const { registry, access, signal } = exchange
  access.require(repository, 'pull')
  const { size, last } = readPage(exchange)
  const options = { signal, pageSize: size + 1, ...(last !== undefined && { last }) }
  const { page, more } = await takePage(registry.tags(repository, options), size)
  const answer = json({ name: repository, tags: page }, more ? linkHeader(exchange, page.at(-1), size) : {})
  return withEtag(exchange, answer)
}

/** A list's ETag is the digest of its text. */
function withEtag(exchange: Exchange, answer: Answer): Answer {
  if (!(answer.body instanceof Uint8Array)) return answer
  const etag = quotedTag(digestOf(answer.body))
  if (namesTag(header(exchange, 'if-none-match'), etag)) return empty(304, { etag })
  return { ...answer, headers: { ...answer.headers, etag } }
}
