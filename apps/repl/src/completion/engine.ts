import { OcishError } from '@ocish/sdk'
import type { Site } from '@ocish/shell'
import type { Candidate, CandidateList, ListStatus } from '../prompt/candidate.ts'
import type { Stage } from '../prompt/state.ts'

/** A question to a source of candidates. */
export interface Question {
  readonly site: Site
  readonly stage: Stage
  readonly signal: AbortSignal
}

/** A list that is asked for. */
export interface RemoteList {
  readonly type: 'remote'
  /** The same list has the same key. */
  readonly key: string
  /** As a person knows it: `ghcr.io`. */
  readonly source: string
  /** Batches; it may take as long as it wants, the engine waits no longer than its budget. */
  fetch(signal: AbortSignal): AsyncIterable<readonly Candidate[]>
  /** What of it is for the menu; default: all. */
  readonly shown?: (candidates: readonly Candidate[]) => readonly Candidate[]
  /** Candidates that are kept; default: 1,000. */
  readonly limit?: number
  /** The list that goes on where this one ends. `isPartial`: it was longer than what is kept of it. */
  readonly further?: (shown: readonly Candidate[], isPartial: boolean) => RemoteList | undefined
}

/** What is known at once, or where to ask. */
export type Answer = { readonly type: 'local'; readonly candidates: readonly Candidate[] } | RemoteList

export type Provider = (question: Question) => Answer | Promise<Answer>

export interface EngineOptions {
  readonly provide: Provider
  readonly weights?: () => ReadonlyMap<string, number>
  /** Milliseconds. */
  readonly now?: () => number
  /** Calls back after so many milliseconds, unless cancelled. */
  readonly after?: (milliseconds: number, call: () => void) => () => void
  /** A failure as a line below the list. */
  readonly explain?: (error: unknown) => { readonly message: string; readonly hint?: string }
}

interface Cached {
  readonly candidates: readonly Candidate[]
  readonly at: number
  readonly partial: boolean
  readonly failed?: { readonly message: string; readonly hint?: string }
}

type Say = (candidates: readonly Candidate[], status: ListStatus, parts?: Partial<CandidateList>) => void

/** Milliseconds: a list this young is not asked for again. */
const freshFor = 30_000
/** A question that failed is not repeated sooner. */
const failedFor = 10_000
/** How long a source may be silent before the list says whom it waits for. */
const patience = 150
/** After this a source that gave nothing is given up. */
const budget = 10_000
/** Candidates of one list that are kept. */
const listLimit = 1000
const cacheLimit = 200

/**
 * Lists for the menu: what is known is shown at once and refreshed behind, and an answer carries the number of its
 * question. A new question ends the one before; nothing is asked unless somebody opened the menu.
 */
export class CompletionEngine {
  readonly #options: EngineOptions
  readonly #now: () => number
  readonly #after: (milliseconds: number, call: () => void) => () => void
  readonly #cache = new Map<string, Cached>()
  #running: AbortController | undefined

  constructor(options: EngineOptions) {
    this.#options = options
    this.#now = options.now ?? Date.now
    this.#after = options.after ?? afterTime
  }

