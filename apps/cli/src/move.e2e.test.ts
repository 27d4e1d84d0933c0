import { mkdir, readFile, symlink, writeFile } from 'node:fs/promises'
import { content } from '@ocish/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createWorld, type World } from './world.test-kit.ts'

let world: World
const image = content({
  blobs: {
    config: '{"os":"linux","config":{"Env":["LEVEL=info"]}}',
    next: '{"os":"linux","config":{"Env":["LEVEL=debug"]}}',
    layer: 'layer',
    more: 'more',
  },
  manifests: {
    one: {
      config: { blob: 'config', mediaType: 'application/vnd.oci.image.config.v1+json' },
      layers: ['layer'],
      annotations: { team: 'x' },
    },
    two: {
      config: { blob: 'next', mediaType: 'application/vnd.oci.image.config.v1+json' },
      layers: ['layer', 'more'],
    },
    multi: {
      manifests: [
        { manifest: 'one', platform: { os: 'linux', architecture: 'amd64' } },
        { manifest: 'two', platform: { os: 'linux', architecture: 'arm64' } },
      ],
    },
  },
  tags: { '1.0.0': 'one', '1.1.0': 'two', '2.0.0': 'multi' },
})

beforeAll(async () => {
  world = await createWorld()
  await image.push(world.registry.registry, 'src/app')
  await image.push(world.registry.registry, 'src/deep/other')
  await mkdir(world.home.join('site/docs'), { recursive: true })
  await writeFile(world.home.join('site/docs/b.txt'), 'b\n')
  await writeFile(world.home.join('site/a.txt'), 'a\n')
  await symlink('a.txt', world.home.join('site/link'))
})
afterAll(() => world[Symbol.asyncDispose]())

async function lines(line: string, code = 0): Promise<readonly string[]> {
  const run = await world.run(line)
  const problems = run.stderr.split('\n').filter((said) => said !== '' && !said.startsWith('note: '))
  expect({ code: run.code, problems }).toEqual({ code, problems: [] })
  return run.stdout.trimEnd().split('\n')
}

test('a folder is pushed as oras does it, twice with one digest, and comes back', async () => {
  const first = await lines('push ./site HOST/team/site:1 --as generic')
  expect(await lines('push ./site HOST/team/site:1 --compression gzip')).toEqual(first)
  const manifest = JSON.parse((await world.run('manifest HOST/team/site:1')).stdout)
  expect(manifest.layers).toMatchObject([
    {
      mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip',
      annotations: { 'org.opencontainers.image.title': 'site', 'io.deis.oras.content.unpack': 'true' },
    },
  ])
  await lines('pull HOST/team/site:1 out')
  expect(await world.read('out/site/docs/b.txt')).toBe('b\n')
  expect(await world.read('out/site/link')).toBe('a\n')
  await lines('pull HOST/team/site:1 part --include site/docs --exclude **/x')
  expect(await world.names('part/site')).toEqual(['docs'])
  const nothing = await world.run('pull HOST/team/site:1 none --include other/*')
  expect(nothing.code).toBe(0)
})

test('P19 a pull of five files asks for its manifest and the files, and nothing else', async () => {
  for (const at of [1, 2, 3, 4, 5]) await world.file(`f${at}`, `content ${at}`)
  await lines('push f1 f2 f3 f4 f5 HOST/team/five:1')
  const asked = await world.registry.asked(() => lines('pull HOST/team/five:1 five --no-cache'))
  expect(asked.length).toBeLessThanOrEqual(6)
})

test('cp -r copies every repository and tag, to an archive and back', async () => {
  await lines('cp -r HOST/src HOST/copy')
  expect(await lines('tags HOST/copy/deep/other')).toEqual(['1.0.0', '1.1.0', '2.0.0'])
  await lines('cp -r HOST/src tar:backup.tar --referrers')
  expect((await lines('ls tar:backup.tar')).length).toBeGreaterThan(0)
  await lines('cp -r tar:backup.tar HOST/restored --referrers')
  expect(await lines('resolve HOST/restored/app:2.0.0')).toEqual(await lines('resolve HOST/src/app:2.0.0'))
  expect(await lines('tags HOST/restored/deep/other')).toEqual(['1.0.0', '1.1.0', '2.0.0'])
})

