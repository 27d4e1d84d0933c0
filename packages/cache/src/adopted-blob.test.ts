import { existsSync } from 'node:fs'
import { mkdir, readFile, stat, writeFile } from 'node:fs/promises'
import { digestOf, octetStream } from '@ocish/sdk'
import { noise, temporaryFolder } from '@ocish/testing'
import { expect, it, vi } from 'vitest'
import { BlobPool } from './blob-pool.ts'
import type * as durableFile from './durable-file.ts'

interface Synced {
  readonly path: string
  /** Whether the blob had its name by then. */
  readonly isNamed: boolean
}

const seen = vi.hoisted(() => ({ target: '', synced: [] as Synced[] }))
vi.mock('./durable-file.ts', async (original) => {
  const real = await original<typeof durableFile>()
  const told =
    (sync: (path: string) => Promise<void>) =>
    async (path: string): Promise<void> => {
      await sync(path)
      seen.synced.push({ path, isNamed: existsSync(seen.target) })
    }
  return { ...real, syncFile: told(real.syncFile), syncFolder: told(real.syncFolder) }
})

it('is on the disk before it has its name, and its name when that was reported', async () => {
  await using folder = await temporaryFolder()
  const bytes = noise(70_000)
  const blob = { mediaType: octetStream, digest: digestOf(bytes), size: bytes.length }
  const pool = new BlobPool({ root: folder.join('blobs'), scratch: folder.join('new'), private: true })
  await Promise.all([mkdir(folder.join('blobs')), mkdir(folder.join('new'))])
  // Nobody has synced what was just spooled.
  await writeFile(folder.join('spooled'), bytes)
  seen.target = pool.path(blob.digest)
  await pool.adopt(blob, folder.join('spooled'), { isHashed: true })
  expect(seen.synced).toHaveLength(1)
  expect(seen.synced[0]?.path.startsWith(folder.join('new'))).toBe(true)
  expect(seen.synced[0]?.isNamed).toBe(false)
  await pool.settle()
  expect(seen.synced.slice(1)).toEqual([{ path: folder.join('blobs/sha256'), isNamed: true }])
  expect((await readFile(seen.target)).equals(bytes)).toBe(true)
  expect((await stat(seen.target)).size).toBe(blob.size)
})
