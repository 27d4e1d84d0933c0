import type { Artifact, KindCommandContext, Source } from '@ocish/sdk'
import { kindContext, memoryTarget, type MemoryTarget, opened, readAll } from '@ocish/testing'
import { expect, test } from 'vitest'
import { chartFolder, packedChart, webYaml } from './charts.test-kit.ts'
import helm from './index.ts'
import { encodeLock, lockDigest, readLock } from './lock.ts'
import { readArchive } from './read-archive.ts'

const base = 'ghcr.io/acme/charts'
const chartOf = (version: string): Promise<Artifact> =>
  packedChart({ 'Chart.yaml': `apiVersion: v2\nname: db\nversion: ${version}\n` })
const published = {
  '1.0.0': await chartOf('1.0.0'),
  '1.4.0': await chartOf('1.4.0'),
  '2.0.0': await chartOf('2.0.0'),
}
const digestOfChart = published['1.0.0'].descriptor.digest

const declared = { name: 'db', version: '^1', repository: `oci://${base}` }
const yaml = `${webYaml}dependencies:\n- {name: db, version: ^1, repository: "oci://${base}"}\n`
const folder = (more: Readonly<Record<string, string>> = {}): Source =>
  chartFolder({ 'Chart.yaml': yaml, ...more })
const lockTo = (version: string, digest?: string): string => {
  const locked = { name: 'db', version, repository: declared.repository }
  const pinned = { ...locked, ...(digest !== undefined && { digest }) }
  const lock = {
    dependencies: [pinned],
    digest: lockDigest([declared], [locked]),
    generated: '2026-01-01T00:00:00Z',
  }
  return new TextDecoder().decode(encodeLock(lock))
}

function context(source: Source, target: MemoryTarget): KindCommandContext {
  const all = Object.entries(published).flatMap(([version, artifact]) => [
    [`${base}/db:${version}`, artifact],
    [`${base}/db@${artifact.descriptor.digest}`, artifact],
  ])
  return kindContext({ artifacts: Object.fromEntries(all), folder: () => source, target: () => target })
}

async function run(
  name: string,
  source: Source,
  flags: Readonly<Record<string, unknown>> = {},
): Promise<{ readonly target: MemoryTarget; readonly rows: readonly unknown[] }> {
  const target = memoryTarget()
  const command = helm.commands?.find((one) => one.name === name)
  const args = { dir: './web', charts: './web/charts', file: './web.tgz' }
  const rows = await Array.fromAsync(command!.run({ args, flags }, context(source, target)))
  return { target, rows }
}

const packed = async (target: MemoryTarget): Promise<ReadonlyMap<string, string>> => {
  const entry = target.entries.get('')
  const files = await readArchive(opened(entry?.kind === 'file' ? entry.bytes : '')())
  return new Map(files.map(({ path, bytes }) => [path, new TextDecoder().decode(bytes)]))
}

test('fetch writes the archives that the registry has, byte for byte', async () => {
  const { target, rows } = await run('fetch', folder())
  expect([...target.entries.keys()]).toEqual(['db-1.4.0.tgz'])
  expect(rows).toMatchObject([{ name: 'db', locked: '1.4.0', file: 'charts/db-1.4.0.tgz' }])
  const [layer] = published['1.4.0'].layers
  const entry = target.entries.get('db-1.4.0.tgz')
  expect(entry?.kind === 'file' && Buffer.from(entry.bytes)).toEqual(
    Buffer.from(await readAll(published['1.4.0'].open(layer!))),
  )
})

test('fetch takes what Chart.lock pins, and --update the newest', async () => {
  const locked = folder({ 'Chart.lock': lockTo('1.0.0', digestOfChart) })
  expect([...(await run('fetch', locked)).target.entries.keys()]).toEqual(['db-1.0.0.tgz'])
  const { target } = await run('fetch', locked, { update: true })
  expect([...target.entries.keys()]).toEqual(['db-1.4.0.tgz'])
})

test.each([
  ['a tag that was moved since', lockTo('1.0.0', `sha256:${'0'.repeat(64)}`), 'DIGEST_MISMATCH'],
  [
    'a lock of other dependencies',
    lockTo('1.0.0').replace(/^digest: .*$/m, 'digest: sha256:00'),
    'KIND_INPUT_INVALID',
  ],
  ['a version that is gone', lockTo('1.9.0'), 'KIND_DEPENDENCY_MISSING'],
])('fetch refuses %s, and writes nothing', async (_name, lock, code) => {
  const target = memoryTarget()
  const command = helm.commands?.find((one) => one.name === 'fetch')
  const call = { args: { dir: '.', charts: './charts' }, flags: {} }
  await expect(
    Array.fromAsync(command!.run(call, context(folder({ 'Chart.lock': lock }), target))),
  ).toFailWith(code)
  expect(target.entries.size).toBe(0)
})

test('fetch of a chart without dependencies writes nothing', async () => {
  const { target, rows } = await run('fetch', chartFolder())
  expect([rows, target.entries.size]).toEqual([[], 0])
})

test('package --update packs what is fetched, with the lock that pins it, the same bytes each time', async () => {
  await expect(run('package', folder())).toFailWith('KIND_INPUT_INVALID')
  const one = await run('package', folder(), { update: true })
  const files = await packed(one.target)
  expect(files.get('charts/db/Chart.yaml') ?? files.get('charts/db-1.4.0.tgz')).toBeDefined()
  const lock = readLock(new TextEncoder().encode(files.get('Chart.lock')))
  expect(lock.dependencies).toEqual([
    { ...declared, version: '1.4.0', digest: published['1.4.0'].descriptor.digest },
  ])
  expect(lock.digest).toBe(lockDigest([declared], lock.dependencies))
  const two = await run('package', folder(), { update: true })
  expect(two.target.entries.get('')).toEqual(one.target.entries.get(''))
})

test('package --update leaves a lock that holds as it is, and drops older archives', async () => {
  const text = lockTo('1.4.0')
  const old = await readAll(published['1.0.0'].open(published['1.0.0'].layers[0]!))
  const source = chartFolder({
    'Chart.yaml': yaml,
    'Chart.lock': text,
    'charts/db-1.0.0.tgz': { content: old } as never,
  })
  const files = await packed((await run('package', source, { update: true })).target)
  expect(files.get('Chart.lock')).toBe(text)
  expect([...files.keys()].filter((path) => path.includes('1.0.0'))).toEqual([])
})
