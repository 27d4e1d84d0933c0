import { canVerify, hasCode, oci, parseDigest } from '@ocish/sdk'
import { type Answer, json, refuse } from '../answer.ts'
import type { Exchange } from '../exchange.ts'
import { linkHeader, readPage, takePage } from '../page.ts'

/** end-12: an index of the manifests whose subject this is. Unknown subjects and repositories have none. */
export async function answerReferrers(
  exchange: Exchange,
  repository: string,
  digest: string,
): Promise<Answer> {
  const { registry, access, query, signal } = exchange
  access.require(repository, 'pull')
  parseDigest(digest)
  if (!canVerify(digest)) throw refuse(400, 'DIGEST_INVALID', 'the algorithm of the digest is not supported')
  const { size, last } = readPage(exchange)
  const artifactType = query.get('artifactType') ?? undefined
  const found = registry.referrers(repository, digest, {
    signal,
    pageSize: size + 1,
    ...(last !== undefined && { last }),
    ...(artifactType !== undefined && { artifactType }),
  })
  const { page, more } = await takePage(found, size).catch((error: unknown) => {
    // 404 tells clients to use the tag schema.
    throw hasCode(error, 'UNSUPPORTED') ? refuse(404, 'UNSUPPORTED', 'there is no referrers API here') : error
  })
  // The parameter counts as a filter even when it is empty.
  const manifests = artifactType === '' ? [] : page
  return json(
    { schemaVersion: 2, mediaType: oci.index, manifests },
    {
      'content-type': oci.index,
      ...(artifactType !== undefined && { 'oci-filters-applied': 'artifactType' }),
      ...(more && linkHeader(exchange, page.at(-1)?.digest, size)),
    },
  )
}
