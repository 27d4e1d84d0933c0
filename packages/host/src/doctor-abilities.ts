import type { Registry } from '@ocish/core'
import type { TraceEvent } from '@ocish/core/client'
import { hasCode, isOcishError } from '@ocish/sdk'

interface Asking {
  /** A repository that the registry lists. */
  readonly listed: string | undefined
  /** A repository that nobody has. */
  readonly nobody: string
  readonly trace: readonly TraceEvent[]
  readonly signal: AbortSignal
}

/** No content has it. */
const noDigest = `sha256:${'0'.repeat(64)}`

/**
 * What the API offers, as far as it can be told without changing anything: what nobody has is asked for, and deleted.
 * Whether blobs are mounted and uploads resumed shows only when something is uploaded.
 */
export async function abilityDetail(client: Registry, asking: Asking): Promise<string> {
  const { listed, nobody, signal } = asking
  const referrers = await told(async () => {
    await Array.fromAsync(client.referrers(listed ?? nobody, noDigest, { signal }))
  })
  const removal = await told(async () => client.deleteManifest(nobody, noDigest, { signal }))
  return [
    `tags in pages ${await pagination(client, asking)}`,
    `referrers ${referrers}`,
    `delete ${removal}`,
    'mount, chunked and resumed uploads not known before an upload',
  ].join(', ')
}

/** Not found is a yes: whoever looks for it would have done it. */
async function told(work: () => Promise<unknown>): Promise<string> {
  try {
    await work()
    return 'yes'
  } catch (error) {
    if (hasCode(error, 'UNSUPPORTED')) return 'no'
    if (hasCode(error, 'REGISTRY_UNAUTHORIZED', 'REGISTRY_DENIED')) return 'not with this credential'
    if (isOcishError(error) && error.exit === 3) return 'yes'
    if (isOcishError(error) && error.exit === 6) return 'not known'
    throw error
  }
}

/** One tag is asked for: a `Link` to the next page comes with it, or all tags do. */
async function pagination(client: Registry, { listed, trace, signal }: Asking): Promise<string> {
  if (listed === undefined) return 'not known'
  const before = trace.length
  const tags: string[] = []
  const answer = await told(async () => {
    for await (const tag of client.tags(listed, { signal, pageSize: 1 })) if (tags.push(tag) === 2) break
  })
  if (answer !== 'yes') return answer
  const linked = trace
    .slice(before)
    .some((event) => event.type === 'response' && event.headers['link'] !== undefined)
  return linked ? 'yes' : tags.length > 1 ? 'no' : 'not known'
}
