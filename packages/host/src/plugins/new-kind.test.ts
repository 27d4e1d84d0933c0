import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Kind } from '@ocish/sdk'
import { describeKind, memoryFile } from '@ocish/testing'
import { afterAll, expect, it } from 'vitest'
import { newKindFiles } from './new-kind.ts'
import { parsePluginManifest } from './plugin-manifest.ts'

/** Inside the package, so that what is generated finds the workspace's SDK. */
const here = fileURLToPath(new URL('../..', import.meta.url))
const folder = await mkdtemp(join(here, '.new-kind-'))
const files = newKindFiles('note', {})
for (const [path, text] of Object.entries(files)) {
  await mkdir(dirname(join(folder, path)), { recursive: true })
  await writeFile(join(folder, path), text)
}
const { default: kind } = (await import(join(folder, 'src/index.ts'))) as { readonly default: Kind }

afterAll(async () => {
  await rm(folder, { recursive: true })
})

describeKind(kind, {
  packageJson: JSON.parse(files['package.json'] ?? ''),
  cases: [{ name: 'as generated', source: () => memoryFile('a.note.json', '{"title":"Hello","text":"x"}') }],
})

it('is a plugin as it is, in less than sixty lines of code', async () => {
  expect(await readdir(folder)).toEqual(['README.md', 'package.json', 'src'])
  const manifest = parsePluginManifest(await readFile(join(folder, 'package.json')), '0.0.0')
  expect(manifest).toMatchObject({
    name: 'ocish-kind-note',
    main: 'dist/index.mjs',
    kinds: [{ name: 'note' }],
  })
  expect(files['src/index.ts']?.trimEnd().split('\n').length).toBeLessThan(60)
})

it('takes the SDK from archives where it is told to', () => {
  const document = newKindFiles('note', { OCISH_SDK_FROM: '/archives' })['package.json'] ?? ''
  expect(JSON.parse(document)).toMatchObject({
    devDependencies: { '@ocish/sdk': 'file:/archives/ocish-sdk.tgz' },
  })
})

it.each(['', 'Note', '../x', 'a_b', 'a/b'])('%j is no name of a kind', (name) => {
  expect(() => newKindFiles(name, {})).toThrow(/no name of a kind/)
})
