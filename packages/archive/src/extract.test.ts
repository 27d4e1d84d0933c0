import type { Bytes, Target } from '@ocish/sdk'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { entryPath, extractTar, foldedPath, writeTar, type TarInput } from './index.ts'

/** Remembers what was written; what a target itself refuses is tested where targets live. */
function memoryTarget(): Target & { readonly written: Map<string, string> } {
  const written = new Map<string, string>()
  return {
    written,
    async write(path, content, options) {
      const chunks: Uint8Array[] = []
      for await (const chunk of content) chunks.push(chunk)
      written.set(path, `${Buffer.concat(chunks).toString()} ${options?.mode?.toString(8)}`)
    },
    async folder(path) {
      written.set(path, 'folder')
    },
    async link(path, target) {
      written.set(path, `-> ${target}`)
    },
    async hardlink(path, existing) {
      written.set(path, `= ${existing}`)
    },
  }
}

async function* once(bytes: Uint8Array): Bytes & AsyncGenerator<Uint8Array> {
  yield bytes
}

function entry(path: string, more: Partial<TarInput> = {}): TarInput {
  const base = { mode: 0o644, uid: 0, gid: 0, mtime: 0, size: 1 }
  return { ...base, path, type: 'file', open: () => once(Buffer.from('x')), ...more }
}

const link = (path: string, target: string, type: 'link' | 'hardlink' = 'link'): TarInput =>
  entry(path, { type, target, size: 0 })

test('files, folders, links and hard links arrive; setuid bits do not', async () => {
  const target = memoryTarget()
  const entries = [
    entry('./', { type: 'folder', size: 0 }),
    entry('./bin', { type: 'folder', size: 0 }),
    entry('./bin/su', { mode: 0o4755 }),
    entry('./readme', { mode: 0o666 }),
    link('./bin/link', 'su'),
    link('./bin/hard', './bin/su', 'hardlink'),
  ]
  expect(await extractTar(writeTar(entries), target)).toEqual({ entries: 5, bytes: 2 })
  expect([...target.written]).toEqual([
    ['bin', 'folder'],
    ['bin/su', 'x 755'],
    ['readme', 'x 644'],
    ['bin/link', '-> su'],
    ['bin/hard', '= bin/su'],
  ])
})

test('include leaves entries out, permissions are kept on request', async () => {
  const target = memoryTarget()
  const options = { include: (path: string) => path !== 'b', preservePermissions: true }
  await extractTar(writeTar([entry('a', { mode: 0o4640 }), entry('b')]), target, options)
  expect([...target.written]).toEqual([['a', 'x 640']])
})

describe('T1 paths that leave the root or mean something else elsewhere', () => {
  test.each(['../x', '/abs', 'a/../../x', 'a\\b', 'C:x', 'c:/x', 'a/./b', 'a//b', '..', '/', './../x'])(
    '%s',
    async (path) => {
      expect(() => entryPath(path)).toFailWith('ARCHIVE_UNSAFE')
      await expect(extractTar(writeTar([entry(path)]), memoryTarget())).toFailWith('ARCHIVE_UNSAFE')
    },
  )
  test('T1 a path of 5,000 characters is over the limit', async () => {
    await expect(extractTar(writeTar([entry('a/'.repeat(2500))]), memoryTarget())).toFailWith(
      'LIMIT_EXCEEDED',
    )
  })
  test.each([
    ['./a', 'a'],
    ['a/', 'a'],
    ['.', ''],
    ['././a/b', 'a/b'],
    ['a..b/...', 'a..b/...'],
  ])('the plain path %s is %s', (path, plain) => {
    expect(entryPath(path)).toBe(plain)
  })
})

