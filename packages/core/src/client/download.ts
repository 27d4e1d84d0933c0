import {
  algorithmOf,
  type Bytes,
  createDigester,
  type Descriptor,
  type Digester,
  OcishError,
} from '@ocish/sdk'
import type { CallOptions, Sink } from '../registry.ts'
import { type Answer, decimal } from './answer.ts'
import type { Release } from './host-queue.ts'
import { isNetworkError } from './network-error.ts'
import type { Remote } from './remote.ts'

/** One more request for the same blob. */
export type Ask = (options: {
  readonly headers?: Readonly<Record<string, string>>
  readonly accept?: readonly number[]
}) => Promise<Answer>

/** Attempts in a row that may bring nothing new. */
const triesWithoutProgress = 5

/** One blob on its way: counts and hashes what passes, and asks for the rest when a connection breaks. */
export class Download {
  readonly #remote: Remote
  readonly #descriptor: Descriptor
  readonly #ask: Ask
  readonly #digester: Digester | undefined
  readonly #call: CallOptions
  readonly #start: number
  #have: number
  #fruitless = 0

  /** `range.verify`: the digest is checked at the end, which needs the whole. */
  constructor(
    remote: Remote,
    descriptor: Descriptor,
    ask: Ask,
    call: CallOptions,
    range: { readonly start: number; readonly verify: boolean } = { start: 0, verify: true },
  ) {
    this.#remote = remote
    this.#descriptor = descriptor
    this.#ask = ask
    this.#digester = range.verify ? createDigester(algorithmOf(descriptor.digest)) : undefined
    this.#call = call
    this.#start = range.start
    this.#have = range.start
  }

  /** Whether anything arrived. */
  get hasBegun(): boolean {
    return this.#have > this.#start
  }

