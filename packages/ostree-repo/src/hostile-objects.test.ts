import { describe, expect, it } from 'vitest'
import { encodeDirTree } from './dirtree.ts'
import { Evil } from './evil-repo.test-kit.ts'
import { fsck } from './fsck.ts'
import { objectPath } from './object-path.ts'

/** The vectors of ostree.md §19.2 that are a matter of single bytes; those of trees and refs are in hostile.test.ts. */
const bytes = Buffer.from('content')

/** An archived object whose stored bytes were changed behind its name. */
function changed(evil: Evil, change: (stored: Buffer) => Buffer): string {
  const checksum = evil.content({}, bytes)
  const path = objectPath(checksum, 'filez')
  evil.files[path] = change(Buffer.from(evil.files[path] as Uint8Array))
  return evil.commitOf(checksum)
}

function withLength(length: number): (stored: Buffer) => Buffer {
  return (stored) => {
    stored.writeUInt32BE(length)
    return stored
  }
}

describe('the head of an archived object', () => {
  it.each([0, 4096, 2 ** 32 - 1])('a length of %d is refused', async (length) => {
    const evil = new Evil()
    await expect(evil.readAll(changed(evil, withLength(length)))).toFailWith('OSTREE_OBJECT_INVALID')
  })

  it('a length beyond the limit is refused before the header is read', async () => {
    const evil = new Evil()
    const commit = changed(evil, (stored) =>
      withLength(2 ** 21)(Buffer.concat([stored, Buffer.alloc(2 ** 21)])),
    )
    await expect(evil.readAll(commit)).toFailWith('LIMIT_EXCEEDED')
  })

  it('a file that ends within it is refused', async () => {
    const evil = new Evil()
    for (const length of [0, 7, 8, 20]) {
      const commit = changed(evil, (stored) => stored.subarray(0, length))
      // oxlint-disable-next-line no-await-in-loop
      await expect(evil.readAll(commit)).toFailWith('OSTREE_OBJECT_INVALID')
    }
  })

  it('padding behind the length is ignored wherever the object is read, as libostree does', async () => {
    const evil = new Evil()
    const commit = changed(evil, (stored) => {
      stored.set([1, 2, 3, 4], 4)
      return stored
    })
    await evil.readAll(commit)
    expect(await fsck(await evil.open(), commit).next()).toMatchObject({ done: true, value: { faults: 0 } })
  })

  it('a device number is refused', async () => {
    const evil = new Evil()
    const commit = changed(evil, (stored) => {
      // Behind the prefix: size, owner, group, mode.
      stored.writeUInt32BE(5, 8 + 20)
      return stored
    })
    await expect(evil.readAll(commit)).toFailWith('OSTREE_OBJECT_INVALID')
  })
})

describe('the content of an object', () => {
  it('behind a link is refused', async () => {
    const evil = new Evil()
    const link = { mode: 0o120777, target: '/etc' }
    await expect(evil.readAll(evil.commitOf(evil.content(link, bytes)))).toFailWith('OSTREE_OBJECT_INVALID')
    const behind = evil.content(link, Buffer.alloc(0), { body: bytes })
    await expect(evil.readAll(evil.commitOf(behind))).toFailWith('OSTREE_OBJECT_INVALID')
    const sized = evil.content(link, Buffer.alloc(0), { size: 7, body: Buffer.alloc(0) })
    await expect(evil.readAll(evil.commitOf(sized))).toFailWith('OSTREE_OBJECT_INVALID')
  })

  it('of 1 GiB in a MiB is refused by its size alone where 100 MiB are allowed', async () => {
    const evil = new Evil()
    const bomb = evil.content({}, bytes, { size: 2 ** 30, body: Buffer.alloc(2 ** 20) })
    await expect(evil.readAll(evil.commitOf(bomb), { file: 100 * 2 ** 20 })).toFailWith('LIMIT_EXCEEDED')
  })

  it('of all files together has a limit', async () => {
    const evil = new Evil()
    const commit = evil.commitOf(evil.content({}, bytes))
    await evil.readAll(commit, { bytes: 7 })
    await expect(evil.readAll(commit, { bytes: 6 })).toFailWith('LIMIT_EXCEEDED')
  })
})

describe('the bytes of a folder object', () => {
  const checksum = 'a'.repeat(64)
  const files = ['a', 'b'].map((name) => ({ name, checksum }))
  // Two elements of 35 bytes (name, NUL, 32 bytes, offset), their ends, the end of the array.
  const whole = encodeDirTree({ files, folders: [] })

  it('lie as this test thinks', () => {
    expect([...whole.subarray(70)]).toEqual([35, 70, 72])
  })

  it.each([
    ['an offset table that decreases', 70, 71],
    ['an element that ends behind its array', 71, 72],
    ['an array that ends behind the object', 72, 200],
    ['no NUL behind a name', 1, 120],
    ['a NUL within a name', 0, 0],
    ['an offset within an element that lies behind it', 34, 99],
  ])('%s is refused', async (_, at, value) => {
    const evil = new Evil()
    const tree = Buffer.from(whole)
    tree[at] = value
    await expect(evil.readAll(evil.commit(evil.put('dirtree', tree)))).toFailWith('OSTREE_OBJECT_INVALID')
  })
})
