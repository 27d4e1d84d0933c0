import type { FileHandle } from 'node:fs/promises'
import { algorithmOf, createDigester, type Descriptor, hasCode } from '@ocish/sdk'
import { readFileBytes } from './blob-pool.ts'
import { BlobWriter, checkBlob } from './blob-writer.ts'
import { restOf, type Fetched } from './rest-of.ts'
import type { Lease } from './lease.ts'

/** A download that passes by: `have` bytes of the open partial file count, and `rest` is what follows them. */
export interface Passing {
  readonly path: string
  readonly file: FileHandle
  readonly have: number
  readonly rest: Fetched | undefined
  readonly lease: Lease
}

/**
 * Hands out the verified bytes of a blob, and writes them beside into its partial file, which stays, complete too. A
 * file that cannot be written (a full disk) is given up, and the download goes on without it.
 * Errors: DIGEST_MISMATCH, SIZE_MISMATCH, those of the source.
 */
export async function* passing(
  { path, file, have, rest, lease }: Passing,
  descriptor: Descriptor,
  signal: AbortSignal | undefined,
): AsyncGenerator<Uint8Array, void> {
  const digester = createDigester(algorithmOf(descriptor.digest))
  const writer = BlobWriter.resume(path, file, digester, have)
  let size = have
  let isWritten = true
  try {
    await file.truncate(have)
    // Whoever reads may take its time; who waits for the lease goes alone anyway.
    lease.pause(true)
    for await (const chunk of readFileBytes(path, 0, signal)) {
      digester.update(chunk)
      yield chunk
    }
    for await (const chunk of rest === undefined ? [] : restOf(rest, have, signal)) {
      size += chunk.length
      // The reader owns its chunk, and the writer may not have written this one yet.
      if (isWritten) isWritten = await wasWritten(writer, new Uint8Array(chunk))
      else digester.update(chunk)
      if (size > descriptor.size) checkBlob(descriptor, { size })
      yield chunk
    }
    checkBlob(descriptor, { size })
    checkBlob(descriptor, { size, digest: digester.digest() })
  } catch (error) {
    // What is merely too short is the beginning of the right content.
    const isWrong = size >= descriptor.size && hasCode(error, 'DIGEST_MISMATCH', 'SIZE_MISMATCH')
    if (isWrong) await writer.discard()
    throw error
  } finally {
    await writer.keep()
    await lease.release()
  }
}

/** False: the file is gone, and its room is free. */
async function wasWritten(writer: BlobWriter, chunk: Uint8Array): Promise<boolean> {
  try {
    await writer.write(chunk)
    return true
  } catch {
    await writer.discard()
    return false
  }
}
