import { describe, expect, test } from 'vitest'
import { execute } from './run.test-kit.ts'

describe('a flag whose value is a line', () => {
  test.each([
    ['later app --then { resolve ${it.ref} | to json }', 'later app: resolve ${it.ref} | to json'],
    ["later app --then 'resolve ${it.ref}'", 'later app: resolve ${it.ref}'],
    ['let r = app; later $r --then { resolve $it; end 3 }', 'later app: resolve $it; end 3'],
    ['tags app | first | each { later $it --then { resolve $it } }', 'later app:1.0: resolve $it'],
  ])('%s: may be a block', async (line, told) => {
    const { log, outcome } = await execute(line)
    expect([log.at(-1), outcome.exit]).toEqual([told, 0])
  })

  test.each([
    ['later app --then { reslove $it }', 'USAGE_UNKNOWN_COMMAND'],
    ['later app --then { resolve $that }', 'BIND_UNKNOWN_VARIABLE'],
    ['later --then { resolve $it }', 'USAGE_MISSING_ARGUMENT'],
    ['later app { resolve $it }', 'BIND_BLOCK'],
    ['later app --then x { resolve $it }', 'BIND_BLOCK'],
  ])('%s: a mistake in it, or elsewhere, is told before anything runs', async (line, code) => {
    expect(await execute(line)).toMatchObject({ log: [], error: { code } })
  })
})

test.each([
  ['end 7; resolve app', 7],
  ['end 0; resolve app', 0],
  ['resolve missing || end 3 || resolve app', 3],
  ['try end 4 || resolve app', 4],
  ['tags app | each { end 5 }; resolve app', 5],
  ['tags app | each --keep-going { end 6 }; resolve app', 6],
  ['tags app | each --parallel 2 { end 8 }; resolve app', 8],
  ['let x = $(end 9; resolve app); resolve app', 9],
])('%s: a command that ends the program, with %i', async (line, exit) => {
  expect(await execute(line)).toMatchObject({ outcome: { exit }, text: '' })
})
