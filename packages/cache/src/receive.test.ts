import { readdir, readFile, writeFile } from 'node:fs/promises'
import { digestOf } from '@ocish/sdk'
import type { Feed, Registry } from '@ocish/core'
import { noise, temporaryFolder } from '@ocish/testing'
import { describe, expect, it } from 'vitest'
import { openLayout } from './layout.ts'
import { openStore } from './store.ts'

const bytes = noise(3_000_000)
const blob = { mediaType: 'application/octet-stream', digest: digestOf(bytes), size: bytes.length }
const partial = blob.digest.replace(':', '-')

/** Feeds the content in slabs that are spoilt as soon as the receiver is done with them. */
function feeding(step: number, end = bytes.length): Feed & { readonly starts: number[] } {
  const starts: number[] = []
  const feed = async (start: number, sink: (slab: Uint8Array) => Promise<void> | void): Promise<void> => {
    starts.push(start)
    const slab = new Uint8Array(step)
    for (let at = start; at < end; at += step) {
      const part = bytes.subarray(at, Math.min(end, at + step))
      slab.set(part)
      await sink(slab.subarray(0, part.length))
      slab.fill(0xee)
    }
    if (end < bytes.length) throw new Error('cut')
  }
  return Object.assign(feed, { starts })
}

interface Kind {
  readonly open: (folder: string) => Promise<Registry>
  readonly scratch: string
}

const kinds: Record<string, Kind> = {
  layout: { open: (folder) => openLayout(folder, { access: 'write' }), scratch: '.ocish' },
  store: { open: (folder) => Promise.resolve(openStore(folder)), scratch: 'ingest' },
}

describe.each(Object.entries(kinds))('receiving into a %s', (_, { open, scratch }) => {
  it.each([1000, 100_000, 262_144, 1_048_576])(
    'takes slabs of %i bytes that are used again',
    async (step) => {
      await using folder = await temporaryFolder()
      await using registry = await open(folder.path)
      expect(await registry.receiveBlob?.('app', blob, feeding(step))).toEqual(blob)
      const stored = await readFile(folder.join('blobs', blob.digest.replace(':', '/')))
      expect(digestOf(stored)).toBe(blob.digest)
      expect(await readdir(folder.join(scratch)).catch(() => [])).toEqual([])
    },
  )

  it('keeps many apart that arrive at once and one after the other', async () => {
    await using folder = await temporaryFolder()
    await using registry = await open(folder.path)
    const each = [...Array(24).keys()].map((at) => noise(150_000 + at * 60_000, at))
    const digests = each.map((whole) => digestOf(whole))
    await Promise.all(
      each.map(async (whole, at) => {
        const one = { mediaType: 'application/octet-stream', digest: digests[at] ?? '', size: whole.length }
        await registry.receiveBlob?.('app', one, async (_start, sink) => {
          for (let from = 0; from < whole.length; from += 50_000) {
            await new Promise(setImmediate)
            await sink(whole.slice(from, from + 50_000))
          }
        })
      }),
    )
    const files = digests.map((digest) => folder.join('blobs', digest.replace(':', '/')))
    expect(await Promise.all(files.map(async (file) => digestOf(await readFile(file))))).toEqual(digests)
  })

  it('asks for the rest only after a cut, also when it was opened again', async () => {
    await using folder = await temporaryFolder()
    {
      await using registry = await open(folder.path)
      await expect(registry.receiveBlob?.('app', blob, feeding(100_000, 1_800_000))).rejects.toThrow('cut')
    }
    await using registry = await open(folder.path)
    const feed = feeding(100_000)
    await registry.receiveBlob?.('app', blob, feed)
    expect(feed.starts).toEqual([1_800_000])
    expect(await registry.statBlob('app', blob.digest)).toMatchObject({ size: blob.size })
  })

  it('throws away what turns out to be wrong', async () => {
    await using folder = await temporaryFolder()
    await using registry = await open(folder.path)
    await expect(registry.receiveBlob?.('app', blob, feeding(100_000, 1_800_000))).rejects.toThrow('cut')
    const path = folder.join(scratch, partial)
    await writeFile(path, (await readFile(path)).fill(0, 5, 6))
    await expect(registry.receiveBlob?.('app', blob, feeding(100_000))).toFailWith('DIGEST_MISMATCH')
    const feed = feeding(100_000)
    await registry.receiveBlob?.('app', blob, feed)
    expect(feed.starts).toEqual([0])
  })

  it('refuses more than was promised, and goes on with what was less', async () => {
    await using folder = await temporaryFolder()
    await using registry = await open(folder.path)
    const long: Feed = async (start, sink) => {
      await feeding(500_000)(start, sink)
      await sink(new Uint8Array(1))
    }
    await expect(registry.receiveBlob?.('app', blob, long)).toFailWith('SIZE_MISMATCH')
    const short: Feed = async (_start, sink) => sink(bytes.slice(0, 7))
    await expect(registry.receiveBlob?.('app', blob, short)).toFailWith('SIZE_MISMATCH')
    const feed = feeding(500_000)
    await registry.receiveBlob?.('app', blob, feed)
    expect(feed.starts).toEqual([7])
  })

  it('feeds one of several, and ends with the reason of an abort', async () => {
    await using folder = await temporaryFolder()
    await using one = await open(folder.path)
    await using other = await open(folder.path)
    const controller = new AbortController()
    const aborted = one.receiveBlob?.('app', blob, feeding(100_000), { signal: controller.signal })
    controller.abort()
    await expect(aborted ?? Promise.reject(new Error('no receiveBlob'))).toFailWith('AbortError')
    const feeds = [feeding(100_000), feeding(100_000)]
    await Promise.all([
      one.receiveBlob?.('app', blob, feeds[0] ?? feeding(1)),
      other.receiveBlob?.('app', blob, feeds[1] ?? feeding(1)),
    ])
    expect(feeds.flatMap(({ starts }) => starts)).toEqual([0])
  })
})