test('several repositories do not silently become one', async () => {
  const run = await world.run('cp HOST/src/app:1.0.0 HOST/src/deep/other:1.0.0 HOST/one')
  expect(run.code).toBe(2)
  await lines('cp HOST/src/app:1.0.0 HOST/src/deep/other:1.0.0 HOST/folder/')
  expect(await lines('tags HOST/folder/other')).toEqual(['1.0.0'])
})

test('cp --platform takes entries of an index as --index says', async () => {
  const refused = await world.run('cp HOST/src/app:2.0.0 HOST/some/app --platform linux/amd64,linux/s390x')
  expect(refused.code).not.toBe(0)
  await lines('cp HOST/src/app:2.0.0 HOST/some/app --platform linux/amd64 --index rewrite')
  const index = JSON.parse((await world.run('manifest HOST/some/app:2.0.0')).stdout)
  expect(index.manifests).toHaveLength(1)
  expect((await world.run('cp HOST/src/app:2.0.0 HOST/some/app --index sparse')).code).toBe(2)
})

test('sync plans, does, and has nothing more to do', async () => {
  const planned = await lines('sync HOST/src HOST/mirror --plan')
  expect(planned).toHaveLength(6)
  expect(planned[0]).toMatch(/^copy\t.*\/mirror\/app:1\.0\.0\tsha256:.*\tnew\tplanned$/)
  await expect(world.run('tags HOST/mirror/app')).resolves.toMatchObject({ code: 3 })
  await lines('sync HOST/src HOST/mirror --match ^1.0')
  expect(await lines('tags HOST/mirror/app')).toEqual(['1.0.0', '1.1.0'])
  await lines('sync HOST/src HOST/mirror')
  const asked = await world.registry.asked(async () =>
    expect(await lines('sync HOST/src HOST/mirror')).toEqual(['']),
  )
  expect(asked.filter((request) => request.includes('blob'))).toEqual([])
})

test('sync --delete removes what the source does not have, after a question', async () => {
  await lines('sync HOST/src/app HOST/pruned/app')
  await lines('tag HOST/pruned/app:1.0.0 old')
  expect((await world.run('sync HOST/src/app HOST/pruned/app --delete')).code).toBe(2)
  expect(await lines('tags HOST/pruned/app')).toContain('old')
  expect((await lines('sync HOST/src/app HOST/pruned/app --delete --yes'))[0]).toContain('deleted')
  expect(await lines('tags HOST/pruned/app')).not.toContain('old')
})

test('sync goes on past what fails, and says so with status 10', async () => {
  await image.push(world.registry.registry, 'broken/app')
  await world.registry.registry.deleteBlob('broken/app', image.blobs.more.descriptor.digest)
  const run = await world.run('sync HOST/broken HOST/half')
  expect(run.code).toBe(10)
  expect(run.stdout.match(/\tfailed$/gm)).toHaveLength(2)
  expect(await lines('tags HOST/half/app')).toEqual(['1.0.0'])
})

test('eight shards do the work once: nothing twice, nothing left out', async () => {
  for (let at = 0; at < 24; at += 1) await image.push(world.registry.registry, `wide/app-${at}`)
  const shards = Array.from({ length: 8 }, (_, at) => world.run(`sync HOST/wide HOST/shared --shard ${at}/8`))
  const rows = (await Promise.all(shards)).flatMap(({ stdout, code, stderr }) => {
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    return stdout.split('\n').filter(Boolean)
  })
  const copied = rows.map((row) => row.split('\t')[1])
  expect(copied).toHaveLength(72)
  expect(new Set(copied).size).toBe(72)
  expect(await lines('ls HOST/shared')).toHaveLength(24)
}, 60_000)

