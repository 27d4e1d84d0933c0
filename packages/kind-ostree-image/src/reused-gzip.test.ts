import { deflateRawSync, gunzipSync } from 'node:zlib'
import { writeTar } from '@ocish/archive'
import { createDigester, digestOf, type Bytes } from '@ocish/sdk'
import { expect, it } from 'vitest'
import { reusedGzip, type ReusableInput } from './reused-gzip.ts'

/** Bytes that do not become much smaller. */
function noise(size: number): Buffer {
  const bytes = Buffer.alloc(size)
  for (let at = 0, state = size; at < size; at += 1) {
    state = (state * 1103515245 + 12345) & 0x7fffffff
    bytes[at] = state >> 16
  }
  return bytes
}

async function* cut(bytes: Buffer): Bytes & AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += 100_000) yield bytes.subarray(at, at + 100_000)
}

function file(path: string, bytes: Buffer): ReusableInput {
  const head = { path, type: 'file', mode: 0o644, uid: 0, gid: 0, mtime: 0, size: bytes.length } as const
  return { ...head, open: () => cut(bytes), openDeflated: () => cut(deflateRawSync(bytes)) }
}

async function collect(bytes: Bytes): Promise<Buffer> {
  const chunks: Uint8Array[] = []
  for await (const chunk of bytes) chunks.push(chunk)
  return Buffer.concat(chunks)
}

/** Members that another thread compresses, members that are made at once, and contents that are taken, in turn. */
function* entries(): Generator<ReusableInput> {
  for (let turn = 0; turn < 8; turn += 1) {
    for (let count = 0; count < 40; count += 1) yield file(`${turn}-small-${count}`, noise(3000 + count))
    yield file(`${turn}-taken`, noise(20_000))
    yield file(`${turn}-between`, noise(10))
    yield file(`${turn}-large`, noise(2_500_000))
    yield file(`${turn}-empty`, Buffer.alloc(0))
  }
}

async function* inTurn(): AsyncGenerator<ReusableInput> {
  yield* entries()
}

it('members come in the order of their entries, whoever compresses them, twice alike', async () => {
  const tar = await collect(writeTar(entries()))
  const plain = createDigester()
  const packed = await collect(reusedGzip(inTurn(), plain))
  expect(gunzipSync(packed).equals(tar)).toBe(true)
  expect(plain.digest()).toBe(digestOf(tar))
  expect((await collect(reusedGzip(inTurn(), createDigester()))).equals(packed)).toBe(true)
})

it('of a content that is not what its name says nothing is written', async () => {
  const bad = noise(20_000)
  const deflated = deflateRawSync(bad)
  async function* damaged(): AsyncGenerator<ReusableInput> {
    yield file('first', noise(30_000))
    yield {
      ...file('bad', bad),
      async *open() {
        yield bad
        throw new Error('not what its name says')
      },
    }
  }
  const chunks: Uint8Array[] = []
  const reading = async (): Promise<void> => {
    for await (const chunk of reusedGzip(damaged(), createDigester())) chunks.push(chunk)
  }
  await expect(reading()).rejects.toThrow('not what its name says')
  expect(Buffer.concat(chunks).includes(deflated.subarray(0, 1000))).toBe(false)
})
