import type { Descriptor } from '@ocish/sdk'
import type { TransferEvent } from '../progress.ts'
import type { CallOptions, Place } from '../registry.ts'
import type { CopyCounts, CopyOptions, SkipReason } from './options.ts'
import { type Lanes, Scheduler } from './scheduler.ts'

type How = Extract<TransferEvent, { readonly type: 'done' }>['how']

/** Sixteen small blobs are too many for a registry that is near: its client lets eight at a time through (`HostQueue`). */
const defaultLanes: Lanes = { blobs: 8, small: 16 }

/** What the parts of one copy share: both sides, the queue, the counters, and the way everything stops at once. */
export class Run {
  readonly source: Place
  readonly target: Place
  readonly options: CopyOptions
  readonly signal: AbortSignal
  readonly scheduler: Scheduler
  readonly notices: string[] = []
  readonly #stop = new AbortController()
  readonly #counts: Record<How, { manifests: number; blobs: number; bytes: number }> = {
    moved: { manifests: 0, blobs: 0, bytes: 0 },
    existing: { manifests: 0, blobs: 0, bytes: 0 },
    mounted: { manifests: 0, blobs: 0, bytes: 0 },
    skipped: { manifests: 0, blobs: 0, bytes: 0 },
  }

  constructor(source: Place, target: Place, options: CopyOptions) {
    this.source = source
    this.target = target
    this.options = options
    this.signal = options.signal ? AbortSignal.any([options.signal, this.#stop.signal]) : this.#stop.signal
    this.scheduler = new Scheduler(lanesOf(target, options), this.signal)
  }

  /** Both sides are the same repository, so that only tags can be missing. */
  get isOnePlace(): boolean {
    return this.isOneRegistry && this.source.repository === this.target.repository
  }

  get isOneRegistry(): boolean {
    const [from, to] = [this.source.registry, this.target.registry]
    return from === to || from.name === to.name
  }

  /** Ends all that is under way; the first reason counts. */
  fail(error: unknown): void {
    this.#stop.abort(error)
  }

  /** The first failure (or the caller's abort) that stopped the run. */
  get failure(): unknown {
    return this.signal.reason
  }

  tell(event: TransferEvent): void {
    this.options.onTransfer?.(event)
  }

  /** For a call about one descriptor: it ends with the run, and its pauses are told. */
  call(descriptor?: Descriptor): Required<CallOptions> {
    return {
      signal: this.signal,
      onRetry: ({ seconds, reason, fromStart }) => {
        if (fromStart && descriptor !== undefined) this.notices.push(`${descriptor.digest}: ${reason}`)
        this.tell({ type: 'retrying', ...(descriptor && { descriptor }), seconds, reason })
      },
    }
  }

  counts(how: How): CopyCounts {
    return { ...this.#counts[how] }
  }

  async finished(descriptor: Descriptor, part: 'manifests' | 'blobs', how: How): Promise<void> {
    this.#counts[how][part] += 1
    if (part === 'blobs') this.#counts[how].bytes += descriptor.size
    this.tell({ type: 'done', descriptor, how })
    if (how === 'moved') await this.options.postCopy?.(descriptor)
  }

  async skip(descriptor: Descriptor, part: 'manifests' | 'blobs', reason: SkipReason): Promise<void> {
    await this.finished(descriptor, part, reason === 'existing' ? 'existing' : 'skipped')
    await this.options.skipped?.(descriptor, reason)
  }

  /** True when the caller wants to do without it. */
  async isRefused(descriptor: Descriptor): Promise<boolean> {
    return (await this.options.preCopy?.(descriptor)) === 'skip'
  }
}

function lanesOf(target: Place, { concurrency }: CopyOptions): Lanes {
  const wished = target.registry.abilities.concurrentWrites ? concurrency : 1
  if (wished === undefined) return defaultLanes
  const lanes = Math.max(1, wished)
  return { blobs: lanes, small: lanes }
}
