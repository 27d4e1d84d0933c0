import {
  algorithmOf,
  createDigester,
  type Descriptor,
  octetStream,
  OcishError,
  parseDigest,
} from '@ocish/sdk'
import { type BlobContent, collect, fromBytes, type RangeContent, type Sink, verified } from '@ocish/core'
import type { ArchiveFile } from './archive-file.ts'
import type { Extent } from './archive-members.ts'
import { checkBlob } from './blob-writer.ts'
import type { ContentSource, FoundBlob } from './content-source.ts'

const slabSize = 1024 * 1024

/** Blobs that are stretches of an archive, or were made from what it says. */
export class ArchiveContent implements ContentSource {
  #file: () => ArchiveFile
  readonly #blobs = new Map<string, Extent | Uint8Array>()

  /** `file`: what is read from at the moment. */
  constructor(file: () => ArchiveFile) {
    this.#file = file
  }

  /** By digest, in the order they were added. */
  get blobs(): ReadonlyMap<string, Extent | Uint8Array> {
    return this.#blobs
  }

  /** The file has moved; what `blobs` says of it is added again. */
  readFrom(file: () => ArchiveFile): void {
    this.#file = file
  }

  add(digest: string, blob: Extent | Uint8Array): void {
    this.#blobs.set(digest, blob)
  }

  async stat(digest: string): Promise<FoundBlob | undefined> {
    parseDigest(digest)
    const blob = this.#blobs.get(digest)
    return blob && { digest, size: sizeOf(blob) }
  }

  async open(blob: Descriptor | string, signal?: AbortSignal): Promise<BlobContent | undefined> {
    const digest = typeof blob === 'string' ? blob : blob.digest
    algorithmOf(digest)
    const found = this.#blobs.get(digest)
    if (found === undefined) return undefined
    if (typeof blob !== 'string') checkBlob(blob, { size: sizeOf(found) })
    const descriptor =
      typeof blob === 'string' ? { mediaType: octetStream, digest, size: sizeOf(found) } : blob
    return { descriptor, bytes: verified(this.#bytes(found, 0, signal), descriptor) }
  }

  async openRange(digest: string, start: number, signal?: AbortSignal): Promise<RangeContent | undefined> {
    parseDigest(digest)
    const found = this.#blobs.get(digest)
    if (found === undefined) return undefined
    const total = sizeOf(found)
    if (!Number.isSafeInteger(start) || start < 0 || start > total) {
      throw new OcishError('UPLOAD_RANGE_INVALID', `${digest} has ${total} bytes, none from ${start} on`)
    }
    return { start, total, bytes: this.#bytes(found, start, signal) }
  }

  async read(digest: string, limit: number, signal?: AbortSignal): Promise<Uint8Array | undefined> {
    const content = await this.open(digest, signal)
    return content && (await collect(content.bytes, { limit, what: digest, ...(signal && { signal }) }))
  }

  async pump(descriptor: Descriptor, sink: Sink, signal?: AbortSignal): Promise<boolean> {
    const found = this.#blobs.get(descriptor.digest)
    if (found === undefined) return false
    checkBlob(descriptor, { size: sizeOf(found) })
    const digester = createDigester(algorithmOf(descriptor.digest))
    let size = 0
    for await (const part of this.#slabs(found)) {
      signal?.throwIfAborted()
      digester.update(part)
      size += part.length
      await sink(part)
    }
    checkBlob(descriptor, { size, digest: digester.digest() })
    return true
  }

  /** Parts of one buffer that is used again. */
  async *#slabs(blob: Extent | Uint8Array): AsyncGenerator<Uint8Array, void> {
    if (blob instanceof Uint8Array) {
      yield blob.slice()
      return
    }
    const slab = new Uint8Array(Math.min(slabSize, Math.max(1, blob.size)))
    for (let done = 0; done < blob.size;) {
      const part = slab.subarray(0, Math.min(slab.length, blob.size - done))
      const length = await this.#file().readInto(part, blob.offset + done)
      if (length === 0) return
      done += length
      yield part.subarray(0, length)
    }
  }

  #bytes(blob: Extent | Uint8Array, start: number, signal?: AbortSignal): AsyncGenerator<Uint8Array, void> {
    if (blob instanceof Uint8Array) return fromBytes(blob.subarray(start))
    return this.#file().bytes(blob.offset + start, blob.offset + blob.size, signal)
  }
}

function sizeOf(blob: Extent | Uint8Array): number {
  return blob instanceof Uint8Array ? blob.length : blob.size
}
