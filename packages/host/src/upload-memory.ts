import { promises as fs } from 'node:fs'
import { join } from 'node:path'
import type { UploadMemory } from '@ocish/core/client'
import { readPrivate, writePrivate } from './private-file.ts'

/** Milliseconds after which no registry goes on with an upload. */
const forgottenAfter = 7 * 24 * 60 * 60 * 1000

/**
 * Remembers unfinished uploads as files of `folder`, one for each, which only this user can read: the address of a
 * session may let whoever has it write. What cannot be kept is not remembered.
 */
export function openUploadMemory(folder: string): UploadMemory {
  const pathOf = (key: string): string =>
    join(folder, process.getBuiltinModule('node:crypto').hash('sha256', key, 'hex'))
  return {
    async get(key) {
      const path = pathOf(key)
      try {
        const { mtimeMs } = await fs.lstat(path)
        if (Date.now() - mtimeMs < forgottenAfter) return await readPrivate(path, 64 * 1024)
      } catch {
        return undefined
      }
      await fs.rm(path, { force: true }).catch(() => {})
      return undefined
    },
    async set(key, id) {
      await writePrivate(pathOf(key), id).catch(() => {})
      await sweep(folder).catch(() => {})
    },
    async delete(key) {
      await fs.rm(pathOf(key), { force: true }).catch(() => {})
    },
  }
}

async function sweep(folder: string): Promise<void> {
  for (const name of await fs.readdir(folder)) {
    const path = join(folder, name)
    const { mtimeMs } = await fs.lstat(path)
    if (Date.now() - mtimeMs > forgottenAfter) await fs.rm(path, { force: true })
  }
}
