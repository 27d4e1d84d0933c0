import { type FileHandle, rm } from 'node:fs/promises'
import { algorithmOf, createDigester, type Descriptor, hasCode } from '@ocish/sdk'
import { readFileBytes } from './blob-pool.ts'
import { checkBlob } from './blob-writer.ts'
import { restOf, type Fetched } from './rest-of.ts'
import type { Lease } from './lease.ts'
import { SlabWriter } from './slab-writer.ts'

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
  // From its beginning on, whoever opened it verifies it.
  const digester = have === 0 ? undefined : createDigester(algorithmOf(descriptor.digest))
  let writer: SlabWriter | undefined = new SlabWriter(file, path, undefined, have)
  let size = have
  try {
    await file.truncate(have)
    // Whoever reads may take its time; who waits for the lease goes alone anyway.
    lease.pause(true)
    for await (const chunk of readFileBytes(path, 0, signal)) {
      digester?.update(chunk)
      yield chunk
    }
    for await (const chunk of rest === undefined ? [] : restOf(rest, have, signal)) {
      size += chunk.length
      digester?.update(chunk)
      if (size > descriptor.size) checkBlob(descriptor, { size })
      if (writer !== undefined && !(await wasWritten(path, async () => writer?.take(chunk))))
        writer = undefined
      yield chunk
    }
    checkBlob(descriptor, digester === undefined ? { size } : { size, digest: digester.digest() })
  } catch (error) {
    // What is merely too short is the beginning of the right content.
    const isWrong = size >= descriptor.size && hasCode(error, 'DIGEST_MISMATCH', 'SIZE_MISMATCH')
    if (isWrong) await rm(path, { force: true })
    throw error
  } finally {
    if (writer !== undefined) await wasWritten(path, async () => writer?.flush())
    await file.close()
    await lease.release()
  }
}

/** False: it could not be written; the file is gone, and its room is free. */
async function wasWritten(path: string, write: () => Promise<void>): Promise<boolean> {
  try {
    await write()
    return true
  } catch {
    // The reader gets its bytes all the same.
    await rm(path, { force: true })
    return false
  }
}