  /** Answers through `tell`, any number of times, until a list is `done`. Never throws. */
  async ask(site: Site, stage: Stage, tell: (list: CandidateList) => void): Promise<void> {
    this.cancel()
    const running = new AbortController()
    this.#running = running
    const { signal } = running
    const say: Say = (candidates, status, parts = {}) => {
      if (!signal.aborted) tell({ candidates: this.#weighed(candidates), status, done: false, ...parts })
    }
    try {
      const answer = await this.#options.provide({ site, stage, signal })
      if (answer.type === 'local') say(answer.candidates, { type: 'local' }, { done: true })
      else await this.#remote(answer, signal, say)
    } catch (error) {
      say([], { type: 'failed', ...this.#explained(error) }, { done: true })
    }
  }

  /** Ends what is asked; late answers only fill the cache. */
  cancel(): void {
    this.#running?.abort()
    this.#running = undefined
  }

  /** Forgets what was listed (after a write, a login). */
  clear(): void {
    this.#cache.clear()
  }

  /** One list after the other, each with what it adds to those before it. */
  async #remote(answer: RemoteList, signal: AbortSignal, say: Say): Promise<void> {
    let known: readonly Candidate[] = []
    let partial = false
    for (let list: RemoteList | undefined = answer; list !== undefined && !signal.aborted;) {
      const shown: (kept: readonly Candidate[]) => readonly Candidate[] = list.shown ?? whole
      const before = known
      const told: Say = (candidates, status) => say(joined(before, shown(candidates)), status, { partial })
      const listed = await this.#listed(list, signal, told)
      if (listed === undefined) return
      const { failed, at } = listed
      const own: readonly Candidate[] = shown(listed.candidates)
      known = joined(before, own)
      partial ||= listed.partial
      list = failed === undefined ? list.further?.(own, listed.partial) : undefined
      const seconds = (this.#now() - at) / 1000
      const status: ListStatus =
        failed === undefined ? { type: 'live', seconds } : { type: 'failed', ...failed }
      say(known, status, { partial, done: list === undefined })
    }
  }

  /** A list that is young enough, or what its source says; undefined when nobody wants it any more. */
  async #listed(answer: RemoteList, signal: AbortSignal, say: Say): Promise<Cached | undefined> {
    const cached = this.#cache.get(answer.key)
    const age = cached === undefined ? Infinity : this.#now() - cached.at
    if (cached !== undefined && age < (cached.failed === undefined ? freshFor : failedFor)) return cached
    if (cached !== undefined)
      say(cached.candidates, { type: 'cached', seconds: age / 1000, refreshing: true })
    return this.#refreshed(answer, cached, signal, say)
  }

  async #refreshed(
    answer: RemoteList,
    cached: Cached | undefined,
    signal: AbortSignal,
    say: Say,
  ): Promise<Cached | undefined> {
    const limit = new AbortController()
    const all: Candidate[] = []
    const patient = this.#after(patience, () => {
      if (all.length === 0 && cached === undefined) say([], { type: 'asking', source: answer.source })
    })
    const ended = this.#after(budget, () =>
      limit.abort(new OcishError('NETWORK_TIMEOUT', `${answer.source} did not answer in time`)),
    )
    try {
      const partial = await this.#gather(answer, AbortSignal.any([signal, limit.signal]), all, () => {
        if (cached === undefined) say(all.slice(0), { type: 'asking', source: answer.source })
      })
      return this.#keep(answer.key, { candidates: all, at: this.#now(), partial })
    } catch (error) {
      if (signal.aborted) return undefined
      const failed = this.#explained(limit.signal.aborted ? limit.signal.reason : error)
      const kept = cached?.candidates ?? all
      return this.#keep(answer.key, { candidates: kept, at: this.#now(), partial: false, failed })
    } finally {
      patient()
      ended()
    }
  }

  /** True: there is more than was taken. A source that ignores the signal is left behind. */
  async #gather(
    answer: RemoteList,
    signal: AbortSignal,
    all: Candidate[],
    onBatch: () => void,
  ): Promise<boolean> {
    const stopped = new Promise<never>((_resolve, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true })
    })
    stopped.catch(() => undefined)
    signal.throwIfAborted()
    const { limit = listLimit } = answer
    const batches = answer.fetch(signal)[Symbol.asyncIterator]()
    for (;;) {
      const step = await Promise.race([batches.next(), stopped])
      if (step.done === true) return false
      all.push(...step.value.slice(0, limit - all.length))
      if (all.length >= limit) {
        void batches.return?.()
        return true
      }
      onBatch()
    }
  }

  #keep(key: string, entry: Cached): Cached {
    this.#cache.delete(key)
    this.#cache.set(key, entry)
    const [oldest] = this.#cache.keys()
    if (this.#cache.size > cacheLimit && oldest !== undefined) this.#cache.delete(oldest)
    return entry
  }

  #weighed(candidates: readonly Candidate[]): readonly Candidate[] {
    const weights = this.#options.weights?.()
    if (weights === undefined || weights.size === 0) return candidates
    return candidates.map((candidate) => {
      const weight = weights.get(candidate.value)
      return weight === undefined ? candidate : { ...candidate, weight }
    })
  }

  #explained(error: unknown): { readonly message: string; readonly hint?: string } {
    return (
      this.#options.explain?.(error) ?? { message: error instanceof Error ? error.message : String(error) }
    )
  }
}

const whole = (candidates: readonly Candidate[]): readonly Candidate[] => candidates

/** Each value once, in the order they came. */
function joined(before: readonly Candidate[], more: readonly Candidate[]): readonly Candidate[] {
  if (before.length === 0) return more
  const known = new Set(before.map(({ value }) => value))
  return [...before, ...more.filter(({ value }) => !known.has(value))]
}

function afterTime(milliseconds: number, call: () => void): () => void {
  const timer = setTimeout(call, milliseconds)
  return () => clearTimeout(timer)
}
