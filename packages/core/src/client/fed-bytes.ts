import type { Feed } from '../registry.ts'

/**
 * Pieces from here on are handed on where they lie. They are larger than what a socket buffers, so that whoever writes
 * them to one asks for the next only when they are out (undici waits for `drain`); smaller ones are gathered first.
 */
const direct = 256 * 1024

interface Offer {
  readonly bytes: Uint8Array
  readonly taken: () => void
  readonly refuse: (reason: Error) => void
}

/**
 * What a feed delivers, to be pulled. A piece is only good until the next one is asked for: its memory is used again.
 * Iterate it once.
 */
export class FedBytes {
  readonly #feed: Feed
  readonly #size: number
  #hasStarted = false
  #hasEnded = false
  #isClosed = false
  #error: { readonly reason: unknown } | undefined
  #offer: Offer | undefined
  #wake: (() => void) | undefined
  #gathered: Uint8Array | undefined
  #count = 0

  /** `size` bytes will come. */
  constructor(feed: Feed, size: number) {
    this.#feed = feed
    this.#size = size
  }

  /** Lets the feed begin before anybody pulls; it stops at the first piece. */
  start(): void {
    if (this.#hasStarted) return
    this.#hasStarted = true
    const end = (error?: { readonly reason: unknown }): void => {
      this.#hasEnded = true
      this.#error = error
      this.#wake?.()
    }
    this.#feed(0, (slab) => this.#take(slab))
      .then(() => this.#flush())
      .then(
        () => end(),
        (error: unknown) => end({ reason: error }),
      )
  }

  /** Begins, and waits until there is something to pull or the feed has ended, in whatever way. */
  async ready(): Promise<void> {
    this.start()
    await this.#arrival()
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array, void, undefined> {
    this.start()
    try {
      for (let offer = await this.#next(); offer !== undefined; offer = await this.#next()) {
        yield offer.bytes
        this.#offer = undefined
        offer.taken()
      }
    } finally {
      this.close()
    }
  }

  /** Nobody wants the rest. */
  close(): void {
    this.#isClosed = true
    this.#offer?.refuse(closed())
    this.#offer = undefined
  }

  async #take(slab: Uint8Array): Promise<void> {
    if (this.#isClosed) throw closed()
    if (slab.length >= direct) {
      await this.#flush()
      await this.#hand(slab)
      return
    }
    for (let at = 0; at < slab.length;) {
      this.#gathered ??= new Uint8Array(Math.min(direct, this.#size))
      const part = slab.subarray(at, at + this.#gathered.length - this.#count)
      this.#gathered.set(part, this.#count)
      this.#count += part.length
      at += part.length
      // oxlint-disable-next-line no-await-in-loop -- there is one buffer
      if (this.#count === this.#gathered.length) await this.#flush()
    }
  }

  async #flush(): Promise<void> {
    if (this.#gathered === undefined || this.#count === 0) return
    const part = this.#gathered.subarray(0, this.#count)
    // One that is smaller than what a socket buffers may still be there when the next is asked for.
    if (part.length < direct) this.#gathered = undefined
    this.#count = 0
    await this.#hand(part)
  }

  #hand(bytes: Uint8Array): Promise<void> {
    if (this.#isClosed) throw closed()
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    this.#offer = { bytes, taken: resolve, refuse: reject }
    this.#wake?.()
    return promise
  }

  async #arrival(): Promise<void> {
    while (this.#offer === undefined && !this.#hasEnded) {
      // oxlint-disable-next-line no-await-in-loop -- until there is something
      await new Promise<void>((resolve) => {
        this.#wake = resolve
      })
      this.#wake = undefined
    }
  }

  async #next(): Promise<Offer | undefined> {
    await this.#arrival()
    if (this.#offer === undefined && this.#error !== undefined) throw this.#error.reason
    return this.#offer
  }
}

function closed(): Error {
  return new Error('nobody takes the rest')
}
