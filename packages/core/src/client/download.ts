import {
  algorithmOf,
  type Bytes,
  createDigester,
  type Descriptor,
  type Digester,
  OcishError,
} from '@ocish/sdk'
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
  readonly #digester: Digester
  readonly #signal: AbortSignal | undefined
  #have = 0
  #fruitless = 0

  constructor(remote: Remote, descriptor: Descriptor, ask: Ask, signal: AbortSignal | undefined) {
    this.#remote = remote
    this.#descriptor = descriptor
    this.#ask = ask
    this.#digester = createDigester(algorithmOf(descriptor.digest))
    this.#signal = signal
  }

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

  // eslint-disable-next-line typescript/require-await -- an iterable like the one of a download
  async *check(whole: Uint8Array): Bytes {
    this.#take(whole)
    yield whole
    this.#finish()
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
      this.#signal?.throwIfAborted()
      if (!isNetworkError(error)) throw error
      this.#fruitless = this.#have > before ? 0 : this.#fruitless + 1
      if (this.#fruitless >= triesWithoutProgress) throw this.#remote.exchange.failure(error, answer.url)
      return
    }
    if (this.#have < this.#descriptor.size) {
      this.#fruitless = this.#have > before ? 0 : this.#fruitless + 1
      const { digest, size } = this.#descriptor
      if (this.#fruitless >= triesWithoutProgress) throw sizeMismatch(digest, size, this.#have)
    }
  }

  #take(chunk: Uint8Array): void {
    this.#have += chunk.length
    const { digest, size } = this.#descriptor
    if (this.#have > size) throw sizeMismatch(digest, size, undefined)
    this.#digester.update(chunk)
  }

  #finish(): void {
    const { digest, size } = this.#descriptor
    if (this.#have !== size) throw sizeMismatch(digest, size, this.#have)
    const actual = this.#digester.digest()
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
    const answer = await this.#ask(from === 0 ? {} : { headers: { range: `bytes=${from}-` }, accept: [416] })
    if (answer.status === 200) return { answer, skip: from }
    const range = contentRange(answer)
    if (answer.status === 206 && range?.start === from && (range.total ?? size) === size)
      return { answer, skip: 0 }
    // Whatever this is (a 416, another range): the whole blob again, without what is here already.
    answer.body.destroy()
    return { answer: await this.#ask({}), skip: from }
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
