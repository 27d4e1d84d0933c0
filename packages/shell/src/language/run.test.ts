import { describe, expect, test } from 'vitest'
import type { Command, CommandStream, Row } from '../command.ts'
import { bind } from './bind.ts'
import { parse } from './parser.ts'
import { run } from './run.ts'
import type { Emission, RunOutcome } from './run-options.ts'
import { worldCommands, type World } from './sample-world.test-kit.ts'
import { bytesOf, execute, output, table } from './run.test-kit.ts'

describe('verbs', () => {
  test.each<[string, string]>([
    ['tags app | get tag', '1.0\n1.10\n1.9\n'],
    ['tags app | where kind == helm | get tag', '1.10\n1.9\n'],
    ['tags app | where size > 1kB and size < 2.5kB | get tag', '1.9\n'],
    ["tags app | where tag =~ '^1\\.1' or kind != helm | get tag", '1.0\n1.10\n'],
    ['tags app | where created > 2026-01-15 and not tag endswith 9 | get tag', '1.10\n'],
    ['tags app | where nothing? == null | count', '3\n'],
    ['tags app | where tag in 1.9,1.10 | get tag', '1.10\n1.9\n'],
    ['tags app | where tag in [1.9] | get tag', '1.9\n'],
    ["tags app | where tag in '1.9, 1.0' | get tag", '1.0\n1.9\n'],
    ['tags app | where tag in 11.90 | count', '0\n'],
    ['let known = $(tags app | get tag); tags app | where tag in $known | count', '3\n'],
    ['let known = 1.9; tags app | where tag in $known | get tag', '1.9\n'],
    ['\uFEFFtags app | count', '3\n'],
    ['tags app | sort -V tag | get tag', '1.0\n1.9\n1.10\n'],
    ['tags app | sort -r size | first 2 | get size', '3000\n2000\n'],
    ['tags app | sort kind size | get tag', '1.9\n1.10\n1.0\n'],
    ['tags app | last 2 | get tag', '1.10\n1.9\n'],
    ['tags app | first 0 | count', '0\n'],
    [
      'tags app | select name=tag size | to ndjson',
      '{"name":"1.0","size":100}\n{"name":"1.10","size":3000}\n{"name":"1.9","size":2000}\n',
    ],
    ['tags app | uniq digest | get tag', '1.0\n1.10\n'],
    ['tags app | get kind | uniq', 'image\nhelm\n'],
    ['tags app | get tag | sort', '1.0\n1.10\n1.9\n'],
    ['tags app | group kind', 'image\t1\nhelm\t2\n'],
    ['tags app | group kind | where count > 1 | get rows | flatten rows | count', ''],
    ['config app | from json | get os', 'linux\n'],
    ['config app | from json | get layers[1].size', '2\n'],
    ['config app | from json | flatten layers | get layers.size', '1\n2\n'],
    ['config app | from json | flatten layers | flatten layers.size | get size', '1\n2\n'],
    ['tags app | eat', '3\n'],
    ['tags app | get tag | eat', '3\n'],
    ['tags app | first 1 -o json --columns tag', '[\n  {"tag":"1.0"}\n]\n'],
    ['tags app | count; tags b | first | get ref', '3\nb:1.0\n'],
  ])('%s', async (line, expected) => {
    if (expected === '') await expect(output(line)).toFailWith('BIND_UNKNOWN_FIELD')
    else expect(await output(line)).toBe(expected)
  })

  test.each<[string, string]>([
    ["tags app | get tag | where value startswith '1.1'", '1.10\n'],
    ['tags app | get size | where value > 1kB | sort -r value', '3000\n2000\n'],
    ['tags app | get kind | group value | select key count', 'image\t1\nhelm\t2\n'],
    [
      'tags app | get tag | select name=value | to ndjson',
      '{"name":"1.0"}\n{"name":"1.10"}\n{"name":"1.9"}\n',
    ],
    ['tags app | group kind | get rows | flatten value | get tag', '1.0\n1.10\n1.9\n'],
    ['tags app | count | where value > 2', '3\n'],
    ['tags app | each { ${it.tag} } | where value == 1.9', '1.9\n'],
  ])('a plain value is its own field: %s', async (line, expected) => {
    expect(await output(line)).toBe(expected)
  })

  test('values have no other field', async () => {
    await expect(output('tags app | get tag | where tag == 1.0')).toFailWith('BIND_UNKNOWN_FIELD')
    const { error } = await execute('from json | where vale == 1', { input: bytesOf('[1,2]') })
    expect(error).toMatchObject({ details: { closest: ['value'] } })
  })

  test.each<[string, string]>([
    ['tags app | each { ${it.tag} }', '1.0\n1.10\n1.9\n'],
    ['from json < dotted.json | each { ${it.a} } -o csv', 'b.c\n1\n'],
    ['tags app | first | each { ^echo ${it.tag} two; tags x | first | select tag }', '1.0 two\n1.0\n'],
    ['tags app | first | each { tags x | first | get tag; ^echo a }', '1.0\na\n'],
    ['tags app | first 2 | each --parallel 2 { tags x | first | get tag; ^echo a }', '1.0\na\n1.0\na\n'],
    ['tags app | first | each { ^echo a; ^echo b }', 'ab'],
    [
      'tags app | first | each { cp $it dst/; tags x | first } -o ndjson --columns ref',
      '{"ref":"app:1.0"}\n{"ref":"x:1.0"}\n',
    ],
  ])('a block of several statements gives what each of them gives: %s', async (line, expected) => {
    expect(await output(line)).toBe(expected)
  })

  test('save writes what > writes', async () => {
    for (const file of ['a.txt', 'a.csv', 'a.json']) {
      const [saved, redirected] = await Promise.all([
        execute(`tags app | save ${file} | count`),
        execute(`tags app > ${file}`),
      ])
      expect(saved.files.get(file)).toBe(redirected.files.get(file))
    }
  })

  test('first stops the command, rows are made one at a time', async () => {
    expect((await execute('tags app | first 2 | get tag')).log).toEqual(['tags app', 'row 1.0', 'row 1.10'])
  })

  test('columns are handed to the command', async () => {
    expect((await execute('tags app | where size > 1 | get tag')).columns).toEqual([new Set(['tag', 'size'])])
  })

  test('a field that no row has is an error with its neighbours', async () => {
    await expect(output('config app | from json | get oss')).toFailWith('BIND_UNKNOWN_FIELD')
    const { error } = await execute('config app | from json | where oss == linux | count')
    expect(error).toMatchObject({ code: 'BIND_UNKNOWN_FIELD', details: { closest: ['os'] } })
  })
})

