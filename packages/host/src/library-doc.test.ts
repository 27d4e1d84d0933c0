import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { inspect } from 'node:util'
import { createMemoryRegistry, logged } from '@ocish/core'
import type { PackedManifest } from '@ocish/sdk'
import helm from '@ocish/kind-helm'
import { serve } from '@ocish/server'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { createHost } from './host.ts'
import { packedImage } from './plugins/both-ways.test-kit.ts'

const root = join(import.meta.dirname, '../../..')
const markdown = await readFile(join(root, 'docs/library.md'), 'utf8')
const examples = [...markdown.matchAll(/^```ts\n(.*?)^```$/gms)].map(([, code = '']) => code)

let folder = ''
let server: Awaited<ReturnType<typeof serve>>
/** What reached the registry. */
const calls: string[] = []

beforeAll(async () => {
  server = await serve(logged(createMemoryRegistry(), ({ method }) => calls.push(method)))
  // Below this package, so that the examples' imports are found as a program's would be.
  folder = await mkdtemp(join(import.meta.dirname, '../.library-doc-'))
  await mkdir(join(folder, 'work'))
  await writeFile(join(folder, 'work/notes.txt'), 'hello')
  for (const name of ['fetch.json', 'sbom.json'])
    await writeFile(join(folder, 'work', name), await readFile(join(root, 'examples', name)))
  await writeFolders()
  await pushImages()
})

async function writeFolders(): Promise<void> {
  const files = {
    'state/config/config.toml': `[[kinds.klaus.sources]]\nname = "team"\nregistry = "${server.host}"\ndefault = true\n`,
    'gs-base/.claude-plugin/plugin.json': '{"name":"gs-base","description":"d"}',
    'gs-base/commands/go.md': '---\ndescription: go\n---\nGo.\n',
    'sre/personality.yaml':
      'name: sre\ndescription: d\ntoolchain:\n  repository: go\nplugins:\n- repository: gs-base\n  tag: v1.2.0\n',
    'web/Chart.yaml': 'apiVersion: v2\nname: web\nversion: 0.1.0\n',
    'web/values.yaml': 'replicas: 1\n',
  }
  for (const [path, text] of Object.entries(files)) {
    await mkdir(join(folder, 'work', dirname(path)), { recursive: true })
    await writeFile(join(folder, 'work', path), text)
  }
}

async function pushImages(): Promise<void> {
  await using host = await createHost({ cwd: join(folder, 'work') })
  const push = async (where: string, packed: PackedManifest, tag: string): Promise<void> => {
    const place = await host.open(where, 'write')
    const { signal } = new AbortController()
    await host.services.publish(packed, place, { tags: [tag], dryRun: false, signal })
    await place.registry.commit()
  }
  await push('oci:images:app', await packedImage(), 'app')
  await push(`${server.host}/os/base:1`, await packedImage({ 'ostree.commit': 'c'.repeat(64) }), '1')
  const annotations = { 'io.giantswarm.klaus.name': 'go', 'io.giantswarm.klaus.description': 'Go' }
  await push(`${server.host}/klaus-toolchains/go:v1.0.0`, { ...(await packedImage()), annotations }, 'v1.0.0')
}

afterAll(async () => {
  await server.close()
  await rm(folder, { recursive: true })
})

/** What the comments say is printed. */
function expected(code: string): readonly string[] {
  return [...code.matchAll(/\/\/ → (.*)$/gm)].map(([, text = '']) =>
    text.replaceAll('127.0.0.1:5000', server.host).replaceAll('registry.example.com', server.host),
  )
}

test('docs/library.md has examples', () => {
  expect(examples.length).toBeGreaterThanOrEqual(9)
  for (const code of examples) expect(code.split('\n').length).toBeLessThanOrEqual(20)
})

test('an example of a kind has ten lines at most', () => {
  const ofKinds = examples.filter((code) => code.includes('@ocish/kind-'))
  expect(ofKinds.length).toBeGreaterThanOrEqual(8)
  for (const code of ofKinds) {
    const lines = code.split('\n').filter((line) => line !== '' && !line.startsWith('//'))
    expect(lines.length).toBeLessThanOrEqual(10)
  }
})

test.each(examples.map((code, index) => [index + 1, code] as const))(
  'example %i runs and prints what it says',
  async (index, code) => {
    const printed: string[] = []
    const log = vi.spyOn(console, 'log').mockImplementation((...values: unknown[]) => {
      printed.push(values.map((value) => (typeof value === 'string' ? value : inspect(value))).join(' '))
    })
    const cwd = vi.spyOn(process, 'cwd').mockReturnValue(join(folder, 'work'))
    try {
      const local = code
        .replaceAll('registry.example.com', server.host)
        .replaceAll("readFile('", `readFile('${join(folder, 'work')}/`)
      const file = join(folder, `example-${index}.ts`)
      await writeFile(file, local)
      await import(file)
    } finally {
      log.mockRestore()
      cwd.mockRestore()
    }
    expect(printed).toEqual(expected(code))
  },
)

test('with a stateFolder no blob is fetched again; that the tag has not moved is all that is asked', async () => {
  const ref = `${server.host}/again/web:1.0.0`
  const readOnce = async (): Promise<ReadonlySet<string>> => {
    calls.length = 0
    await using host = await createHost({
      cwd: join(folder, 'work'),
      stateFolder: join(folder, 'work/again'),
    })
    expect((await host.read(ref, helm)).name).toBe('web')
    await host.describe(ref)
    return new Set(calls)
  }
  await using host = await createHost({ cwd: join(folder, 'work') })
  await host.push('web', ref, { options: { version: '1.0.0' } })
  expect(await readOnce()).toContain('openBlob')
  expect(await readOnce()).toEqual(new Set(['openManifest']))
})
