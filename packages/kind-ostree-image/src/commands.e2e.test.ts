import { readdir, readFile, writeFile } from 'node:fs/promises'
import { describeWith } from '@ocish/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { acceptancePrograms, inspect, Lab } from './acceptance.test-kit.ts'
import { folderFacts } from './folder-facts.test-kit.ts'
import { commitSystemTree, makeSystemTree, ostree, output, systemRef } from './system-tree.test-kit.ts'

let lab: Lab

/** The components of each layer behind the commit's. */
async function componentsOf(layout: string): Promise<readonly string[]> {
  const { layers } = await lab.manifest(layout)
  return layers.slice(1).map(({ annotations }) => annotations?.['ostree.components'] ?? 'none')
}

async function pathsOf(layout: string, index: number): Promise<readonly string[]> {
  const layer = (await lab.manifest(layout)).layers[index]
  const file = lab.join(`${layout}/blobs/${layer?.digest.replace(':', '/')}`)
  return output('tar', ['-tf', file]).split('\n').filter(Boolean)
}

/** Path and content of everything in a folder whose name any target takes. */
async function contentsOf(folder: string): Promise<readonly string[]> {
  const lines = await folderFacts(lab.join(folder))
  return lines
    .filter((line) => !line.includes('\\n'))
    .map((line) => line.replace(/^("(?:[^"\\]|\\.)*") \d+ \d+ \d+ \S* /, '$1 '))
}

describeWith(
  acceptancePrograms,
  'the commands of the kind and the general verbs, on the built program',
  () => {
    beforeAll(async () => {
      lab = await Lab.make()
      await makeSystemTree(lab.join('tree'))
      commitSystemTree(lab.folder.path, lab.join('tree'))
      await lab.answer(`ostree build archive ${systemRef} oci:plain:latest`)
      await lab.answer(`ostree encapsulate archive ${systemRef} oci:encapsulated:latest`)
    }, 300_000)
    afterAll(async () => lab.folder.remove())

    it.each(['plain', 'encapsulated'])(
      'pull --unpack of the image %s gives the files of the tree',
      async (layout) => {
        const { code, stderr } = await lab.run(`pull oci:${layout}:latest out-${layout} --unpack`)
        expect([code, stderr]).toEqual([0, expect.stringContaining('has a control character')])
        expect(stderr).toContain('ostree import keeps them')
        const wanted = (await contentsOf('tree')).map((line) =>
          layout === 'plain' ? line : line.replace('"usr/etc', '"etc'),
        )
        const there = await contentsOf(`out-${layout}`)
        if (layout === 'plain') expect(there).toEqual(wanted)
        else expect(there).toEqual(expect.arrayContaining(wanted))
      },
    )

    describe('validate --repo', () => {
      it.each(['plain', 'encapsulated'])('finds nothing at the image %s', async (layout) => {
        const { code, stdout, stderr } = await lab.run(`validate oci:${layout}:latest --repo bare`)
        expect([code, stdout, stderr]).toEqual([0, '', 'note: nothing to remark\n'])
      })

      it('names each entry that is not the commit’s, exit 1; ostree compare gives the same paths', async () => {
        const tree = lab.join('changed')
        output('cp', ['-a', lab.join('tree'), tree])
        await writeFile(`${tree}/usr/bin/tool`, 'other')
        output('chmod', ['0711', `${tree}/usr/share`])
        output('rm', [`${tree}/usr/etc/key`])
        await writeFile(`${tree}/usr/more`, 'more')
        ostree(lab.join('archive'), 'commit', '-b', 'changed', `--tree=dir=${tree}`)
        const wanted = ['+ /usr/more', '- /usr/etc/key', '~ /usr/bin/tool', '~ /usr/share']
        for (const verb of ['build', 'encapsulate']) {
          await lab.answer(`ostree ${verb} archive changed oci:changed-${verb}:1 --arch amd64`)
          const found = await lab.run(
            `validate oci:changed-${verb}:1 --repo bare --revision ${systemRef} -o json`,
          )
          const rows = JSON.parse(found.stdout) as readonly { readonly code: string; readonly path: string }[]
          const marks: Readonly<Record<string, string>> = {
            NOT_IN_COMMIT: '+',
            NOT_IN_IMAGE: '-',
            DIFFERS: '~',
          }
          expect(rows.map(({ code, path }) => `${marks[code]} ${path}`).toSorted()).toEqual(wanted)
          expect(found.code).toBe(1)
          const compared = await lab.run(`ostree compare oci:changed-${verb}:1 bare ${systemRef} -o tsv`)
          expect(compared.code).toBe(1)
          expect(
            compared.stdout
              .trim()
              .split('\n')
              .map((line) => line.replace('\t', ' '))
              .toSorted(),
          ).toEqual(wanted)
        }
      })

      it('an image whose commit the repository has not: exit 3; --revision alone: exit 2', async () => {
        ostree(lab.join('empty'), 'init', '--mode=archive')
        expect((await lab.run('validate oci:plain:latest --repo empty')).code).toBe(3)
        expect((await lab.run('validate oci:plain:latest --revision x')).code).toBe(2)
      })
    })

    describe('convert', () => {
      it('a docker-archive of skopeo becomes OCI, and OCI a docker-archive, with the bytes of the configuration', async () => {
        const { config } = await lab.manifest('plain')
        const tar = lab.join('skopeo.tar')
        output('skopeo', [
          'copy',
          `oci:${lab.join('plain:latest')}`,
          `docker-archive:${tar}:example.com/os:1`,
        ])
        await lab.answer('convert tar:skopeo.tar oci:converted:latest --to oci')
        expect((await lab.manifest('converted')).config.digest).toBe(config.digest)
        await lab.answer('convert oci:plain:latest docker-archive:own.tar:example.com/os:1 --to docker')
        output('skopeo', ['copy', `docker-archive:${lab.join('own.tar')}`, `dir:${lab.join('own')}`])
        const name = `${config.digest.slice(7)}.json`
        expect(output('tar', ['-xOf', lab.join('own.tar'), name])).toBe(
          (await lab.blob('plain', config.digest)).toString(),
        )
        await lab.answer('convert tar:own.tar oci:again:latest --to oci')
        expect((await lab.manifest('again')).config.digest).toBe(config.digest)
        expect(inspect(`oci:${lab.join('again:latest')}`).Labels['ostree.commit']).toBe(
          lab.commitOf('archive'),
        )
      })
    })

    describe('encapsulate', () => {
      it('--max-layers counts, and --previous keeps the layer of each package', async () => {
        await lab.answer(`ostree encapsulate archive ${systemRef} oci:four:latest --max-layers 4`)
        const four = await componentsOf('four')
        expect(four.toSorted()).toEqual(['', 'large', 'tool', 'unpackaged-content'])
        for (const [flag, name] of [
          ['--previous oci:four:latest', 'kept'],
          ['--previous-build-manifest previous.json', 'kept-file'],
        ] as const) {
          if (name === 'kept-file')
            await writeFile(lab.join('previous.json'), await lab.answer('manifest oci:four:latest --raw'))
          await lab.answer(
            `ostree encapsulate archive ${systemRef} oci:${name}:latest --max-layers 4 ${flag}`,
          )
          expect(await componentsOf(name)).toEqual(four)
        }
        const both = await lab.run(
          `ostree encapsulate archive ${systemRef} oci:no:1 --previous oci:four:latest --previous-build-manifest previous.json`,
        )
        expect(both.code).toBe(2)
        expect(
          (await lab.run(`ostree encapsulate archive ${systemRef} oci:no:1 --previous oci:plain:latest`))
            .code,
        ).toBe(1)
        expect((await lab.run(`ostree encapsulate archive ${systemRef} oci:no:1 --max-layers 2`)).code).toBe(
          2,
        )
      })

      it('--contentmeta says which object lies in which layer', async () => {
        const checksum = (path: string): string =>
          / ([0-9a-f]{64}) \//.exec(ostree(lab.join('archive'), 'ls', '-C', systemRef, path))?.[1] ?? ''
        const meta = {
          version: 1,
          layers: { one: 'the first', two: 'the second' },
          mapping: { [checksum('/usr/lib/large')]: 'one', [checksum('/usr/bin/tool')]: 'two' },
        }
        await writeFile(lab.join('meta.json'), JSON.stringify(meta))
        await lab.answer(`ostree encapsulate archive ${systemRef} oci:meta:latest --contentmeta meta.json`)
        const components = await componentsOf('meta')
        expect(components.toSorted()).toEqual(['one', 'two'])
        expect(await pathsOf('meta', 1 + components.indexOf('one'))).toContain('usr/lib/large')
        expect(await pathsOf('meta', 1 + components.indexOf('two'))).toContain('usr/bin/tool')
        await writeFile(lab.join('bad.json'), '[]')
        const bad = await lab.run(`ostree encapsulate archive ${systemRef} oci:no:1 --contentmeta bad.json`)
        expect(bad.code).toBe(1)
      })

      it('--format-version 2 has every folder above a path, 1 has them in the layer of the commit alone', async () => {
        for (const version of [1, 2]) {
          const layout = `version-${version}`
          await lab.answer(
            `ostree encapsulate archive ${systemRef} oci:${layout}:latest --format-version ${version}`,
          )
          const index = 1 + (await componentsOf(layout)).indexOf('large')
          const folders = (await pathsOf(layout, index)).filter((path) => /^(?:\.\/)?usr\/.*\/$/.test(path))
          expect(folders.length > 0).toBe(version === 2)
          await lab.answer(`ostree import oci:${layout}:latest ${layout}-repo --ref back`)
          expect(lab.commitOf(`${layout}-repo`, 'back')).toBe(lab.commitOf('archive'))
          expect(ostree(lab.join(`${layout}-repo`), 'fsck', '--all')).toContain('no errors found')
        }
        expect(
          (await lab.run(`ostree encapsulate archive ${systemRef} oci:no:1 --format-version 3`)).code,
        ).toBe(2)
        expect(await readdir(lab.folder.path)).not.toContain('no')
      })

      it('labels, architecture, time, command, keys of the commit', async () => {
        await lab.answer(
          `ostree encapsulate archive ${systemRef} oci:told:latest --label a=b --arch aarch64 --created 2020-02-03T04:05:06Z --cmd /sbin/init --copymeta version --copymeta-opt none`,
        )
        const { config } = await lab.manifest('told')
        const facts = JSON.parse((await lab.blob('told', config.digest)).toString()) as Record<
          string,
          unknown
        >
        expect(facts).toMatchObject({
          architecture: 'arm64',
          created: '2020-02-03T04:05:06Z',
          config: { Cmd: ['/sbin/init'], Labels: { a: 'b', version: '1.2.3' } },
        })
        const lacking = await lab.run(`ostree encapsulate archive ${systemRef} oci:no:1 --copymeta none`)
        expect([lacking.code, lacking.stderr]).toEqual([1, expect.stringContaining('none')])
      })
    })

    it('SOURCE_DATE_EPOCH dates an image, --created comes before it', async () => {
      const created = async (layout: string): Promise<unknown> => {
        const { config } = await lab.manifest(layout)
        return JSON.parse((await lab.blob(layout, config.digest)).toString()).created
      }
      const env = { SOURCE_DATE_EPOCH: '1580702706' }
      for (const verb of ['build', 'encapsulate']) {
        await lab.answer(`ostree ${verb} archive ${systemRef} oci:dated-${verb}:latest`, env)
        expect(await created(`dated-${verb}`)).toBe('2020-02-03T04:05:06Z')
      }
      await lab.answer(`ostree build archive ${systemRef} oci:dated-flag:latest --created 5`, env)
      expect(await created('dated-flag')).toBe('1970-01-01T00:00:05Z')
      const wrong = { SOURCE_DATE_EPOCH: 'yesterday' }
      const { code, stderr } = await lab.run(`ostree build archive ${systemRef} oci:dated-no:latest`, wrong)
      expect([code, stderr]).toEqual([2, expect.stringContaining('SOURCE_DATE_EPOCH is "yesterday"')])
    })

    describe('compose', () => {
      it.each([
        ['build-image', 'build'],
        ['container-encapsulate', 'encapsulate'],
      ])('%s is ostree %s, with the same digest', async (step, verb) => {
        const line = `--max-layers 4 --label a=b --arch arm64`
        const digest = await lab.made(`ostree ${verb} archive ${systemRef} oci:${verb}-one:1 ${line}`)
        const composed = `ostree compose ${step} ${systemRef} oci:${verb}-two:1 --repo archive ${line}`
        expect(await lab.made(composed)).toBe(digest)
      })

      it('image reads ref, labels and base of a treefile, and says what it does not do', async () => {
        await writeFile(
          lab.join('tree.yaml'),
          `ostree:\n  ref: ${systemRef}\nlabels:\n  org.example.version: 1.10\npackages: [vim]\n`,
        )
        const { code, stderr } = await lab.run(
          'ostree compose image tree.yaml oci:composed:latest --repo archive',
        )
        expect([code, stderr]).toEqual([0, expect.stringMatching(/nothing is composed here.* packages/)])
        expect(inspect(`oci:${lab.join('composed:latest')}`).Labels).toMatchObject({
          'org.example.version': '1.10',
        })
        await writeFile(lab.join('base.json'), '{"base": "debian:12"}')
        const based = await lab.run('ostree compose image base.json oci:no:1 --repo archive --arch arm64')
        expect([based.code, based.stderr]).toEqual([3, expect.stringContaining('debian/12/aarch64')])
      })

      it('refuses what only the other step takes, a step that composes, and a call without a repository', async () => {
        const line = `${systemRef} oci:no:1`
        const conflict = await lab.run(`ostree compose build-image ${line} --repo archive --format-version 2`)
        expect([conflict.code, conflict.stderr]).toEqual([2, expect.stringContaining('--format-version')])
        const other = await lab.run(`ostree compose container-encapsulate ${line} --repo archive --etc keep`)
        expect([other.code, other.stderr]).toEqual([2, expect.stringContaining('--etc')])
        expect((await lab.run(`ostree compose tree ${line} --repo archive`)).code).toBe(2)
        expect((await lab.run(`ostree compose build-image ${line}`)).code).toBe(2)
      })
    })

    it('help has every exit status that the other tests see', async () => {
      const listed = async (name: string): Promise<readonly string[]> => {
        const [, statuses = ''] = (await lab.answer(`help ostree ${name}`)).split(/exit status\n/i)
        return [...statuses.matchAll(/^ +(\d+) /gm)].map(([, status = '']) => status)
      }
      const files = ['0', '1', '2', '3', '6', '7', '8']
      for (const name of ['ls', 'log', 'show', 'refs', 'fsck']) expect(await listed(name)).toEqual(files)
      const images = ['0', '1', '2', '3', '4', '5', '6', '7', '8']
      expect(await listed('import')).toEqual(images)
      for (const name of ['build', 'encapsulate', 'compare', 'compose'])
        expect(await listed(name)).toEqual([...images, '10'])
    })

    it('log follows the parents, show has everything of a commit, refs says aliases and what is bad', async () => {
      const repo = lab.join('history')
      ostree(repo, 'init', '--mode=archive')
      for (const subject of ['first', 'second'])
        ostree(repo, 'commit', '-b', 'main', `--tree=dir=${lab.join('tree')}`, '-s', subject, '--body=more')
      ostree(repo, 'refs', '-A', '--create=alias', 'main')
      await writeFile(`${repo}/refs/heads/bad`, 'no checksum\n')
      const rows = JSON.parse(await lab.answer('ostree log history main -o json')) as readonly {
        readonly subject: string
      }[]
      expect(rows.map(({ subject }) => subject)).toEqual(['second', 'first'])
      const shown = JSON.parse(await lab.answer('ostree show history main^ -o json')) as Record<
        string,
        unknown
      >
      expect(shown).toMatchObject({
        subject: 'first',
        body: 'more',
        partial: false,
        mode: 'archive',
        parent: '',
      })
      expect(JSON.parse(await lab.answer('ostree refs history -o json'))).toEqual([
        expect.objectContaining({ ref: 'alias', alias: 'main' }),
        expect.objectContaining({ ref: 'bad', problem: expect.stringContaining('no checksum') as unknown }),
        expect.objectContaining({ ref: 'main', commit: lab.commitOf('history', 'main') }),
      ])
      expect(await readFile(`${repo}/refs/heads/bad`, 'utf8')).toBe('no checksum\n')
    })
  },
)
