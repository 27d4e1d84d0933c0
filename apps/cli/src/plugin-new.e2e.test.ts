import { execFile } from 'node:child_process'
import { cp, mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { npmRegistry, type NpmRegistry } from './npm-registry.test-kit.ts'
import { createWorld, type World } from './world.test-kit.ts'

const root = fileURLToPath(new URL('../../..', import.meta.url))
const run = promisify(execFile)
let world: World
let registry: NpmRegistry

beforeAll(async () => {
  world = await createWorld()
  registry = await npmRegistry(join(root, 'node_modules/.pnpm'))
  await mkdir(world.home.join('sdk'))
})
afterAll(async () => {
  await registry[Symbol.asyncDispose]()
  await world[Symbol.asyncDispose]()
})

/** npm as on a machine that knows the loopback registry and no other. */
async function npm(folder: string, ...args: readonly string[]): Promise<string> {
  const env = {
    PATH: process.env['PATH'],
    HOME: world.home.path,
    npm_config_registry: registry.url,
    npm_config_cache: world.home.join('.npm'),
    npm_config_audit: 'false',
    npm_config_fund: 'false',
  }
  const { stdout, stderr } = await run('npm', args, { cwd: folder, env, timeout: 100_000 })
  return `${stdout}${stderr}`
}

/** Packs a package of this checkout as it would be published. */
async function pack(name: string): Promise<void> {
  const from = join(root, 'packages', name)
  const to = world.home.join(`packed-${name}`)
  await cp(join(from, 'dist'), join(to, 'dist'), { recursive: true })
  const { dependencies = {}, ...manifest } = JSON.parse(await readFile(join(from, 'package.json'), 'utf8'))
  const published = {
    ...manifest,
    dependencies: Object.fromEntries(
      Object.entries<string>(dependencies).map(([key, range]) => [
        key,
        range.startsWith('workspace:') ? '^0.0.0' : '*',
      ]),
    ),
  }
  await writeFile(join(to, 'package.json'), JSON.stringify(published))
  const [file] = JSON.parse(await npm(to, 'pack', '--json', '--ignore-scripts')) as [
    { readonly filename: string },
  ]
  await rename(join(to, file.filename), world.home.join(`sdk/ocish-${name}.tgz`))
  registry.publish(published, world.home.join(`sdk/ocish-${name}.tgz`))
}

test('plugin new: npm install, npm test and npm run build pass as generated, and the plugin describes', async () => {
  for (const name of ['sdk', 'core', 'server', 'testing']) await pack(name)
  const created = await world.run('plugin new note', { env: { OCISH_SDK_FROM: world.home.join('sdk') } })
  expect(created).toMatchObject({ code: 0 })
  const folder = world.home.join('ocish-kind-note')
  const code = await world.read('ocish-kind-note/src/index.ts')
  expect(code.trimEnd().split('\n').length).toBeLessThan(60)

  await npm(folder, 'install')
  const tested = await npm(folder, 'test')
  expect(tested).toMatch(/Tests .*\d+ passed/)
  expect(tested).not.toContain('failed')
  await npm(folder, 'run', 'build')

  expect(await world.run('plugin add ./ocish-kind-note --trust')).toMatchObject({ code: 0 })
  await world.file('a.note.json', '{"title":"Hello","text":"from a note"}')
  expect(await world.run('push a.note.json HOST/team/a:1')).toMatchObject({ code: 0 })
  const described = await world.run('describe HOST/team/a:1')
  expect(described.stdout).toMatch(/^title\tHello\ntext\tfrom a note\nkind\tnote$/m)
  expect((await world.run('plugin rm ocish-kind-note')).code).toBe(0)
})