describe('variables and words', () => {
  test.each<[string, string]>([
    ['let d = $(resolve app:1); resolve "x@$d"', 'sha256:x@sha256:app:1\n'],
    ['let r = app; resolve $r:1', 'sha256:app:1\n'],
    ['from json < dotted.json | get a."b.c"', '1\n'],
    ["from json < dotted.json | select x=a.'b.c' | get x", '1\n'],
    ['let key = b.c; from json < dotted.json | get a."$key"', '1\n'],
    ['from json < dotted.json | get a."no.such"?', '\n'],
    ['from json < dotted.json | get \'a."b.c"\'', '1\n'],
    ['let all = $(tags app); $all | count', '3\n'],
    ['let all = $(tags app); resolve ${all[1].tag}', 'sha256:1.10\n'],
    ['resolve $(tags app | first | get tag)', 'sha256:1.0\n'],
    ['let t = $(tags app | first); cp $t dst/ | get ref', 'app:1.0\n'],
    ['cp ...$(tags app | get ref) dst/ | count', '3\n'],
    ['resolve $args | get nothing?', ''],
    ['$args', 'x\ny\n'],
    ['resolve ${env.HOME}', 'sha256:/home\n'],
    ['let n = $(tags app | count); tags app | first $n | count', '3\n'],
    ['let k = helm; tags app | where kind == $k | count', '2\n'],
    ['let ks = $(tags app | get kind | uniq); tags app | where kind in $ks | count', '3\n'],
    ['resolve "$(resolve a) b"', 'sha256:sha256:a b\n'],
    ['tags app --limit=$(tags app | count) | count', '3\n'],
  ])('%s', async (line, expected) => {
    const more = { args: ['x', 'y'], variables: [['env', { HOME: '/home' }]] as const }
    if (expected === '') expect((await execute(line, more)).outcome.exit).toBe(2)
    else expect(await output(line, more)).toBe(expected)
  })

  test.each<[string, string]>([
    ['resolve $(tags app)', 'got a list of 3'],
    ['resolve ${env.NOTHING}', 'no value'],
    ['let c = $(config app | from json); resolve $c', 'its fields are os, layers'],
  ])('%s is refused: %s', async (line, message) => {
    const { error } = await execute(line, { variables: [['env', {}]] })
    expect(error).toMatchObject({
      code: 'USAGE_INVALID_VALUE',
      exit: 2,
      message: expect.stringContaining(message) as string,
    })
  })

  test('nothing is split or matched again, and no value becomes a flag', async () => {
    const seen: string[] = []
    async function* expand(pattern: string): AsyncGenerator<string> {
      seen.push(pattern)
      yield 'app:1'
      yield 'app:2'
    }
    const { log } = await execute('let x = "a b*"; let f = --yes; cp $x $f "lit*" p* d/', { expand })
    expect(seen).toEqual(['p*'])
    expect(log).toEqual(['cp a b* d/', 'cp --yes d/', 'cp lit* d/', 'cp app:1 d/', 'cp app:2 d/'])
  })

  test('a pattern without a match is an error, and so are too many', async () => {
    async function* none(): AsyncGenerator<string> {}
    await expect(output('tags x*', { expand: none })).toFailWith('GLOB_NO_MATCH')
    async function* endless(): AsyncGenerator<string> {
      for (let index = 0; ; index++) yield `t${index}`
    }
    await expect(output('tags x*', { expand: endless })).toFailWith('LIMIT_EXCEEDED')
    const limited = output('tags x*', { expand: endless, glob: 2 })
    await expect(limited).rejects.toThrow('more than 2 names')
  })

  test('quoted parts of a pattern are literal in it', async () => {
    const seen: string[] = []
    async function* expand(pattern: string): AsyncGenerator<string> {
      seen.push(pattern)
      yield 'x'
    }
    await execute("tags 'a*'/b?", { expand })
    expect(seen).toEqual([String.raw`a\*/b?`])
  })
})

