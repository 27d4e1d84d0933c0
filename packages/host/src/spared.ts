import {
  type BlobContent,
  type CallOptions,
  ForwardingRegistry,
  isUnanswered,
  type ListOptions,
  type ManifestContent,
  type ManifestStat,
  type RangeContent,
  type ReadOptions,
  type Registry,
  type Retry,
  type Sink,
} from '@ocish/core'
import { type Descriptor, OcishError } from '@ocish/sdk'

/** The clock of a registry that is spared. */
export interface SparedOptions {
  /** Milliseconds; default: those of this process. */
  readonly now?: () => number
}

/**
 * A registry that is asked for many others: while it is away (it cannot be reached, or says "not now"), it is spared.
 * Whoever asks first waits for a few seconds while the question is repeated; after that all are told at once, until the
 * pause is over that the registry asked for or that grows with its failures. Then one question finds out.
 * Errors besides those of the registry: REGISTRY_UNAVAILABLE (with `details.retryAfter`, in seconds).
 */
export function spared(registry: Registry, options: SparedOptions = {}): Registry {
  return new SparedRegistry(registry, options.now ?? (() => performance.now()))
}

/** Seconds for which a question is repeated in all. */
const patience = 3
/** Seconds of rest after a failure that nobody repeats. */
const rest = 2

interface Outage {
  /** Milliseconds. */
  readonly until: number
  readonly error: OcishError
}

class SparedRegistry extends ForwardingRegistry {
  readonly #now: () => number
  /** What stops the questions that wait for an answer. */
  readonly #waiting = new Set<AbortController>()
  #outage: Outage | undefined
  #isProbing = false

  constructor(inner: Registry, now: () => number) {
    super(inner)
    this.#now = now
  }

  override async openManifest(
    repository: string,
    reference: string,
    options?: ReadOptions,
  ): Promise<ManifestContent> {
    return this.#asked(options, (given) => super.openManifest(repository, reference, given))
  }

  override async statManifest(
    repository: string,
    reference: string,
    options?: ReadOptions,
  ): Promise<ManifestStat> {
    return this.#asked(options, (given) => super.statManifest(repository, reference, given))
  }

  override async openBlob(
    repository: string,
    blob: Descriptor | string,
    options?: CallOptions,
  ): Promise<BlobContent> {
    return this.#asked(options, (given) => super.openBlob(repository, blob, given))
  }

  override async openRange(
    repository: string,
    digest: string,
    start: number,
    options?: CallOptions,
  ): Promise<RangeContent> {
    return this.#asked(options, (given) => super.openRange(repository, digest, start, given))
  }

  override async statBlob(repository: string, digest: string, options?: CallOptions): Promise<Descriptor> {
    return this.#asked(options, (given) => super.statBlob(repository, digest, given))
  }

  override repositories(options?: ListOptions): AsyncIterable<string> {
    return this.#listed(options, (given) => super.repositories(given))
  }

  override tags(repository: string, options?: ListOptions): AsyncIterable<string> {
    return this.#listed(options, (given) => super.tags(repository, given))
  }

  override referrers(
    repository: string,
    subject: string,
    options?: Parameters<Registry['referrers']>[2],
  ): AsyncIterable<Descriptor> {
    return this.#listed(options, (given) => super.referrers(repository, subject, given))
  }

  protected override async pumpThrough(
    repository: string,
    descriptor: Descriptor,
    sink: Sink,
    options?: CallOptions,
  ): Promise<void> {
    return this.#begun(options, sink, (given, to) => super.pumpThrough(repository, descriptor, to, given))
  }

