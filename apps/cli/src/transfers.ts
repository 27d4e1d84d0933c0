import type { TransferEvent } from '@ocish/host'

/** One piece of content on its way. */
export interface Transfer {
  readonly digest: string
  readonly mediaType: string
  readonly size: number
  readonly state: 'waiting' | 'probing' | 'mounting' | 'moving'
  readonly done: number
  /** Bytes per second; undefined: not known yet. */
  readonly rate: number | undefined
  readonly pause: Pause | undefined
}

/** A wait before the next attempt. */
export interface Pause {
  /** Still to wait. */
  readonly seconds: number
  readonly reason: string
}

/** `until` by the clock of the run. */
interface Until {
  readonly until: number
  readonly reason: string
}

/** What a run has moved so far. */
export interface Totals {
  readonly pieces: number
  readonly over: number
  readonly bytes: number
  readonly done: number
  readonly moved: number
  readonly movedBytes: number
  readonly mounted: number
  readonly reused: number
  /** Bytes per second of the last seconds, all pieces together. */
  readonly rate: number | undefined
  /** Seconds until the rest is moved. */
  readonly left: number | undefined
}

interface Entry {
  readonly digest: string
  readonly mediaType: string
  readonly size: number
  state: Transfer['state'] | 'over'
  done: number
  samples: Sample[]
  pause?: Until | undefined
}

interface Sample {
  readonly at: number
  readonly done: number
}

/** Milliseconds over which a rate is taken. */
const span = 3000

/** What the events of transfers add up to; `now` is a clock in milliseconds. */
export class Transfers {
  readonly #now: () => number
  readonly #entries = new Map<string, Entry>()
  readonly #start: number
  #samples: Sample[] = []
  #moved = 0
  #movedBytes = 0
  #mounted = 0
  #reused = 0
  #retry: Until | undefined

  constructor(now: () => number) {
    this.#now = now
    this.#start = now()
  }

  take(event: TransferEvent): void {
    if (event.type === 'retrying') {
      this.#retry = { until: this.#now() + event.seconds * 1000, reason: event.reason }
      if (event.descriptor !== undefined) this.#entry(event.descriptor).pause = this.#retry
      return
    }
    const entry = this.#entry(event.descriptor)
    if (event.type === 'done') this.#finish(entry, event.how)
    else if (event.type === 'moving') this.#move(entry, event.done)
    else if (entry.state !== 'over') entry.state = event.type
  }

  /** What is under way, the oldest first. */
  active(): readonly Transfer[] {
    const now = this.#now()
    return [...this.#entries.values()].flatMap(({ state, samples, pause, ...rest }) =>
      state === 'over' ? [] : [{ ...rest, state, rate: rateOf(samples, now), pause: pauseOf(pause, now) }],
    )
  }

  /** A pause that a server asked for. */
  retry(): Pause | undefined {
    return pauseOf(this.#retry, this.#now())
  }

  totals(): Totals {
    const entries = [...this.#entries.values()]
    const bytes = entries.reduce((sum, entry) => sum + entry.size, 0)
    const done = entries.reduce((sum, entry) => sum + entry.done, 0)
    const rate = rateOf(this.#samples, this.#now())
    return {
      pieces: entries.length,
      over: entries.filter((entry) => entry.state === 'over').length,
      bytes,
      done,
      moved: this.#moved,
      movedBytes: this.#movedBytes,
      mounted: this.#mounted,
      reused: this.#reused,
      rate,
      left: rate === undefined || rate === 0 ? undefined : (bytes - done) / rate,
    }
  }

  /** Milliseconds since the first look. */
  get elapsed(): number {
    return this.#now() - this.#start
  }

  #entry({
    digest,
    mediaType,
    size,
  }: {
    readonly digest: string
    readonly mediaType: string
    readonly size: number
  }): Entry {
    const known = this.#entries.get(digest)
    if (known !== undefined) return known
    const entry: Entry = { digest, mediaType, size, state: 'waiting', done: 0, samples: [] }
    this.#entries.set(digest, entry)
    return entry
  }

  #move(entry: Entry, done: number): void {
    const more = Math.max(0, done - entry.done)
    const before = this.#samples.at(-1)?.done ?? 0
    entry.state = 'moving'
    entry.done = Math.min(done, entry.size)
    entry.samples = sampled(entry.samples, this.#now(), done)
    this.#samples = sampled(this.#samples, this.#now(), before + more)
    this.#retry = undefined
    entry.pause = undefined
  }

  #finish(entry: Entry, how: 'moved' | 'mounted' | 'existing' | 'skipped'): void {
    if (entry.state === 'over') return
    entry.state = 'over'
    entry.done = entry.size
    if (how === 'moved') {
      this.#moved += 1
      this.#movedBytes += entry.size
    } else if (how === 'mounted') this.#mounted += 1
    else this.#reused += 1
  }
}

function pauseOf(pause: Until | undefined, now: number): Pause | undefined {
  if (pause === undefined || pause.until <= now) return undefined
  return { seconds: Math.ceil((pause.until - now) / 1000), reason: pause.reason }
}

function sampled(samples: readonly Sample[], at: number, done: number): Sample[] {
  return [...samples.filter((sample) => at - sample.at < span), { at, done }].slice(-64)
}

function rateOf(samples: readonly Sample[], now: number): number | undefined {
  const [first] = samples
  const last = samples.at(-1)
  if (first === undefined || last === undefined || now - first.at < 200) return undefined
  return ((last.done - first.done) * 1000) / (now - first.at)
}
