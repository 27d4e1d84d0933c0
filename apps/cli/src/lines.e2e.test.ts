import { afterAll, beforeAll, expect, test } from 'vitest'
import { lines } from './lines.test-kit.ts'
import { createWorld, type World } from './world.test-kit.ts'

let world: World
beforeAll(async () => {
  world = await createWorld()
  await world.file('a.txt', 'first line\nsecond line\n')
  await world.file('b.txt', 'b')
  await world.file('rows.ndjson', '{"a":1}\n{"a":2}\n')
  const rows = [
    { name: 'app', size: 5_242_880, kind: 'helm', tags: ['1.0', '1.1'] },
    { name: 'lib', size: 512, kind: 'image', tags: ['1.1'] },
    { name: 'web', size: 20_000, kind: 'helm', tags: ['2.0'] },
  ]
  await world.file('rows.json', JSON.stringify(rows))
  for (const tag of ['1.0', '1.1', '2.0-rc.1']) await world.run(`push a.txt b.txt HOST/app:${tag} -q`)
  await world.run('push a.txt HOST/lib:1 -q')
})
afterAll(() => world[Symbol.asyncDispose]())

/** `--flag -c "program"` as a shell would part it; anything else is one program. */
function wordsOf(line: string): readonly string[] {
  if (!line.startsWith('-')) return ['-c', line, '--', 'x', 'y z']
  return [...line.matchAll(/"([^"]*)"|\S+/g)].map(([whole, quoted]) => quoted ?? whole)
}

/** What may differ from run to run. */
function steady(text: string): string {
  return text.replaceAll(world.host, 'HOST').replaceAll(world.home.path, 'HOME')
}

test(`${lines.length} command lines: standard output, standard error, status`, async () => {
  expect(lines.length).toBeGreaterThanOrEqual(120)
  const told: string[] = []
  for (const line of lines) {
    const { stdout, stderr, code } = await world.run(wordsOf(line))
    const output = steady(stdout).replaceAll(/^/gm, '  ').replace(/ {2}$/, '')
    const errors = steady(stderr).replaceAll(/^/gm, '! ').replace(/! $/, '')
    told.push(
      `$ ${line.replaceAll('\n', '\n> ')}\n${output}${output === '' || output.endsWith('\n') ? '' : '\n'}${errors}= ${code}\n`,
    )
  }
  await expect(told.join('\n')).toMatchFileSnapshot('lines.golden.txt')
})
