import { type Descriptor, OcishError } from '@ocish/sdk'
import { content } from '@ocish/testing'
import { beforeEach, expect, test } from 'vitest'
import { loadTagFacts } from './load-tag-facts.ts'
import { ServicesDouble } from './services.test-kit.ts'

const title = (name: string): Record<string, string> => ({ 'org.opencontainers.image.title': name })
const sample = content({
  blobs: { a: 'alpha', b: 'beta', odd: '{}' },
  manifests: {
    files: {
      artifactType: 'application/vnd.example.files',
      layers: [
        { blob: 'a', annotations: title('a.txt') },
        { blob: 'b', annotations: title('dir/b.txt') },
      ],
    },
    sbom: { artifactType: 'application/spdx+json', layers: ['odd'], subject: 'files' },
    signature: {
      artifactType: 'application/vnd.dev.sigstore.bundle.v0.3+json',
      layers: ['odd'],
      subject: 'sbom',
    },
    set: { manifests: [{ manifest: 'files', platform: { os: 'linux', architecture: 'arm64' } }] },
  },
  tags: { '1.0': 'files', '1.0.1': 'files', all: 'set', [`sha256-${'0'.repeat(64)}`]: 'set' },
})
const ref = 'here.example/team/app:1.0'
let double: ServicesDouble
beforeEach(async () => {
  double = new ServicesDouble()
  await sample.push(double.registry('here.example'), 'team/app')
})

test('ls by level', async () => {
  const ls = async (location: string[]): Promise<readonly unknown[]> =>
    (await double.run('ls', { args: { location } })).values
  expect(await ls([])).toMatchObject([{ host: 'here.example' }])
  expect(await ls(['here.example'])).toMatchObject([
    { ref: 'here.example/team/app', registry: 'here.example' },
  ])
  expect(await ls(['here.example/team'])).toMatchObject([{ ref: 'here.example/team/app' }])
  expect(await ls(['here.example/team/app'])).toMatchObject([
    { tag: '1.0' },
    { tag: '1.0.1' },
    { tag: 'all' },
  ])
  expect(await ls([ref])).toMatchObject([{ kind: 'config' }, { path: 'a.txt' }, { path: 'dir/b.txt' }])
  expect(await ls([`${ref}//dir`])).toMatchObject([{ path: 'dir/b.txt', ref: `${ref}//dir/b.txt` }])
  expect(await ls(['here.example/*/app'])).toMatchObject([{ name: 'team/app' }])
  expect(await ls(['here.example/team/app:1.0.*'])).toMatchObject([{ tag: '1.0.1' }])
})

test.each([
  [
    'ls',
    { location: ['here.example/team/app:{1.0.*}'] },
    'Leave out the braces: here.example/team/app:1.0.*.',
  ],
  ['cp', { src: ['here.example/team/app:{1,2}.*'], dst: 'here.example/b' }, 'Write a pattern for each:'],
])('%s of a pattern in braces, as other tools have it, says how it is written', async (name, args, hint) => {
  const failed = await double.run(name, { args }).catch((error: unknown) => error)
  expect(failed).toMatchObject({ code: 'TAG_NOT_FOUND', hint: expect.stringContaining(hint) as string })
})

test.each([
  [ref, 'Leave out :1.0, or look at the artifact with describe here.example/team/app:1.0.'],
  [
    'here.example/team/app:1.*',
    "Write tags here.example/team/app --match '1.*', or ls here.example/team/app:1.*.",
  ],
])('tags of %s, which is no repository, says what is', async (repository, hint) => {
  const failed = await double.run('tags', { args: { repository } }).catch((error: unknown) => error)
  expect(failed).toMatchObject({ code: 'USAGE_INVALID_VALUE', hint })
})

test('tags cost nothing more unless a column is asked for', async () => {
  const repository = 'here.example/team/app'
  const plain = await double.run('tags', { args: { repository } })
  expect(plain.values[0]).toEqual({ ref, tag: '1.0' })
  const columns = new Set(['tag', 'digest'])
  const digests = await double.run('tags', { args: { repository }, columns, flags: { match: '^1' } })
  expect(digests.values).toHaveLength(2)
  expect(digests.values[0]).toEqual({ ref, tag: '1.0', digest: sample.manifests.files.descriptor.digest })
  const long = await double.run('tags', { args: { repository }, flags: { long: true, all: true } })
  expect(long.values).toHaveLength(4)
  expect(long.values[0]).toMatchObject({
    kind: 'artifact',
    size: 11,
    artifactType: 'application/vnd.example.files',
  })
  await expect(double.run('tags', { args: { repository }, flags: { match: '/(/' } })).toFailWith(
    'USAGE_INVALID_VALUE',
  )
})

