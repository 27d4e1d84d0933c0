import { hash } from 'node:crypto'
import { deflateRawSync } from 'node:zlib'
import { miniCommit, miniFiles, miniSource, memorySource, readAll, type MemoryFile } from '@ocish/testing'
import { describe, expect, it } from 'vitest'
import { Evil } from './evil-repo.test-kit.ts'
import { decodeCommit, encodeCommit } from './commit.ts'
import { encodeHashedHeader } from './content-header.ts'
import { decodeDirTree, encodeDirMeta, encodeDirTree } from './dirtree.ts'
import { decodeVariant, encodeVariant } from './gvariant.ts'
import { objectPath } from './object-path.ts'
import type { RepoFiles } from './repo-files.ts'
import { openRepo, type Repository } from './repository.ts'
import { walk } from './walk.ts'

const bytes = Buffer.from('content')

describe('trees whose checksums are right', () => {
  it.each(['../evil', 'a/b', '', '.', '..', 'x'.repeat(300)])('the name %j is refused', async (name) => {
    const evil = new Evil()
    const file = evil.content({}, bytes)
    const tree = evil.put('dirtree', encodeDirTree({ files: [{ name, checksum: file }], folders: [] }))
    await expect(evil.readAll(evil.commit(tree))).toFailWith('OSTREE_OBJECT_INVALID')
  })

  it.each([
    ['one name twice', ['a', 'a']],
    ['names out of order', ['b', 'a']],
  ])('%s', async (_, names) => {
    const evil = new Evil()
    const checksum = evil.content({}, bytes)
    const files = names.map((name) => ({ name, checksum }))
    const tree = evil.put('dirtree', encodeDirTree({ files, folders: [] }))
    await expect(evil.readAll(evil.commit(tree))).toFailWith('OSTREE_OBJECT_INVALID')
  })

  it('a name for a link and a folder', async () => {
    const evil = new Evil()
    const checksum = evil.content({ mode: 0o120777, target: '/etc' }, Buffer.alloc(0), {
      body: Buffer.alloc(0),
    })
    const empty = evil.put('dirtree', encodeDirTree({ files: [], folders: [] }))
    const folders = [{ name: 'a', tree: empty, meta: evil.meta }]
    const tree = evil.put('dirtree', encodeDirTree({ files: [{ name: 'a', checksum }], folders }))
    await expect(evil.readAll(evil.commit(tree))).toFailWith('OSTREE_OBJECT_INVALID')
  })

  it.each([
    ['ten levels of ten', 10, 10],
    ['forty levels of nine', 40, 9],
  ])(
    '%s equal folders end at the limit of paths before one is walked, each object read once',
    async (_name, levels, width) => {
      const evil = new Evil()
      const checksum = evil.content({}, bytes)
      let tree = evil.put('dirtree', encodeDirTree({ files: [{ name: 'a', checksum }], folders: [] }))
      for (let level = 0; level < levels; level += 1) {
        const inner = tree
        const folders = Array.from({ length: width }, (_, at) => ({
          name: `${at}`,
          tree: inner,
          meta: evil.meta,
        }))
        tree = evil.put('dirtree', encodeDirTree({ files: [], folders }))
      }
      const commit = evil.commit(tree)
      const { repo, opened } = await evil.counted()
      const seen: string[] = []
      const read = async (): Promise<void> => {
        for await (const { path } of walk(repo, await repo.commit(commit))) seen.push(path)
      }
      await expect(read()).toFailWith('LIMIT_EXCEEDED')
      expect(seen).toEqual([])
      const trees = opened.filter((path) => path.endsWith('.dirtree'))
      expect(trees).toHaveLength(levels + 1)
      expect(new Set(trees).size).toBe(levels + 1)
    },
  )

  it('exactly as many entries, levels and bytes of a path as the limits say are walked, one more is not', async () => {
    const evil = new Evil()
    const checksum = evil.content({}, bytes)
    // The root, two folders, a file in each: é is two bytes, so the longest path is é/été.
    const leaf = evil.put('dirtree', encodeDirTree({ files: [{ name: 'été', checksum }], folders: [] }))
    const folders = ['a', 'é'].map((name) => ({ name, tree: leaf, meta: evil.meta }))
    const commit = evil.commit(evil.put('dirtree', encodeDirTree({ files: [], folders })))
    const limits = { entries: 5, depth: 1, path: 8 }
    await evil.readAll(commit, limits)
    for (const less of [{ entries: 4 }, { depth: 0 }, { path: 7 }])
      await expect(evil.readAll(commit, { ...limits, ...less })).toFailWith('LIMIT_EXCEEDED')
  })

  it('a folder that cannot be read is met by the walk, behind what lies before it', async () => {
    const evil = new Evil()
    const empty = evil.put('dirtree', encodeDirTree({ files: [], folders: [] }))
    const folders = [
      { name: 'a', tree: empty, meta: evil.meta },
      { name: 'b', tree: 'b'.repeat(64), meta: evil.meta },
    ]
    const commit = evil.commit(evil.put('dirtree', encodeDirTree({ files: [], folders })))
    const repo = await evil.open()
    const seen: string[] = []
    const read = async (): Promise<void> => {
      for await (const { path } of walk(repo, await repo.commit(commit))) seen.push(path)
    }
    await expect(read()).toFailWith('OSTREE_OBJECT_MISSING')
    expect(seen).toEqual(['', 'a', 'b'])
  })

  it('folders without end', async () => {
    const evil = new Evil()
    let tree = evil.put('dirtree', encodeDirTree({ files: [], folders: [] }))
    for (let level = 0; level < 3000; level += 1)
      tree = evil.put(
        'dirtree',
        encodeDirTree({ files: [], folders: [{ name: 'd', tree, meta: evil.meta }] }),
      )
    await expect(evil.readAll(evil.commit(tree))).toFailWith('LIMIT_EXCEEDED')
  })

  it.each([
    ['a size of 1', { size: 1 }, 'OSTREE_OBJECT_INVALID'],
    ['a size of 2^50', { size: 2 ** 50 }, 'LIMIT_EXCEEDED'],
    [
      'bytes behind the deflate stream',
      { body: Buffer.concat([deflateRawSync(bytes), Buffer.from('junk')]) },
      'OSTREE_OBJECT_INVALID',
    ],
    ['a stream that ends early', { body: deflateRawSync(bytes).subarray(0, -2) }, 'OSTREE_OBJECT_INVALID'],
    ['other content', { body: deflateRawSync(Buffer.from('CONTENT')) }, 'DIGEST_MISMATCH'],
    ['a bomb', { size: 2 ** 20, body: deflateRawSync(Buffer.alloc(2 ** 24)) }, 'OSTREE_OBJECT_INVALID'],
  ] as const)('an object with %s', async (_, stored, code) => {
    const evil = new Evil()
    const checksum = evil.content({}, bytes, stored)
    const tree = evil.put('dirtree', encodeDirTree({ files: [{ name: 'a', checksum }], folders: [] }))
    await expect(evil.readAll(evil.commit(tree))).toFailWith(code)
  })

  it.each([
    ['a fifo', { mode: 0o010644 }],
    ['a device', { mode: 0o020644 }],
    ['a file with a target', { target: 'x' }],
    [
      'one attribute twice',
      {
        xattrs: encodeVariant('a(ayay)', [
          [Buffer.from('a\0'), bytes],
          [Buffer.from('a\0'), bytes],
        ]),
      },
    ],
    ['an attribute with = in its name', { xattrs: encodeVariant('a(ayay)', [[Buffer.from('a=\0'), bytes]]) }],
  ])('an object that is %s', async (_, header) => {
    const evil = new Evil()
    const checksum = evil.content(header, bytes)
    const tree = evil.put('dirtree', encodeDirTree({ files: [{ name: 'a', checksum }], folders: [] }))
    await expect(evil.readAll(evil.commit(tree))).toFailWith('OSTREE_OBJECT_INVALID')
  })

  it('a folder whose mode is that of a file', async () => {
    const evil = new Evil()
    const meta = evil.put('dirmeta', encodeDirMeta({ uid: 0, gid: 0, mode: 0o100644, xattrs: new Map() }))
    const tree = evil.put('dirtree', encodeDirTree({ files: [], folders: [] }))
    await expect(evil.readAll(evil.commit(tree, meta))).toFailWith('OSTREE_OBJECT_INVALID')
  })
})

