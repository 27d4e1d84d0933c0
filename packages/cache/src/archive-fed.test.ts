import { digestOf } from '@ocish/sdk'
import { collect } from '@ocish/core'
import { noise, temporaryFolder } from '@ocish/testing'
import { expect, it } from 'vitest'
import { openArchive } from './archive.ts'

const bytes = noise(300_000)
const blob = { mediaType: 'application/octet-stream', digest: digestOf(bytes), size: bytes.length }

function neverOpened(): never {
  throw new TypeError('the bytes were asked for, not the feed')
}

/** Delivers by one slab that is overwritten as soon as it may be. */
function slabs(content: Uint8Array) {
  return async (start: number, sink: (slab: Uint8Array) => Promise<void> | void): Promise<void> => {
    const slab = new Uint8Array(70_000)
    for (let at = start; at < content.length; at += slab.length) {
      const part = slab.subarray(0, Math.min(slab.length, content.length - at))
      part.set(content.subarray(at, at + part.length))
      await sink(part)
      slab.fill(0xff)
    }
  }
}

it('a blob is written by the fast way that is offered with it', async () => {
  await using folder = await temporaryFolder()
  await using archive = await openArchive(folder.join('a.tar'), { access: 'write' })
  const repository = 'app'
  await archive.pushBlob(repository, blob, neverOpened, { feed: slabs(bytes) })
  const { bytes: found } = await archive.openBlob(repository, blob)
  expect(await collect(found, { limit: 2 ** 20, what: 'the blob' })).toEqual(bytes)
})

it.each([
  ['DIGEST_MISMATCH', noise(300_001).subarray(1)],
  ['SIZE_MISMATCH', noise(299_999)],
  ['SIZE_MISMATCH', noise(300_001)],
] as const)(
  '%s of what was fed is the fault of the content, and nothing of it stays',
  async (code, wrong) => {
    await using folder = await temporaryFolder()
    await using archive = await openArchive(folder.join('a.tar'), { access: 'write' })
    const pushed = archive.pushBlob('app', blob, neverOpened, { feed: slabs(wrong) })
    await expect(pushed).rejects.toMatchObject({ code, details: { where: 'content' } })
    await expect(archive.statBlob('app', blob.digest)).rejects.toMatchObject({ code: 'BLOB_NOT_FOUND' })
    await archive.pushBlob('app', blob, neverOpened, { feed: slabs(bytes) })
    expect(await archive.statBlob('app', blob.digest)).toMatchObject({ size: blob.size })
  },
)
