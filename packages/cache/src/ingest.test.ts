import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdir, stat, symlink, utimes, writeFile } from 'node:fs/promises'
import { DatabaseSync } from 'node:sqlite'
import type { Bytes } from '@ocish/sdk'
import { digestOf } from '@ocish/sdk'
import { fromBytes } from '@ocish/core'
import { noise, readAll, temporaryFolder } from '@ocish/testing'
import { describe, expect, it } from 'vitest'
import type { Fetched } from './rest-of.ts'
import { thisProcess } from './process-identity.ts'
import { openStore, type Store } from './store.ts'

const large = noise(2_000_000)
const blob = { mediaType: 'application/octet-stream', digest: digestOf(large), size: large.length }
const partial = `ingest/${blob.digest.replace(':', '-')}`
const { signal } = new AbortController()

/** Gives what is asked for, and remembers from where. */
function origin(): { readonly starts: number[]; readonly fetch: (start: number) => Promise<Fetched> } {
  const starts: number[] = []
  const fetch = async (start: number): Promise<Fetched> => {
    starts.push(start)
    return { start, bytes: fromBytes(large.subarray(start)) }
  }
  return { starts, fetch }
}

async function readThrough(store: Store, fetch: (start: number) => Promise<Fetched>): Promise<string> {
  return digestOf(await readAll(await store.download('host/team/app', blob, fetch)))
}

/** A lease that somebody seems to hold. */
async function leaseOf(folder: string, owner: object, beat: number): Promise<void> {
  await using store = openStore(folder)
  await Array.fromAsync(store.repositories())
  const database = new DatabaseSync(`${folder}/store.db`, { timeout: 5000 })
  const insert = database.prepare('INSERT INTO leases (digest, owner, beat) VALUES (?, ?, ?)')
  insert.run(blob.digest, JSON.stringify(owner), beat)
  database.close()
}

describe('a download into the store', () => {
  it('goes on from what a process left that was killed', async () => {
    await using folder = await temporaryFolder()
    const child = spawn(process.execPath, ['--version'], { stdio: 'ignore' })
    const { pid } = child
    await once(child, 'close')
    await leaseOf(folder.path, { ...(await thisProcess()), pid, started: '1' }, Date.now())
    await using store = openStore(folder.path)
    await (await store.startUpload('x')).cancel()
    await writeFile(folder.join(partial), large.subarray(0, 1_500_000))
    const { starts, fetch } = origin()
    expect(await readThrough(store, fetch)).toBe(blob.digest)
    expect(starts).toStrictEqual([1_500_000])
    expect(await readdir(folder.join('ingest'))).toStrictEqual([])
  })

  it('takes over from one that is silent, without touching its file', async () => {
    await using folder = await temporaryFolder()
    await leaseOf(folder.path, await thisProcess(), Date.now() - 60_000)
    await using store = openStore(folder.path)
    await (await store.startUpload('x')).cancel()
    await writeFile(folder.join(partial), large.subarray(0, 1_000_000))
    const before = await stat(folder.join(partial))
    let during = before.ino
    const fetch = async (start: number): Promise<Fetched> => {
      during = (await stat(folder.join(partial))).ino
      return { start, bytes: fromBytes(large.subarray(start)) }
    }
    expect(await readThrough(store, fetch)).toBe(blob.digest)
    expect(during).not.toBe(before.ino)
  })

  it('takes an origin without ranges that begins again', async () => {
    await using folder = await temporaryFolder()
    await using store = openStore(folder.path)
    await (await store.startUpload('x')).cancel()
    await writeFile(folder.join(partial), large.subarray(0, 999_999))
    const fetch = async (): Promise<Fetched> => ({ start: 0, bytes: fromBytes(large) })
    expect(await readThrough(store, fetch)).toBe(blob.digest)
  })

  it('ends with the reason of an abort and keeps what arrived', async () => {
    await using folder = await temporaryFolder()
    await using store = openStore(folder.path)
    const controller = new AbortController()
    const endless = async function* endless(): Bytes & AsyncGenerator<Uint8Array> {
      yield large.slice(0, 1_200_000)
      await once(controller.signal, 'abort')
      yield large.slice(1_200_000)
    }
    const bytes = await store.download('host/app', blob, async () => ({ start: 0, bytes: endless() }), {
      signal: controller.signal,
    })
    const read = async (): Promise<void> => {
      for await (const _ of bytes) controller.abort()
    }
    await expect(read()).toFailWith('AbortError')
    expect((await stat(folder.join(partial))).size).toBe(1_200_000)
    const { starts, fetch } = origin()
    expect(await readThrough(store, fetch)).toBe(blob.digest)
    expect(starts).toStrictEqual([1_200_000])
  })

  it('passes the failure of its origin on, and leaves no lease', async () => {
    await using folder = await temporaryFolder()
    await using store = openStore(folder.path)
    const failing = (): Promise<never> => Promise.reject(new Error('unreachable'))
    await expect(store.download('host/app', blob, failing)).rejects.toThrow('unreachable')
    const { starts, fetch } = origin()
    expect(await readThrough(store, fetch)).toBe(blob.digest)
    expect(starts).toStrictEqual([0])
  })

  it('keeps a blob that is too short for the next attempt, but not one that is too long', async () => {
    await using folder = await temporaryFolder()
    await using store = openStore(folder.path)
    const giving = (bytes: Uint8Array) => async (): Promise<Fetched> => ({
      start: 0,
      bytes: fromBytes(bytes),
    })
    await expect(readThrough(store, giving(large.subarray(0, 1000)))).toFailWith('SIZE_MISMATCH')
    expect((await stat(folder.join(partial))).size).toBe(1000)
    const longer = new Uint8Array([...large, 1])
    await expect(readThrough(store, giving(longer))).toFailWith('SIZE_MISMATCH')
    await expect(stat(folder.join(partial))).rejects.toThrow('ENOENT')
  })

  it('T52 does not follow a link that was planted under its name', async () => {
    await using folder = await temporaryFolder()
    await using store = openStore(folder.join('store'))
    await (await store.startUpload('x')).cancel()
    await writeFile(folder.join('victim'), '')
    await symlink(folder.join('victim'), folder.join('store', partial))
    await expect(readThrough(store, origin().fetch)).toFailWith('FILE_FAILED')
    expect((await stat(folder.join('victim'))).size).toBe(0)
  })

  it('is swept when nobody goes on with it', async () => {
    await using folder = await temporaryFolder()
    await using store = openStore(folder.path)
    await (await store.startUpload('x')).cancel()
    await writeFile(folder.join(partial), 'old')
    await utimes(folder.join(partial), 1000, 1000)
    await Array.fromAsync(store.prune({ dryRun: true, signal }))
    expect(await readdir(folder.join('ingest'))).toHaveLength(1)
    await Array.fromAsync(store.prune({ dryRun: false, signal }))
    expect(await readdir(folder.join('ingest'))).toStrictEqual([])
  })
})
