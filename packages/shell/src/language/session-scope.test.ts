import { describe, expect, test } from 'vitest'
import { createCommands } from '../commands.ts'
import { bind } from './bind.ts'
import { parse } from './parser.ts'
import { run } from './run.ts'
import { worldCommands, type World } from './sample-world.test-kit.ts'
import { SessionScope } from './session-scope.ts'

const table = createCommands(worldCommands.map((command) => command.signature))

/** Runs lines one after the other in one scope; the values of the last one that gave any. */
async function lines(scope: SessionScope, ...texts: readonly string[]): Promise<readonly unknown[]> {
  let values: unknown[] = []
  for (const text of texts) {
    const work = run<World>(bind(parse(text), table, { scope, jobs: true }), {
      commands: table,
      load: async (name) => worldCommands.find((command) => command.signature.name === name)!,
      services: () => ({ log: [], files: new Map(), columns: [] }),
      signal: new AbortController().signal,
      scope,
    })
    let step = await work.next()
    for (; step.done !== true; step = await work.next()) {
      const { edge } = step.value
      if (edge.form === 'value') values = [edge.value]
      if (edge.form === 'values') values = await Array.fromAsync(edge.values)
      if (edge.form === 'rows') values = await Array.fromAsync(edge.rows)
    }
  }
  return values
}

describe('names between the lines of a session', () => {
  test('a later line reads what an earlier one named', async () => {
    expect(await lines(new SessionScope(), 'let d = $(resolve app:1)', '$d')).toEqual(['sha256:app:1'])
  })

  test('rows keep their type, so a later line is checked against it', async () => {
    const scope = new SessionScope()
    expect(await lines(scope, 'let t = $(tags app)', '$t | where kind == helm | get tag')).toEqual([
      '1.10',
      '1.9',
    ])
    const { diagnostics } = bind(parse('$t | where knd == helm'), table, { scope })
    expect(diagnostics.map(({ code, closest }) => [code, closest?.[0]])).toEqual([
      ['BIND_UNKNOWN_FIELD', 'kind'],
    ])
  })

  test('a later let of the same name hides the earlier one, once in a line', async () => {
    const scope = new SessionScope()
    expect(await lines(scope, 'let d = one', 'let d = "$d two"', '$d')).toEqual(['one two'])
    expect(bind(parse('let d = 1; let d = 2'), table, { scope }).diagnostics[0]?.code).toBe(
      'BIND_VARIABLE_EXISTS',
    )
  })

  test.each([
    ['fails', 'let d = new; resolve missing:1'],
    ['answers no', 'let d = new; exists missing:1'],
  ])('a line that %s names nothing', async (_, line) => {
    const scope = new SessionScope()
    await lines(scope, 'let d = old')
    await lines(scope, line).catch(() => undefined)
    expect(scope.get('d')).toBe('old')
  })

  test('names of blocks and substitutions stay inside', async () => {
    const scope = new SessionScope()
    await lines(scope, 'tags app | each { let inner = $it.tag; resolve $inner }', 'let a = $(let b = 1; $b)')
    expect(scope.names).toEqual(['a'])
  })

  test('what try took is known to the next line', async () => {
    const scope = new SessionScope()
    expect(await lines(scope, 'try exists down:1 || nothing', '${error.code}')).toEqual(['NETWORK_FAILED'])
  })

  test('a job names nothing', () => {
    const bound = bind(parse('let d = $(resolve app) &'), table, { jobs: true })
    expect(bound.diagnostics.map(({ code }) => code)).toEqual(['BIND_BACKGROUND'])
  })

  test('a wrong name is answered with the nearest of an earlier line', async () => {
    const scope = new SessionScope()
    await lines(scope, 'let digest = 1')
    expect(bind(parse('$digset'), table, { scope }).diagnostics[0]?.closest).toEqual(['$digest'])
  })
})
