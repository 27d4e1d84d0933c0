import fc from 'fast-check'
import { Header } from 'tar/header'
import { expect, test } from 'vitest'
import { decodeTarHeader } from './header-fields.ts'
import { encodeTarHeader } from './header.ts'

/** The header as npm tar reads it, which is the reference. */
function reference(block: Buffer): object | string | undefined {
  const header = new Header(block, 0)
  if (header.nullBlock) return undefined
  if (!header.cksumValid) return 'ARCHIVE_INVALID'
  const { type, path = '', mode = 0, uid = 0, gid = 0, size = 0, mtime, uname = '', gname = '' } = header
  return { type, path, mode, uid, gid, size, mtime: (mtime?.getTime() ?? 0) / 1000, uname, gname }
}

function ours(block: Buffer): object | string | undefined {
  try {
    const fields = decodeTarHeader(block, undefined, 0)
    if (fields === undefined) return undefined
    const { type, path, mode, uid, gid, size, mtime, userName: uname, groupName: gname } = fields
    return { type, path, mode, uid, gid, size, mtime, uname, gname }
  } catch (error) {
    return (error as { readonly code: string }).code
  }
}

/** Sets the checksum for what the block holds now. */
function summed(block: Buffer): Buffer {
  block.fill(' ', 148, 156)
  const sum = block.reduce((total, byte) => total + byte, 0)
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 8, 'latin1')
  return block
}

const name = fc.stringMatching(/^[ -~]{0,99}$/)
const header = fc
  .record({
    path: name,
    prefix: fc.option(name, { nil: '' }),
    type: fc.constantFrom('file' as const, 'folder' as const, 'link' as const, 'block' as const),
    mode: fc.nat({ max: 0o7777 }),
    uid: fc.nat({ max: 0o7777777 }),
    gid: fc.nat({ max: 0o7777777 }),
    size: fc.nat({ max: 0o77777777777 }),
    mtime: fc.nat({ max: 0o77777777777 }),
    userName: fc.stringMatching(/^[a-z]{0,31}$/),
    groupName: fc.stringMatching(/^[a-z]{0,31}$/),
  })
  .map(({ prefix, ...entry }) => {
    const block = encodeTarHeader({ ...entry, path: entry.path.replace(/\/+$/, '') }).subarray(-512)
    block.write(prefix, 345, 'latin1')
    return summed(block)
  })

test('a header says what npm tar reads in it', () => {
  fc.assert(
    fc.property(header, (block) => {
      expect(ours(block)).toEqual(reference(block))
    }),
    { numRuns: 1000 },
  )
})

test('so does one with any byte changed, whether or not its checksum is right', () => {
  const offset = fc.integer({ min: 0, max: 511 })
  const byte = fc.oneof(fc.constantFrom(0, 0x20, 0x2f, 0x30, 0x38, 0x0a, 0x80, 0xff), fc.nat({ max: 255 }))
  fc.assert(
    fc.property(header, offset, byte, fc.boolean(), (block, at, value, isSummed) => {
      block[at] = value
      if (isSummed) summed(block)
      let expected: unknown
      try {
        expected = reference(block)
      } catch {
        expected = 'ARCHIVE_INVALID'
      }
      expect(ours(block)).toEqual(expected)
    }),
    { numRuns: 5000 },
  )
})

test('a block of zeros is the end', () => {
  expect(decodeTarHeader(Buffer.alloc(512), undefined, 0)).toBeUndefined()
})
