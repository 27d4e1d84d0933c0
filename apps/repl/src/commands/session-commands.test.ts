import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { signatures } from '@ocish/host'
import { bind, createCommands, isOfSession, parse } from '@ocish/shell'
import { embeddedRegistry } from '@ocish/testing'
import { expect, test } from 'vitest'
import { TestSession } from '../session/recording-front.test-kit.ts'
import { sessionCommands } from './index.ts'

test('cd, pwd: down, up, back, and to nothing', async () => {
  await using session = await TestSession.open()
  const at = async (line: string): Promise<string> => {
    expect(await session.run(line)).toEqual({ exit: 0, output: '' })
    return (await session.run('pwd')).output.trim()
  }
  expect((await session.run('pwd')).output).toBe('(none)\n')
  expect(await at('cd ghcr.io/team')).toBe('ghcr.io/team')
  expect(await at('cd deep/er')).toBe('ghcr.io/team/deep/er')
  expect(await at('cd ../..')).toBe('ghcr.io/team')
  expect(await at('cd ../other')).toBe('ghcr.io/other')
  expect(await at('cd -')).toBe('ghcr.io/team')
  expect(await at('cd quay.io')).toBe('quay.io')
  expect(await at('cd ..')).toBe('(none)')
  expect(await at('cd cache:')).toBe('cache:')
  expect(await at('cd')).toBe('(none)')
})

test.each([
  'ghcr.io/team/app:1.0',
  `ghcr.io/team/app@sha256:${'a'.repeat(64)}`,
  'ghcr.io/a:1//file',
  './layout',
])('cd %s: no place that names are relative to, and the context stays', async (word) => {
  await using session = await TestSession.open()
  await session.run('cd ghcr.io/team')
  const { exit, output } = await session.run(`cd ${word}`)
  expect(exit).toBe(2)
  expect(output.replaceAll(/\s+/g, ' ')).toContain(`${word} is no registry or namespace`)
  expect(output).toContain('Name a host or a path below it')
  expect((await session.run('pwd')).output).toBe('ghcr.io/team\n')
})

test('exit leaves with its status, which has to be a number', async () => {
  await using session = await TestSession.open()
  await session.run('exit')
  expect(session.front.left).toBe(0)
  await session.run('exit 7')
  expect(session.front.left).toBe(7)
  session.front.left = undefined
  expect((await session.run('exit soon')).exit).toBe(2)
  expect(session.front.left).toBeUndefined()
})

test('history: rows of time, context, status, duration and line; by context and by text', async () => {
  await using session = await TestSession.open()
  await session.run('version')
  await session.run('cd ghcr.io/team')
  await session.run('tgas x')
  const all = await session.rows('history')
  expect(all.map(({ line, context, status }) => [line, context, status])).toEqual([
    ['version', '', 0],
    ['cd ghcr.io/team', '', 0],
    ['tgas x', 'ghcr.io/team', 2],
    // The line itself, which has not ended.
    ['history --output json', 'ghcr.io/team', undefined],
  ])
  for (const row of all.slice(0, 3)) {
    expect(Date.parse(String(row['time']))).toBeGreaterThan(0)
    expect(row['duration']).toEqual(expect.any(Number))
  }
  const here = await session.rows('history --context')
  expect(here.map(({ line }) => line)).toEqual([
    'tgas x',
    'history --output json',
    'history --context --output json',
  ])
  expect((await session.rows('history --grep TEAM')).map(({ line }) => line)).toEqual([
    'cd ghcr.io/team',
    'history --grep TEAM --output json',
  ])
  expect((await session.run('history --grep')).exit).toBe(2)
})

test('jobs and wait: a job beside the prompt, its row, its status', async () => {
  await using registry = await embeddedRegistry()
  await using session = await TestSession.open()
  expect(await session.rows('jobs')).toEqual([])
  expect((await session.run(`tags ${registry.host}/none &`)).output).toContain(
    `[1] tags ${registry.host}/none\n`,
  )
  const { exit, output } = await session.run('wait 1')
  expect([exit, output]).toEqual([3, expect.stringContaining('REPOSITORY_NOT_FOUND')])
  const [job, ...more] = await session.rows('jobs')
  expect(more).toEqual([])
  expect(job).toMatchObject({ job: 1, state: 'failed', exit: 3, line: `tags ${registry.host}/none` })
  expect(job!['duration']).toEqual(expect.any(Number))
  expect(session.front.ended.map(({ id, state }) => [id, state])).toEqual([[1, 'failed']])
  await session.run('version &')
  expect((await session.run('wait 2')).exit).toBe(0)
  expect(await session.rows('jobs')).toMatchObject([{ job: 1 }, { job: 2, state: 'done', exit: 0 }])
})

test('kill: the newest, or the one that is named; who waits is told', async () => {
  await using registry = await embeddedRegistry()
  await using session = await TestSession.open()
  for (const every of ['1h', '2h']) await session.run(`watch ${registry.host} --every ${every} &`)
  const states = async (): Promise<unknown> => (await session.rows('jobs')).map(({ state }) => state)
  expect(await states()).toEqual(['running', 'running'])
  expect(await session.run('kill')).toEqual({ exit: 0, output: '' })
  expect((await session.run('wait 2')).exit).not.toBe(0)
  expect(await states()).toEqual(['running', 'killed'])
  await session.run('kill 1')
  await session.run('wait 1')
  expect(await states()).toEqual(['killed', 'killed'])
  expect(session.front.ended.map(({ id, state }) => [id, state])).toEqual([
    [2, 'killed'],
    [1, 'killed'],
  ])
})

