import type { Descriptor } from '@ocish/sdk'
import type { BlobContent, RangeContent, Sink } from '@ocish/core'

/** A blob that is somewhere at hand. */
export interface FoundBlob {
  readonly digest: string
  /** Bytes. */
  readonly size: number
}

/** Where verified content comes from: a pool of files, or a file that holds many. `undefined` and `false`: not here. */
export interface ContentSource {
  /** Errors: DIGEST_INVALID. */
  stat(digest: string): Promise<FoundBlob | undefined>
  /** Errors: DIGEST_INVALID, SIZE_MISMATCH; the bytes throw SIZE_MISMATCH and DIGEST_MISMATCH. */
  open(blob: Descriptor | string, signal?: AbortSignal): Promise<BlobContent | undefined>
  /** Errors: UPLOAD_RANGE_INVALID. */
  openRange(digest: string, start: number, signal?: AbortSignal): Promise<RangeContent | undefined>
  /** The whole of a small blob, verified. Errors: LIMIT_EXCEEDED, DIGEST_MISMATCH. */
  read(digest: string, limit: number, signal?: AbortSignal): Promise<Uint8Array | undefined>
  /** `open` for the fast path: one buffer, handed out again and again. */
  pump(descriptor: Descriptor, sink: Sink, signal?: AbortSignal): Promise<boolean>
}
