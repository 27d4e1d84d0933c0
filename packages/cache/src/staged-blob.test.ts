import { existsSync, statSync } from 'node:fs'
import { chmod, chown, lstat, readdir, readFile, rename, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import {
  createMemoryRegistry,
  type Feed,
  logged,
  pumpBlob,
  type Registry,
  type StagedBlob,
} from '@ocish/core'
import { digestOf } from '@ocish/sdk'
import { content, noise, temporaryFolder } from '@ocish/testing'
import { describe, expect, it } from 'vitest'
import { cached } from './cached.ts'
import { openStore } from './store.ts'

const large = noise(3_000_000)
const image = content({
  blobs: { large },
  manifests: { one: { layers: ['large'] } },
  tags: { v1: 'one' },
})
const blob = image.blobs.large.descriptor
const partial = `ingest/${blob.digest.replace(':', '-')}`

const elsewhere = '/dev/shm'
const isElsewhere =
  statSync(elsewhere, { throwIfNoEntry: false })?.dev !== statSync(tmpdir()).dev && existsSync(elsewhere)

interface Scene extends AsyncDisposable {
  /** What was asked of the origin. */
  readonly calls: string[]
  readonly join: (path: string) => string
  /** A new process's view. */
  readonly behind: (keeps?: boolean) => Registry
  /** An empty file that waits for the content. */
  readonly reserved: (name: string) => Promise<string>
  readonly ingest: () => Promise<readonly string[]>
  readonly feed: (registry: Registry) => Feed
}

async function scene(): Promise<Scene> {
  const folder = await temporaryFolder()
  const origin = createMemoryRegistry()
  await image.push(origin, 'app')
  const calls: string[] = []
  const counted = logged(origin, ({ method }) => calls.push(method))
  const stores: AsyncDisposable[] = []
  await using first = openStore(folder.path)
  await (await first.startUpload('x')).cancel()
  return {
    calls,
    join: (path) => folder.join(path),
    behind(keeps = false) {
      const store = openStore(folder.path)
      stores.push(store)
      return cached(counted, store, { host: 'r.example', keepBlob: () => keeps })
    },
    async reserved(name) {
      await writeFile(folder.join(name), '', { flag: 'wx' })
      return folder.join(name)
    },
    ingest: () => readdir(folder.join('ingest')),
    feed: (registry) => (start, sink) => pumpBlob({ registry, repository: 'app' }, blob, start, sink),
    async [Symbol.asyncDispose]() {
      for (const store of stores) await store[Symbol.asyncDispose]()
      await folder.remove()
    },
  }
}

async function staged(test: Scene, file: string, registry = test.behind()): Promise<StagedBlob> {
  const found = await registry.stageBlob!(blob, file, test.feed(registry))
  if (found === undefined) throw new TypeError('not staged')
  return found
}

describe('a blob that is to be a file', () => {
  it('is written once: the file is the one that the download wrote, with the mode of a new file', async () => {
    await using test = await scene()
    const file = await test.reserved('file')
    const { mode } = await stat(file)
    await using one = await staged(test, file)
    const arrived = await lstat(test.join(partial))
    await one.saveTo(file)
    const found = await lstat(file)
    expect([found.ino, found.nlink, found.mode]).toStrictEqual([arrived.ino, 1, mode])
    expect(digestOf(await readFile(file))).toBe(blob.digest)
    await one.drop()
    expect(await test.ingest()).toStrictEqual([])
    expect(digestOf(await readFile(file))).toBe(blob.digest)
  })

  it('goes on from what another process has left, and stays whole until it is saved', async () => {
    await using test = await scene()
    await writeFile(test.join(partial), large.subarray(0, 1_000_000))
    const file = await test.reserved('file')
    const starts: number[] = []
    const registry = test.behind()
    const feed: Feed = (start, sink) => {
      starts.push(start)
      return test.feed(registry)(start, sink)
    }
    await (await registry.stageBlob!(blob, file, feed))![Symbol.asyncDispose]()
    await using again = (await test.behind().stageBlob!(blob, file, feed))!
    await again.saveTo(file)
    expect(starts).toStrictEqual([1_000_000])
    expect(digestOf(await readFile(file))).toBe(blob.digest)
  })

  it('keeps what arrived when the download breaks off', async () => {
    await using test = await scene()
    const file = await test.reserved('file')
    const feed: Feed = async (_start, sink) => {
      await sink(large.subarray(0, 1_200_000))
      throw new Error('cut')
    }
    await expect(test.behind().stageBlob!(blob, file, feed)).rejects.toThrow('cut')
    expect((await stat(test.join(partial))).size).toBe(1_200_000)
    await using one = await staged(test, file)
    await one.saveTo(file)
    expect(digestOf(await readFile(file))).toBe(blob.digest)
  })

  it('is not kept when it is wrong', async () => {
    await using test = await scene()
    const file = await test.reserved('file')
    await writeFile(test.join(partial), new Uint8Array(1_000_000))
    await expect(staged(test, file)).toFailWith('DIGEST_MISMATCH')
    expect(await test.ingest()).toStrictEqual([])
    expect((await stat(file)).size).toBe(0)
  })

  it('is copied where an access list of the folder gives new files their mode, and dropped afterwards', async () => {
    await using test = await scene()
    const file = await test.reserved('file')
    await chmod(file, 0o662)
    const { ino } = await lstat(file)
    await using one = await staged(test, file)
    await one.saveTo(file)
    const found = await lstat(file)
    expect([found.ino, found.mode & 0o777]).toStrictEqual([ino, 0o662])
    expect(digestOf(await readFile(file))).toBe(blob.digest)
    expect(await test.ingest()).toHaveLength(1)
    await one.drop()
    expect(await test.ingest()).toStrictEqual([])
  })

  it.skipIf(process.getuid?.() !== 0)('has the group that a new file in its folder gets', async () => {
    await using test = await scene()
    const file = await test.reserved('file')
    await chown(file, 0, 12_345)
    await using one = await staged(test, file)
    const { ino } = await lstat(test.join(partial))
    await one.saveTo(file)
    const found = await lstat(file)
    expect([found.gid, found.ino]).toStrictEqual([12_345, ino])
  })

  it('with several names is several files: a change of one does not reach the others', async () => {
    await using test = await scene()
    const [file, other] = [await test.reserved('file'), await test.reserved('other')]
    await using one = await staged(test, file)
    await one.saveTo(file, { keep: true })
    await one.saveTo(other)
    await writeFile(file, 'changed')
    expect(digestOf(await readFile(other))).toBe(blob.digest)
    expect(await test.ingest()).toStrictEqual([])
  })

  it('is read instead while somebody else is at it, and where the store keeps it', async () => {
    await using test = await scene()
    const file = await test.reserved('file')
    await using one = await staged(test, file)
    const busy = test.behind()
    expect(await busy.stageBlob!(blob, file, test.feed(busy))).toBeUndefined()
    const keeping = test.behind(true)
    expect(await keeping.stageBlob!(blob, file, test.feed(keeping))).toBeUndefined()
    await one.saveTo(file)
  })

  it('is saved from its own file when its name was taken over meanwhile', async () => {
    await using test = await scene()
    const file = await test.reserved('file')
    await using one = await staged(test, file)
    const theirs = test.join('theirs')
    await writeFile(theirs, 'the beginning of another download')
    await rename(theirs, test.join(partial))
    await one.saveTo(file)
    await one.drop()
    expect(digestOf(await readFile(file))).toBe(blob.digest)
    expect(await readFile(test.join(partial), 'utf8')).toBe('the beginning of another download')
  })

  it.skipIf(!isElsewhere)('is read instead where the file is on another file system', async () => {
    await using test = await scene()
    const registry = test.behind()
    expect(await registry.stageBlob!(blob, elsewhere, test.feed(registry))).toBeUndefined()
    expect(test.calls).toStrictEqual([])
  })
})
