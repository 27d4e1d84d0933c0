import { deflateRawSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { ArchivedBody } from './archived-body.ts'
import type { RepoFiles } from './repo-files.ts'

/** What is inflated in one step, by another thread as a whole, and in pieces. */
const sizes = [1000, 200_000, 3_000_000]

interface Opened {
  readonly body: ArchivedBody
  /** How often the file was read, and how many readings are still open. */
  readonly reads: () => number
  readonly open: () => number
}

function content(size: number): Buffer {
  return Buffer.alloc(size, 'some lines that become small\n')
}

/** A body behind other bytes of its file. */
function bodyOf(bytes: Buffer, size: number): Opened {
  const file = Buffer.concat([Buffer.alloc(10, 1), bytes])
  const count = { reads: 0, open: 0 }
  const files: Pick<RepoFiles, 'open' | 'head'> = {
    async *open(_, range = { start: 0 }) {
      count.reads += 1
      count.open += 1
      try {
        for (let at = range.start; at < (range.end ?? file.length); at += 1000)
          yield file.subarray(at, Math.min(at + 1000, range.end ?? file.length))
      } finally {
        count.open -= 1
      }
    },
    async head(_, length) {
      count.reads += 1
      return { size: file.length, bytes: file.subarray(0, length) }
    },
  }
  const place = { files: files as RepoFiles, path: 'x.filez', start: 10, end: file.length }
  return { body: new ArchivedBody(place, size), reads: () => count.reads, open: () => count.open }
}

async function collect(bytes: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = []
  for await (const chunk of bytes) chunks.push(chunk)
  return Buffer.concat(chunks)
}

it('what memory can hold is read once, for its content and as it is stored, and can be opened again', async () => {
  const plain = content(200_000)
  const deflated = deflateRawSync(plain)
  const { body, reads } = bodyOf(deflated, plain.length)
  body.begin()
  expect(await collect(body.open())).toEqual(plain)
  expect(await collect(body.openDeflated())).toEqual(deflated)
  expect(await collect(body.open())).toEqual(plain)
  expect(reads()).toBe(1)
})

it('a large content comes in pieces and is read again for what is stored', async () => {
  const plain = content(3_000_000)
  const deflated = deflateRawSync(plain)
  const { body, reads, open } = bodyOf(deflated, plain.length)
  body.begin()
  expect(await collect(body.open())).toEqual(plain)
  expect(reads()).toBe(1)
  expect(await collect(body.openDeflated())).toEqual(deflated)
  expect([reads(), open()]).toEqual([2, 0])
})

it.each([
  ['begun and not opened', async (body: ArchivedBody) => body.end()],
  [
    'opened, left after its first piece',
    async (body: ArchivedBody) => {
      for await (const _ of body.open()) return
    },
  ],
])('a large content that is %s lets go of its file', async (_, leave) => {
  const { body, reads, open } = bodyOf(deflateRawSync(content(3_000_000)), 3_000_000)
  body.begin()
  await leave(body)
  await body.end()
  await expect.poll(open).toBe(0)
  expect(reads()).toBe(1)
})

describe.each(sizes)('of %i bytes', (size) => {
  const plain = content(size)
  const deflated = deflateRawSync(plain)

  it.each([
    ['a damaged stream', Buffer.alloc(500, 7), size, /damaged/],
    ['an end that is missing', deflated.subarray(0, -10), size, /damaged/],
    ['bytes behind it', Buffer.concat([deflated, Buffer.from('x')]), size, /behind/],
    ['more than its size', deflated, size - 1, /longer|instead of/],
    ['less than its size', deflated, size + 1, /instead of/],
  ])('%s is told alike, begun or not', async (_, bytes, told, message) => {
    const begun = bodyOf(bytes, told)
    begun.body.begin()
    await expect(collect(begun.body.open())).rejects.toThrow(message)
    await expect(collect(bodyOf(bytes, told).body.open())).rejects.toThrow(message)
    expect(begun.open()).toBe(0)
  })
})

it('what is small is not worth a beginning, what is large is not held as a whole', () => {
  const held = sizes.map((size) => bodyOf(Buffer.alloc(10), size).body.held)
  expect(held[0]).toBe(0)
  expect(held[1]).toBe(200_000)
  expect(held[2]).toBeLessThan(2 ** 20)
})
