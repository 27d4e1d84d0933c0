import { constants, fstatSync, lstatSync } from 'node:fs'
import { type FileHandle, open, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { algorithmOf, createDigester, type Descriptor, type Digester, hasCode, parseDigest } from '@ocish/sdk'
import type { Feed } from '@ocish/core'
import { type BlobPool, readFileBytes } from './blob-pool.ts'
import { checkBlob } from './blob-writer.ts'
import { fileError } from './file-error.ts'
import { SlabWriter } from './slab-writer.ts'

/** Who receives a digest alone; it may be taken from a holder that seems to be gone. */
export interface Turn {
  isStillHeld(): Promise<boolean>
}

/** The unfinished file of a digest: its name is how another attempt, or process, finds what is there. */
export function partialPath(pool: BlobPool, digest: string): string {
  const { algorithm, encoded } = parseDigest(digest)
  return join(pool.scratch, `${algorithm}-${encoded}`)
}

/** Opens, or creates, the unfinished file of a digest for reading and writing. Errors: FILE_FAILED. */
export async function openPartial(pool: BlobPool, path: string): Promise<FileHandle> {
  const flags = constants.O_RDWR | constants.O_CREAT | constants.O_NOFOLLOW
  return await pool.inScratch(() => open(path, flags, pool.fileMode))
}

/**
 * Goes on with the unfinished file of a digest: what is there is hashed again, the rest asked of `feed`, and the file
 * gets its name in the pool when it is what it should be. It stays after any failure but wrong content and a full disk,
 * whose last bytes others need more.
 * Errors: DIGEST_MISMATCH, SIZE_MISMATCH, FILE_FAILED, those of the feed.
 */
export async function receiveBlob(
  pool: BlobPool,
  expected: Descriptor,
  feed: Feed,
  turn: Turn,
  signal: AbortSignal | undefined,
): Promise<void> {
  const path = partialPath(pool, expected.digest)
  const file = await fillPartial(pool, expected, feed, { signal, isDurable: true })
  try {
    await publish(pool, file, path, expected.digest, turn)
  } catch (error) {
    if (isFull(error)) await rm(path, { force: true })
    throw error
  } finally {
    await file.close()
  }
}

/** How an unfinished file is filled. */
export interface FillOptions {
  readonly signal: AbortSignal | undefined
  /** The device is told to begin before the end, because a sync will follow. */
  readonly isDurable: boolean
}

/**
 * The unfinished file of a digest once it is whole and verified; its opener closes it. Stays and errors as of `receiveBlob`.
 */
export async function fillPartial(
  pool: BlobPool,
  expected: Descriptor,
  feed: Feed,
  { signal, isDurable }: FillOptions,
): Promise<FileHandle> {
  const path = partialPath(pool, expected.digest)
  const file = await openPartial(pool, path)
  let isWrong = false
  try {
    const digester = createDigester(algorithmOf(expected.digest))
    const have = await takeBeginning(file, path, expected, digester, signal)
    const writer = new SlabWriter(file, path, digester, have, isDurable)
    try {
      if (have < expected.size) {
        await feed(have, async (slab) => {
          signal?.throwIfAborted()
          const size = writer.size + slab.length
          isWrong = size > expected.size
          if (isWrong) checkBlob(expected, { size })
          await writer.take(slab)
        })
      }
      signal?.throwIfAborted()
    } finally {
      // What arrived is what the next attempt need not ask for.
      await writer.flush()
    }
    // What is merely too short is the beginning of the right content.
    checkBlob(expected, { size: writer.size })
    isWrong = true
    checkBlob(expected, { size: writer.size, digest: digester.digest() })
    return file
  } catch (error) {
    await file.close()
    if (isWrong || isFull(error)) await rm(path, { force: true })
    throw error
  }
}

function isFull(error: unknown): boolean {
  return hasCode(error, 'FILE_FAILED') && ['ENOSPC', 'EDQUOT'].includes(String(error.details?.['system']))
}

/** Hashes what an earlier attempt left, and cuts what is too much. */
async function takeBeginning(
  file: FileHandle,
  path: string,
  expected: Descriptor,
  digester: Digester,
  signal: AbortSignal | undefined,
): Promise<number> {
  const { size } = fstatSync(file.fd)
  if (size === 0) return 0
  const have = Math.min(size, expected.size)
  await file.truncate(have)
  let hashed = 0
  for await (const chunk of readFileBytes(path, 0, signal)) {
    digester.update(chunk)
    hashed += chunk.length
  }
  return hashed
}

async function publish(
  pool: BlobPool,
  file: FileHandle,
  path: string,
  digest: string,
  turn: Turn,
): Promise<void> {
  try {
    await file.sync()
    const named = lstatSync(path, { throwIfNoEntry: false })
    // Taken over meanwhile: the file of that name is another's, and so is the rename.
    if (named?.ino !== fstatSync(file.fd).ino || !(await turn.isStillHeld())) return
    await pool.place(path, digest)
  } catch (error) {
    throw fileError(error, `write ${pool.path(digest)}`)
  }
}
