import { readFile, stat } from 'node:fs/promises'
import { OcishError } from '@ocish/sdk'
import type { BigIntStats } from 'node:fs'

/**
 * Looks at a file of a layout before it is read whole: a regular one, and not too large.
 * Errors: LAYOUT_INVALID, LIMIT_EXCEEDED; system errors as they are.
 */
export async function statSmallFile(path: string, limit: number): Promise<BigIntStats> {
  const stats = await stat(path, { bigint: true })
  if (!stats.isFile()) throw new OcishError('LAYOUT_INVALID', `${path} is no regular file`)
  if (stats.size > limit) throw new OcishError('LIMIT_EXCEEDED', `${path} is larger than ${limit} bytes`)
  return stats
}

/** Errors: as `statSmallFile`. */
export async function readSmallFile(path: string, limit: number): Promise<Uint8Array> {
  await statSmallFile(path, limit)
  return await readFile(path)
}