describe('objects that their mode may not know whole', () => {
  /** A repository with one file of user 5, stored as it lies in a file system. */
  async function stored(mode: string, uid: number): Promise<{ readonly repo: Repository; checksum: string }> {
    const whole = { uid, gid: 0, mode: 0o100644, target: '', xattrs: new Uint8Array(0) }
    const checksum = hash('sha256', Buffer.concat([encodeHashedHeader(whole), bytes]), 'hex')
    const source = memorySource({
      config: `[core]\nrepo_version=1\nmode=${mode}\n`,
      [objectPath(checksum, 'file')]: bytes,
    })
    const stat: RepoFiles['stat'] = async (path) => ({
      ...(await source.stat(path)),
      owner: { uid: 0, gid: 0 },
    })
    return { repo: await openRepo({ ...source, stat }), checksum }
  }

  it.each(['bare', 'bare-user-only'])('mode %s: what is as its name says is read', async (mode) => {
    const { repo, checksum } = await stored(mode, 0)
    const { open } = await repo.content(checksum, 'usr/file')
    expect(Buffer.from(await readAll(open()))).toEqual(bytes)
  })

  it.each([
    [
      'bare',
      /not what its name says, or it has attributes and neither python3 nor perl is here to read them/,
    ],
    [
      'bare-user-only',
      /not what its name says, or it has an owner or attributes, which this mode does not store/,
    ],
  ])('mode %s: what may be missing is told, with object and path', async (mode, told) => {
    const { repo, checksum } = await stored(mode, 5)
    const reading = repo.content(checksum, 'usr/file').then(async ({ open }) => readAll(open()))
    await expect(reading).rejects.toMatchObject({
      code: 'DIGEST_MISMATCH',
      message: expect.stringMatching(told),
      details: { object: objectPath(checksum, 'file') },
    })
    await expect(reading).rejects.toThrow('usr/file')
  })
})

