import { OcishError } from '@ocish/sdk'
import type { Limits, Timeouts } from './options.ts'

const kib = 1024
const mib = 1024 * kib

/** What one answer may bring at most, in bytes. */
export const defaultLimits: Required<Limits> = {
  manifest: 8 * mib,
  page: 16 * mib,
  token: 128 * kib,
  error: 64 * kib,
}

/** In seconds. */
export const defaultTimeouts: Required<Timeouts> = { connect: 10, headers: 60, bodyIdle: 30, answer: 120 }

/** Smaller uploads begin again when they were cut: asking how far they were would cost as much. */
export const defaultResumableFrom: number = 64 * mib

/** Above it a pushed manifest is warned about: registries promise to take this much, no more. */
export const promisedManifest: number = 4 * mib

/** The largest `OCI-Chunk-Min-Length` that is obeyed; more would have to be buffered. */
export const largestMinimumChunk: number = 128 * mib

/** A body went over its limit. */
export function limitExceeded(what: string, limit: number): OcishError {
  return new OcishError('LIMIT_EXCEEDED', `${what} is larger than ${size(limit)}`, { details: { limit } })
}

function size(bytes: number): string {
  return bytes % mib === 0
    ? `${bytes / mib} MiB`
    : bytes % kib === 0
      ? `${bytes / kib} KiB`
      : `${bytes} bytes`
}