describe('statuses', () => {
  test.each<[string, string, number]>([
    ['exists a && resolve b', 'a\texists\ttrue\t\nsha256:b\n', 0],
    ['exists missing || resolve b', 'missing\texists\tfalse\t\nsha256:b\n', 0],
    ['exists missing && resolve b || resolve c', 'missing\texists\tfalse\t\nsha256:c\n', 0],
    ['exists a || resolve b && resolve c', 'a\texists\ttrue\t\nsha256:c\n', 0],
    ['exists missing; resolve b', 'missing\texists\tfalse\t\n', 1],
    ['resolve missing || resolve b', 'sha256:b\n', 0],
    ['resolve denied || resolve b', '', 4],
    ['resolve down || resolve b', '', 5],
    ['try resolve denied || resolve b', 'sha256:b\n', 0],
    ['try resolve denied || resolve ${error.code}', 'sha256:REGISTRY_DENIED\n', 0],
    ['try resolve denied; resolve b', '', 1],
    ['try tags torn | get tag || resolve b', '1.0\n1.10\n1.9\nsha256:b\n', 0],
    ['tags torn | get tag; resolve b', '1.0\n1.10\n1.9\n', 5],
    ['tags torn | first | get tag && resolve b', '1.0\nsha256:b\n', 0],
    ['exists missing | count', '1\n', 1],
    ['let x = $(resolve missing) || resolve b', 'sha256:b\n', 0],
    ['let x = $(exists missing) || resolve b', 'sha256:b\n', 0],
    ['nothing && resolve b', 'sha256:b\n', 0],
    ['^fail 0 && resolve b', '0sha256:b\n', 0],
    ['^fail 1 || resolve b', '1sha256:b\n', 0],
    ['^fail 3 || resolve b', '3', 9],
  ])('%s', async (line, text, exit) => {
    const ran = await execute(line)
    expect(ran.text).toBe(text)
    expect(ran.outcome.exit).toBe(exit)
  })

  test('the refusal of || says how to recover from a failure', async () => {
    const { error } = await execute('resolve down || resolve b')
    expect(error).toMatchObject({ code: 'NETWORK_FAILED', hint: expect.stringContaining('try') as string })
  })

  test('a program with an error anywhere runs nothing', async () => {
    const ran = await execute('nothing; tags app | where sise > 1')
    expect(ran).toMatchObject({ log: [], outcome: { exit: 2 } })
  })

  test('an abort is neither an answer nor a failure that try takes', async () => {
    const stop = new AbortController()
    stop.abort()
    const { error } = await execute('try resolve a || resolve b', { signal: stop.signal })
    expect(error).toBe(stop.signal.reason)
  })
})