describe('refs and repositories', () => {
  it.each([
    ['upper case', `${miniCommit.toUpperCase()}\n`],
    ['a path', '../../../etc/passwd'],
    ['a MiB', 'a'.repeat(2 ** 20)],
    ['an alias out of refs', { link: '../../../../etc/passwd' }],
    ['an alias of itself', { link: 'bad' }],
  ])('a ref with %s has a problem and hides no other', async (_, file) => {
    const repo = await openRepo(miniSource({ 'refs/heads/bad': file }))
    const refs = await Array.fromAsync(repo.refs())
    expect(refs).toEqual([
      expect.objectContaining({ ref: 'bad', problem: expect.any(String) }),
      { ref: 'demo', commit: miniCommit },
    ])
  })

  it('a commit that was deleted, and one of which only a part is here', async () => {
    const commit = `objects/${miniCommit.slice(0, 2)}/${miniCommit.slice(2)}`
    const files: Record<string, MemoryFile> = { ...miniFiles(), [`${commit}.tombstone-commit`]: 'x' }
    delete files[`${commit}.commit`]
    const repo = await openRepo(memorySource(files))
    await expect(repo.commit(miniCommit)).rejects.toThrow(/was deleted/)
    const base = Buffer.from(miniCommit, 'hex').toString('base64').replace(/=+$/, '').replaceAll('/', '_')
    for (const name of [base, `${'A'.repeat(43)}-${base}`]) {
      const deltas = { ...files, [`deltas/${name.slice(0, 2)}/${name.slice(2)}/superblock`]: 'x' }
      delete deltas[`${commit}.tombstone-commit`]
      await expect((await openRepo(memorySource(deltas))).commit(miniCommit)).rejects.toThrow(
        /only a static delta/,
      )
    }
    const partial = await openRepo(miniSource({ [`state/${miniCommit}.commitpartial`]: '' }))
    expect(await partial.isPartial(miniCommit)).toBe(true)
  })
})

it('a parent that the repository names is not read, and told where something is missing', async () => {
  const config = '[core]\nrepo_version=1\nmode=archive\nparent=/ostree/repo\n'
  const files: Record<string, MemoryFile> = { ...miniFiles({ config }) }
  delete files[`objects/d6/f58149fd47ec2be3fafef4fe767915f195e7ae67b9a0c090b842b156cd07f3.filez`]
  const repo = await openRepo(memorySource(files))
  const hint = expect.stringContaining('/ostree/repo') as unknown
  await expect(Array.fromAsync(walk(repo, await repo.commit(miniCommit)))).rejects.toMatchObject({
    code: 'OSTREE_OBJECT_MISSING',
    hint,
  })
  await expect(repo.commit('0'.repeat(64))).rejects.toMatchObject({ code: 'OSTREE_OBJECT_MISSING', hint })
  await expect(repo.resolve('none')).rejects.toMatchObject({ code: 'OSTREE_REF_NOT_FOUND', hint })
})

describe('GVariant', () => {
  it.each([
    ['(sy)', ['a', 1], '61000102'],
    ['(ys)', [1, 'a'], '016100'],
    ['v', { type: '(su)', value: ['a', 4] }, '61000000040000000200287375 29'.replace(' ', '')],
    ['(uuua(ayay))', [1, 2, 3, []], '010000000200000003000000'],
    ['(a(say)a(sayay))', [[], []], '00'],
  ] as const)('%s is written and read as GLib has it', (type, value, hex) => {
    expect(encodeVariant(type, value as never).toString('hex')).toBe(hex)
    expect(decodeVariant(type, Buffer.from(hex, 'hex'))).toEqual(value)
  })

  it.each([
    ['(sy)', '610001', 'no offset'],
    ['(uy)', '01000000010000ff', 'padding'],
    ['b', '02', 'a boolean of 2'],
    ['s', '61', 'no NUL'],
    ['s', 'ff00', 'no UTF-8'],
    ['as', '61000001', 'an offset table in the middle'],
    ['v', '00', 'no type'],
  ])('%s %s is refused: %s', (type, hex) => {
    expect(() => decodeVariant(type, Buffer.from(hex, 'hex'))).toThrow(/normal form/)
  })

  it('a folder of 3000 files needs wider offsets, and commits give their bytes back', () => {
    const files = Array.from({ length: 3000 }, (_, at) => ({
      name: `name-${String(at).padStart(6, '0')}`,
      checksum: miniCommit,
    }))
    const tree = { files, folders: [] }
    expect(decodeDirTree(encodeDirTree(tree))).toEqual(tree)
    const raw = miniFiles()[`objects/76/${miniCommit.slice(2)}.commit`] as Uint8Array
    expect(encodeCommit(decodeCommit(raw)).equals(raw)).toBe(true)
  })
})
