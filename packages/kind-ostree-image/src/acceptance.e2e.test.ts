import { readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { describeWith, runOcish } from '@ocish/testing'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { acceptancePrograms, Lab, inspect, splitRepo } from './acceptance.test-kit.ts'
import { folderFacts } from './folder-facts.test-kit.ts'
import { libostreeListing } from './libostree-listing.test-kit.ts'
import { committedModes, ostree, output, systemRef } from './system-tree.test-kit.ts'

let lab: Lab

describeWith(acceptancePrograms, 'the acceptance commands of ostree.md §19.1, by root', () => {
  beforeAll(async () => {
    lab = await Lab.make()
    await lab.makeRepositories()
  }, 300_000)
  afterAll(async () => lab.folder.remove())

  it.each(committedModes)(
    '1: the listing of a repository in mode %s is that of ostree ls -RXC',
    async (mode) => {
      const listed = await lab.answer(`ostree ls ${mode} ${systemRef} --recursive -o json`)
      expect(libostreeListing(listed)).toBe(ostree(lab.join(mode), 'ls', '-RXC', systemRef))
    },
  )

  it('1: and of one in mode bare-split-xattrs, which only images have', async () => {
    const commit = lab.commitOf('archive')
    const listed = await lab.answer(`ostree ls ${splitRepo} ${commit} --recursive -o json`)
    expect(await readFile(lab.join(`${splitRepo}/config`), 'utf8')).toContain('mode=bare-split-xattrs')
    expect(libostreeListing(listed)).toBe(ostree(lab.join(splitRepo), 'ls', '-RXC', commit))
    expect(libostreeListing(listed)).toBe(ostree(lab.join('bare'), 'ls', '-RXC', commit))
  })

  it.each([...committedModes, splitRepo])('2: fsck finds %s whole, as ostree fsck does', async (repo) => {
    expect(ostree(lab.join(repo), 'fsck', '--all')).toContain('no errors found')
    const revision = repo === splitRepo ? ` ${lab.commitOf('archive')}` : ''
    expect(await lab.answer(`ostree fsck ${repo}${revision}`)).toBe('')
  })

  it('3, 4: skopeo and umoci read the image, its digest is the printed one', async () => {
    const digest = await lab.made(`ostree build archive ${systemRef} oci:again:latest`)
    const seen = inspect(`oci:${lab.join('again:latest')}`)
    expect(seen.Digest).toBe(digest)
    expect(seen.Labels).toMatchObject({
      'ostree.commit': lab.commitOf('archive'),
      'org.opencontainers.image.version': '1.2.3',
    })
    output('skopeo', ['copy', `oci:${lab.join('again:latest')}`, `dir:${lab.join('again-dir')}`])
    expect(output('umoci', ['list', '--layout', lab.join('again')])).toBe('latest\n')
  })

  it.each(['gzip', 'none', 'reuse', 'gzip --max-layers 4', 'gzip --no-hardlinks'])(
    '5: what umoci unpacks of --compression %s is the tree, entry by entry',
    async (flags) => {
      const name = `five-${flags.replace(/\W+/g, '-')}`
      await lab.answer(`ostree build archive ${systemRef} oci:${name}:latest --compression ${flags}`)
      output('umoci', ['unpack', '--image', lab.join(`${name}:latest`), lab.join(`${name}-out`)])
      const facts = await folderFacts(lab.join('tree'))
      expect(facts.length).toBeGreaterThan(35)
      expect(await folderFacts(lab.join(`${name}-out/rootfs`))).toEqual(facts)
    },
  )

  it('7: the digest depends on nothing but the commit', async () => {
    const digest = await lab.made(`ostree build archive ${systemRef} oci:seven:latest`)
    for (const repo of ['bare', 'bare-user', splitRepo])
      expect(
        await lab.made(
          `ostree build ${repo} ${lab.commitOf('archive')} oci:seven-${repo.length}:latest --arch amd64`,
        ),
      ).toBe(digest)
    const other = { TZ: 'Pacific/Auckland', LC_ALL: 'tr_TR.UTF-8', UV_THREADPOOL_SIZE: '1' }
    expect(await lab.made(`ostree build archive ${systemRef} oci:seven-env:latest`, other)).toBe(digest)
    expect(
      await lab.made(`ostree build archive ${systemRef} oci:seven-jobs:latest`, { OCISH_CONCURRENCY: '1' }),
    ).toBe(digest)
    const before = process.umask(0o077)
    try {
      expect(await lab.made(`ostree build archive ${systemRef} oci:seven-umask:latest`)).toBe(digest)
    } finally {
      process.umask(before)
    }
    const elsewhere = [
      'ostree',
      'build',
      lab.join('archive'),
      systemRef,
      `oci:${lab.join('seven-cwd')}:latest`,
    ]
    expect((await runOcish(elsewhere, { cwd: '/', env: { HOME: lab.join('home') } })).code).toBe(0)
    expect(inspect(`oci:${lab.join('seven-cwd:latest')}`).Digest).toBe(digest)
    const chunked = await lab.made(`ostree encapsulate archive ${systemRef} oci:seven-e:latest`)
    expect(await lab.made(`ostree encapsulate bare-user ${systemRef} oci:seven-f:latest`, other)).toBe(
      chunked,
    )
    expect(chunked).toBe(inspect(`oci:${lab.join('encapsulated:latest')}`).Digest)
  })

  it('8: the docker-archive that ocish writes and the one that skopeo makes hold the same bytes', async () => {
    const tar = lab.join('eight.tar')
    output('skopeo', ['copy', `oci:${lab.join('plain:latest')}`, `docker-archive:${tar}:example.com/os:1`])
    await lab.answer(`ostree build archive ${systemRef} docker-archive:own.tar:example.com/os:1`)
    const { config } = await lab.manifest('plain')
    const { rootfs } = JSON.parse((await lab.blob('plain', config.digest)).toString()) as {
      readonly rootfs: { readonly diff_ids: readonly string[] }
    }
    const members = [`${config.digest.slice(7)}.json`, ...rootfs.diff_ids.map((id) => `${id.slice(7)}.tar`)]
    for (const name of members) {
      const digest = (file: string): string =>
        output('sh', ['-c', 'tar -xOf "$0" "$1" | sha256sum', file, name]).slice(0, 64)
      expect(digest(lab.join('own.tar'))).toBe(digest(tar))
      expect(digest(tar)).toBe(name.slice(0, 64))
    }
    expect(inspect(`docker-archive:${lab.join('own.tar')}`).Labels['ostree.commit']).toBe(
      lab.commitOf('archive'),
    )
  })

  it('9: skopeo’s docker-archive becomes an OCI image with the same configuration', async () => {
    const tar = lab.join('nine.tar')
    output('skopeo', ['copy', `oci:${lab.join('plain:latest')}`, `docker-archive:${tar}:example.com/os:1`])
    await lab.answer('cp tar:nine.tar oci:nine:latest')
    const { config } = await lab.manifest('plain')
    expect((await lab.manifest('nine')).config.digest).toBe(config.digest)
    await lab.answer('cp oci:plain:latest docker-archive:nine-own.tar:example.com/os:1')
    await lab.answer('cp tar:nine-own.tar oci:nine-back:latest')
    expect((await lab.manifest('nine-back')).config.digest).toBe(config.digest)
  })

  it.each(['encapsulated', 'single'])(
    '10: libostree takes the commit out of the unpacked image %s',
    async (layout) => {
      const out = lab.join(`ten-${layout}`)
      const commit = lab.commitOf('archive')
      output('umoci', ['unpack', '--image', lab.join(`${layout}:latest`), out])
      expect(ostree(`${out}/rootfs/sysroot/ostree/repo`, 'fsck', '--all')).toContain('no errors found')
      ostree(`${out}-repo`, 'init', '--mode=archive')
      ostree(`${out}-repo`, 'pull-local', `${out}/rootfs/sysroot/ostree/repo`, commit)
      expect(ostree(`${out}-repo`, 'ls', '-RXC', commit)).toBe(ostree(lab.join('bare'), 'ls', '-RXC', commit))
    },
  )

  it('10: after skopeo made a docker-archive of it and an image again, the commit is still in it', async () => {
    const tar = lab.join('ten.tar')
    output('skopeo', [
      'copy',
      `oci:${lab.join('encapsulated:latest')}`,
      `docker-archive:${tar}:example.com/os:1`,
    ])
    output('skopeo', ['copy', `docker-archive:${tar}`, `oci:${lab.join('ten-back:latest')}`])
    await lab.answer('ostree import oci:ten-back:latest ten-imported --ref back')
    expect(ostree(lab.join('ten-imported'), 'rev-parse', 'back').trim()).toBe(lab.commitOf('archive'))
    expect(ostree(lab.join('ten-imported'), 'fsck', '--all')).toContain('no errors found')
  })

  it('11: a derived layer is told apart, and the base gives its commit', async () => {
    output('skopeo', ['copy', `oci:${lab.join('encapsulated:latest')}`, `oci:${lab.join('eleven:latest')}`])
    output('umoci', ['unpack', '--image', lab.join('eleven:latest'), lab.join('eleven-out')])
    await writeFile(lab.join('eleven-out/rootfs/usr/bin/added'), 'added')
    output('umoci', ['repack', '--image', lab.join('eleven:derived'), lab.join('eleven-out')])
    const own = (await lab.manifest('encapsulated')).layers.length
    const described = await lab.answer('describe oci:eleven:derived')
    expect(described).toMatch(new RegExp(`^layers\\s+${own + 1}$`, 'm'))
    expect(described).toMatch(/^derived layers\s+1$/m)
    const { code, stderr } = await lab.run('ostree import oci:eleven:derived eleven-imported --ref back')
    expect([code, stderr]).toEqual([0, expect.stringContaining('1 derived layer')])
    expect(ostree(lab.join('eleven-imported'), 'rev-parse', 'back').trim()).toBe(lab.commitOf('archive'))
  })

  it('13: a name that would be a deletion is refused, and named', async () => {
    await writeFile(lab.join('tree/usr/lib/.wh.x'), '')
    ostree(lab.join('archive'), 'commit', '-b', 'wh', `--tree=dir=${lab.join('tree')}`)
    await rm(lab.join('tree/usr/lib/.wh.x'))
    const { code, stderr } = await lab.run('ostree build archive wh oci:wh:1')
    expect([code, stderr]).toEqual([1, expect.stringContaining('/usr/lib/.wh.x')])
    expect(await readdir(lab.folder.path)).not.toContain('wh')
  })
})
