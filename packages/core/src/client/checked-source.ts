import { type Bytes, createDigester, type OpenBytes, OcishError } from '@ocish/sdk'
import type { BlobExpectation, Feed } from '../registry.ts'
import { FedBytes } from './fed-bytes.ts'

/** Content to be sent: counted and hashed on its way, and stopped before its end when it is not what was promised. */
export class CheckedSource {
  readonly #expected: BlobExpectation
  readonly #algorithm: 'sha256' | 'sha512'
  readonly #open: OpenBytes
  readonly #feed: Feed | undefined
  #begun: FedBytes | undefined
  /** Why the content itself is wrong; a retry cannot help. */
  fault: OcishError | undefined
  digest = ''

  /** `feed`: the same content by the fast way, where there is one. */
  constructor(expected: BlobExpectation, algorithm: 'sha256' | 'sha512', open: OpenBytes, feed?: Feed) {
    this.#expected = expected
    this.#algorithm = algorithm
    this.#open = open
    this.#feed = expected.digest === undefined || expected.size === undefined ? undefined : feed
  }

  /** Lets the content be asked for while other things are still to be done. */
  begin(): void {
    if (this.#feed === undefined || this.#begun !== undefined) return
    this.#begun = new FedBytes(this.#feed, this.#expected.size ?? 0)
    this.#begun.start()
  }

  /**
   * Waits until what `begin` began has brought something: a place in the line of uploads is not taken before, because the
   * downloads that others there wait for need theirs first.
   */
  async ready(): Promise<void> {
    await this.#begun?.ready()
  }

  /** Ends what `begin` began, where nobody took it. */
  close(): void {
    this.#begun?.close()
  }

  /** For a socket alone: a chunk is only good until the next one is asked for. */
  async *body(): Bytes {
    const { digest = '', size = 0 } = this.#expected
    if (this.#feed === undefined) {
      yield* this.bytes()
      return
    }
    this.begin()
    const begun = this.#begun
    this.#begun = undefined
    const digester = createDigester(this.#algorithm)
    let count = 0
    for await (const chunk of begun ?? []) {
      count += chunk.length
      if (count > size) throw this.#fail('SIZE_MISMATCH', size, count)
      digester.update(chunk)
      // The feed delivers so much and no more, so that the last one is known.
      if (count === size) this.#check(digest, digester.digest())
      yield chunk
    }
    if (count !== size) throw this.#fail('SIZE_MISMATCH', size, count)
    if (size === 0) this.#check(digest, digester.digest())
  }

  /** Chunks that belong to the receiver. */
  async *bytes(): Bytes {
    const { digest, size } = this.#expected
    const digester = createDigester(this.#algorithm)
    let count = 0
    let held: Uint8Array | undefined
    for await (const chunk of this.#open()) {
      count += chunk.length
      if (size !== undefined && count > size) throw this.#fail('SIZE_MISMATCH', size, count)
      digester.update(chunk)
      // One chunk behind: the last one leaves only when all of them are known to be right.
      if (held !== undefined) yield held
      held = chunk
    }
    this.digest = digester.digest()
    if (size !== undefined && count !== size) throw this.#fail('SIZE_MISMATCH', size, count)
    if (digest !== undefined) this.#check(digest, this.digest)
    if (held !== undefined) yield held
  }

  #check(expected: string, actual: string): void {
    this.digest = actual
    if (actual !== expected) throw this.#fail('DIGEST_MISMATCH', expected, actual)
  }

  #fail(
    code: 'SIZE_MISMATCH' | 'DIGEST_MISMATCH',
    expected: number | string,
    actual: number | string,
  ): OcishError {
    const unit = code === 'SIZE_MISMATCH' ? ' bytes' : ''
    const message = `the content to push is ${actual}${unit}, where ${expected}${unit} was promised`
    this.fault = new OcishError(code, message, {
      details: { expected, actual, where: 'content' },
    })
    return this.fault
  }
}
