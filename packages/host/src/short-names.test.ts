import { mkdir, readdir, writeFile } from 'node:fs/promises'
import { createMemoryRegistry, type Registry } from '@ocish/core'
import { temporaryFolder } from '@ocish/testing'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { createHost, type Host } from './host.ts'

/** The general verbs under `--as`, as a shell calls them: with the kinds that come with the program. */
let folder: Awaited<ReturnType<typeof temporaryFolder>>
let registry: Registry
let host: Host

const base = 'gsoci.azurecr.io/giantswarm/klaus-plugins/gs-base'

beforeEach(async () => {
  folder = await temporaryFolder()
  registry = createMemoryRegistry()
  await mkdir(folder.join('base/.claude-plugin'), { recursive: true })
  await writeFile(folder.join('base/.claude-plugin/plugin.json'), '{"name":"gs-base","description":"d"}')
  await writeFile(folder.join('base/README.md'), '# Base')
  await mkdir(folder.join('base/commands'))
  await writeFile(folder.join('base/commands/go.md'), '---\ndescription: go\n---\nGo.\n')
  host = await createHost({ cwd: folder.path, home: folder.path, connect: async () => registry })
  for (const version of ['v0.9.0', 'v1.0.0', 'v1.2.0', 'v2.0.0-rc.1'])
    await host.push('base', `${base}:${version}`, { annotations: { version } })
})

afterEach(async () => {
  await host[Symbol.asyncDispose]()
  await folder.remove()
})

const rows = async (
  command: string,
  args: Readonly<Record<string, unknown>>,
  flags: Readonly<Record<string, unknown>> = { as: 'klaus-plugin' },
): Promise<readonly Readonly<Record<string, unknown>>[]> =>
  (await Array.fromAsync(host.run(command, { args, flags }))) as never

it.each([
  ['gs-base', 'v1.2.0'],
  ['gs-base:latest', 'v1.2.0'],
  ['gs-base:^1.0', 'v1.2.0'],
  ['gs-base:<1', 'v0.9.0'],
  ['gs-base:v1.0.0', 'v1.0.0'],
  [`${base}:^1.0`, 'v1.2.0'],
  [`oci://${base}:v1.0.0`, 'v1.0.0'],
])('describe %s --as klaus-plugin is of %s', async (word, tag) => {
  expect(await rows('describe', { ref: word })).toMatchObject([
    { kind: 'klaus-plugin', ref: `${base}:${tag}` },
  ])
})

it('without --as a short name is none', async () => {
  await expect(rows('describe', { ref: 'gs-base:v1.0.0' }, {})).toFailWith('REFERENCE_INVALID')
})

it('as another kind it is a short name of that kind', async () => {
  await expect(rows('describe', { ref: 'gs-base:v1.0.0' }, { as: 'klaus-personality' })).toFailWith(
    'REPOSITORY_NOT_FOUND',
  )
  await expect(rows('describe', { ref: 'gs-base:v1.0.0' }, { as: 'helm' })).toFailWith('REFERENCE_INVALID')
})

it('tags and ls list the repository of a short name, and ls NAME// what is in it', async () => {
  const tags = ['v0.9.0', 'v1.0.0', 'v1.2.0', 'v2.0.0-rc.1']
  expect((await rows('tags', { repository: 'gs-base' })).map((row) => row['tag'])).toEqual(tags)
  expect((await rows('ls', { location: ['gs-base'] })).map((row) => row['tag'])).toEqual(tags)
  const inside = (await rows('ls', { location: ['gs-base//'] })).map((row) => row['ref'])
  expect(inside).toContain(`${base}:v1.2.0//README.md`)
})

it('pull, cat, manifest, resolve, tree, diff, exists and cp take it too', async () => {
  await rows('pull', { ref: 'gs-base:^1', folder: 'out' }, { as: 'klaus-plugin', unpack: true })
  expect(await readdir(folder.join('out'))).toContain('README.md')
  const text = async (command: string, ref: string): Promise<string> =>
    Buffer.concat((await rows(command, { ref })) as never).toString()
  expect(await text('cat', 'gs-base//README.md')).toBe('# Base')
  expect(await text('manifest', 'gs-base')).toContain('"v1.2.0"')
  const { digest } = await host.resolve(`${base}:v1.2.0`)
  expect(await rows('resolve', { ref: 'gs-base' })).toEqual([digest])
  expect(await rows('tree', { ref: 'gs-base' })).toMatchObject([{ digest }])
  expect(await rows('exists', { ref: ['gs-base', 'gs-base:v1.0.0'] })).toHaveLength(2)
  expect((await rows('diff', { a: 'gs-base:v1.0.0', b: 'gs-base' })).map((row) => row['path'])).toEqual([
    'annotations.version',
  ])
  await rows('cp', { src: ['gs-base:^1'], dst: 'mirror.example.com/' })
  expect(await Array.fromAsync(host.versions('mirror.example.com/gs-base'))).toContain('v1.2.0')
})

it('validate takes a path for a path', async () => {
  expect(await rows('validate', { subject: 'base' })).toEqual([])
  expect(await rows('validate', { subject: 'gs-base' })).toEqual([])
})

it('a repository without versions: TAG_NOT_FOUND, with the tags that are there', async () => {
  const other = base.replace('gs-base', 'odd')
  await host.push('base', `${other}:main`)
  await expect(rows('describe', { ref: 'odd' })).rejects.toMatchObject({
    code: 'TAG_NOT_FOUND',
    hint: 'It has the tags main.',
  })
})
