import { OcishError } from '@ocish/sdk'
import { miniCommit, miniSource, readAll } from '@ocish/testing'
import { describe, expect, it } from 'vitest'
import { contentChecksum } from './commit.ts'
import { fsck } from './fsck.ts'
import type { RepoFiles } from './repo-files.ts'
import { openRepo } from './repository.ts'
import { find, walk } from './walk.ts'

describe('the repository of ostree.md §19.3', () => {
  it('is read without ostree', async () => {
    const repo = await openRepo(miniSource())
    expect(await Array.fromAsync(repo.refs())).toEqual([{ ref: 'demo', commit: miniCommit }])
    expect(await repo.resolve('demo')).toBe(miniCommit)
    expect(await repo.resolve('7603')).toBe(miniCommit)
    const commit = await repo.commit(miniCommit)
    expect(commit).toMatchObject({ subject: 'mini', body: '', timestamp: 1_704_164_645 })
    expect(commit.metadata.get('version')).toEqual({ type: 's', value: '1' })
    expect(contentChecksum(commit)).toHaveLength(64)
    const nodes = await Array.fromAsync(walk(repo, commit))
    expect(nodes.map(({ type, path, mode }) => [type, path, mode.toString(8)])).toEqual([
      ['folder', '', '755'],
      ['link', 'bin', '777'],
      ['folder', 'usr', '755'],
      ['folder', 'usr/bin', '755'],
      ['file', 'usr/bin/hello', '755'],
    ])
    const hello = await find(repo, commit, 'usr/bin/hello')
    if (hello.type !== 'file') throw new TypeError('no file')
    expect(Buffer.from(await readAll(hello.open())).toString()).toBe('hello\n')
  })

  it('is whole', async () => {
    const check = fsck(await openRepo(miniSource()), miniCommit)
    expect(await check.next()).toEqual({ done: true, value: { commit: miniCommit, objects: 7, faults: 0 } })
  })

  it('names the object and the path of what is damaged', async () => {
    const path = 'objects/d6/f58149fd47ec2be3fafef4fe767915f195e7ae67b9a0c090b842b156cd07f3.filez'
    const evil = Buffer.from(
      '0000001a0000000000000000000000060000000000000000000081ed000000000019cb48cdc9c9e80200',
      'hex',
    )
    const repo = await openRepo(miniSource({ [path]: evil }))
    const faults = await Array.fromAsync(fsck(repo, miniCommit))
    expect(faults).toMatchObject([{ object: path, path: 'usr/bin/hello', code: 'DIGEST_MISMATCH' }])
  })

  it('says which refs there are', async () => {
    const repo = await openRepo(miniSource())
    await expect(repo.resolve('other')).toFailWith('OSTREE_REF_NOT_FOUND')
    await expect(openRepo(miniSource({ config: '[core]\nrepo_version=2\n' }))).toFailWith(
      'OSTREE_REPO_INVALID',
    )
  })

  it('calls what is no repository by the name that a person gave it', async () => {
    const said = async (files: RepoFiles): Promise<unknown> =>
      openRepo(files, { name: 'build/repo' }).catch((error: unknown) => String(error))
    const other = miniSource({ config: '[core]\nrepo_version=2\n' })
    const missing = new OcishError('FILE_NOT_FOUND', 'no file config')
    const empty = { ...miniSource(), head: () => Promise.reject(missing) }
    expect(await said(empty)).toMatch(/"build\/repo" is no OSTree repository/)
    expect(await said(other)).toMatch(/the repository "build\/repo" has version "2"/)
  })
})
