import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { findImports, importsOf } from './imports.ts'
import { readPackages, readTable, violations } from './layers.ts'

const root = join(import.meta.dirname, '../..')
const rows = readTable(readFileSync(join(root, 'docs/architecture.md'), 'utf8'))

test('the layer table holds for every manifest and every import', () => {
  expect(rows.length).toBeGreaterThanOrEqual(13)
  for (const pkg of readPackages(root)) {
    expect(violations(rows, pkg, findImports(root, `${pkg.folder}/src`))).toEqual([])
  }
})

test('an upward import, an unnamed one and an eager one are found', () => {
  const pkg = (short: string, ...dependencies: string[]) => ({
    folder: `packages/${short}`,
    short,
    dependencies: new Set(dependencies),
  })
  const one = (source: string) => importsOf('packages/x/src/a.ts', source)
  expect(violations(rows, pkg('core', 'sdk', 'cache'), [])).toHaveLength(2)
  expect(violations(rows, pkg('core', 'sdk'), one(`import { a } from '@ocish/cache'`))).toHaveLength(1)
  expect(violations(rows, pkg('core'), one(`import { a } from '@ocish/sdk'`))).toHaveLength(1)
  expect(violations(rows, pkg('host', 'kind-helm'), one(`import helm from '@ocish/kind-helm'`))).toHaveLength(
    1,
  )
  expect(violations(rows, pkg('host', 'kind-helm'), one(`await import('@ocish/kind-helm')`))).toEqual([])
  expect(violations(rows, pkg('core', 'sdk'), one(`export * from '@ocish/sdk'`))).toEqual([])
})

test('undici is imported in one folder only, and never by its bare name', () => {
  const all = readPackages(root).flatMap((pkg) => findImports(root, `${pkg.folder}/src`))
  const undici = all.filter((one) => /^undici(?:$|\/)/.test(one.specifier))
  expect(undici.every((one) => one.specifier.startsWith('undici/'))).toBe(true)
  expect(undici.every((one) => one.file.startsWith('packages/core/src/client/'))).toBe(true)
})

test('T12 of node-tar only the reader of headers, in one folder, at 7.5.11 or later; entries are filtered by our own code', () => {
  const all = readPackages(root).flatMap((pkg) => findImports(root, `${pkg.folder}/src`))
  const tar = all.filter((one) => /^(?:@[^/]+\/)?(?:[a-z]+-)?tar(?:-[a-z]+)?(?:$|\/)/.test(one.specifier))
  expect(new Set(tar.map((one) => one.specifier))).toEqual(new Set(['tar/header']))
  expect(tar.every((one) => one.file.startsWith('packages/archive/src/'))).toBe(true)
  const catalog = readFileSync(join(root, 'pnpm-workspace.yaml'), 'utf8')
  const [, minor, patch] = /^ {2}tar: \^7\.(\d+)\.(\d+)$/m.exec(catalog) ?? []
  expect(Number(minor) * 1000 + Number(patch)).toBeGreaterThanOrEqual(5011)
})
