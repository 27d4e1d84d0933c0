import { chmod, cp, mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { spawnSync } from 'node:child_process'
import { dirname } from 'node:path'
import { deflateRawSync } from 'node:zlib'
import { describeWith, dockerRegistry, ocishBin } from '@ocish/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { acceptancePrograms, inspect, Lab } from './acceptance.test-kit.ts'
import { folderFacts } from './folder-facts.test-kit.ts'
import { commitSystemTree, makeSystemTree, ostree, output, systemRef } from './system-tree.test-kit.ts'

let lab: Lab

/** The object of a path, `ab/cdef….filez` below `objects`. */
function objectOf(repo: string, path: string): string {
  const [, checksum = ''] =
    / ([0-9a-f]{64}) \//.exec(ostree(lab.join(repo), 'ls', '-C', systemRef, path)) ?? []
  return `${checksum.slice(0, 2)}/${checksum.slice(2)}.filez`
}

/** A copy of the archive repository that a test may damage. */
async function copied(name: string): Promise<string> {
  await cp(lab.join('archive'), lab.join(name), { recursive: true })
  return lab.join(name)
}

function fails(repo: string): boolean {
  try {
    ostree(repo, 'fsck', '--all')
    return false
  } catch {
    return true
  }
}

describeWith(acceptancePrograms, 'ostree.md §19.1 without ostree, without root, and with damage', () => {
  beforeAll(async () => {
    lab = await Lab.make()
    await makeSystemTree(lab.join('tree'))
    commitSystemTree(lab.folder.path, lab.join('tree'))
  }, 300_000)
  afterAll(async () => lab.folder.remove())

  describe('2: what ostree fsck finds, ocish finds', () => {
    it('content that is not what its name says: exit 7, the object and the path, and nothing is published', async () => {
      const repo = await copied('evil')
      const object = objectOf('archive', '/usr/bin/tool')
      const file = `${repo}/objects/${object}`
      const bytes = await readFile(file)
      const head = bytes.subarray(0, 8 + bytes.readUInt32BE())
      await writeFile(file, Buffer.concat([head, deflateRawSync('TOOL')]))
      expect(fails(repo)).toBe(true)
      const { code, stdout } = await lab.run('ostree fsck evil')
      expect([code, stdout]).toEqual([
        7,
        expect.stringMatching(new RegExp(`objects/${object}\\s.*/usr/bin/tool`)),
      ])
      for (const verb of ['build', 'encapsulate']) {
        const made = await lab.run(`ostree ${verb} evil ${systemRef} oci:evil-${verb}:1`)
        expect(made.code).toBe(7)
        expect(made.stderr).toContain(object)
        expect(made.stderr).toContain('"/usr/bin/tool"')
        expect(await readdir(lab.folder.path)).not.toContain(`evil-${verb}`)
      }
    })

    it('an object that is missing', async () => {
      const repo = await copied('holes')
      const object = objectOf('archive', '/usr/lib/same-1')
      await rm(`${repo}/objects/${object}`)
      expect(fails(repo)).toBe(true)
      const { code, stdout } = await lab.run('ostree fsck holes')
      expect([code, stdout]).toEqual([
        7,
        expect.stringMatching(new RegExp(`objects/${object}\\s.*/usr/lib/same-1`)),
      ])
    })

    it('a folder whose bytes changed', async () => {
      const repo = await copied('folders')
      const listed = ostree(repo, 'ls', '-dC', systemRef, '/usr/lib')
      const [, tree = ''] = / ([0-9a-f]{64}) [0-9a-f]{64} \//.exec(listed) ?? []
      const file = `${repo}/objects/${tree.slice(0, 2)}/${tree.slice(2)}.dirtree`
      const bytes = await readFile(file)
      bytes[0] = (bytes[0] ?? 0) ^ 1
      await writeFile(file, bytes)
      expect(fails(repo)).toBe(true)
      const { code, stdout } = await lab.run('ostree fsck folders')
      expect([code, stdout]).toEqual([
        7,
        expect.stringMatching(new RegExp(`${tree.slice(2)}\\.dirtree\\s.*/usr/lib`)),
      ])
    })
  })

  it('6: ostree commit --tree=tar of the layer gives the same content checksum', async () => {
    await lab.answer(`ostree build archive ${systemRef} oci:six:latest --compression none`)
    const [layer] = (await lab.manifest('six')).layers
    ostree(lab.join('six-repo'), 'init', '--mode=bare-user')
    ostree(
      lab.join('six-repo'),
      'commit',
      '-b',
      'i',
      `--tree=tar=${lab.join(`six/blobs/${layer?.digest.replace(':', '/')}`)}`,
      '--tar-autocreate-parents',
    )
    const checksum = (repo: string, ref: string): string =>
      /ContentChecksum: +(\w+)/.exec(ostree(lab.join(repo), 'show', ref))?.[1] ?? ''
    expect(checksum('archive', systemRef)).toHaveLength(64)
    expect(checksum('six-repo', 'i')).toBe(checksum('archive', systemRef))
    expect(await lab.answer(`ostree show archive ${systemRef}`)).toContain(checksum('archive', systemRef))
  })

  it.each(['archive', 'bare-user'])(
    'import into a repository of mode %s, a new one and one that is there',
    async (mode) => {
      await lab.answer(`ostree encapsulate archive ${systemRef} oci:given:${mode}`)
      await lab.answer(`ostree build archive ${systemRef} oci:given:plain-${mode}`)
      const repo = `imported-${mode}`
      await lab.answer(`ostree import oci:given:${mode} ${repo} --ref first --mode ${mode}`)
      await lab.answer(`ostree import oci:given:plain-${mode} ${repo} --ref second`)
      expect(await readFile(lab.join(`${repo}/config`), 'utf8')).toMatch(`mode=${mode}`)
      expect(ostree(lab.join(repo), 'fsck', '--all')).toContain('no errors found')
      expect(lab.commitOf(repo, 'first')).toBe(lab.commitOf('archive'))
      const content = /ContentChecksum: +(\w+)/
      const [, first] = content.exec(ostree(lab.join(repo), 'show', 'first')) ?? []
      expect(content.exec(ostree(lab.join(repo), 'show', 'second'))?.[1]).toBe(first)
      expect(ostree(lab.join(repo), 'ls', '-RXC', 'second')).toBe(
        ostree(lab.join('bare'), 'ls', '-RXC', systemRef),
      )
    },
  )

  describe('14: without root nothing is lost', () => {
    let asNobody: (line: string, path?: string) => string

    beforeAll(async () => {
      const out = lab.join('nobody')
      await mkdir(out)
      // The build under test may lie where nobody may look.
      await cp(dirname(ocishBin), lab.join('program'), { recursive: true })
      await cp(process.execPath, lab.join('node'))
      await chmod(lab.folder.path, 0o755)
      // As a repository of nobody's own: contents that only their owner may read are in it.
      output('cp', ['-a', lab.join('archive'), lab.join('bare-user'), out])
      output('chown', ['-R', '65534:65534', out])
      asNobody = (line, path = process.env['PATH']) => {
        const { status, stdout, stderr } = spawnSync(
          lab.join('node'),
          [lab.join('program/bin.mjs'), ...line.split(' ')],
          { cwd: out, uid: 65_534, gid: 65_534, env: { PATH: path, HOME: out }, encoding: 'utf8' },
        )
        if (status !== 0) throw new Error(`${line}: exit status ${status}: ${stderr}`)
        return stdout
      }
    })

    it.each(['archive', 'bare-user'])(
      '1, 2: nobody lists and checks a repository of mode %s',
      async (mode) => {
        const list = `ostree ls ${mode} ${systemRef} --recursive`
        expect(asNobody(list)).toBe(await lab.answer(list))
        asNobody(`ostree fsck ${mode}`)
      },
    )

    it.each(['archive', 'bare-user'])('3 to 9: nobody builds what root builds from mode %s', async (mode) => {
      const digestOf = (lines: string): unknown =>
        (JSON.parse(lines) as readonly { digest: string }[])[0]?.digest
      const image = `oci:${mode}-image:latest`
      asNobody(`ostree build ${mode} ${systemRef} ${image}`)
      await lab.answer(`ostree build ${mode} ${systemRef} oci:root-${mode}:latest`)
      const built = digestOf(asNobody(`resolve ${image} -o json`))
      expect(built).toBe(digestOf(await lab.answer(`resolve oci:root-${mode}:latest -o json`)))
      asNobody(`convert ${image} docker-archive:${mode}.tar:ex/os:1 --to docker`)
      asNobody(`convert docker-archive:${mode}.tar oci:${mode}-back:latest --to oci`)
      const config = (layout: string): string => asNobody(`config oci:${layout}:latest --raw`)
      expect(config(`${mode}-back`)).toBe(config(`${mode}-image`))
    })

    it('15: with an empty PATH nobody builds the tree, entry by entry', async () => {
      asNobody(`ostree build archive ${systemRef} oci:whole:latest`, '/nowhere')
      output('umoci', ['unpack', '--image', lab.join('nobody/whole:latest'), lab.join('nobody-out')])
      expect(await folderFacts(lab.join('nobody-out/rootfs'))).toEqual(await folderFacts(lab.join('tree')))
    })
  })

  it('16: the repository that is read stays as it is', async () => {
    const before = await folderFacts(lab.join('archive'))
    const { mtimeMs } = await stat(lab.join('archive'))
    await lab.answer(`ostree build archive ${systemRef} oci:sixteen:latest --compression reuse`)
    await lab.answer(`ostree encapsulate archive ${systemRef} oci:sixteen-e:latest`)
    await lab.answer('ostree fsck archive')
    expect(await folderFacts(lab.join('archive'))).toEqual(before)
    expect((await stat(lab.join('archive'))).mtimeMs).toBe(mtimeMs)
  })

  it('ls and cat read ostree:REPO:REF//path like any other location', async () => {
    const place = `ostree:bare:${systemRef}`
    const listed = JSON.parse(await lab.answer(`ls ${place}//usr/etc -o json`)) as readonly {
      readonly path: string
    }[]
    expect(listed.map(({ path }) => path)).toEqual([
      'usr/etc',
      'usr/etc/key',
      'usr/etc/none',
      'usr/etc/shadow',
    ])
    expect(await lab.answer(`cat ${place}//usr/etc/shadow`)).toBe('shadow')
    const folder = await lab.run(`cat ${place}//usr/etc`)
    expect([folder.code, folder.stderr]).toEqual([3, expect.stringContaining('is no file')])
    const described = await lab.run(`describe ${place}`)
    expect([described.code, described.stderr]).toEqual([2, expect.stringContaining('ls ostree:bare')])
  })

  it('a repository that is none, or has not that ref: exit 3 and the refs that exist', async () => {
    const absent = await lab.run('ostree build archive other oci:none:1')
    expect([absent.code, absent.stderr]).toEqual([3, expect.stringContaining(systemRef)])
    await mkdir(lab.join('odd/objects'), { recursive: true })
    await writeFile(lab.join('odd/config'), '[core]\nrepo_version=1\nmode=fancy\n')
    const odd = await lab.run(`ostree build odd ${systemRef} oci:none:1`)
    expect([odd.code, odd.stderr]).toEqual([3, expect.stringContaining('fancy')])
    const none = await lab.run(`ostree refs tree`)
    expect(none.code).toBe(3)
    expect(await readdir(lab.folder.path)).not.toContain('none')
  })
})

describeWith(
  ['ostree', 'skopeo', 'docker-registry', 'perl'],
  '12: straight into a registry, and back',
  () => {
    it('gives the digest that skopeo sees, and the same blobs', async () => {
      const lab12 = await Lab.make()
      await using registry = await dockerRegistry()
      try {
        await makeSystemTree(lab12.join('tree'))
        commitSystemTree(lab12.folder.path, lab12.join('tree'))
        const place = `${registry.host}/os/test`
        const digest = await lab12.made(`ostree build bare ${systemRef} ${place}:1`)
        expect(inspect(`docker://${place}:1`).Digest).toBe(digest)
        expect(await lab12.made(`ostree build archive ${systemRef} oci:local:latest`)).toBe(digest)
        await lab12.answer(`cp ${place}:1 oci:back:latest`)
        output('skopeo', [
          'copy',
          '--src-tls-verify=false',
          `docker://${place}:1`,
          `oci:${lab12.join('skopeo')}:latest`,
        ])
        expect(await readdir(lab12.join('skopeo/blobs/sha256'))).toEqual(
          await readdir(lab12.join('local/blobs/sha256')),
        )
        expect(await readdir(lab12.join('back/blobs/sha256'))).toEqual(
          await readdir(lab12.join('local/blobs/sha256')),
        )
        const again = await lab12.made(`ostree encapsulate archive ${systemRef} ${place}:e`)
        expect(inspect(`docker://${place}:e`).Digest).toBe(again)
        await lab12.answer(`ostree import ${place}:e ./imported --ref back`)
        expect(lab12.commitOf('imported', 'back')).toBe(lab12.commitOf('archive'))
        expect(ostree(lab12.join('imported'), 'fsck', '--all')).toContain('no errors found')
      } finally {
        await lab12.folder.remove()
      }
    })
  },
)