test('whether a tag is signed is said where it is asked for', async () => {
  const { signal } = new AbortController()
  const facts = async (reference: string, signed: boolean): Promise<unknown> =>
    loadTagFacts(reference, double.services(), signal, { signed })
  const sbom = `here.example/team/app@${sample.manifests.sbom.descriptor.digest}`
  expect(await facts(sbom, true)).toMatchObject({ signed: true })
  expect(await facts(ref, true)).toMatchObject({ signed: false })
  expect(await facts(ref, false)).not.toHaveProperty('signed')
})

test('a tag that cannot be read does not hide the others', async () => {
  const registry = double.registry('here.example')
  const openManifest = registry.openManifest.bind(registry)
  double.registries.set(
    'here.example',
    Object.assign(registry, {
      openManifest: (repository: string, reference: string) =>
        reference === '1.0.1'
          ? Promise.reject(new OcishError('MANIFEST_INVALID', 'the manifest is not JSON'))
          : openManifest(repository, reference),
    }),
  )
  const run = await double.run('tags', {
    args: { repository: 'here.example/team/app' },
    flags: { long: true },
  })
  expect(run.values).toMatchObject([
    { tag: '1.0', kind: 'artifact' },
    { tag: '1.0.1' },
    { tag: 'all', kind: 'index' },
  ])
  expect(run.notes).toEqual(['here.example/team/app:1.0.1: the manifest is not JSON'])
})

test('tree goes down to entries and up to referrers, each manifest once', async () => {
  const { values } = await double.run('tree', {
    args: { ref: 'here.example/team/app:all' },
    flags: { depth: 8, referrers: true },
  })
  expect(values).toMatchObject([
    { depth: 0, kind: 'index' },
    { depth: 1, label: 'linux/arm64', platform: 'linux/arm64', relation: 'entry' },
    { depth: 2, label: 'referrer sbom', relation: 'referrer' },
    { depth: 3, label: 'referrer signature', relation: 'referrer' },
  ])
})

test('referrers, of one type and of all depths', async () => {
  const run = async (flags: Record<string, unknown>): Promise<readonly unknown[]> =>
    (await double.run('referrers', { args: { ref }, flags })).values
  expect(await run({})).toMatchObject([{ kind: 'sbom' }])
  expect(await run({ recursive: true })).toMatchObject([{ kind: 'sbom' }, { kind: 'signature' }])
  expect(await run({ type: 'text/plain' })).toEqual([])
})

test('T39 referrers that refer to each other end', async () => {
  const { files, sbom } = sample.manifests
  double.registries.set(
    'here.example',
    Object.assign(double.registry('here.example'), {
      async *referrers(): AsyncGenerator<Descriptor> {
        yield files.descriptor
        yield sbom.descriptor
      },
    }),
  )
  const tree = await double.run('tree', { args: { ref }, flags: { depth: 64, referrers: true } })
  expect(tree.values).toHaveLength(5)
  expect((await double.run('referrers', { args: { ref }, flags: { recursive: true } })).values).toHaveLength(
    1,
  )
})

test('describe falls back to what every artifact has', async () => {
  const { values } = await double.run('describe', { args: { ref } })
  expect(values).toMatchObject([
    {
      kind: 'artifact',
      fields: expect.arrayContaining([{ label: 'files', value: ['a.txt', 'dir/b.txt'], format: 'list' }]),
    },
  ])
})

test('cat of a path, a number, a blob and nothing clear', async () => {
  const cat = async (text: string, flags = {}): Promise<string> =>
    Buffer.concat((await double.run('cat', { args: { ref: text }, flags })).values as Uint8Array[]).toString()
  expect(await cat(`${ref}//dir/b.txt`)).toBe('beta')
  expect(await cat(ref, { layer: 0 })).toBe('alpha')
  expect(await cat(`here.example/team/app@${sample.blobs.a.descriptor.digest}`)).toBe('alpha')
  await expect(cat(ref)).toFailWith('USAGE_MISSING_ARGUMENT')
  await expect(cat(ref, { layer: 7 })).toFailWith('BLOB_NOT_FOUND')
  await expect(cat(`${ref}//dir/c.txt`)).toFailWith('PATH_NOT_FOUND')
})

