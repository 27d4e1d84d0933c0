import { algorithmOf, type Bytes, createDigester, OcishError } from '@ocish/sdk'

/** What content is checked against; without a size only the digest is. */
export interface Expected {
  readonly digest: string
  /** Bytes. */
  readonly size?: number
}

/** How `verified` is ended early. */
export interface VerifyOptions {
  readonly signal?: AbortSignal
}

/**
 * Passes a stream through, hashing and counting: it throws after the last byte when size or digest differ, and at once
 * when more bytes than expected arrive. Nothing built from it may become visible before it has ended.
 * Errors: DIGEST_MISMATCH, SIZE_MISMATCH, DIGEST_INVALID (an algorithm that cannot be verified).
 */
export async function* verified(
  bytes: Bytes,
  expected: Expected,
  options: VerifyOptions = {},
): AsyncGenerator<Uint8Array, void, undefined> {
  const digester = createDigester(algorithmOf(expected.digest))
  let size = 0
  for await (const chunk of bytes) {
    options.signal?.throwIfAborted()
    size += chunk.length
    if (expected.size !== undefined && size > expected.size)
      throw sizeMismatch(expected, `more than ${expected.size}`)
    // Before it is handed on: the receiver owns the chunk and may change it.
    digester.update(chunk)
    yield chunk
  }
  if (expected.size !== undefined && size !== expected.size) throw sizeMismatch(expected, String(size))
  checkDigest(expected.digest, digester.digest())
}

/** Errors: DIGEST_MISMATCH. */
export function checkDigest(expected: string, actual: string): void {
  if (expected === actual) return
  throw new OcishError('DIGEST_MISMATCH', `content of ${expected} has the digest ${actual}`, {
    hint: 'Try again; if it happens again, the registry or a proxy before it changes what it stores.',
    details: { expected, actual },
  })
}

/** Errors: SIZE_MISMATCH. */
export function checkSize(expected: Expected, actual: number): void {
  if (expected.size !== undefined && actual !== expected.size) throw sizeMismatch(expected, String(actual))
}

function sizeMismatch(expected: Expected, actual: string): OcishError {
  return new OcishError(
    'SIZE_MISMATCH',
    `content of ${expected.digest} has ${actual} bytes, not ${expected.size}`,
    {
      details: { digest: expected.digest, expected: expected.size, actual },
    },
  )
}
