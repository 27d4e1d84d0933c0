import { expect, test } from 'vitest'
import { exits } from '@ocish/sdk'
import { exitMeaning, helpFor, renderHelp } from './help.ts'
import { parse } from './language/parser.ts'
import { sampleCommands } from './sample-commands.test-kit.ts'
import { topics } from './topics.ts'
import { verbs } from './verbs.ts'

test('every line that help shows as an example is a whole program', () => {
  const documents = [...topics, ...verbs.map((verb) => renderHelp(verb))]
  const lines = documents.flatMap((document) =>
    document.blocks.flatMap((block) =>
      block.form === 'examples' ? block.items.map((item) => item.term) : [],
    ),
  )
  expect(lines.length).toBeGreaterThan(15)
  expect(lines.filter((line) => parse(line).diagnostics.length > 0)).toEqual([])
})

test('every exit status has a meaning', () => {
  for (const status of Object.values(exits)) expect(exitMeaning(status)).not.toBe('a failure')
})

test('summaries of kinds read like those of the program', () => {
  const [sample] = sampleCommands.signatures
  const document = renderHelp({ ...sample!, summary: 'Write the file.' })
  expect(document.summary).toBe('write the file')
  expect(document.blocks[1]).toMatchObject({ paragraphs: expect.arrayContaining(['Write the file.']) })
  expect(renderHelp({ ...sample!, summary: 'JSON Schema of it' }).summary).toBe('JSON Schema of it')
})

test('help knows commands, families, topics and codes', () => {
  expect(helpFor(['cp'], sampleCommands)?.name).toBe('cp')
  expect(helpFor(['copy'], sampleCommands)?.name).toBe('cp')
  expect(helpFor(['cache'], sampleCommands)?.summary).toBe('commands of cache')
  expect(helpFor(['exit-codes'], sampleCommands)?.name).toBe('exit-codes')
  expect(helpFor(['DIGEST_MISMATCH'], sampleCommands)?.name).toBe('DIGEST_MISMATCH')
  expect(helpFor(['nothing', 'such'], sampleCommands)).toBeUndefined()
})
