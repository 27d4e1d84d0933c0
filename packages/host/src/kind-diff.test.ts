import { mkdir, writeFile } from 'node:fs/promises'
import { createMemoryRegistry } from '@ocish/core'
import { temporaryFolder } from '@ocish/testing'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { createHost, type Host } from './host.ts'

const helmType = 'application/vnd.cncf.helm.config.v1+json'

let folder: Awaited<ReturnType<typeof temporaryFolder>>
let host: Host
let warnings: string[]

beforeEach(async () => {
  folder = await temporaryFolder()
  warnings = []
  const registry = createMemoryRegistry()
  host = await createHost({
    cwd: folder.path,
    home: folder.path,
    connect: async () => registry,
    warn: (message) => warnings.push(message),
  })
})

afterEach(async () => {
  await host[Symbol.asyncDispose]()
  await folder.remove()
})

async function chart(version: string, files: Readonly<Record<string, string>>): Promise<string> {
  const name = `web-${version}`
  await mkdir(folder.join(name, 'templates'), { recursive: true })
  await writeFile(folder.join(name, 'Chart.yaml'), `apiVersion: v2\nname: web\nversion: 1.0.0\n`)
  for (const [path, text] of Object.entries(files)) await writeFile(folder.join(name, path), text)
  const ref = `registry.example.com/charts/web:${version}`
  await host.push(name, ref, { as: 'helm', options: { version, created: '0' } })
  return ref
}

const diff = async (a: string, b: string, flags: object = {}): Promise<readonly unknown[]> =>
  Array.fromAsync(host.run('diff', { args: { a, b }, flags: { ...flags } }))

it('diff of two charts compares metadata and values, member by member', async () => {
  const a = await chart('1.0.0', { 'values.yaml': 'image: {tag: a}\nold: 1\nports: [80]\n' })
  const b = await chart('1.1.0', { 'values.yaml': 'image: {tag: b}\nnew: {x: true}\nports: [80, 443]\n' })
  expect(await diff(a, b)).toEqual([
    { op: '~', path: 'version', from: '1.0.0', to: '1.1.0' },
    { op: '~', path: 'values.image.tag', from: 'a', to: 'b' },
    { op: '-', path: 'values.old', from: '1' },
    { op: '+', path: 'values.ports[1]', to: '443' },
    { op: '+', path: 'values.new', to: '{"x":true}' },
  ])
  expect(await diff(a, b, { ignore: ['values.*'] })).toHaveLength(1)
  expect(await diff(a, a)).toEqual([])
})

it('what the kind does not compare is told from configuration and layers', async () => {
  const a = await chart('1.0.0', { 'templates/a.yaml': 'a: 1\n' })
  const b = 'registry.example.com/charts/web:other'
  await writeFile(folder.join('web-1.0.0/templates/a.yaml'), 'a: 2\n')
  await host.push('web-1.0.0', 'registry.example.com/charts/other:1.0.0', {
    as: 'helm',
    options: { version: '1.0.0', created: '0' },
  })
  await Array.fromAsync(
    host.run('cp', { args: { src: ['registry.example.com/charts/other:1.0.0'], dst: b } }),
  )
  expect(await diff(a, b)).toMatchObject([{ op: '~', path: 'layer[0]' }])
})

it('diff of two run configurations is the one of their kind, and --config the plain one', async () => {
  const config = { schema_version: 'v0.1.0', name: 'fetch', image: 'example.com/fetch:1', transport: 'stdio' }
  const refs = ['registry.example.com/jobs/fetch:1', 'registry.example.com/jobs/fetch:2'] as const
  await writeFile(folder.join('one.json'), JSON.stringify(config))
  await writeFile(folder.join('two.json'), JSON.stringify({ ...config, image: 'example.com/fetch:2' }))
  await host.push('one.json', refs[0], { as: 'runconfig' })
  await host.push('two.json', refs[1], { as: 'runconfig' })
  const change = { op: '~', path: 'image', from: 'example.com/fetch:1', to: 'example.com/fetch:2' }
  expect(await diff(...refs)).toEqual([change])
  expect(await diff(...refs, { config: true })).not.toContainEqual(change)
})

it('what is no chart, whatever it says, is compared generically, with a warning', async () => {
  const refs = ['registry.example.com/odd/one:1', 'registry.example.com/odd/two:1'] as const
  await writeFile(folder.join('a.txt'), 'a')
  await writeFile(folder.join('b.txt'), 'b')
  await writeFile(folder.join('config.json'), '{"name":3}')
  for (const [at, ref] of refs.entries())
    await Array.fromAsync(
      host.run('push', {
        args: { src: [at === 0 ? 'a.txt' : 'b.txt'], ref },
        flags: { as: 'generic', config: 'config.json', 'config-type': helmType },
      }),
    )
  expect(await diff(...refs)).toMatchObject([{ op: '-' }, { op: '+' }])
  expect(warnings).toEqual([expect.stringMatching(/^helm cannot compare them: /)])
  await expect(diff(...refs, { as: 'helm' })).toFailWith('KIND_INPUT_INVALID')
})
