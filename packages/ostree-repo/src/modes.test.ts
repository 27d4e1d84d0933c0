import { execFileSync } from 'node:child_process'
import { chmod, lchown, mkdir, symlink, writeFile } from 'node:fs/promises'
import { has, memorySource, readAll, temporaryFolder, type TemporaryFolder } from '@ocish/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { fsck } from './fsck.ts'
import { localFiles } from './local-files.ts'
import type { RepoFiles } from './repo-files.ts'
import { openRepo } from './repository.ts'
import { walk, type TreeNode } from './walk.ts'

const isRoot = process.getuid?.() === 0

describe.skipIf(!has('ostree'))('repositories that libostree wrote', () => {
  let folder: TemporaryFolder
  const ostree = (...args: readonly string[]): string => execFileSync('ostree', args, { encoding: 'utf8' })

  beforeAll(async () => {
    folder = await temporaryFolder()
    await mkdir(folder.join('tree/usr/lib'), { recursive: true })
    await mkdir(folder.join('tree/usr/empty'))
    await writeFile(folder.join('tree/usr/su'), 'setuid')
    await chmod(folder.join('tree/usr/su'), 0o4755)
    await writeFile(folder.join('tree/usr/secret'), 'secret', { mode: 0o600 })
    await writeFile(folder.join('tree/usr/big'), Buffer.alloc(3_000_000, 'some text, '))
    await writeFile(folder.join('tree/usr/none'), '')
    await writeFile(folder.join('tree/usr/hidden'), 'hidden', { mode: 0o600 })
    await chmod(folder.join('tree/usr/hidden'), 0)
    if (isRoot) {
      await mkdir(folder.join('tree/usr/mail'))
      await writeFile(folder.join('tree/usr/mail/box'), 'mail')
      for (const path of ['tree/usr/mail', 'tree/usr/mail/box']) await lchown(folder.join(path), 0, 8)
      await chmod(folder.join('tree/usr/mail/box'), 0o2755)
    }
    await writeFile(folder.join('tree/usr/lib/new\nline ü'), 'text')
    await symlink('/nowhere', folder.join('tree/usr/lib/link'))
    for (const mode of ['archive', 'bare-user', ...(isRoot ? ['bare'] : []), 'bare-user-only']) {
      const repo = folder.join(mode)
      ostree(`--repo=${repo}`, 'init', `--mode=${mode}`)
      ostree(
        `--repo=${repo}`,
        'commit',
        '-b',
        'test/x86_64/base',
        `--tree=dir=${folder.join('tree')}`,
        '-s',
        'S',
        '--timestamp=2024-01-02 03:04:05 UTC',
        '--add-metadata-string=version=1.2.3',
      )
    }
  })
  afterAll(async () => {
    await folder.remove()
  })

  it.each(['archive', 'bare-user', ...(isRoot ? ['bare'] : []), 'bare-user-only'])(
    'mode %s: the same listing as ostree ls, every object whole',
    async (mode) => {
      using files = localFiles(folder.join(mode))
      const repo = await openRepo(files)
      const checksum = await repo.resolve('test/x86_64/base')
      expect(checksum).toBe(ostree(`--repo=${folder.join(mode)}`, 'rev-parse', 'test/x86_64/base').trim())
      const commit = await repo.commit(checksum)
      const nodes = await Array.fromAsync(walk(repo, commit))
      const listed = ostree(`--repo=${folder.join(mode)}`, 'ls', '-RC', checksum)
      expect(nodes.map(line).join('')).toBe(listed)
      const big = nodes.find(({ path }) => path === 'usr/big')
      if (big?.type !== 'file') throw new TypeError('no file')
      expect((await readAll(big.open())).length).toBe(3_000_000)
      expect(await fsck(repo, checksum).next()).toMatchObject({ done: true, value: { faults: 0 } })
    },
  )

  it('where nobody reads attributes, what a file was is told by its name: nothing is lost, or it is said', async () => {
    using files = localFiles(folder.join('bare-user'))
    const blind: RepoFiles = {
      list: (dir) => files.list(dir),
      stat: async (path) => files.stat(path),
      readlink: async (path) => files.readlink(path),
      open: (path, range) => files.open(path, range),
      xattrs: async () => new Map(),
    }
    const repo = await openRepo(blind)
    const checksum = await repo.resolve('test/x86_64/base')
    const nodes = await Array.fromAsync(walk(repo, await repo.commit(checksum)))
    expect(nodes.map(line).join('')).toBe(ostree(`--repo=${folder.join('bare-user')}`, 'ls', '-RC', checksum))
    expect(await fsck(repo, checksum).next()).toMatchObject({ done: true, value: { faults: 0 } })
    const path = nodes.find((node) => node.path === 'usr/secret')
    if (path?.type !== 'file') throw new TypeError('no file')
    const object = `objects/${path.checksum.slice(0, 2)}/${path.checksum.slice(2)}.file`
    const damaged: RepoFiles = {
      ...blind,
      open: (at, range) =>
        at === object ? memorySource({ a: 'SECRET' }).open('a', range) : blind.open(at, range),
    }
    const faults = await Array.fromAsync(fsck(await openRepo(damaged), checksum))
    expect(faults).toMatchObject([{ object, path: 'usr/secret', code: 'OSTREE_OBJECT_INVALID' }])
  })
})

/** As `ostree ls -RC` writes it. */
function line(node: TreeNode): string {
  const type = { folder: 'd', file: '-', link: 'l' }[node.type]
  const sums = node.type === 'folder' ? `${node.tree} ${node.meta}` : node.checksum
  const size = node.type === 'folder' ? 0 : node.size
  const target = node.type === 'link' ? ` -> ${node.target}` : ''
  const mode = `${type}${node.mode.toString(8).padStart(5, '0')}`
  return `${mode} ${node.uid} ${node.gid} ${String(size).padStart(6)} ${sums} /${node.path}${target}\n`
}
