import { hash } from 'node:crypto'
import { memorySource, miniCommit, miniFiles, type MemoryFile } from '@ocish/testing'
import { describe, expect, it } from 'vitest'
import { encodeCommit } from './commit.ts'
import { objectPath } from './object-path.ts'
import { isRefName } from './refs.ts'
import { openRepo, type Repository } from './repository.ts'

const { tree, meta } = await (await openRepo(memorySource(miniFiles()))).commit(miniCommit)
/** A commit behind the one of the repository in ostree.md §19.3, and one behind that. */
const second = child(miniCommit)
const third = child(second.checksum)

function child(parent: string): { readonly checksum: string; readonly bytes: Uint8Array } {
  const bytes = encodeCommit({ metadata: new Map(), subject: '', body: '', timestamp: 0, tree, meta, parent })
  return { checksum: hash('sha256', bytes), bytes }
}

async function repoWith(files: Readonly<Record<string, MemoryFile>>): Promise<Repository> {
  const commits = [second, third].map(
    ({ checksum, bytes }) => [objectPath(checksum, 'commit'), bytes] as const,
  )
  return openRepo(memorySource({ ...miniFiles(), ...Object.fromEntries(commits), ...files }))
}

describe('what a revision means (ostree.md §2)', () => {
  const line = `${second.checksum}\n`

  it('a checksum is that commit, also where a ref has this name', async () => {
    const repo = await repoWith({ [`refs/heads/${miniCommit}`]: line })
    expect(await repo.resolve(miniCommit)).toBe(miniCommit)
    expect(await repo.resolve(`ref:${miniCommit}`)).toBe(second.checksum)
  })

  it('^ is the parent, again and again', async () => {
    const repo = await repoWith({ 'refs/heads/last': third.checksum })
    expect(await repo.resolve('last')).toBe(third.checksum)
    expect(await repo.resolve('last^')).toBe(second.checksum)
    expect(await repo.resolve('last^^')).toBe(miniCommit)
    expect(await repo.resolve(`${third.checksum}^`)).toBe(second.checksum)
    await expect(repo.resolve('last^^^')).rejects.toMatchObject({
      code: 'OSTREE_REF_NOT_FOUND',
      message: expect.stringContaining('no parent'),
    })
  })

  it('a ref here comes before one of a remote, the remote can be named, and any remote will do', async () => {
    const files = {
      'refs/heads/os/a': line,
      'refs/remotes/here/os/a': miniCommit,
      'refs/remotes/there/os/b': third.checksum,
    }
    const repo = await repoWith(files)
    expect(await repo.resolve('os/a')).toBe(second.checksum)
    expect(await repo.resolve('here:os/a')).toBe(miniCommit)
    expect(await repo.resolve('here/os/a')).toBe(miniCommit)
    expect(await repo.resolve('os/b')).toBe(third.checksum)
    await expect(repo.resolve('here:os/b')).toFailWith('OSTREE_REF_NOT_FOUND')
  })

  it('at least four digits may be the beginning of a checksum; a ref of this name wins, ref: and commit: decide', async () => {
    const beginning = miniCommit.slice(0, 4)
    const plain = await repoWith({})
    expect(await plain.resolve(beginning)).toBe(miniCommit)
    expect(await plain.resolve(`commit:${beginning}`)).toBe(miniCommit)
    await expect(plain.resolve(`ref:${beginning}`)).toFailWith('OSTREE_REF_NOT_FOUND')
    await expect(plain.resolve(miniCommit.slice(0, 3))).toFailWith('OSTREE_REF_NOT_FOUND')
    const named = await repoWith({ [`refs/heads/${beginning}`]: line })
    expect(await named.resolve(beginning)).toBe(second.checksum)
    expect(await named.resolve(`ref:${beginning}`)).toBe(second.checksum)
    expect(await named.resolve(`commit:${beginning}`)).toBe(miniCommit)
  })

  it('the beginning of two commits is none', async () => {
    const twin = `${miniCommit.slice(0, 60)}ffff`
    const repo = await repoWith({ [objectPath(twin, 'commit')]: 'x' })
    await expect(repo.resolve(miniCommit.slice(0, 60))).rejects.toThrow('begins 2 commits')
    expect(await repo.resolve(miniCommit.slice(0, 61))).toBe(miniCommit)
  })

  it('an alias is followed by hand; one to a remote’s ref, as ostree writes it, hides no other', async () => {
    const repo = await repoWith({
      'refs/heads/local/a': line,
      'refs/heads/top': { link: 'local/a' },
      'refs/heads/local/alias': { link: '../local/a' },
      'refs/heads/latest': { link: 'origin:os/a' },
    })
    expect(await repo.resolve('top')).toBe(second.checksum)
    expect(await repo.resolve('local/alias')).toBe(second.checksum)
    expect(await Array.fromAsync(repo.refs())).toEqual(
      expect.arrayContaining([
        { ref: 'demo', commit: miniCommit },
        { ref: 'top', commit: second.checksum, alias: 'local/a' },
        { ref: 'latest', problem: expect.any(String) },
      ]),
    )
  })

  it('a name that is no ref is not looked for, and leftovers of copying are not listed', async () => {
    const repo = await repoWith({ 'refs/heads/.demo.Xa1': line, 'refs/heads/a b': line })
    expect(await Array.fromAsync(repo.refs())).toEqual([{ ref: 'demo', commit: miniCommit }])
    for (const name of ['.demo.Xa1', 'a b', '../heads/demo', 'demo/', '', '^'])
      // oxlint-disable-next-line no-await-in-loop
      await expect(repo.resolve(name)).rejects.toMatchObject({
        code: 'OSTREE_REF_NOT_FOUND',
        hint: expect.stringContaining('demo'),
      })
  })
})

it.each([
  ['ünï/ref', true],
  ['a-b_c.d/1', true],
  ['_a', true],
  ['.hidden', false],
  ['-a', false],
  ['a b', false],
  ['a//b', false],
  ['a/', false],
  ['', false],
])('%j is a name of a ref: %s', (name, expected) => {
  expect(isRefName(name)).toBe(expected)
})