describe('what would write through a link', () => {
  test('T3 an entry below a link, and a file of the name of a link', async () => {
    await expect(extractTar(writeTar([link('a', 'b'), entry('a/x')]), memoryTarget())).toFailWith(
      'ARCHIVE_UNSAFE',
    )
    await expect(extractTar(writeTar([link('a', 'b'), entry('a')]), memoryTarget())).toFailWith(
      'ARCHIVE_UNSAFE',
    )
    await expect(extractTar(writeTar([entry('a'), entry('a/b')]), memoryTarget())).toFailWith(
      'ARCHIVE_UNSAFE',
    )
  })
  test('T4 hard links only to files of this archive that came before', async () => {
    for (const target of ['.env', '/etc/passwd', '../x', 'later']) {
      const entries = [link('a', target, 'hardlink'), entry('later')]
      await expect(extractTar(writeTar(entries), memoryTarget())).toFailWith('ARCHIVE_UNSAFE')
    }
    const through = [link('l', 'x'), link('h', 'l', 'hardlink')]
    await expect(extractTar(writeTar(through), memoryTarget())).toFailWith('ARCHIVE_UNSAFE')
  })
  test('T5 the root itself is no link and no file', async () => {
    for (const path of ['.', './']) {
      await expect(extractTar(writeTar([link(path, '/etc')]), memoryTarget())).toFailWith('ARCHIVE_UNSAFE')
    }
  })
})

test('devices, pipes and duplicates are refused', async () => {
  for (const type of ['character', 'block', 'fifo'] as const) {
    await expect(extractTar(writeTar([entry('d', { type, size: 0 })]), memoryTarget())).toFailWith(
      'ARCHIVE_UNSAFE',
    )
  }
  await expect(extractTar(writeTar([entry('a'), entry('./a')]), memoryTarget())).toFailWith('ARCHIVE_UNSAFE')
})

test('T51 names that fold to one are refused, unless asked for', async () => {
  for (const [a, b] of [
    ['A', 'a'],
    ['\u00e9', 'e\u0301'],
    ['x', 'x.'],
    ['D/f', 'd/g'],
  ] as const) {
    expect(foldedPath(a).split('/')[0]).toBe(foldedPath(b).split('/')[0])
    await expect(extractTar(writeTar([entry(a), entry(b)]), memoryTarget())).toFailWith('ARCHIVE_UNSAFE')
    const target = memoryTarget()
    await extractTar(writeTar([entry(a), entry(b)]), target, { portable: false })
    expect(target.written.size).toBe(2)
  }
})

test('an abort ends the extraction before the next entry', async () => {
  const controller = new AbortController()
  const target = memoryTarget()
  async function* entries(): AsyncGenerator<TarInput> {
    yield entry('a')
    controller.abort()
    yield entry('b')
  }
  await expect(extractTar(writeTar(entries()), target, { signal: controller.signal })).rejects.toThrow(
    'aborted',
  )
})

test('T51 the form of a path that file systems fold is that of its components', () => {
  const byComponent = (path: string): string =>
    path
      .normalize('NFC')
      .toLowerCase()
      .split('/')
      .map((part) => part.replace(/[. ]+$/, ''))
      .join('/')
  const path = fc.array(
    fc
      .array(fc.constantFrom('a', 'b', '.', ' ', 'Å', 'é', 'Σ', 'e\u0301'), { maxLength: 4 })
      .map((letters) => letters.join('')),
    { maxLength: 4 },
  )
  fc.assert(
    fc.property(path, (parts) => {
      expect(foldedPath(parts.join('/'))).toBe(byComponent(parts.join('/')))
    }),
  )
})

test('what is a folder by its entries and then something else is nothing that entries lie below', async () => {
  const skipSpecial = (): void => {}
  const entries = [entry('a/b'), link('a', 'elsewhere'), entry('a/c')]
  await expect(extractTar(writeTar(entries), memoryTarget(), { skipSpecial })).toFailWith('ARCHIVE_UNSAFE')
})

test('whoever else waits has a turn between entries that have been read', async () => {
  let turns = 0
  const seen: number[] = []
  const slow: Target = {
    ...memoryTarget(),
    async write() {
      seen.push(turns)
      setImmediate(() => (turns += 1))
      const start = performance.now()
      while (performance.now() - start < 11);
    },
  }
  await extractTar(writeTar([entry('a'), entry('b'), entry('c')]), slow)
  expect(seen).toEqual([0, 1, 2])
})
