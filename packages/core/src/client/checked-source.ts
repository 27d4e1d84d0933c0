import { type Bytes, createDigester, type OpenBytes, OcishError } from '@ocish/sdk'
import type { BlobExpectation } from '../registry.ts'

/** Content to be sent: counted and hashed on its way, and stopped before its end when it is not what was promised. */
export class CheckedSource {
  readonly #expected: BlobExpectation
  readonly #algorithm: 'sha256' | 'sha512'
  readonly #open: OpenBytes
  /** Why the content itself is wrong; a retry cannot help. */
  fault: OcishError | undefined
  digest = ''

  constructor(expected: BlobExpectation, algorithm: 'sha256' | 'sha512', open: OpenBytes) {
    this.#expected = expected
    this.#algorithm = algorithm
    this.#open = open
  }

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
    if (digest !== undefined && this.digest !== digest)
      throw this.#fail('DIGEST_MISMATCH', digest, this.digest)
    if (held !== undefined) yield held
  }

  #fail(
    code: 'SIZE_MISMATCH' | 'DIGEST_MISMATCH',
    expected: number | string,
    actual: number | string,
  ): OcishError {
    const unit = code === 'SIZE_MISMATCH' ? ' bytes' : ''
    const message = `the content to push is ${actual}${unit}, where ${expected}${unit} was promised`
    this.fault = new OcishError(code, message, {
      details: { expected, actual },
    })
    return this.fault
  }
}
