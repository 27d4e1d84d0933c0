import { mkdir, rmdir, writeFile } from 'node:fs/promises'
import { temporaryFolder } from '@ocish/testing'
import { expect, it } from 'vitest'
import { makeFolders } from './make-folder.ts'

it('makes a folder that others remove at the same time', async () => {
  await using folder = await temporaryFolder()
  const path = folder.join('a', 'b')
  const rounds = Array.from({ length: 100 }, (_, at) => at)
  const removed = async (): Promise<void> => {
    await rmdir(path).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOENT') throw error
    })
  }
  const worker = async (): Promise<void> => {
    // oxlint-disable-next-line no-await-in-loop -- what is removed is what was made
    for (const _ of rounds) await makeFolders(path, 0o777).then(removed)
  }
  await Promise.all(Array.from({ length: 4 }, worker))
  await makeFolders(path, 0o777)
  await expect(mkdir(path)).rejects.toMatchObject({ code: 'EEXIST' })
})

it('refuses a name that a file has', async () => {
  await using folder = await temporaryFolder()
  await writeFile(folder.join('file'), '')
  await expect(makeFolders(folder.join('file'), 0o777)).rejects.toMatchObject({ code: 'EEXIST' })
  await expect(makeFolders(folder.join('file', 'below'), 0o777)).rejects.toMatchObject({ code: 'ENOTDIR' })
})

it.skipIf(process.platform !== 'linux')('ends where folders cannot be made', async () => {
  await expect(makeFolders('/proc/none/at/all', 0o777)).rejects.toMatchObject({ code: 'ENOENT' })
})
