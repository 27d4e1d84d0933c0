import {
  type BlobContent,
  type CallOptions,
  createRateLimit,
  type Feed,
  ForwardingRegistry,
  paced,
  pumpBlob,
  type RateLimit,
  type Registry,
  type ResumableContent,
  type StagedBlob,
  withAttempts,
} from '@ocish/core'
import { type Bytes, type Descriptor, hasCode } from '@ocish/sdk'
import type { Call } from '@ocish/shell'
import { numberFlag } from './call-values.ts'

/** Each is an open file and a lease until all of them are where they belong. */
const maxStaged = 64
/** Wrong bytes are asked for once more: the beginning that an earlier attempt left may be what is wrong. */
const attempts = 2

/**
 * A registry whose blobs are downloads: within `--limit-rate`, and what of them has arrived stays for the next attempt
 * until it is dropped.
 */
export class Downloads extends ForwardingRegistry {
  readonly #rate: RateLimit | undefined
  readonly #opened = new Map<string, ResumableContent>()
  readonly #staged: StagedBlob[] = []
  #staging = 0

  constructor(registry: Registry, call: Call) {
    super(registry)
    const rate = numberFlag(call, 'limit-rate')
    this.#rate = rate === undefined ? undefined : createRateLimit(rate)
  }

  override async openBlob(
    repository: string,
    blob: Descriptor | string,
    options: CallOptions = {},
  ): Promise<BlobContent> {
    const content = await this.#open(repository, blob, options)
    return this.#rate === undefined
      ? content
      : { ...content, bytes: limited(content.bytes, this.#rate, options.signal) }
  }

  /**
   * The whole blob as a file beside `beside`, by the fastest way; undefined where it has to be read instead. `moving`
   * hears how much of it is here. Errors: those of reading it, DIGEST_MISMATCH (twice).
   */
  async stage(
    { repository, beside }: { readonly repository: string; readonly beside: string },
    blob: Descriptor,
    moving: (done: number) => void,
    signal: AbortSignal,
  ): Promise<StagedBlob | undefined> {
    if (this.inner.stageBlob === undefined || this.#staging >= maxStaged) return undefined
    this.#staging += 1
    const feed = this.#feed(repository, blob, moving, signal)
    const staged = await this.#stage(beside, blob, feed, signal)
    if (staged === undefined) this.#staging -= 1
    else this.#staged.push(staged)
    return staged
  }

  /** Everything is where it belongs. Never throws. */
  async drop(): Promise<void> {
    await Promise.all([...this.#opened.values(), ...this.#staged].map(async (content) => content.drop()))
    this.#opened.clear()
  }

  /** Whether it was dropped or is kept for the next attempt: nothing is held any more. */
  async release(): Promise<void> {
    await Promise.all(this.#staged.splice(0).map(async (staged) => staged[Symbol.asyncDispose]()))
  }

  async #stage(
    beside: string,
    blob: Descriptor,
    feed: Feed,
    signal: AbortSignal,
  ): Promise<StagedBlob | undefined> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        // One attempt after the other.
        // oxlint-disable-next-line no-await-in-loop
        return await this.inner.stageBlob?.(blob, beside, feed, { signal })
      } catch (error) {
        signal.throwIfAborted()
        if (attempt === attempts || !hasCode(error, 'DIGEST_MISMATCH')) throw withAttempts(error, attempt)
      }
    }
  }

  #feed(repository: string, blob: Descriptor, moving: (done: number) => void, signal: AbortSignal): Feed {
    return async (start, sink) => {
      let done = start
      const place = { registry: this.inner, repository }
      const take = async (part: Uint8Array): Promise<void> => {
        done += part.length
        await sink(part)
        moving(done)
      }
      await pumpBlob(place, blob, start, paced(take, this.#rate, signal), { signal })
    }
  }

  async #open(repository: string, blob: Descriptor | string, options: CallOptions): Promise<BlobContent> {
    if (typeof blob === 'string' || this.inner.openResumable === undefined)
      return this.inner.openBlob(repository, blob, options)
    const content = await this.inner.openResumable(repository, blob, options)
    this.#opened.set(blob.digest, content)
    return content
  }
}

async function* limited(
  bytes: Bytes,
  rate: RateLimit,
  signal: AbortSignal | undefined,
): AsyncGenerator<Uint8Array, void> {
  for await (const chunk of bytes) {
    await rate.take(chunk.length, signal)
    yield chunk
  }
}
