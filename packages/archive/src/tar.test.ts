import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ReadyBytes, type Bytes } from '@ocish/sdk'
import fc from 'fast-check'
import { afterAll, describe, expect, test } from 'vitest'
import { encodeTarHeader, readTar, tarEnd, writeTar, type TarInput } from './index.ts'

const folder = mkdtempSync(join(tmpdir(), 'ocish-archive-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

async function* pieces(bytes: Uint8Array, size = 1000): Bytes & AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.slice(at, at + size)
}

async function collect(bytes: Bytes): Promise<Buffer> {
  const chunks: Uint8Array[] = []
  for await (const chunk of bytes) chunks.push(chunk)
  return Buffer.concat(chunks)
}

function file(path: string, text: string | Uint8Array, more: Partial<TarInput> = {}): TarInput {
  const bytes = Buffer.from(text)
  const base = { mode: 0o644, uid: 0, gid: 0, mtime: 0, size: bytes.length }
  return { ...base, path, type: 'file', open: () => pieces(bytes), ...more }
}

async function readAll(
  bytes: Bytes,
  limits = {},
): Promise<{ path: string; text: string; type: string; target?: string }[]> {
  const found = []
  for await (const { path, type, target, content } of readTar(bytes, { limits })) {
    const text = (await collect(content)).toString()
    found.push({ path, type, text, ...(target === undefined ? {} : { target }) })
  }
  return found
}

describe('round trip', () => {
  const name = fc
    .array(fc.stringMatching(/^[\p{L}\p{N} _.-]{1,60}$/u), { minLength: 1, maxLength: 6 })
    .map((parts) => parts.join('/'))

  test('any path, target, size and attribute comes back', async () => {
    const entry = fc.record({
      path: name,
      body: fc.uint8Array({ maxLength: 2000 }),
      uid: fc.nat({ max: 4_000_000_000 }),
      mtime: fc.integer({ min: -1000, max: 20_000_000_000 }),
      xattr: fc.uint8Array({ maxLength: 50 }),
    })
    await fc.assert(
      fc.asyncProperty(
        fc.array(entry, { maxLength: 5 }),
        fc.integer({ min: 1, max: 3000 }),
        async (entries, size) => {
          const inputs = entries.map(({ path, body, uid, mtime, xattr }) =>
            file(path, body, { uid, mtime, xattrs: new Map([['user.a', xattr]]) }),
          )
          const bytes = await collect(writeTar(inputs))
          const read = []
          for await (const member of readTar(pieces(bytes, size)))
            read.push({ ...member, body: await collect(member.content) })
          expect(read.map(({ path, uid, mtime }) => ({ path, uid, mtime }))).toEqual(
            entries.map(({ path, uid, mtime }) => ({ path, uid, mtime })),
          )
          for (const [index, member] of read.entries()) {
            expect(member.body.equals(entries[index]?.body ?? new Uint8Array())).toBe(true)
            expect(
              Buffer.from(member.xattrs?.get('user.a') ?? []).equals(
                entries[index]?.xattr ?? new Uint8Array(),
              ),
            ).toBe(true)
          }
        },
      ),
      { numRuns: 200 },
    )
  })

  test('a file whose path is cut off behind a slash in its header is still a file', async () => {
    const path = `${'a/'.repeat(1000)}b`
    expect(await readAll(writeTar([file(path, 'x'), file('c', 'y')]))).toEqual([
      { path, type: 'file', text: 'x' },
      { path: 'c', type: 'file', text: 'y' },
    ])
  })

  test('content that has been read with its header is at hand, and is a stream as well', async () => {
    const bytes = await collect(writeTar([file('a', 'small'), file('b', 'x'.repeat(3000)), file('c', '')]))
    const found = []
    for await (const { path, content } of readTar(pieces(bytes, 2048))) {
      const ready = content instanceof ReadyBytes ? Buffer.from(content.bytes).toString() : undefined
      found.push([path, ready, (await collect(content)).toString()])
    }
    expect(found).toEqual([
      ['a', 'small', 'small'],
      ['b', undefined, 'x'.repeat(3000)],
      ['c', '', ''],
    ])
  })

  test('content that nobody reads is skipped', async () => {
    const bytes = await collect(writeTar([file('a', 'x'.repeat(5000)), file('b', 'tail')]))
    const paths = []
    for await (const { path } of readTar(pieces(bytes, 7))) paths.push(path)
    expect(paths).toEqual(['a', 'b'])
  })
})

describe('with the tar of the system', () => {
  test('it lists and extracts what we write', async () => {
    const long = `${'d'.repeat(120)}/${'f'.repeat(120)}`
    const entries: TarInput[] = [
      { ...file('bin', ''), type: 'folder', mode: 0o755 },
      file('bin/run', 'run me', { mode: 0o755 }),
      file('bin/again', '', { type: 'hardlink', target: 'bin/run' }),
      file('link', '', { type: 'link', target: 'bin/run' }),
      file(long, 'long'),
      file('naïve/ünï', 'unicode'),
    ]
    const archive = join(folder, 'ours.tar')
    writeFileSync(archive, await collect(writeTar(entries)))
    const listed = execFileSync('tar', ['-tf', archive, '--quoting-style=literal'])
      .toString()
      .trim()
      .split('\n')
    expect(listed).toEqual(['bin/', 'bin/run', 'bin/again', 'link', long, 'naïve/ünï'])
    expect(execFileSync('tar', ['-xOf', archive, long]).toString()).toBe('long')
  })

  test.each(['gnu', 'pax', 'ustar', 'v7'])('we read what it writes in the format %s', async (format) => {
    const path = format === 'v7' || format === 'ustar' ? 'short/file' : `${'n'.repeat(90)}/${'m'.repeat(90)}`
    const source = join(folder, format)
    execFileSync('mkdir', ['-p', join(source, path.split('/')[0] ?? '')])
    writeFileSync(join(source, path), format)
    const archive = join(folder, `${format}.tar`)
    execFileSync('tar', ['-cf', archive, `--format=${format}`, '-C', source, '.'])
    const read = await readAll(pieces(readFileSync(archive), 511))
    expect(read.find(({ type }) => type === 'file')).toMatchObject({ path: `./${path}`, text: format })
  })
})

describe('damage', () => {
  test('a wrong checksum, a cut header and a cut content are errors', async () => {
    const bytes = await collect(writeTar([file('a', 'content of a')]))
    const wrong = Buffer.from(bytes)
    wrong[0] = (wrong[0] ?? 0) ^ 1
    await expect(readAll(pieces(wrong))).toFailWith('ARCHIVE_INVALID')
    await expect(readAll(pieces(bytes.subarray(0, 300)))).toFailWith('ARCHIVE_INVALID')
    await expect(readAll(pieces(bytes.subarray(0, 515)))).toFailWith('ARCHIVE_INVALID')
  })

  test('an archive may end behind the last content, before its padding and closing blocks', async () => {
    const bytes = await collect(writeTar([file('a', 'content of a')]))
    for (const end of [524, 600, 1024]) {
      // oxlint-disable-next-line no-await-in-loop
      expect(await readAll(pieces(bytes.subarray(0, end)))).toMatchObject([
        { path: 'a', text: 'content of a' },
      ])
    }
  })

  test('an entry whose content has another length than its header says is an error', async () => {
    await expect(collect(writeTar([file('a', 'four', { size: 5 })]))).toFailWith('SIZE_MISMATCH')
    await expect(collect(writeTar([file('a', 'four', { size: 3 })]))).toFailWith('SIZE_MISMATCH')
  })

  test('T31 the source is read to its end behind the closing blocks', async () => {
    const bytes = await collect(writeTar([file('a', 'a')]))
    let ended = false
    async function* source(): AsyncGenerator<Uint8Array> {
      yield bytes
      yield Buffer.from('trailing bytes')
      ended = true
    }
    expect(await readAll(source())).toHaveLength(1)
    expect(ended).toBe(true)
  })

  test('T40 the numbers of entries, bytes and records are limited, also for a terabyte that is only a header', async () => {
    const entries = await collect(writeTar([file('a', 'a'), file('b', 'b'), file('c', 'c')]))
    await expect(readAll(pieces(entries), { entries: 2 })).toFailWith('LIMIT_EXCEEDED')
    const huge = Buffer.concat([encodeTarHeader(file('huge', '', { size: 2 ** 40 })), tarEnd()])
    await expect(readAll(pieces(huge))).toFailWith('LIMIT_EXCEEDED')
    const path = await collect(writeTar([file('p'.repeat(5000), '')]))
    await expect(readAll(pieces(path))).toFailWith('LIMIT_EXCEEDED')
  })

  test('leaving early closes the source', async () => {
    const bytes = await collect(writeTar([file('a', 'a'), file('b', 'b')]))
    let closed = false
    async function* source(): AsyncGenerator<Uint8Array> {
      try {
        yield* pieces(bytes, 512)
      } finally {
        closed = true
      }
    }
    for await (const member of readTar(source())) {
      expect(member.path).toBe('a')
      break
    }
    expect(closed).toBe(true)
  })
})
