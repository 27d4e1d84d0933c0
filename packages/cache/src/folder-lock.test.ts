import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises'
import { basename } from 'node:path'
import { opened, temporaryFolder } from '@ocish/testing'
import { describe, expect, it } from 'vitest'
import { withLock } from './folder-lock.ts'
import { openLayout } from './layout.ts'
import { isGone, thisProcess } from './process-identity.ts'

/** The identity of a process that has ended. */
async function deadProcess(): Promise<{
  readonly host: string
  readonly pid: number
  readonly started: string
}> {
  const child = spawn(process.execPath, ['--version'], { stdio: 'ignore' })
  const { pid = 0 } = child
  await once(child, 'close')
  return { ...(await thisProcess()), pid, started: '1' }
}

describe('a lock', () => {
  it('is held by one at a time, and gone afterwards', async () => {
    await using folder = await temporaryFolder()
    const path = folder.join('lock')
    let holders = 0
    const work = async (): Promise<number> => {
      holders += 1
      expect(JSON.parse(await readFile(path, 'utf8'))).toMatchObject({ pid: process.pid })
      expect(holders).toBe(1)
      holders -= 1
      return holders
    }
    const turns = Array.from({ length: 10 }, () => withLock(path, work))
    expect(await Promise.all(turns)).toStrictEqual(Array(10).fill(0))
    expect(await readdir(folder.path)).toStrictEqual([])
  })

  it('is let go when the work fails', async () => {
    await using folder = await temporaryFolder()
    const path = folder.join('lock')
    await expect(withLock(path, () => Promise.reject(new Error('no')))).rejects.toThrow('no')
    expect(await readdir(folder.path)).toStrictEqual([])
  })

  it('of a process that has ended is taken over by one of many', async () => {
    await using folder = await temporaryFolder()
    const path = folder.join('lock')
    await writeFile(path, JSON.stringify(await deadProcess()))
    let holders = 0
    const work = async (): Promise<void> => {
      holders += 1
      expect(holders).toBe(1)
      await readFile(path)
      holders -= 1
    }
    await Promise.all(Array.from({ length: 8 }, () => withLock(path, work)))
    expect(await readdir(folder.path)).toStrictEqual([])
  })

  it('that nobody asks for again goes with the first write into the folder', async () => {
    await using folder = await temporaryFolder()
    await using layout = await openLayout(folder.path, { access: 'write' })
    await mkdir(folder.join('.ocish'))
    const left = folder.join('.ocish', `sha256-${'0'.repeat(64)}.lock`)
    await writeFile(left, JSON.stringify(await deadProcess()))
    const held = folder.join('.ocish', `sha256-${'1'.repeat(64)}.lock`)
    await withLock(held, async () => {
      await layout.pushBlob(layout.repository, {}, opened('new'))
      expect(await readdir(folder.join('.ocish'))).toStrictEqual([basename(held)])
    })
    await layout[Symbol.asyncDispose]()
    expect((await readdir(folder.path)).toSorted()).toStrictEqual(['blobs', 'index.json', 'oci-layout'])
  })

  it('of a process that runs is waited for, and names it', async () => {
    await using folder = await temporaryFolder()
    const path = folder.join('lock')
    const held = JSON.stringify(await thisProcess())
    await writeFile(path, held)
    await expect(withLock(path, async () => {}, { wait: 50 })).toFailWith('CACHE_LOCKED')
    await expect(withLock(path, async () => {}, { signal: AbortSignal.timeout(30) })).rejects.toThrow(
      'timeout',
    )
    expect(await readFile(path, 'utf8')).toBe(held)
  })

  it('that is a link to nothing is never followed, and waited for until the signal', async () => {
    await using folder = await temporaryFolder()
    const path = folder.join('lock')
    await symlink(folder.join('nothing'), path)
    await expect(withLock(path, async () => {}, { signal: AbortSignal.timeout(30) })).rejects.toThrow(
      'timeout',
    )
    expect(await readdir(folder.path)).toStrictEqual(['lock'])
  })

  it('of another machine is not judged by its process number', async () => {
    await using folder = await temporaryFolder()
    const path = folder.join('lock')
    await writeFile(path, JSON.stringify({ ...(await deadProcess()), host: 'elsewhere' }))
    await expect(withLock(path, async () => {}, { wait: 50 })).toFailWith('CACHE_LOCKED')
  })

  it('tells its holder when it was taken away', async () => {
    await using folder = await temporaryFolder()
    const path = folder.join('lock')
    await withLock(path, async (lock) => {
      expect(await lock.isStillHeld()).toBe(true)
      await writeFile(path, 'somebody else')
      expect(await lock.isStillHeld()).toBe(false)
    })
    expect(await readFile(path, 'utf8')).toBe('somebody else')
  })
})

describe('a process', () => {
  it('is gone when it has ended, or when its number is another process now', async () => {
    const self = await thisProcess()
    expect(await isGone(self)).toBe(false)
    expect(await isGone(await deadProcess())).toBe(true)
    expect(await isGone({ ...self, started: '1' })).toBe(self.started !== '')
    expect(await isGone({ ...(await deadProcess()), host: 'elsewhere' })).toBe(false)
  })
})