describe('each', () => {
  test('runs a block per row, output in order', async () => {
    const { log, text } = await execute('tags app | each { cp $it "b/${it.tag}" } | get ref')
    expect(log.filter((line) => line.startsWith('cp'))).toEqual([
      'cp app:1.0 b/1.0',
      'cp app:1.10 b/1.10',
      'cp app:1.9 b/1.9',
    ])
    expect(text).toBe('app:1.0\napp:1.10\napp:1.9\n')
  })

  test('values, inner variables, nesting and --parallel', async () => {
    expect(await output('tags app | each { resolve $it }')).toBe(
      'sha256:app:1.0\nsha256:app:1.10\nsha256:app:1.9\n',
    )
    expect(await output('tags app | each --parallel 2 { let r = ${it.tag}; resolve $r }')).toBe(
      'sha256:1.0\nsha256:1.10\nsha256:1.9\n',
    )
    expect(
      await output(
        'tags app | first 2 | each { let o = ${it.tag}; tags $o | first 2 | each { resolve "$o-${it.tag}" } }',
      ),
    ).toBe('sha256:1.0-1.0\nsha256:1.0-1.10\nsha256:1.10-1.0\nsha256:1.10-1.10\n')
    expect(await output('tags app | each { config ${it.tag} } | ^upper | from lines | count')).toBe('1\n')
  })

  test('stops at the first failure, or goes on and ends partial', async () => {
    const list = { variables: [['list', ['a', 'denied', 'b', 'missing']]] as const }
    const stopped = await execute('$list | each { resolve $it }', list)
    expect(stopped).toMatchObject({ text: 'sha256:a\n', outcome: { exit: 4 } })
    for (const flags of ['--keep-going', '--keep-going --parallel 3']) {
      const ran = await execute(`$list | each ${flags} { resolve $it }`, list)
      expect(ran).toMatchObject({
        text: 'sha256:a\nsha256:b\n',
        error: { code: 'PARTIAL', message: '2 of 4 rows failed', exit: 10 },
      })
    }
  })

  test('a negative answer of the block is one of the pipe', async () => {
    const list = { variables: [['list', ['a', 'missing']]] as const }
    expect((await execute('$list | each { exists $it } | get ok', list)).outcome.exit).toBe(1)
    expect(await output('$list | each { exists $it } | get ok || resolve b', list)).toBe(
      'true\nfalse\nsha256:b\n',
    )
  })
})

describe('files and programs', () => {
  test('redirects write by the name of the file, append, and read', async () => {
    const { files } = await execute(
      'tags app | get tag > t.txt; tags app | select tag > t.json; resolve a >> t.txt',
    )
    expect(files.get('t.txt')).toBe('1.0\n1.10\n1.9\nsha256:a\n')
    expect(files.get('t.json')).toBe('[\n  {"tag":"1.0"},\n  {"tag":"1.10"},\n  {"tag":"1.9"}\n]\n')
    expect(await output('where n > 1 < rows.ndjson | get n')).toBe('2\n')
  })

  test('a failed pipe writes nothing', async () => {
    const { files, outcome } = await execute('tags torn | save all.json | get tag > t.txt')
    expect(outcome.exit).toBe(5)
    expect([...files.keys()]).toEqual(['rows.ndjson', 'dotted.json'])
  })

  test('save keeps everything, whoever reads on', async () => {
    const { files, text } = await execute('tags app | get tag | save all.ndjson | first 1')
    expect(text).toBe('1.0\n')
    expect(files.get('all.ndjson')).toBe('"1.0"\n"1.10"\n"1.9"\n')
    const config = await execute('config app | save c.json | from json | get os')
    expect(config.error).toBeUndefined()
    expect(config.files.get('c.json')).toContain('linux')
  })

  test('other programs read rows as NDJSON, values as lines', async () => {
    expect(await output('tags app | select tag | first | ^cat')).toBe('{"tag":"1.0"}\n')
    expect(await output('tags app | get kind | ^upper')).toBe('IMAGE\nHELM\nHELM\n')
    expect(await output("^upper a 'b c' $(resolve x)")).toBe('a b c sha256:x'.toUpperCase())
    expect((await execute('^upper a', { externals: undefined as never })).error).toMatchObject({
      code: 'EXTERNAL_FAILED',
    })
  })

  test('standard input is data for the first stage that wants it', async () => {
    expect(await output('where n > 1 | get n', { input: bytesOf('{"n":1}\n{"n":2}\n') })).toBe('2\n')
    expect(await output('sort -r n | get n', { input: bytesOf(' [{"n":1},{"n":2}]') })).toBe('2\n1\n')
    expect(await output('from lines | get line', { input: bytesOf('a\nb') })).toBe('a\nb\n')
  })
})

