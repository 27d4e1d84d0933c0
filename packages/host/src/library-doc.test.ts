import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { inspect } from 'node:util'
import { createMemoryRegistry } from '@ocish/core'
import { serve } from '@ocish/server'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'

const root = join(import.meta.dirname, '../../..')
const markdown = await readFile(join(root, 'docs/library.md'), 'utf8')
const examples = [...markdown.matchAll(/^```ts\n(.*?)^```$/gms)].map(([, code = '']) => code)

let folder = ''
let server: Awaited<ReturnType<typeof serve>>

beforeAll(async () => {
  server = await serve(createMemoryRegistry())
  // Below this package, so that the examples' imports are found as a program's would be.
  folder = await mkdtemp(join(import.meta.dirname, '../.library-doc-'))
  await mkdir(join(folder, 'work'))
  await writeFile(join(folder, 'work/notes.txt'), 'hello')
  await writeFile(join(folder, 'work/fetch.json'), await readFile(join(root, 'examples/fetch.json')))
})

afterAll(async () => {
  await server.close()
  await rm(folder, { recursive: true })
})

/** What the comments say is printed. */
function expected(code: string): readonly string[] {
  return [...code.matchAll(/\/\/ → (.*)$/gm)].map(([, text = '']) =>
    text.replaceAll('127.0.0.1:5000', server.host),
  )
}

test('docs/library.md has examples', () => {
  expect(examples.length).toBeGreaterThanOrEqual(9)
  for (const code of examples) expect(code.split('\n').length).toBeLessThanOrEqual(20)
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
