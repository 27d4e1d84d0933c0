import { type Descriptor, hasCode, isDigest, OcishError, streamOf } from '@ocish/sdk'
import {
  isUnanswered,
  manifestEtag,
  type ManifestContent,
  type ManifestStat,
  type ReadOptions,
  type Registry,
} from '@ocish/core'
import type { Behind } from './behind.ts'
import { ageOf } from './cached-lists.ts'
import { type Freshness, useOf } from './freshness.ts'
import type { KnownTag } from './catalog.ts'
import { manifestFacts } from './manifest-facts.ts'
import type { OpenState, StoreState } from './store-state.ts'

/** The error of what is not in the store while nothing may be asked. */
export function offlineError(what: string, host: string): OcishError {
  return new OcishError('NETWORK_FAILED', `${what} is not in the cache, and ${host} is not asked offline`, {
    hint: 'Leave --offline out.',
  })
}

/** Work on the store that only helps the next reader: its failure is nobody's. */
export async function helpful(state: StoreState, work: (open: OpenState) => Promise<unknown>): Promise<void> {
  try {
    await work(await state.open())
  } catch (error) {
    if (error instanceof Error && error.name === 'AbortError') throw error
  }
}

/** A tag that is asked for, and what the store has of it. */
interface Wanted<T> {
  readonly repository: string
  readonly tag: string
  readonly known: KnownTag | undefined
  /** The answer from the store, where it has one. */
  readonly here: T | undefined
  readonly options: ReadOptions
}

type Ask<T> = (options: ReadOptions, etag: string | undefined) => Promise<T>

/** Manifests and tags of one origin, from the store while that is right, else from the origin and into the store. */
export class CachedManifests {
  readonly #inner: Registry
  readonly #state: StoreState
  readonly #host: string
  readonly #freshness: Freshness
  readonly #behind: Behind

  constructor(inner: Registry, state: StoreState, host: string, freshness: Freshness, behind: Behind) {
    this.#inner = inner
    this.#state = state
    this.#host = host
    this.#freshness = freshness
    this.#behind = behind
  }

  async open(repository: string, reference: string, options: ReadOptions): Promise<ManifestContent> {
    if (!isDigest(reference)) return await this.#openTag(repository, reference, options)
    const stored = await this.#stored(repository, reference, options)
    if (stored !== undefined) return stored
    this.#mayAsk(repository, reference)
    const content = await this.#inner.openManifest(repository, reference, asking(options, undefined))
    await this.keep(repository, content, [])
    return content
  }

  async stat(repository: string, reference: string, options: ReadOptions): Promise<ManifestStat> {
    if (!isDigest(reference)) return await this.#statTag(repository, reference, options)
    const { catalog } = await this.#state.open()
    const known = await catalog.manifest(`${this.#host}/${repository}`, reference)
    if (known !== undefined) return { descriptor: { ...known }, etag: manifestEtag(reference) }
    this.#mayAsk(repository, reference)
    return await this.#inner.statManifest(repository, reference, asking(options, undefined))
  }