test('diff answers 1 with what differs, and 0 without', async () => {
  expect(await lines('diff HOST/src/app:1.0.0 HOST/src/app:1.0.0')).toEqual([''])
  const rows = await lines('diff HOST/src/app:1.0.0 HOST/src/app:1.1.0', 1)
  expect(rows).toContain('~\tconfig.config.Env.LEVEL\tinfo\tdebug')
  expect(rows).toContain('-\tannotations.team\tx\t')
  expect(rows.some((row) => row.startsWith('+\tlayer[1]'))).toBe(true)
  const ignored = ['config.**', 'annotations.*', 'layer*'].map((glob) => `--ignore ${glob}`).join(' ')
  await lines(`diff HOST/src/app:1.0.0 HOST/src/app:1.1.0 ${ignored}`)
})

test('du counts what is shared once, find finds by annotation and digest', async () => {
  const [row] = await lines('du HOST/src --dedup -o ndjson')
  const one = JSON.parse((await lines('du HOST/src/app:2.0.0 -o ndjson'))[0]!)
  expect(JSON.parse(row!)).toMatchObject({ size: one.size, count: one.count })
  expect(await lines('du HOST/src')).toHaveLength(2)
  expect(await lines('find HOST/src --annotation team=x')).toEqual([
    expect.stringContaining('/src/app:1.0.0'),
    expect.stringContaining('/src/deep/other:1.0.0'),
  ])
  const { digest } = image.blobs.more.descriptor
  expect(await lines(`find HOST/src/app --digest ${digest}`)).toEqual([expect.stringContaining('app:1.1.0')])
})

test('convert changes manifests alone, and back again they are as before', async () => {
  await lines('convert HOST/src/app:2.0.0 HOST/docker/app:2 --to docker')
  const list = JSON.parse((await world.run('manifest HOST/docker/app:2')).stdout)
  expect(list.mediaType).toBe('application/vnd.docker.distribution.manifest.list.v2+json')
  expect((await world.run('config HOST/docker/app:2 --platform linux/amd64')).stdout).toBe(
    (await world.run('config HOST/src/app:1.0.0')).stdout,
  )
  await lines('convert HOST/docker/app:2 HOST/oci/app:2 --to oci')
  const again = JSON.parse((await world.run('manifest HOST/oci/app:2')).stdout)
  expect(again.mediaType).toBe('application/vnd.oci.image.index.v1+json')
})

test('convert of an index into the repository it is in', async () => {
  await lines('cp HOST/src/app:2.0.0 HOST/both/app:2')
  await lines('convert HOST/both/app:2 HOST/both/app:docker --to docker')
  await lines('validate HOST/both/app:docker')
  const list = JSON.parse((await world.run('manifest HOST/both/app:docker')).stdout)
  expect(list.mediaType).toBe('application/vnd.docker.distribution.manifest.list.v2+json')
  expect(list.manifests).toHaveLength(2)
})

test('a copy that fails leaves no layout behind', async () => {
  const run = await world.run('cp HOST/src/app:9.9.9 oci:fresh')
  expect(run.code).toBe(3)
  expect(await world.names()).not.toContain('fresh')
  expect(await readFile(world.home.join('fresh')).catch(() => 'none')).toBe('none')
})

test('a copy that breaks off in the middle leaves no half layout', async () => {
  await image.push(world.registry.registry, 'torn/app')
  await world.registry.registry.deleteBlob('torn/app', image.blobs.more.descriptor.digest)
  const run = await world.run('cp HOST/torn/app:1.1.0 oci:half')
  expect(run.code).toBe(3)
  expect((await world.run('ls oci:half')).stdout).toBe('')
})

test('an oci-archive comes from standard input and goes to standard output', async () => {
  const out = await world.run('cp HOST/src/app:1.0.0 -')
  expect(out.code).toBe(0)
  await world.file('piped.tar', out.bytes)
  expect(await lines('resolve tar:piped.tar:1.0.0')).toEqual(await lines('resolve HOST/src/app:1.0.0'))
  const back = await world.run('cp - HOST/piped/app:1', { stdin: out.bytes })
  expect({ code: back.code, stderr: back.stderr }).toEqual({ code: 0, stderr: '' })
  expect(await lines('resolve HOST/piped/app:1')).toEqual(await lines('resolve HOST/src/app:1.0.0'))
})
