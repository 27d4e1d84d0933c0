import type { Store } from '@ocish/cache'
import { type CallOptions, ForwardingRegistry, type Registry } from '@ocish/core'
import { type Descriptor, hasCode } from '@ocish/sdk'
import { spared } from './spared.ts'

/** Which upstream is served, and how much of it. */
export interface PullThroughOptions {
  /** The upstream's name in the store. */
  readonly host: string
  /** Only what lies below this namespace is served, under names without it. */
  readonly prefix: string
}

/**
 * An upstream as its neighbours see it through one machine's store: a blob is fetched once however many ask for it at
 * once, a tag is asked for again with its ETag at hand, and what the store has is served while the upstream is away, which
 * is found out once for all who ask. Nothing is written to the upstream. Errors: those of the upstream, UNSUPPORTED for writes.
 */
export async function pullThrough(
  upstream: Registry,
  store: Store,
  { host, prefix }: PullThroughOptions,
): Promise<Registry> {
  const [{ cached }, { readOnly, scoped }] = await Promise.all([
    import('@ocish/cache'),
    import('@ocish/core'),
  ])
  const through = cached(spared(upstream), store, { host, freshFor: 0, staleOnError: true })
  const served = readOnly(new KnownBlobs(through, store.registry(host)))
  return prefix === '' ? served : scoped(served, `${prefix}/`)
}

/** A blob that the repository is known to hold needs no question. */
class KnownBlobs extends ForwardingRegistry {
  readonly #local: Registry

  constructor(inner: Registry, local: Registry) {
    super(inner)
    this.#local = local
  }

  override async statBlob(repository: string, digest: string, options?: CallOptions): Promise<Descriptor> {
    try {
      return await this.#local.statBlob(repository, digest, options)
    } catch (error) {
      if (!hasCode(error, 'BLOB_NOT_FOUND', 'REPOSITORY_NOT_FOUND')) throw error
      return this.inner.statBlob(repository, digest, options)
    }
  }
}
