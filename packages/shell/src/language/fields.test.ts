import { describe, expect, test } from 'vitest'
import { bind } from './bind.ts'
import { parse } from './parser.ts'
import { bytesOf, execute, output, table } from './run.test-kit.ts'

const rows = '{"name":"app","size":1,"meta":{"team":"x"}}\n{"name":"lib","size":2,"meta":{"owner":"y"}}\n'

const read = async (line: string, text = rows): ReturnType<typeof execute> =>
  execute(`from ndjson | ${line}`, { input: bytesOf(text) })

describe('a field that no row has', () => {
  test.each([
    ['select name siz', 'siz', 'size'],
    ['select nam size', 'nam', 'name'],
    ['select new=siz', 'siz', 'size'],
    ['get siz', 'siz', 'size'],
    ['where siz > 1', 'siz', 'size'],
    ['where name == none and siz == 1', 'siz', 'size'],
    ['sort siz', 'siz', 'size'],
    ['sort -r name siz', 'siz', 'size'],
    ['group siz', 'siz', 'size'],
    ['uniq siz', 'siz', 'size'],
    ['flatten siz', 'siz', 'size'],
    ['get meta.tem', 'meta.tem', 'team'],
    ['where meta.ownr == y', 'meta.ownr', 'owner'],
  ])('%s', async (line, field, best) => {
    const { error } = await read(line)
    expect(error).toMatchObject({
      code: 'BIND_UNKNOWN_FIELD',
      message: `no row has a field ${field}`,
      exit: 2,
      details: { closest: expect.arrayContaining([best]) },
    })
  })

  test('the nearest name can be put in its place', async () => {
    const text = 'from ndjson | get meta.tem'
    const { error } = await execute(text, { input: bytesOf(rows) })
    const { replace } = (error as { details: { replace: { from: number; to: number; with: string } } })
      .details
    expect(text.slice(0, replace.from) + replace.with + text.slice(replace.to)).toBe(
      'from ndjson | get meta.team',
    )
  })

  test('a name with dots in it is put into quotes', async () => {
    const dotted = '{"meta":{"a.b.c":1}}\n'
    const { error } = await execute('from ndjson | get meta.a.b.c', { input: bytesOf(dotted) })
    expect(error).toMatchObject({ details: { closest: ['a.b.c'], replace: { with: 'meta."a.b.c"' } } })
    expect((await read('get meta."a.b.c"', dotted)).text).toBe('1\n')
  })

  test.each([
    ['select name siz?', 'app\t\nlib\t\n'],
    ['get siz?', '\n\n'],
    ['sort -r siz? name | get name', 'lib\napp\n'],
    ['where meta.team? == x | get name', 'app\n'],
    ['where meta.team == x | get name', 'app\n'],
    ['select name meta.team', 'app\tx\nlib\t\n'],
    ['where not siz? | count', '2\n'],
  ])('%s is no mistake', async (line, expected) => {
    const { text, error } = await read(line)
    expect([error, text]).toEqual([undefined, expected])
  })

  test('no rows, no mistake', async () => {
    expect((await read('get siz', '')).error).toBeUndefined()
  })

  test('the rows before the end of the stream have gone through by then', async () => {
    const ran = await read('select siz | to ndjson')
    expect(ran).toMatchObject({ text: '{}\n{}\n', error: { exit: 2 } })
  })

  test('a reader that stops early never learns it', async () => {
    expect(await read('select siz | first 1 | to ndjson')).toMatchObject({
      text: '{}\n',
      outcome: { exit: 0 },
    })
  })

  test('a declared column may be empty in all rows', async () => {
    expect(await output('tags app | where platforms == x | count')).toBe('0\n')
    expect(await output('tags app | get platforms | count')).toBe('3\n')
  })

  test.each([
    ['tags app | each { resolve ${it.rfe} }', 'ref'],
    ['let t = $(tags app); resolve ${t[0].rfe}', 'ref'],
  ])('%s is known before anything runs', (line, best) => {
    const [problem, ...more] = bind(parse(line), table).diagnostics
    expect(problem).toMatchObject({ code: 'BIND_UNKNOWN_FIELD', closest: [best] })
    expect(more).toEqual([])
  })
})

test('sort -V: releases above their pre-releases, helm\u2019s _ for +, what is no version first', async () => {
  const tags = [
    '2.0.0',
    '1.10.0',
    '1.9.0',
    'latest',
    '2.0.0-rc.2',
    '2.0.0-rc.10',
    'v1.9.1',
    '1.9.0_build',
    '1.2.3.4',
  ]
  const text = tags.map((tag) => JSON.stringify({ tag })).join('\n')
  const { text: sorted } = await read('sort -V tag | get tag', text)
  expect(sorted.trim().split('\n')).toEqual([
    'latest',
    '1.2.3.4',
    '1.9.0',
    '1.9.0_build',
    'v1.9.1',
    '1.10.0',
    '2.0.0-rc.2',
    '2.0.0-rc.10',
    '2.0.0',
  ])
})
