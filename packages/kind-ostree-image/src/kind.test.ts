import type { Artifact, Finding, KindContext, PackedManifest, Source } from '@ocish/sdk'
import { contentChecksum, createRepo, fsck, openRepo, type Repository } from '@ocish/ostree-repo'
import { artifactOf, describeKind, kindContext, memoryFile, memorySource, memoryTarget } from '@ocish/testing'
import { describe, expect, it } from 'vitest'
import packageJson from '../package.json' with { type: 'json' }
import { compareImage, type Difference } from './compare.ts'
import { escaped } from './commands/import.ts'
import { imageOptions } from './image-options.ts'
import { importEncapsulated } from './import-encapsulated.ts'
import { importPlain } from './import-plain.ts'
import kind from './index.ts'
import { readImage } from './model.ts'
import { openCommit } from './open-commit.ts'
import { packEncapsulated } from './pack-encapsulated.ts'
import { packPlain } from './pack-plain.ts'
import { parseTreefile } from './treefile.ts'
import { validateImage } from './validate-image.ts'
import { smallRef, smallRepo, smallSource, smallTree } from './small-repo.test-kit.ts'

const context = kindContext()
const source = await smallSource()
const first = { formatVersion: 1, copyMeta: [] } as const

async function plain(flags: Readonly<Record<string, unknown>> = {}): Promise<PackedManifest> {
  return packPlain(await openCommit(await openRepo(source), smallRef, false), imageOptions(flags), context)
}

async function encapsulated(flags: Readonly<Record<string, unknown>> = {}): Promise<PackedManifest> {
  const options = { ...imageOptions(flags), ...first }
  return packEncapsulated(await openCommit(await openRepo(source), smallRef, false), options, context)
}

describeKind(kind, {
  packageJson,
  cases: [
    { name: 'a plain image', artifact: async () => artifactOf(await plain()) },
    { name: 'an encapsulated image', artifact: async () => artifactOf(await encapsulated()) },
  ],
  locations: [
    {
      name: 'a commit of a repository',
      location: { scheme: 'kind', name: 'ostree', rest: `r:${smallRef}`, inner: 'usr/etc', text: 'ostree:r' },
      folders: { r: (): Source => source },
      files: { 'usr/etc/conf': 'conf\n' },
    },
  ],
  folder: (parameter): Source =>
    parameter === 'source' ? memoryFile('treefile.yaml', `ref: ${smallRef}`) : source,
})

/** Imports into memory: the repository, and the commit. */
async function imported(artifact: Artifact): Promise<{ readonly repo: Repository; readonly commit: string }> {
  const target = memoryTarget()
  const writer = await createRepo(target)
  const image = await readImage(artifact)
  const form = image.form === 'plain' ? importPlain : importEncapsulated
  const commit = await form(artifact, image, writer, context)
  const files: Record<string, Uint8Array | string> = { 'objects/.keep': '' }
  for (const [path, entry] of target.entries) if (entry.kind === 'file') files[path] = entry.bytes
  return { repo: await openRepo(memorySource(files)), commit }
}

describe('there and back', () => {
  it.each([
    {},
    { compression: 'none' },
    { compression: 'zstd' },
    { compression: 'reuse' },
    { 'max-layers': 4 },
    { 'no-hardlinks': true },
    { format: 'docker' },
  ])('a plain image with %o gives the same tree', async (flags) => {
    const { repo, commit } = await imported(await artifactOf(await plain(flags)))
    const original = await openRepo(source)
    const before = await original.commit(await original.resolve(smallRef))
    expect(contentChecksum(await repo.commit(commit))).toBe(contentChecksum(before))
    expect(await fsck(repo, commit).next()).toMatchObject({ done: true, value: { faults: 0 } })
  })

  it.each([{}, { 'max-layers': 1 }, { compression: 'reuse' }, { 'max-layers': 4 }])(
    'an encapsulated image with %o gives the same commit',
    async (flags) => {
      const { repo, commit } = await imported(await artifactOf(await encapsulated(flags)))
      expect(commit).toBe(await (await openRepo(source)).resolve(smallRef))
      expect(await fsck(repo, commit).next()).toMatchObject({ done: true, value: { faults: 0 } })
    },
  )

  it('layers are by package, the last one is for those that come', async () => {
    const image = await readImage(await artifactOf(await encapsulated()))
    const components = image.layers.map(({ components: names }) => names.join())
    expect(components.toSorted()).toEqual(['', '', 'conf', 'hello', 'unpackaged-content'])
    expect(image.layers.at(-1)?.history).toBe('Reserved for new packages')
    expect(image.labels).toMatchObject({ 'containers.bootc': '1', 'ostree.bootable': 'true' })
  })
})

