import { deflateRawSync } from 'node:zlib'
import { expect, it } from 'vitest'
import { ArchivedBody } from './archived-body.ts'
import type { RepoFiles } from './repo-files.ts'

const plain = Buffer.alloc(200_000, 'some lines that become small\n')
const deflated = deflateRawSync(plain)

interface Opened {
  readonly body: ArchivedBody
  readonly reads: () => number
}

/** A body behind other bytes of its file, and how often it was read. */
function bodyOf(bytes: Buffer, size = plain.length): Opened {
  const file = Buffer.concat([Buffer.alloc(10, 1), bytes])
  let reads = 0
  const open: RepoFiles['open'] = async function* (_, range) {
    reads += 1
    yield file.subarray(range?.start, range?.end)
  }
  const files: Pick<RepoFiles, 'open'> = { open }
  const place = { files: files as RepoFiles, path: 'x.filez', start: 10, end: file.length }
  return { body: new ArchivedBody(place, size), reads: () => reads }
}

async function collect(bytes: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = []
  for await (const chunk of bytes) chunks.push(chunk)
  return Buffer.concat(chunks)
}

it('a body that was begun is read once, for its content and as it is stored, and can be opened again', async () => {
  const opened = bodyOf(deflated)
  expect(opened.body.canBegin).toBe(true)
  opened.body.begin()
  expect(await collect(opened.body.open())).toEqual(plain)
  expect(await collect(opened.body.openDeflated())).toEqual(deflated)
  expect(await collect(opened.body.open())).toEqual(plain)
  expect(opened.reads()).toBe(1)
})

it.each([
  ['a damaged stream', Buffer.alloc(500, 7), plain.length, /damaged/],
  ['an end that is missing', deflated.subarray(0, 100), plain.length, /damaged/],
  ['bytes behind it', Buffer.concat([deflated, Buffer.from('x')]), plain.length, /behind/],
  ['more than its size', deflated, plain.length - 1, /longer|instead of/],
  ['less than its size', deflated, plain.length + 1, /instead of/],
])('%s is told alike, begun or not', async (_, bytes, size, message) => {
  const begun = bodyOf(bytes, size)
  begun.body.begin()
  await expect(collect(begun.body.open())).rejects.toThrow(message)
  await expect(collect(bodyOf(bytes, size).body.open())).rejects.toThrow(message)
})

it('what is small, or larger than memory should hold, is not begun', () => {
  expect(bodyOf(deflated, 1000).body.canBegin).toBe(false)
  expect(bodyOf(deflated, 2 ** 30).body.canBegin).toBe(false)
})
