import { type Answer, json } from '../answer.ts'
import type { Exchange } from '../exchange.ts'
import { linkHeader, readPage, takePage } from '../page.ts'

/** `_catalog`: repositories the caller may read, in byte order. */
export async function answerCatalog(exchange: Exchange): Promise<Answer> {
  exchange.access.requireLogin('registry:catalog:*')
  const { size, last } = readPage(exchange)
  const { page, more } = await takePage(readable(exchange, last, size), size)
  return json({ repositories: page }, more ? linkHeader(exchange, page.at(-1), size) : {})
}

async function* readable(
  { registry, access, signal }: Exchange,
  last: string | undefined,
  size: number,
): AsyncGenerator<string, void, undefined> {
  const list = registry.repositories({ signal, pageSize: size + 1, ...(last !== undefined && { last }) })
  for await (const name of list) if (access.maySee(name)) yield name
}
