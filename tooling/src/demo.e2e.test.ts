import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  embeddedRegistry,
  type EmbeddedRegistry,
  runOcish,
  temporaryFolder,
  type TemporaryFolder,
} from '@ocish/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { demos, fillRegistry } from './demo.ts'

const packages = join(import.meta.dirname, '../../packages')

/** Every kind that is built in, as the packages declare them. */
const builtIn: readonly string[] = readdirSync(packages)
  .filter((name) => name.startsWith('kind-'))
  .flatMap((name) => {
    const manifest = JSON.parse(readFileSync(join(packages, name, 'package.json'), 'utf8')) as {
      readonly ocish: { readonly kinds: readonly { readonly name: string }[] }
    }
    return manifest.ocish.kinds.map((kind) => kind.name)
  })

let folder: TemporaryFolder
let registry: EmbeddedRegistry
beforeAll(async () => {
  folder = await temporaryFolder()
  registry = await embeddedRegistry()
  await fillRegistry(registry.host, folder.path, async (words) => {
    const { code, stderr } = await runOcish(words, { cwd: folder.path })
    if (code !== 0 || stderr !== '') throw new Error(`the script ended with ${code}: ${stderr}`)
  })
})
afterAll(async () => {
  await registry[Symbol.asyncDispose]()
  await folder[Symbol.asyncDispose]()
})

async function kindsAt(reference: string): Promise<readonly string[]> {
  const described = await runOcish(['describe', reference, '-o', 'json'])
  expect(described).toMatchObject({ code: 0, stderr: '' })
  const { stdout } = await runOcish(['referrers', reference, '-o', 'json'])
  const referring = (JSON.parse(stdout) as readonly { readonly ref: string }[]).map(async ({ ref }) => {
    const one = await runOcish(['describe', ref, '-o', 'json'])
    expect(one).toMatchObject({ code: 0, stderr: '' })
    return (JSON.parse(one.stdout) as { readonly kind: string }).kind
  })
  return [(JSON.parse(described.stdout) as { readonly kind: string }).kind, ...(await Promise.all(referring))]
}

describe('the registry of a first session', () => {
  const shown = (at: string): readonly (readonly [string, string])[] =>
    demos(at).flatMap(({ shows }) => Object.entries(shows))

  test('has a row for each kind that is built in, and for no other', () => {
    const names = shown('x').map(([kind]) => kind)
    expect(names.toSorted()).toEqual(builtIn.toSorted())
  })

  test.each(shown('').map(([kind, path]) => [kind, path] as const))(
    'holds a %s at %s',
    async (kind, path) => {
      expect(await kindsAt(`${registry.host}/demo${path}`)).toContain(kind)
    },
  )

  test('holds the tree of the OSTree commit as a plain image too', async () => {
    expect(await kindsAt(`${registry.host}/demo/os/plain:1`)).toEqual(['ostree-image'])
  })
})
