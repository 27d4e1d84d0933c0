import { expect, test } from 'vitest'
import { sampleCommands } from '../sample-commands.test-kit.ts'
import { bind } from './bind.ts'
import { explain } from './explain.ts'
import { parse } from './parser.ts'

test('a program is told step by step: effects, requests per row, patterns as they are', () => {
  const text =
    'let d = $(resolve app:1)\ntags app* -o json | where age < 30d | each { cp $it \'b c\'/ } > done.json; try exists "x@$d" || push ./f x:1'
  const lines = [...explain(bind(parse(text), sampleCommands))].map(
    (row) =>
      `${'  '.repeat(Number(row['depth']))}${String(row['line'])} | ${String(row['effect'])} | ${String(row['requests'])} | ${String(row['patterns'])}`,
  )
  expect(lines).toMatchInlineSnapshot(`
    [
      "let d = $(resolve app:1) | reads |  | ",
      "  resolve app:1 | reads |  | ",
      "tags app* --output=json | reads | per row: age | app*",
      "where age < 30d | reads |  | ",
      "each | reads |  | ",
      "  cp $it 'b c/' | writes |  | ",
      "> done.json | local |  | ",
      "exists "x@$d" | reads |  | ",
      "push ./f x:1 | writes |  | ",
    ]
  `)
})