describe('what would be a wrong image', () => {
  it('a file that reads as a deletion is refused, or left out when asked', async () => {
    const commit = await openCommit(await smallRepo({ usr: { '.wh.x': 'x', y: 'y' } }), smallRef, false)
    const packed = await packPlain(commit, imageOptions({}), context)
    await expect(artifactOf(packed)).toFailWith('KIND_INPUT_INVALID')
    const dropped = await packPlain(commit, imageOptions({ whiteouts: 'drop' }), context)
    const { repo, commit: back } = await imported(await artifactOf(dropped))
    const { tree } = await repo.commit(back)
    const usr = (await repo.tree(tree)).folders[0]
    expect((await repo.tree(usr?.tree ?? '')).files.map(({ name }) => name)).toEqual(['y'])
    await expect(packEncapsulated(commit, { ...imageOptions({}), ...first }, context)).toFailWith(
      'KIND_INPUT_INVALID',
    )
  })
})

it('refs of imported images are named as ostree-ext names them', () => {
  expect(escaped('sha256:ab')).toBe('sha256_3A_ab')
  expect(escaped('docker://quay.io/a_b')).toBe('docker_3A__2F__2F_quay_2E_io/a__b')
})

describe('an image beside a commit', () => {
  const rows = async (artifact: Artifact): Promise<readonly Difference[]> =>
    Array.fromAsync(
      compareImage(artifact, await openCommit(await openRepo(source), smallRef, false), context),
    )

  it('is the same, or says where it differs', async () => {
    expect(await rows(await artifactOf(await plain()))).toEqual([])
    expect(await rows(await artifactOf(await encapsulated()))).toEqual([])
    const other = await openCommit(
      await smallRepo({ usr: { bin: { hello: 'other' }, more: '' } }),
      smallRef,
      false,
    )
    const found = await rows(await artifactOf(await packPlain(other, imageOptions({}), context)))
    expect(found.slice(0, 2)).toEqual([
      { path: '/bin', op: '-' },
      { path: '/sysroot', op: '-' },
    ])
    expect(found).toContainEqual({ path: '/usr/bin/hello', op: '~' })
    expect(found.at(-1)).toEqual({ path: '/usr/more', op: '+' })
  })

  it('of which an encapsulated one has a commit itself: the paths are compared, not only the checksums', async () => {
    const tree = {
      ...smallTree,
      bin: { inner: { x: 'x' } },
      usr: { bin: { hello: 'other' }, more: { y: 'y' } },
    }
    const other = await openCommit(await smallRepo(tree), smallRef, false)
    const options = { ...imageOptions({}), ...first }
    const found = await rows(await artifactOf(await packEncapsulated(other, options, context)))
    expect(found.map(({ op, path }) => `${op} ${path}`)).toEqual([
      '~ /bin',
      '+ /bin/inner',
      '+ /bin/inner/x',
      '- /usr/bin/again',
      '~ /usr/bin/hello',
      '- /usr/etc',
      '- /usr/etc/conf',
      '- /usr/lib',
      '- /usr/lib/none',
      '- /usr/lib/dpkg',
      '- /usr/lib/dpkg/info',
      '- /usr/lib/dpkg/info/conf.list',
      '- /usr/lib/dpkg/info/hello.list',
      '- /usr/share',
      '- /usr/share/new\nline ü',
      '- /usr/share/secret',
      '- /usr/share/empty',
      '+ /usr/more',
      '+ /usr/more/y',
    ])
  })

  it('validate --repo finds the same', async () => {
    const other = await openCommit(await smallRepo({ usr: { bin: { hello: 'other' } } }), smallRef, false)
    const findings = async (
      artifact: Artifact,
      options: KindContext['options'],
    ): Promise<readonly Finding[]> =>
      Array.fromAsync(validateImage(artifact, { ...context, options, file: async () => source }))
    const same = await artifactOf(await plain())
    expect(await findings(same, { repo: 'r' })).toEqual([])
    expect(await findings(await artifactOf(await encapsulated()), { repo: 'r' })).toEqual([])
    const different = await artifactOf(await packPlain(other, imageOptions({}), context))
    await expect(findings(different, { repo: 'r' })).toFailWith('OSTREE_OBJECT_MISSING')
    await expect(findings(same, { revision: smallRef })).toFailWith('USAGE_MISSING_ARGUMENT')
    expect(await findings(different, { repo: 'r', revision: smallRef })).toContainEqual({
      severity: 'error',
      code: 'DIFFERS',
      path: '/usr/bin/hello',
      message: 'is not the same in the image and the commit',
    })
  })
})

it('a treefile names the ref and labels as they are written; what is not done is told', () => {
  expect(parseTreefile('ostree:\n  ref: debian/12/x86_64\nlabels:\n  a: b\n  version: 1.10\n')).toEqual({
    ref: smallRef,
    labels: ['a=b', 'version=1.10'],
    unused: [],
  })
  expect(parseTreefile('{"ref": "a", "labels": ["b=c"], "packages": ["d"], "postinstall": []}')).toEqual({
    ref: 'a',
    labels: ['b=c'],
    unused: ['packages', 'postinstall'],
  })
  expect(parseTreefile('base: ubuntu:24.04').ref).toBe('ubuntu/24.04/x86_64')
  expect(parseTreefile('base: ubuntu:24.04', 'arm64').ref).toBe('ubuntu/24.04/aarch64')
  expect(() => parseTreefile('packages: []')).toThrow(/neither/)
  expect(() => parseTreefile('ref: a\nlabels: [b]')).toThrow(/labels/)
})
