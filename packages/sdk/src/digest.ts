import type * as Crypto from 'node:crypto'
import { OcishError } from './errors.ts'

/** The algorithms ocish can compute, and so vouch for. */
export type DigestAlgorithm = 'sha256' | 'sha512'

/** A digest in its two parts (image-spec, descriptor.md). */
export interface ParsedDigest {
  /** `sha256`, or any other name that fits the grammar. */
  readonly algorithm: string
  readonly encoded: string
}

/** A running hash. */
export interface Digester {
  update(chunk: Uint8Array): void
  /** `algorithm:hex` of everything so far; ends the digester. */
  digest(): string
}

/** Longest digest text that is looked at; sha512 has 135 characters. */
export const maxDigestLength = 512

const grammar = /^[a-z0-9]+(?:[+._-][a-z0-9]+)*:[A-Za-z0-9=_-]+$/
/** Length in hex of the registered algorithms (image-spec, descriptor.md). */
const hexLength: Readonly<Record<string, number>> = { sha256: 64, sha512: 128, blake3: 64 }

/**
 * Splits a digest. Registered algorithms are checked strictly (length, lower-case hex); an unknown one only has to fit
 * the grammar, and `canVerify` says that nothing can be vouched for. Errors: DIGEST_INVALID.
 */
export function parseDigest(text: string): ParsedDigest {
  const fault = digestFault(text)
  if (fault !== undefined) throw invalidDigest(text, fault)
  const colon = text.indexOf(':')
  return { algorithm: text.slice(0, colon), encoded: text.slice(colon + 1) }
}

/** True when `parseDigest` takes it. */
export function isDigest(text: string): boolean {
  return digestFault(text) === undefined
}

/** True when content can be checked against this digest here. */
export function canVerify(digest: string): boolean {
  return isDigest(digest) && isAlgorithm(digest.slice(0, digest.indexOf(':')))
}

/** The algorithm of a digest that can be verified. Errors: DIGEST_INVALID, also for an algorithm unknown here. */
export function algorithmOf(digest: string): DigestAlgorithm {
  const { algorithm } = parseDigest(digest)
  if (isAlgorithm(algorithm)) return algorithm
  throw invalidDigest(digest, `${algorithm} is an algorithm that cannot be verified here`)
}

/** `algorithm:hex` of the bytes. */
export function digestOf(bytes: Uint8Array, algorithm: DigestAlgorithm = 'sha256'): string {
  return `${algorithm}:${crypto().hash(algorithm, bytes, 'hex')}`
}

/** Begins a digest over bytes that come one after the other. */
export function createDigester(algorithm: DigestAlgorithm = 'sha256'): Digester {
  const hash = crypto().createHash(algorithm)
  return {
    update: (chunk) => {
      hash.update(chunk)
    },
    digest: () => `${algorithm}:${hash.digest('hex')}`,
  }
}

/** The referrers tag schema: a subject's digest as a tag (distribution-spec, "Unavailable Referrers API"). */
export function tagFallback(digest: string): string {
  const { algorithm, encoded } = parseDigest(digest)
  const safe = (part: string): string => part.replaceAll(/[^A-Za-z0-9._-]/g, '-')
  return `${safe(algorithm.slice(0, 32))}-${safe(encoded.slice(0, 64))}`
}

// Loaded at the first hash: `ocish version` needs the errors of this package, not 6 ms of OpenSSL.
function crypto(): typeof Crypto {
  return process.getBuiltinModule('node:crypto')
}

function isAlgorithm(name: string): name is DigestAlgorithm {
  return name === 'sha256' || name === 'sha512'
}

function digestFault(text: string): string | undefined {
  if (text.length > maxDigestLength) return `it is longer than ${maxDigestLength} characters`
  if (!grammar.test(text)) return 'a digest is algorithm:hex, such as sha256: and 64 hex digits'
  const colon = text.indexOf(':')
  const algorithm = text.slice(0, colon)
  const length = Object.hasOwn(hexLength, algorithm) ? hexLength[algorithm] : undefined
  if (length === undefined) return undefined
  const encoded = text.slice(colon + 1)
  if (encoded.length !== length) return `${algorithm} has ${length} hex digits, not ${encoded.length}`
  return /^[a-f0-9]+$/.test(encoded) ? undefined : `${algorithm} is written in lower-case hex digits`
}

function invalidDigest(text: string, fault: string): OcishError {
  const shown = text.length > 140 ? `${text.slice(0, 140)}…` : text
  return new OcishError('DIGEST_INVALID', `invalid digest ${JSON.stringify(shown)}: ${fault}`, {
    details: { input: text, span: { from: 0, to: text.length } },
  })
}