test('a reader who stops has enough: what is upstream is closed', async () => {
  const world: World = { log: [], files: new Map(), columns: [] }
  const work = run(bind(parse('tags app; nothing'), table), {
    commands: table,
    load: async (name) => worldCommands.find((command) => command.signature.name === name)!,
    services: () => world,
    signal: new AbortController().signal,
  })
  const first = await work.next()
  const { edge } = first.value as { edge: { rows: AsyncIterable<Row> } }
  for await (const _ of edge.rows) break
  await work.next()
  expect(world.log).toEqual(['tags app', 'row 1.0', 'nothing'])
})

test('an abort in the middle ends the run with its reason, also inside each and $( )', async () => {
  for (const line of [
    'tags app | get tag',
    'let x = $(tags app | get tag); nothing',
    'tags app | each { resolve $it }',
    'try tags app | get tag || nothing',
  ]) {
    const stop = new AbortController()
    const command: Command<World> = {
      ...worldCommands.find((entry) => entry.signature.name === 'tags')!,
      async *run(call): CommandStream {
        yield { ref: 'a:1', tag: '1' }
        stop.abort(new Error('enough'))
        call.signal.throwIfAborted()
      },
    }
    const load = async (name: string): Promise<Command<World>> =>
      name === 'tags' ? command : worldCommands.find((entry) => entry.signature.name === name)!
    const { error, log } = await execute(line, { signal: stop.signal, load })
    expect(error).toBe(stop.signal.reason)
    expect(log).toEqual([])
  }
})

test('a job runs with its own signal', async () => {
  const world: World = { log: [], files: new Map(), columns: [] }
  const jobs: AsyncGenerator<Emission, RunOutcome>[] = []
  const stop = new AbortController()
  const bound = bind(parse('nothing & resolve a'), table, { jobs: true })
  const work = run(bound, {
    commands: table,
    load: async (name) => worldCommands.find((command) => command.signature.name === name)!,
    services: () => world,
    signal: stop.signal,
    background: (job) => void jobs.push(job(new AbortController().signal)),
  })
  expect((await work.next()).value).toMatchObject({ edge: { value: 'sha256:a' } })
  expect(world.log).toEqual([])
  stop.abort()
  expect(await jobs[0]!.next()).toEqual({ done: true, value: { exit: 0 } })
  expect(world.log).toEqual(['nothing'])
})

test.each<[string, number | undefined]>([
  ['exists missing', 1],
  ['exists app', 0],
  ['exists missing | where ok == true', 1],
  ['exists missing | first 1', 0],
  ['tags torn', 5],
])('%s: a pipe that was read to its end knows its status', async (text, status) => {
  const work = run(bind(parse(text), table), {
    commands: table,
    load: async (name) => worldCommands.find((command) => command.signature.name === name)!,
    services: (): World => ({ log: [], files: new Map(), columns: [] }),
    signal: new AbortController().signal,
  })
  const { edge, exit } = (await work.next()).value as Emission
  expect(exit()).toBeUndefined()
  if (edge.form === 'rows') await Array.fromAsync(edge.rows)
  expect(exit()).toBe(status)
  await work.return({ exit: 0 })
})
