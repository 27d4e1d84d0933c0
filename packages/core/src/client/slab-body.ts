import type { Sink } from '../registry.ts'
import type { Body } from './body.ts'
import { type Slabs, slabSize } from './slab-sockets.ts'

/** A slab with less room than this is handed on. */
const leastRoom = 64 * 1024
/** Slabs that wait for the receiver before the sender is stopped. */
const mostWaiting = 2
/** What is shorter is copied out of its slab for a receiver that keeps it. */
const leastKept = 128 * 1024
/** Milliseconds after which a receiver that waits gets what there is. */
const patience = 200

interface Part {
  readonly slab: Uint8Array
  readonly length: number
}

/** What a body says to whoever reads the socket. */
interface Line {
  resume(): void
  /** Nothing more is expected, or wanted; `isWhole`: all of it came, and nothing else. */
  over(isWhole: boolean): void
}

/** The body of an answer whose length is known, read into slabs that are used again and again. */
export class SlabBody implements Body {
  readonly #line: Line
  readonly #slabs: Slabs
  readonly #waiting: Part[] = []
  #slab: Uint8Array | undefined
  #fill = 0
  #left: number
  #handed = 0
  #isPaused = false
  #hasEnded = false
  #error: unknown
  #wake: (() => void) | undefined
  #finish: (() => void) | undefined

  /** `length` bytes will come; `first` holds those that came with the head. */
  constructor(length: number, first: Uint8Array, slabs: Slabs, line: Line) {
    this.#line = line
    this.#slabs = slabs
    this.#left = length
    this.room().set(first)
    this.received(first.length)
  }

  get hasEnded(): boolean {
    return this.#hasEnded
  }

  /** True while the sender waits for the receiver. */
  get isPaused(): boolean {
    return this.#isPaused
  }

  /** Where the next bytes are to be put. There is always room: a TLS socket may deliver although it was stopped. */
  room(): Uint8Array {
    if (this.#slab === undefined) {
      this.#slab = this.#slabs.take()
      this.#fill = 0
    }
    return this.#slab.subarray(this.#fill)
  }

  /** So many bytes were put into `room()`; false: no more, please. */
  received(count: number): boolean {
    if (this.#hasEnded) return false
    if (count > this.#left) {
      this.end(Object.assign(new Error('more came than was announced'), { code: 'HPE_INVALID' }))
      return false
    }
    this.#fill += count
    this.#left -= count
    const isLate = this.#wake !== undefined && performance.now() - this.#handed > patience
    if (this.#left === 0 || isLate || slabSize - this.#fill < leastRoom) this.#handOn()
    if (this.#left === 0) this.end()
    this.#isPaused = this.#waiting.length >= mostWaiting && !this.#hasEnded
    return !this.#isPaused
  }

  /** Nothing more will come. Without an error that is only right when everything has. */
  end(error?: unknown): void {
    if (this.#hasEnded) return
    this.#hasEnded = true
    this.#error = error ?? (this.#left === 0 ? undefined : closedEarly())
    if (this.#error !== undefined) this.#handOn()
    this.#line.over(this.#error === undefined)
    this.#wake?.()
    this.#finish?.()
  }

  whenFinished(listener: () => void): void {
    if (this.#hasEnded) listener()
    else this.#finish = listener
  }

  discard(): void {
    this.destroy()
  }

  destroy(reason: Error = new Error('the answer was abandoned')): void {
    this.end(reason)
  }

  async pump(sink: Sink): Promise<void> {
    try {
      for (let part = await this.#next(); part !== undefined; part = await this.#next()) {
        await sink(part.slab.subarray(0, part.length))
        this.#slabs.give(part.slab)
      }
    } finally {
      this.destroy()
    }
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array, void, undefined> {
    try {
      for (let part = await this.#next(); part !== undefined; part = await this.#next()) {
        yield this.#kept(part)
      }
    } finally {
      this.destroy()
    }
  }

  /** For a receiver that keeps what it gets: the slab itself, or a copy where little of it is used (a slow line). */
  #kept({ slab, length }: Part): Uint8Array {
    if (length >= leastKept) return slab.subarray(0, length)
    const copy = new Uint8Array(slab.subarray(0, length))
    this.#slabs.give(slab)
    return copy
  }

  #handOn(): void {
    const slab = this.#slab
    if (slab === undefined || this.#fill === 0) return
    this.#waiting.push({ slab, length: this.#fill })
    this.#slab = undefined
    this.#wake?.()
  }

  async #next(): Promise<Part | undefined> {
    while (this.#waiting.length === 0 && !this.#hasEnded) {
      this.#handed = performance.now()
      // oxlint-disable-next-line no-await-in-loop -- until there is something
      await new Promise<void>((resolve) => {
        this.#wake = resolve
      })
      this.#wake = undefined
    }
    const part = this.#waiting.shift()
    if (part === undefined && this.#error !== undefined) throw this.#error
    if (this.#isPaused && this.#waiting.length < mostWaiting) {
      this.#isPaused = false
      this.#line.resume()
    }
    return part
  }
}

function closedEarly(): Error {
  return Object.assign(new Error('the other side closed the connection'), { code: 'UND_ERR_SOCKET' })
}