  protected override async pumpRangeThrough(
    repository: string,
    descriptor: Descriptor,
    start: number,
    sink: Sink,
    options?: CallOptions,
  ): Promise<void> {
    return this.#begun(options, sink, (given, to) =>
      super.pumpRangeThrough(repository, descriptor, start, to, given),
    )
  }

  /** One question, its answer in one piece. */
  async #asked<O extends CallOptions, T>(
    options: O | undefined,
    ask: (options: O & CallOptions) => Promise<T>,
  ): Promise<T> {
    const question = this.#question(options)
    try {
      const answer = await ask(question.options)
      question.answered()
      return answer
    } catch (error) {
      throw question.failed(error)
    }
  }

  /** A list is answered with its first entry. */
  async *#listed<O extends ListOptions, T>(
    options: O | undefined,
    ask: (options: O & ListOptions) => AsyncIterable<T>,
  ): AsyncGenerator<T, void> {
    const question = this.#question(options)
    try {
      for await (const entry of ask(question.options)) {
        question.answered()
        yield entry
      }
      question.answered()
    } catch (error) {
      throw question.failed(error)
    } finally {
      question.left()
    }
  }

  /** A transfer is answered with its first bytes; from then on it is repeated as long as the client sees fit. */
  async #begun<O extends CallOptions>(
    options: O | undefined,
    sink: Sink,
    ask: (options: O & CallOptions, sink: Sink) => Promise<void>,
  ): Promise<void> {
    const question = this.#question(options)
    try {
      await ask(question.options, (slab) => {
        question.answered()
        return sink(slab)
      })
      question.answered()
    } catch (error) {
      throw question.failed(error)
    }
  }

  /** Errors: that of the outage, while nobody may ask. */
  #question<O extends CallOptions>(given: O | undefined): Question<O> {
    const outage = this.#outage
    if (outage !== undefined) {
      if (this.#isProbing || this.#now() < outage.until) throw this.#again(outage)
      this.#isProbing = true
    }
    const stop = new AbortController()
    this.#waiting.add(stop)
    let isOpen = true
    let waited = 0
    const onRetry = (retry: Retry): void => {
      given?.onRetry?.(retry)
      if (!isOpen) return
      waited += retry.seconds
      // Whoever waits is told, this one included.
      if (this.#outage !== undefined || waited > patience) this.#note(awayError(this.name, retry))
    }
    const close = (): void => {
      if (isOpen && outage !== undefined) this.#isProbing = false
      isOpen = false
      this.#waiting.delete(stop)
    }
    const signal = given?.signal === undefined ? stop.signal : AbortSignal.any([given.signal, stop.signal])
    return {
      options: { ...(given as O), signal, onRetry },
      answered: () => {
        if (!isOpen) return
        close()
        this.#outage = undefined
      },
      failed: (error) => {
        if (!isOpen) return error
        close()
        if (!signal.aborted) this.#note(error)
        return error
      },
      left: close,
    }
  }

  /** A refusal is an answer. */
  #note(error: unknown): void {
    if (!isUnanswered(error)) {
      this.#outage = undefined
      return
    }
    const asked = error.details?.['retryAfter']
    const seconds = Math.max(rest, typeof asked === 'number' ? asked : 0)
    this.#outage = { until: this.#now() + seconds * 1000, error }
    // They would wait in line for a pause that is as long.
    for (const stop of this.#waiting) stop.abort(this.#again(this.#outage))
  }

  #again({ until, error }: Outage): OcishError {
    const retryAfter = Math.max(1, Math.ceil((until - this.#now()) / 1000))
    const { code, message, hint, exit, details, cause } = error
    return new OcishError(code, message, {
      exit,
      details: { ...details, retryAfter },
      ...(hint !== undefined && { hint }),
      ...(cause !== undefined && { cause }),
    })
  }
}

interface Question<O> {
  readonly options: O & CallOptions
  /** The registry is there. */
  answered(): void
  /** Notes what the failure says of the registry, and gives it back. */
  failed(error: unknown): unknown
  /** Nobody waits for the answer any more. */
  left(): void
}

function awayError(name: string, { reason, seconds }: Retry): OcishError {
  return new OcishError('REGISTRY_UNAVAILABLE', `${name} is away: ${reason}`, {
    details: { retryAfter: Math.ceil(seconds) },
  })
}
