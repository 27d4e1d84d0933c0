import { execFileSync } from 'node:child_process'
import { mkdir, symlink, writeFile } from 'node:fs/promises'
import { createXattrWriter } from '@ocish/archive'
import { has, temporaryFolder, type TemporaryFolder } from '@ocish/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { fsck } from './fsck.ts'
import { localFiles } from './local-files.ts'
import type { RepoFiles } from './repo-files.ts'
import { openRepo, type Repository } from './repository.ts'
import { walk, type TreeNode } from './walk.ts'

const label = 'security.selinux'
const shown = Buffer.from('system_u:object_r:usr_t:s0\0')
const own = Buffer.from('system_u:object_r:etc_t:s0\0')

/** Mode `bare` needs root. */
describe.skipIf(!has('ostree') || process.getuid?.() !== 0)('labels in a repository of mode bare', () => {
  let folder: TemporaryFolder
  const ostree = (...args: readonly string[]): void => void execFileSync('ostree', args)

  beforeAll(async () => {
    folder = await temporaryFolder()
    for (const name of ['plain', 'labelled']) {
      const tree = folder.join(`${name}-tree`)
      await mkdir(tree)
      await writeFile(`${tree}/a`, 'first')
      await writeFile(`${tree}/b`, 'second')
      await writeFile(`${tree}/empty`, '')
      await symlink('a', `${tree}/link`)
      const writer = createXattrWriter()
      if (name === 'labelled')
        for (const file of ['a', 'b', 'empty']) await writer.write(`${tree}/${file}`, label, own)
      await writer.write(`${tree}/b`, 'user.note', Buffer.from('kept'))
      writer.close()
      ostree(`--repo=${folder.join(name)}`, 'init', '--mode=bare')
      ostree(`--repo=${folder.join(name)}`, 'commit', '-b', 'x', `--tree=dir=${tree}`)
    }
  })
  afterAll(async () => folder.remove())

  /** Files as a system with SELinux shows them, and how often contents were read. */
  function selinux(files: RepoFiles): RepoFiles & { readonly opened: () => number } {
    let opened = 0
    return {
      list: (dir) => files.list(dir),
      stat: async (path) => files.stat(path),
      readlink: async (path) => files.readlink(path),
      xattrs: async (path) => new Map([[label, shown], ...(await files.xattrs(path))]),
      open: (path, range) => {
        if (path.endsWith('.file')) opened += 1
        return files.open(path, range)
      },
      opened: () => opened,
    }
  }

  async function nodesOf(repo: Repository): Promise<readonly TreeNode[]> {
    return Array.fromAsync(walk(repo, await repo.commit(await repo.resolve('x'))))
  }

  it('those that the system shows and the commit does not have are left out, other attributes stay', async () => {
    using local = localFiles(folder.join('plain'))
    const repo = await openRepo(selinux(local))
    const nodes = await nodesOf(repo)
    expect(nodes.map(({ path, xattrs }) => [path, [...xattrs.keys()]])).toEqual([
      ['', []],
      ['a', []],
      ['b', ['user.note']],
      ['empty', []],
      ['link', []],
    ])
    const faults = await fsck(repo, await repo.resolve('x')).next()
    expect(faults).toMatchObject({ done: true, value: { faults: 0 } })
  })

  it('the commit’s own stay, and after the first one contents are not read to find out', async () => {
    using local = localFiles(folder.join('labelled'))
    const files = selinux(local)
    const repo = await openRepo(files)
    const checksum = await repo.resolve('x')
    const nodes = await nodesOf(repo)
    const labels = nodes.map(({ path, xattrs }) => [path, xattrs.get(label)?.toString()])
    expect(labels.slice(1, 4)).toEqual(['a', 'b', 'empty'].map((path) => [path, own.toString()]))
    expect(files.opened()).toBeLessThan(4)
    expect(await fsck(repo, checksum).next()).toMatchObject({ done: true, value: { faults: 0 } })
  })

  it('an object that fits neither way is damaged', async () => {
    using local = localFiles(folder.join('plain'))
    const files = selinux(local)
    const damaged: RepoFiles = {
      ...files,
      async *open(path, range) {
        for await (const chunk of files.open(path, range))
          yield path.endsWith('.file') ? Buffer.from(chunk).fill('x') : chunk
      },
    }
    const repo = await openRepo(damaged)
    const faults = await Array.fromAsync(fsck(repo, await repo.resolve('x')))
    expect(faults.map(({ code }) => code)).toEqual(['DIGEST_MISMATCH', 'DIGEST_MISMATCH'])
  })
})
