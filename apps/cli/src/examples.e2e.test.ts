import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { OcishRun } from '@ocish/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createWorld, type World } from './world.test-kit.ts'

const folder = join(import.meta.dirname, '../../../examples')

let world: World
beforeAll(async () => {
  world = await createWorld()
  await world.file('same.txt', 'same')
  for (const tag of ['1.3.0', '1.4.0', '1.4.1', '1.4.2', '1.4.10', '1.5.0', 'pr-1', 'pr-22', 'pr-x']) {
    await world.file('version.txt', tag)
    await world.run(`push version.txt same.txt HOST/app:${tag} -q`)
  }
  const type = 'application/vnd.dev.cosign.artifact.sig.v1+json'
  await world.run(`attach same.txt HOST/app:1.4.0 --artifact-type ${type} -q`)
}, 60_000)
afterAll(() => world[Symbol.asyncDispose]())

/** Runs an example as it stands; its standard output, with `HOST` for the registry. */
async function example(
  name: string,
  args: string,
  stdin = '',
): Promise<OcishRun & { readonly lines: readonly string[] }> {
  const run = await world.run(['-f', join(folder, `${name}.ocish`), ...args.split(' ').filter(Boolean)], {
    stdin,
  })
  return { ...run, lines: run.stdout.replaceAll(world.host, 'HOST').trim().split('\n') }
}

test('every script parses and binds', async () => {
  const scripts = (await readdir(folder)).filter((name) => name.endsWith('.ocish'))
  expect(scripts.length).toBeGreaterThanOrEqual(7)
  for (const script of scripts) {
    const { code, stderr } = await world.run(['--check', '-f', join(folder, script)])
    expect({ script, code, stderr }).toEqual({ script, code: 0, stderr: '' })
  }
})

test('mirror the newest three of each minor release', async () => {
  const { code } = await example('mirror-newest', 'HOST/app HOST/mirror/app', '~1.4\n~1.5\n')
  expect(code).toBe(0)
  const tags = (await world.run('tags HOST/mirror/app')).stdout.trim().split('\n')
  expect(tags.toSorted()).toEqual(['1.4.1', '1.4.10', '1.4.2', '1.5.0'])
})

test('find what is not signed', async () => {
  const { code, lines } = await example('unsigned', 'HOST/app')
  expect(code).toBe(0)
  expect(lines).toContain('HOST/app:1.4.1')
  expect(lines).not.toContain('HOST/app:1.4.0')
})

test('find what has no bill of materials, without any other program', async () => {
  await world.run('attach same.txt HOST/app:1.5.0 --artifact-type application/spdx+json -q')
  const file = join(folder, 'sbom-missing.ocish')
  const { code, stdout, stderr } = await world.run(['--restricted', '-f', file, 'HOST/app'])
  const found = stdout.replaceAll(world.host, 'HOST').trim().split('\n')
  expect([code, stderr]).toEqual([0, ''])
  expect(found).toContain('HOST/app:1.4.0')
  expect(found).not.toContain('HOST/app:1.5.0')
})

test('a gate answers yes or no', async () => {
  expect((await example('gate', 'HOST/app:1.5.0')).code).toBe(0)
  expect((await example('gate', 'HOST/app:1.4.0')).code).toBe(1)
  expect((await example('gate', 'HOST/app:none')).code).toBe(1)
})

test('licences, by an annotation whose name has dots', async () => {
  const licence = 'org.opencontainers.image.licenses'
  for (const [name, text] of [
    ['a', 'MIT'],
    ['b', 'MIT'],
    ['c', 'Apache-2.0'],
  ] as const)
    await world.run(`push same.txt HOST/licensed/${name}:1 --annotation ${licence}=${text} -q`)
  const { code, lines } = await example('licences', 'HOST/licensed')
  expect([code, lines]).toEqual([0, ['MIT\t2', 'Apache-2.0\t1']])
})

test('pin references to their digests', async () => {
  const digest = (await world.run('resolve HOST/app:1.4.2')).stdout.trim()
  const { code, lines } = await example('pin', '', `${world.host}/app:1.4.2\n\n`)
  expect([code, lines]).toEqual([0, [`HOST/app:1.4.2@${digest}`]])
})

test('back up a namespace with what refers to it; a second run has nothing to do', async () => {
  const { code } = await example('backup', 'HOST/licensed HOST/backup')
  expect(code).toBe(0)
  expect((await world.run('ls HOST/backup')).stdout.trim().split('\n')).toHaveLength(3)
  expect((await example('backup', 'HOST/licensed HOST/backup')).stdout).toBe('')
})

test('promote by digest', async () => {
  const tested = (await world.run('resolve HOST/app:1.4.2')).stdout.trim()
  const { code, lines } = await example('promote', 'HOST/app 1.4.2 HOST/prod/app:stable')
  expect([code, lines.at(-1)]).toEqual([0, tested])
})

test('compare two releases', async () => {
  const { code, stdout } = await example('diff-releases', 'HOST/app 1.4.1 1.4.2')
  expect(code).toBe(1)
  expect(stdout).toContain('version.txt')
  expect((await example('diff-releases', 'HOST/app 1.4.1 1.4.1')).code).toBe(0)
})

test('layers that tags share', async () => {
  const { code, lines } = await example('duplicate-layers', 'HOST/app')
  expect([code, lines]).toEqual([0, [expect.stringMatching(/^sha256:[0-9a-f]{64}\t9$/)]])
})

test('remove tags of pull requests, when told to', async () => {
  const path = join(folder, 'clean-pull-requests.ocish')
  const tags = async (): Promise<readonly string[]> =>
    (await world.run('tags HOST/app')).stdout
      .trim()
      .split('\n')
      .filter((tag) => tag.startsWith('pr-'))
  expect((await world.run(['-f', path, 'HOST/app'])).code).not.toBe(0)
  expect((await world.run(['--dry-run', '-f', path, 'HOST/app'])).code).toBe(0)
  expect(await tags()).toEqual(['pr-1', 'pr-22', 'pr-x'])
  expect((await world.run(['--yes', '-f', path, 'HOST/app'])).code).toBe(0)
  expect(await tags()).toEqual(['pr-x'])
})

test('the tour as one program', async () => {
  const { code, stderr, stdout } = await world.run(['-f', join(folder, 'tour.ocish')], {
    env: { REGISTRY: world.host, WORK: world.home.join('tour') },
    cwd: join(folder, '..'),
  })
  expect({ code, stderr: stderr.replaceAll(/^note: .*\n/gm, '') }).toEqual({ code: 0, stderr: '' })
  expect(stdout).toContain('demo/docs')
})
