import { content } from '@ocish/testing'
import { beforeEach, expect, test } from 'vitest'
import { ServicesDouble } from './services.test-kit.ts'

const sample = content({
  blobs: { amd: 'amd64', arm: 'arm64' },
  manifests: {
    amd: { layers: ['amd'] },
    arm: { layers: ['arm'] },
    app: {
      manifests: [
        { manifest: 'amd', platform: { os: 'linux', architecture: 'amd64' } },
        { manifest: 'arm', platform: { os: 'linux', architecture: 'arm64' } },
      ],
    },
  },
  tags: { '1.0': 'app', '1.1': 'amd', '2.0': 'arm' },
})
let double: ServicesDouble
beforeEach(async () => {
  double = new ServicesDouble()
  await sample.push(double.registry('here.example'), 'team/app')
})

async function tagsAt(repository: string): Promise<readonly string[]> {
  return Array.fromAsync(double.registry('there.example').tags(repository))
}

test('NAMESPACE/ keeps the name and the tag; a repository keeps the tag', async () => {
  const src = ['here.example/team/app:1.0']
  await double.run('cp', { args: { src, dst: 'there.example/mirror/' } })
  await double.run('cp', { args: { src, dst: 'there.example/renamed' } })
  expect(await tagsAt('mirror/app')).toEqual(['1.0'])
  expect(await tagsAt('renamed')).toEqual(['1.0'])
})

test('a second time everything is there', async () => {
  const call = { args: { src: ['here.example/team/app:1.0'], dst: 'there.example/app:1.0' } }
  expect((await double.run('cp', call)).values).toMatchObject([{ status: 'done', reused: 0 }])
  expect((await double.run('cp', call)).values).toMatchObject([{ status: 'existing', bytes: 0 }])
})

test('patterns and --all-tags', async () => {
  await double.run('cp', { args: { src: ['here.example/team/app:1.*'], dst: 'there.example/some/' } })
  expect(await tagsAt('some/app')).toEqual(['1.0', '1.1'])
  await double.run('cp', {
    args: { src: ['here.example/team/app'], dst: 'there.example/all' },
    flags: { 'all-tags': true },
  })
  expect(await tagsAt('all')).toEqual(['1.0', '1.1', '2.0'])
})

test('lists of referrers that a registry keeps for itself are not copied as tags, unless they are named', async () => {
  const list = `sha256-${'0'.repeat(64)}`
  const here = double.registry('here.example')
  const { bytes, descriptor } = sample.manifests.amd
  await here.pushManifest('team/app', bytes, { mediaType: descriptor.mediaType, tags: [list, `${list}.sig`] })
  const args = { src: ['here.example/team/app'], dst: 'there.example/all' }
  await double.run('cp', { args, flags: { 'all-tags': true } })
  expect(await tagsAt('all')).toEqual(['1.0', '1.1', '2.0', `${list}.sig`])
  await double.run('cp', { args: { src: ['here.example/team/app:*'], dst: 'there.example/glob' } })
  expect(await tagsAt('glob')).toEqual(['1.0', '1.1', '2.0', `${list}.sig`])
  await double.run('cp', { args: { src: ['here.example/team/app:sha256-*'], dst: 'there.example/list' } })
  expect(await tagsAt('list')).toEqual([list, `${list}.sig`])
})

test('several sources cannot become one artifact', async () => {
  const src = ['here.example/team/app:1.0', 'here.example/team/app:2.0']
  await expect(double.run('cp', { args: { src, dst: 'there.example/app:1' } })).toFailWith('USAGE_CONFLICT')
})

test('one platform is another artifact, and that is said', async () => {
  const { values, notes } = await double.run('cp', {
    args: { src: ['here.example/team/app:1.0'], dst: 'there.example/app' },
    options: { platform: { os: 'linux', architecture: 'arm64' } },
  })
  expect(values).toMatchObject([{ digest: sample.manifests.arm.descriptor.digest }])
  expect(notes).toHaveLength(1)
})

test('--skip-existing leaves a tag alone, --dry-run writes nothing', async () => {
  const args = { src: ['here.example/team/app:2.0'], dst: 'there.example/app:1.0' }
  expect((await double.run('cp', { args, options: { dryRun: true } })).values).toMatchObject([
    { status: 'planned' },
  ])
  await double.run('cp', { args })
  const moved = { src: ['here.example/team/app:1.0'], dst: 'there.example/app:1.0' }
  expect((await double.run('cp', { args: moved, flags: { 'skip-existing': true } })).values).toMatchObject([
    { status: 'skipped' },
  ])
})