test.each([
  ['wait', 'there is no job'],
  ['kill', 'there is no job'],
  ['wait 4', 'there is no job 4'],
  ['kill 4', 'there is no job 4'],
  ['resume', 'nothing was left'],
  ['resume 4', 'job 4 was not left'],
])('%s without such a job: %s', async (line, message) => {
  await using session = await TestSession.open()
  const { exit, output } = await session.run(line)
  expect(exit).toBe(3)
  expect(output).toContain('JOB_NOT_FOUND')
  expect(output).toContain(message)
  expect(output).toContain('Run jobs for the list.')
})

test('resume: what an earlier session left goes on in its context; kill forgets it', async () => {
  await using earlier = await TestSession.open()
  const { transfers } = earlier.shell.history
  const dead = 2 ** 22 + 1
  transfers.begin('version', 'ghcr.io/team', 1, dead)
  transfers.begin('cp a b', '', 2, dead)
  await using session = await TestSession.open(earlier.home)
  expect(session.front.output).toContain('2 transfers were left')
  expect(await session.rows('jobs')).toEqual([
    { job: 1, state: 'left', line: 'version' },
    { job: 2, state: 'left', line: 'cp a b' },
  ])
  expect((await session.run('kill 2')).exit).toBe(0)
  expect(await session.rows('resume')).toMatchObject([{ job: 3, line: 'version' }])
  await session.run('wait 3')
  expect(await session.rows('jobs')).toMatchObject([{ job: 3, state: 'done', exit: 0 }])
  await using later = await TestSession.open(earlier.home)
  expect(later.front.output).toBe('')
  expect(await later.rows('jobs')).toEqual([])
})

test('browse and watch get the place, in this context; as jobs they do not get the screen', async () => {
  await using registry = await embeddedRegistry()
  await using session = await TestSession.open()
  await session.run(`cd ${registry.host}`)
  await session.run('browse team/app')
  await session.run('browse')
  expect(session.front.screens).toMatchObject([
    { type: 'browse', location: `${registry.host}/team/app` },
    { type: 'browse', location: registry.host },
  ])
  const { exit, output } = await session.run('watch team/app --every soon')
  expect([exit, output]).toEqual([2, expect.stringContaining('soon')])
  const wrong = await session.run(`watch team/app --on-change 'tags $that'`)
  expect([wrong.exit, wrong.output]).toEqual([2, expect.stringContaining('no variable $that')])
  expect(session.front.screens).toHaveLength(2)
})

test('a script is told which commands need a session: all that it does not have', () => {
  const scripts = createCommands(signatures)
  // A script watches too, without a screen.
  for (const { signature } of sessionCommands.filter((one) => one.signature.name !== 'watch')) {
    expect(scripts.find(signature.name)).toBeUndefined()
    expect(isOfSession(signature.name)).toBe(true)
    expect(bind(parse(`${signature.name} x`), scripts).diagnostics).toMatchObject([
      { code: 'USAGE_UNKNOWN_COMMAND', message: `'${signature.name}' needs a session` },
    ])
  }
  expect(isOfSession('exit')).toBe(false)
})

test('help knows the keys, and the lines of a session have no ocish before them', async () => {
  await using session = await TestSession.open()
  const { output: keys } = await session.run('help keys')
  expect(keys).toMatch(/accept-and-next +ctrl-o: run the line/)
  expect(keys).toMatch(/nothing +nothing: unbinds a key/)
  expect((await session.run('help topics')).output).toMatch(/^ +keys +what each key does/m)
  const { output: overview } = await session.run('help')
  expect(overview).toMatch(/^ +help keys +what each key does/m)
  expect(overview).toMatch(/^ +COMMAND \[ARGUMENTS\] \[FLAGS\]$/m)
  expect((await session.run('help kys')).output).toContain('no help for kys')
})

test('tutorial: the next lesson comes by itself after a line that did what was asked', async () => {
  await using registry = await embeddedRegistry()
  await using session = await TestSession.open()
  const file = join(session.home, 'a.txt')
  await writeFile(file, 'a')
  const { host } = registry
  expect((await session.run(`push ${file} ${host}/app:1.0`)).exit).toBe(0)
  expect((await session.run('ls')).output).not.toContain('Lesson')
  expect((await session.run('tutorial')).output).toBe('Lesson 1 of 6: See which registries you have.\n  ls\n')
  expect((await session.run('version')).output).not.toContain('Lesson')
  expect((await session.run('ls nowhere:5/x')).output).not.toContain('Lesson')
  for (const [line, told] of [
    ['ls', 'Lesson 2 of 6'],
    [`cd ${host}`, 'Lesson 3 of 6'],
    ['describe app:1.0', 'Lesson 4 of 6'],
    ['tutorial', 'Lesson 4 of 6'],
    ['tags app | first 3', 'Lesson 5 of 6'],
    ['tree app:1.0', 'Lesson 6 of 6'],
    ['jobs', 'All 6 lessons are done'],
  ] as const)
    expect((await session.run(line)).output).toContain(told)
  expect((await session.run('ls')).output).not.toMatch(/Lesson|lessons/)
})
