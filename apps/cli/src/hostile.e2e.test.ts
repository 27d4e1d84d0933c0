import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createWorld, type World } from './world.test-kit.ts'

/** What has been used against terminals, as a title, an annotation and a file's content. */
const hostile = [
  '\u001B[2J',
  '\u001B]0;title\u0007',
  '\u001B]8;;file:///etc\u001B\\link\u001B]8;;\u001B\\',
  '\u001B]52;c;Zm9v\u0007',
  '\u009B31m',
  'real\rfake',
  'a\b\b\bb',
  '\u202Egnp.exe',
  'zero\u200Bwidth',
  'line\nbreak',
] as const

let world: World
beforeAll(async () => {
  world = await createWorld()
  await world.file('a.txt', hostile.join(' '))
  for (const [index, text] of hostile.entries()) {
    const ref = `HOST/h:${index}`
    // Our own push refuses such a title; whoever is hostile writes the manifest.
    await world.run(['push', '--title', 'TITLE', 'a.txt', '--annotation', `note=${text}`, ref])
    const { stdout } = await world.run(`manifest ${ref}`)
    const title = JSON.stringify(`${text}.txt`).slice(1, -1)
    await world.file(
      'hostile.json',
      stdout.replace('TITLE', () => title),
    )
    await world.run(`manifest put hostile.json ${ref}`)
  }
})
afterAll(() => world[Symbol.asyncDispose]())

/** The first character that has no business on a terminal, if there is one: all but LF and TAB. */
function control(text: string): string | undefined {
  return /[\p{Cc}\p{Cf}\u2028\u2029]/u.exec(text.replaceAll(/[\n\t]/g, ''))?.[0]
}

describe('T45 hostile text', () => {
  test.each(hostile.map((text, index) => [JSON.stringify(text), index, text] as const))(
    '%s is shown, never sent',
    async (_name, index, text) => {
      const lines = [
        ...['table', 'tsv', 'json', 'ndjson', 'yaml', 'csv', 'md'].map(
          (form) => `describe HOST/h:${index} -o ${form}`,
        ),
        ...['table', 'tsv'].map((form) => `ls HOST/h:${index} -o ${form}`),
        `tree HOST/h:${index} --layers -o tree`,
      ]
      for (const line of lines) {
        const { stdout, code } = await world.run(line)
        expect([line, code]).toEqual([line, 0])
        // CSV has no escapes for them, and it is for programs.
        if (!line.endsWith('csv')) expect([line, control(stdout)]).toEqual([line, undefined])
      }
      const described = JSON.parse((await world.run(`describe HOST/h:${index} -o json`)).stdout) as {
        fields: readonly { label: string; value: unknown }[]
      }
      expect(described.fields.find((field) => field.label === 'annotations')?.value).toMatchObject({
        note: text,
      })
    },
  )

  test('an error that quotes it is clean as well', async () => {
    for (const text of hostile) {
      const { stderr } = await world.run(['cat', `HOST/h:0//${text}`])
      expect(control(stderr)).toBeUndefined()
    }
  })

  test('files with such names are refused, or written inside the target', async () => {
    for (const index of hostile.keys()) await world.run(`pull HOST/h:${index} out-${index}`)
    expect(await world.names('..')).toContain(world.home.path.split('/').at(-1))
  })

  test('a pipe gets the exact bytes', async () => {
    expect((await world.run('cat HOST/h:0 --layer 0')).stdout).toBe(hostile.join(' '))
  })
})
