import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createWorld, type World } from './world.test-kit.ts'

const markdown = await readFile(join(import.meta.dirname, '../../../docs/language.md'), 'utf8')
const blocks = [...markdown.matchAll(/^```ocish\n(.*?)^```\n\n```text\n(.*?)^```$/gms)].map(
  ([, program = '', output = '']) => ({ program, output }),
)

/** `rows.json` of docs/language.md. */
const rows: string = JSON.stringify([
  { name: 'app', size: 5_242_880, kind: 'helm', tags: ['1.0', '1.1'] },
  { name: 'lib', size: 512, kind: 'image', tags: [] },
  { name: 'web', size: 20_000, kind: 'helm', tags: ['2.0'] },
])

let world: World
beforeAll(async () => {
  world = await createWorld()
  await world.file('rows.json', rows)
})
afterAll(() => world[Symbol.asyncDispose]())

test('every program of the document has its output', () => {
  expect(blocks.length).toBeGreaterThanOrEqual(10)
  expect(markdown.match(/^```ocish$/gm)).toHaveLength(blocks.length)
})

test.each(blocks)('$program', async ({ program, output }) => {
  const { stdout, stderr, code } = await world.run(['-c', program])
  expect({ stdout, stderr, code }).toEqual({ stdout: output, stderr: '', code: 0 })
})