test('resolve and exists; a missing tag names the closest', async () => {
  expect((await double.run('resolve', { args: { ref } })).values).toEqual([
    sample.manifests.files.descriptor.digest,
  ])
  const platform = { os: 'linux', architecture: 'arm64' }
  const chosen = await double.run('resolve', {
    args: { ref: 'here.example/team/app:all' },
    options: { platform },
  })
  expect(chosen.values).toEqual([sample.manifests.files.descriptor.digest])
  const { values, exit } = await double.run('exists', { args: { ref: [ref, 'here.example/team/app:3'] } })
  expect(values).toMatchObject([{ ok: true }, { ok: false }])
  expect(exit).toBe(1)
  const missing = double.run('resolve', { args: { ref: 'here.example/team/app:1.0.2' } })
  await expect(missing).rejects.toMatchObject({
    code: 'TAG_NOT_FOUND',
    details: { closest: ['1.0.1', '1.0'], span: { from: 22, to: 27 } },
  })
  await expect(double.run('resolve', { args: { ref: 'here.example/team/app' } })).toFailWith(
    'REFERENCE_INVALID',
  )
})

test('a missing tag that is close to none names some, a missing repository its namespace', async () => {
  const hintOf = async (text: string): Promise<unknown> =>
    double.run('resolve', { args: { ref: text } }).catch((error: OcishError) => error.hint)
  const seeAll = 'see tags here.example/team/app'
  expect(await hintOf('here.example/team/app:nightly')).toBe(`It has all, 1.0.1, 1.0: ${seeAll}`)
  const { bytes, descriptor } = sample.manifests.set
  const { mediaType } = descriptor
  await double.registry('here.example').pushManifest('team/app', bytes, { mediaType, tags: ['big'] })
  expect(await hintOf('here.example/team/app:nightly')).toBe(
    `It has 4 tags, such as big, all, 1.0.1: ${seeAll}`,
  )
  expect(await hintOf('here.example/team/other:1')).toBe('Look for the repository: ls here.example/team')
})

test.each([
  ['resolve', { ref: 'here.example/team/ap:1' }],
  ['tags', { repository: 'here.example/team/ap' }],
  ['ls', { location: ['here.example/team/ap'] }],
])('%s of a repository that is not there names those beside it that are close', async (name, args) => {
  const error = await double.run(name, { args }).catch((thrown: OcishError) => thrown)
  const input = Object.values(args).flat()[0]
  const at = 'here.example/team/'.length
  expect(error).toMatchObject({
    details: { closest: ['app'], input, span: { from: at, to: at + 'ap'.length } },
    hint: undefined,
  })
})

test('a registry without a catalog: where to look for the repository', async () => {
  const registry = double.registry('here.example')
  registry.repositories = () => {
    throw new OcishError('UNSUPPORTED', 'no catalog')
  }
  const error = await double
    .run('tags', { args: { repository: 'here.example/team/ap' } })
    .catch((thrown: OcishError) => thrown)
  expect(error).toMatchObject({
    code: 'REPOSITORY_NOT_FOUND',
    hint: 'Look for the repository: ls here.example/team',
  })
})

test('pull writes titled files and keeps the order of the layers', async () => {
  const { values } = await double.run('pull', { args: { ref, folder: 'out' } })
  expect(values).toMatchObject([{ path: 'out/a.txt', bytes: 5 }, { path: 'out/dir/b.txt' }])
  expect(double.written).toEqual(
    new Map([
      ['a.txt', 'alpha'],
      ['dir/b.txt', 'beta'],
    ]),
  )
})

test('validate finds what is missing', async () => {
  expect(
    await double.run('validate', {
      args: { subject: `here.example/team/app@${sample.manifests.files.descriptor.digest}` },
    }),
  ).toMatchObject({ values: [], exit: 0 })
  await double.registry('here.example').deleteBlob('team/app', sample.blobs.b.descriptor.digest)
  const { values, exit } = await double.run('validate', { args: { subject: ref } })
  expect(values).toMatchObject([{ severity: 'error', code: 'BLOB_MISSING', path: 'layers[1]' }])
  expect(exit).toBe(1)
})

test('a dry run says that it is one', async () => {
  const { notes } = await double.run('tag', {
    args: { ref, tag: ['new'] },
    options: { dryRun: true },
  })
  expect(notes).toEqual(['dry run: new would point there'])
  const there = double.run('resolve', { args: { ref: 'here.example/team/app:new' } })
  await expect(there).toFailWith('TAG_NOT_FOUND')
})

test('tag refuses to move and does nothing twice', async () => {
  const tag = (name: string, flags = {}): ReturnType<ServicesDouble['run']> =>
    double.run('tag', { args: { ref, tag: [name] }, flags })
  await tag('stable')
  expect((await tag('stable')).values).toMatchObject([{ tag: 'stable' }])
  await expect(tag('all')).toFailWith('TAG_EXISTS')
  await expect(tag('a/b')).toFailWith('REFERENCE_INVALID')
  await tag('all', { force: true })
  const { descriptor } = await double.registry('here.example').statManifest('team/app', 'all')
  expect(descriptor.digest).toBe(sample.manifests.files.descriptor.digest)
})
