import {
  type BlobContent,
  type CallOptions,
  createRateLimit,
  ForwardingRegistry,
  type RateLimit,
  type Registry,
  type ResumableContent,
} from '@ocish/core'
import type { Bytes, Descriptor } from '@ocish/sdk'
import type { Call } from '@ocish/shell'
import { numberFlag } from './call-values.ts'

/**
 * A registry whose blobs are downloads: within `--limit-rate`, and what of them has arrived stays for the next attempt
 * until it is dropped.
 */
export class Downloads extends ForwardingRegistry {
  readonly #rate: RateLimit | undefined
  readonly #opened = new Map<string, ResumableContent>()

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

  /** Everything is where it belongs. Never throws. */
  async drop(): Promise<void> {
    await Promise.all([...this.#opened.values()].map(async (content) => content.drop()))
    this.#opened.clear()
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