  /** By chunks that belong to the receiver: the reference for `pump`. */
  async *bytes(first: Answer, release: Release): Bytes {
    let answer: Answer | undefined = first
    try {
      let skip = 0
      while (answer !== undefined) {
        yield* this.#read(answer, skip)
        if (this.#have === this.#descriptor.size) break
        ;({ answer, skip } = await this.#resume())
      }
      this.#finish()
    } finally {
      answer?.body.destroy()
      release()
    }
  }

  /** Into a sink, by the fast body path where the answer came over it. */
  async pump(sink: Sink): Promise<void> {
    if (this.#have === this.#descriptor.size && this.#start > 0) return
    let { answer, skip } = await this.#resume()
    for (;;) {
      try {
        // oxlint-disable-next-line no-await-in-loop -- one connection after the other
        await this.#pumpOne(answer, skip, sink)
      } finally {
        answer.body.destroy()
      }
      if (this.#have === this.#descriptor.size) break
      // oxlint-disable-next-line no-await-in-loop
      ;({ answer, skip } = await this.#resume())
    }
    this.#finish()
  }

  // eslint-disable-next-line typescript/require-await -- an iterable like the one of a download
  async *check(whole: Uint8Array): Bytes {
    this.#take(whole)
    yield whole
    this.#finish()
  }

  async #pumpOne(answer: Answer, skip: number, sink: Sink): Promise<void> {
    const before = this.#have
    let toSkip = skip
    let failedSink = false
    const take = async (chunk: Uint8Array): Promise<void> => {
      const news = toSkip > 0 ? chunk.subarray(Math.min(toSkip, chunk.length)) : chunk
      toSkip -= chunk.length - news.length
      if (news.length === 0) return
      this.#call.signal?.throwIfAborted()
      this.#take(news)
      failedSink = true
      // No Buffer, whose `slice` would not copy.
      await sink(new Uint8Array(news.buffer, news.byteOffset, news.length))
      failedSink = false
    }
    try {
      if (answer.body.pump === undefined) for await (const chunk of answer.body) await take(chunk)
      else await answer.body.pump(take)
    } catch (error) {
      if (failedSink) throw error
      this.#broken(error, answer, before)
      return
    }
    this.#ended(answer, before)
  }

  /** Ends early, without an error, when the connection breaks: then there is a rest. */
  async *#read(answer: Answer, skip: number): Bytes {
    const before = this.#have
    let toSkip = skip
    try {
      for await (const chunk of answer.body) {
        const news = toSkip > 0 ? chunk.subarray(Math.min(toSkip, chunk.length)) : chunk
        toSkip -= chunk.length - news.length
        if (news.length === 0) continue
        this.#take(news)
        yield news
      }
    } catch (error) {
      this.#broken(error, answer, before)
      return
    }
    this.#ended(answer, before)
  }

  /** Throws unless the rest is worth asking for. */
  #broken(error: unknown, answer: Answer, before: number): void {
    this.#call.signal?.throwIfAborted()
    if (!isNetworkError(error)) throw error
    this.#count(answer, before, () => this.#remote.exchange.failure(error, answer.url))
  }

  #ended(answer: Answer, before: number): void {
    const { digest, size } = this.#descriptor
    if (this.#have < size) this.#count(answer, before, () => sizeMismatch(digest, size, this.#have))
  }

  #count({ url }: Answer, before: number, failure: () => unknown): void {
    this.#fruitless = this.#have > before ? 0 : this.#fruitless + 1
    if (this.#fruitless >= triesWithoutProgress) throw failure()
    const { onRetry } = this.#call
    this.#remote.exchange.interrupted({ url, ...(onRetry && { onRetry }) }, this.#fruitless)
  }

  #take(chunk: Uint8Array): void {
    this.#have += chunk.length
    const { digest, size } = this.#descriptor
    if (this.#have > size) throw sizeMismatch(digest, size, undefined)
    this.#digester?.update(chunk)
  }

  #finish(): void {
    const { digest, size } = this.#descriptor
    if (this.#have !== size) throw sizeMismatch(digest, size, this.#have)
    const actual = this.#digester?.digest() ?? digest
    if (actual === digest) return
    throw new OcishError(
      'DIGEST_MISMATCH',
      `the bytes of ${digest} from ${this.#remote.host} have another digest`,
      {
        details: { expected: digest, actual },
      },
    )
  }

  /** Asks where the blob was asked for first, never at a storage's signed address, for what is missing. */
  async #resume(): Promise<{ readonly answer: Answer; readonly skip: number }> {
    const { size } = this.#descriptor
    const from = this.#have
    if (from === 0) return { answer: this.#whole(await this.#ask({})), skip: 0 }
    const answer = await this.#ask({ headers: { range: `bytes=${from}-` }, accept: [416] })
    if (answer.status === 200) return { answer: this.#whole(answer), skip: from }
    const range = contentRange(answer)
    if (answer.status === 206 && range?.start === from && (range.total ?? size) === size)
      return { answer, skip: 0 }
    // Whatever this is (a 416, another range): the whole blob again, without what is here already.
    answer.body.destroy()
    return { answer: this.#whole(await this.#ask({})), skip: from }
  }

  /** Another length than the descriptor's is refused before a byte is read. Errors: SIZE_MISMATCH. */
  #whole(answer: Answer): Answer {
    const { digest, size } = this.#descriptor
    const told = answer.length
    if (told === undefined || told === size) return answer
    answer.body.destroy()
    throw sizeMismatch(digest, size, told)
  }
}

/** `Content-Range` of a 206. */
export function contentRange(
  answer: Answer,
): { readonly start: number; readonly total: number | undefined } | undefined {
  const match = /^bytes\s+(\d+)-(\d+)\/(\d+|\*)$/i.exec(answer.first('content-range') ?? '')
  const start = decimal(match?.[1])
  if (match === null || start === undefined) return undefined
  return { start, total: decimal(match[3]) }
}

/** `actual` undefined: more than expected. */
export function sizeMismatch(digest: string, expected: number, actual: number | undefined): OcishError {
  const found = actual === undefined ? 'more' : String(actual)
  return new OcishError(
    'SIZE_MISMATCH',
    `${digest} should have ${expected} bytes, but the registry sends ${found}`,
    {
      details: { expected, ...(actual === undefined ? {} : { actual }) },
    },
  )
}
