import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterAll, describe, expect, test } from 'vitest'
import { HistoryStore } from './history-store.ts'
import { redacted } from './redact.ts'

const folder = mkdtempSync(join(tmpdir(), 'ocish-history-'))
afterAll(() => rmSync(folder, { recursive: true }))

const warnings: string[] = []
const open = (name: string): Promise<HistoryStore> =>
  HistoryStore.open(join(folder, name, 'history.db'), (message) => warnings.push(message))

test('lines come back in order, with context, status and duration', async () => {
  const first = await open('a')
  const id = first.add('ls ghcr.io', 'reg/a', 10)!
  first.finish(id, 3, 250)
  first.add('describe x', '', 20)
  first[Symbol.dispose]()
  using again = await open('a')
  expect(again.lines).toMatchObject([
    { text: 'ls ghcr.io', context: 'reg/a', at: 10, status: 3, duration: 250 },
    { text: 'describe x', context: '', at: 20 },
  ])
  expect(statSync(join(folder, 'a/history.db')).mode & 0o777).toBe(0o600)
})

test('concurrent sessions see each other’s lines', async () => {
  using one = await open('b')
  using two = await open('b')
  one.add('from one', '', 1)
  two.add('from two', '', 2)
  one.refresh()
  expect(one.lines.map((line) => line.text)).toEqual(['from one', 'from two'])
  expect(two.lines.map((line) => line.text)).toEqual(['from one', 'from two'])
})

test('nothing that is empty or begins with a blank is kept', async () => {
  using store = await open('c')
  expect([store.add('', '', 1), store.add('  ', '', 1), store.add(' secret', '', 1)]).toEqual([
    undefined,
    undefined,
    undefined,
  ])
  expect(store.lines).toEqual([])
})

test('without a usable file the session remembers for itself', async () => {
  writeFileSync(join(folder, 'blocked'), '')
  using store = await open('blocked')
  store.finish(store.add('ls', '', 1)!, 0, 5)
  expect(store.lines).toMatchObject([{ text: 'ls', status: 0 }])
  expect(warnings).toHaveLength(1)
})

test('a file that is no database is said once, and left as it is', async () => {
  const file = join(folder, 'broken/history.db')
  mkdirSync(join(folder, 'broken'))
  writeFileSync(file, 'this is no database, and longer than its header would be'.repeat(20))
  const before = warnings.length
  using store = await open('broken')
  store.finish(store.add('ls', '', 1)!, 0, 5)
  expect(store.lines).toMatchObject([{ text: 'ls', status: 0 }])
  expect(warnings.length - before).toBe(1)
  expect(readFileSync(file, 'utf8')).toMatch(/^this is no database/)
})

test('while another program holds the database, lines are kept in memory, and later ones in the file again', async () => {
  using store = await open('locked')
  using other = new DatabaseSync(join(folder, 'locked/history.db'))
  other.exec('BEGIN EXCLUSIVE')
  store.finish(store.add('held', '', 1)!, 0, 5)
  expect(store.lines).toMatchObject([{ text: 'held', status: 0 }])
  other.exec('COMMIT')
  store.add('free', '', 2)
  expect(store.lines.map(({ text }) => text)).toEqual(['held', 'free'])
  using next = await open('locked')
  expect(next.lines.map(({ text }) => text)).toEqual(['free'])
})

describe('redaction', () => {
  test.each([
    ['login ghcr.io --username me --password hunter2', 'login ghcr.io --username me --password [hidden]'],
    ['login x --password=hunter2 -o json', 'login x --password=[hidden] -o json'],
    ["login x --password 'a b' && ls", 'login x --password [hidden] && ls'],
    ['login x -p hunter2', 'login x -p [hidden]'],
    ['login x --password-stdin', 'login x --password-stdin'],
    ["ls x --header 'Authorization: Bearer abc.def'", "ls x --header 'Authorization: Bearer [hidden]'"],
    ['^curl https://me:hunter2@ghcr.io/x', '^curl https://me:[hidden]@ghcr.io/x'],
    [`let t = ghp_${'a'.repeat(36)}`, 'let t = [hidden]'],
    ['pull ghcr.io/a/b:1 --platform linux/arm64', 'pull ghcr.io/a/b:1 --platform linux/arm64'],
  ])('%s', (line, kept) => {
    expect(redacted(line)).toBe(kept)
  })

  test('a secret never reaches the file', async () => {
    using store = await open('d')
    store.add('login x --password hunter2', '', 1)
    expect(store.lines[0]?.text).not.toMatch('hunter2')
  })
})

describe('T46 what a terminal would act on is kept escaped', () => {
  test.each([
    ['ls x\u001b[2Jy', String.raw`ls x\u{1b}[2Jy`],
    ['ls a\u202eb', String.raw`ls a\u{202e}b`],
    ['ls a\u009b31m', String.raw`ls a\u{9b}31m`],
    ['ls a\u200bb', String.raw`ls a\u{200b}b`],
    ['let a = 1\n\tls $a', 'let a = 1\n\tls $a'],
    ['describe größe/日本:é', 'describe größe/日本:é'],
  ])('%j', async (line, kept) => {
    using store = await open('escaped')
    store.add(line, '', 1)
    expect(store.lines.at(-1)?.text).toBe(kept)
    using again = await open('escaped')
    expect(again.lines.at(-1)?.text).toBe(kept)
  })
})