  /** Puts what the origin has into the store. What cannot be parsed is not kept. */
  async keep(repository: string, content: ManifestContent, tags: readonly string[]): Promise<void> {
    await helpful(this.#state, async ({ catalog, database }) => {
      if (!database.isPersistent) return
      const { descriptor, bytes, etag, age = 0 } = content
      const facts = manifestFacts(bytes, descriptor.mediaType)
      await this.#state.pool.put(descriptor, () => streamOf(bytes), { trusted: true })
      const name = `${this.#host}/${repository}`
      const checked = Date.now() - age * 1000
      await catalog.addManifest({ repository: name, descriptor, facts, tags, etag, checked })
    })
  }

  async #openTag(repository: string, tag: string, options: ReadOptions): Promise<ManifestContent> {
    const known = await this.#knownTag(repository, tag)
    const stored = known && (await this.#stored(repository, known.digest, options))
    const here = known && stored && { ...stored, ...freshnessOf(known) }
    return await this.#fresh({ repository, tag, known, here, options }, async (given, etag) => {
      const content = await this.#inner.openManifest(repository, tag, asking(given, etag))
      await this.keep(repository, content, [tag])
      return content
    })
  }

  async #statTag(repository: string, tag: string, options: ReadOptions): Promise<ManifestStat> {
    const known = await this.#knownTag(repository, tag)
    const here = known && { descriptor: descriptorOf(known), ...freshnessOf(known) }
    return await this.#fresh({ repository, tag, known, here, options }, async (given, etag) => {
      const stat = await this.#inner.statManifest(repository, tag, asking(given, etag))
      await this.#note(
        repository,
        tag,
        { ...stat.descriptor, checked: Date.now() - (stat.age ?? 0) * 1000 },
        stat.etag,
      )
      return stat
    })
  }

  async #fresh<T extends ManifestStat>(wanted: Wanted<T>, ask: Ask<T>): Promise<T> {
    const { repository, tag, known, here, options } = wanted
    if (here !== undefined) {
      const use = useOf(known?.checked, this.#freshness)
      if (use === 'and ask behind')
        this.#behind.start(`${repository}:${tag}`, async () => this.#asked({ ...wanted, options: {} }, ask))
      if (use !== 'only with the origin') return here
    }
    this.#mayAsk(repository, tag)
    return await this.#asked({ ...wanted, options }, ask)
  }

  /** The origin's answer, or what is known where that may stand for it. */
  async #asked<T extends ManifestStat>(wanted: Wanted<T>, ask: Ask<T>): Promise<T> {
    const { repository, tag, known, here, options } = wanted
    try {
      return await ask(options, here && known?.etag)
    } catch (error) {
      if (known !== undefined && here !== undefined) {
        if (hasCode(error, 'NOT_MODIFIED')) {
          await this.#note(repository, tag, { ...known, checked: Date.now() }, known.etag)
          return { ...here, age: 0 }
        }
        if (this.#freshness.staleOnError && isUnanswered(error)) {
          this.#freshness.onStale()
          return here
        }
      }
      if (hasCode(error, 'MANIFEST_NOT_FOUND', 'REPOSITORY_NOT_FOUND')) {
        await helpful(this.#state, ({ catalog }) => catalog.removeTag(`${this.#host}/${repository}`, tag))
      }
      throw error
    }
  }

  async #knownTag(repository: string, tag: string): Promise<KnownTag | undefined> {
    await this.#freshness.ready()
    const { catalog } = await this.#state.open()
    return await catalog.tag(`${this.#host}/${repository}`, tag)
  }

  async #note(repository: string, tag: string, known: KnownTag, etag: string | undefined): Promise<void> {
    const { digest, mediaType, size, checked } = known
    const row = { digest, mediaType, size, checked, ...(etag !== undefined && { etag }) }
    await helpful(this.#state, ({ catalog }) => catalog.noteTag(`${this.#host}/${repository}`, tag, row))
  }

  async #stored(
    repository: string,
    digest: string,
    options: ReadOptions,
  ): Promise<ManifestContent | undefined> {
    const { catalog } = await this.#state.open()
    const known = await catalog.manifest(`${this.#host}/${repository}`, digest)
    if (known === undefined) return undefined
    try {
      const bytes = await this.#state.manifests.bytes(digest, options.signal)
      if (bytes === undefined) return undefined
      this.#state.used(digest)
      return { descriptor: { ...known }, bytes, etag: manifestEtag(digest) }
    } catch (error) {
      // Damaged on disk: it is fetched again.
      if (!hasCode(error, 'DIGEST_MISMATCH', 'SIZE_MISMATCH')) throw error
      await this.#state.pool.remove(digest)
      return undefined
    }
  }

  #mayAsk(repository: string, reference: string): void {
    if (!this.#freshness.isOffline) return
    throw offlineError(`${repository}${isDigest(reference) ? '@' : ':'}${reference}`, this.#host)
  }
}

/** The caller's own ETag is compared with the answer, whoever gives it. */
function asking(options: ReadOptions, etag: string | undefined): ReadOptions {
  const { signal } = options
  return { ...(signal && { signal }), ...(etag !== undefined && { ifNoneMatch: etag }) }
}

function freshnessOf(known: KnownTag): { readonly etag: string; readonly age: number } {
  return { etag: known.etag ?? manifestEtag(known.digest), age: ageOf(known.checked) }
}

function descriptorOf({ mediaType, digest, size }: KnownTag): Descriptor {
  return { mediaType, digest, size }
}
