import type { Bytes } from '@ocish/sdk'
import { abortable } from '@ocish/core'

/** Bytes from `start` on. */
export interface Fetched {
  readonly start: number
  readonly bytes: Bytes
}

/** Drops what comes before `have`: content of a digest never changes, so the beginning is known. */
export async function* restOf(
  opened: Fetched,
  have: number,
  signal?: AbortSignal,
): AsyncGenerator<Uint8Array, void> {
  let position = opened.start
  for await (const chunk of abortable(opened.bytes, signal)) {
    const skip = Math.min(chunk.length, Math.max(0, have - position))
    position += chunk.length
    if (skip < chunk.length) yield skip === 0 ? chunk : chunk.subarray(skip)
  }
}
