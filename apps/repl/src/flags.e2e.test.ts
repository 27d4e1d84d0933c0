import { embeddedRegistry, type EmbeddedRegistry, temporaryFolder } from '@ocish/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { TestTerminal } from './terminal.test-kit.ts'

let registry: EmbeddedRegistry
beforeAll(async () => {
  registry = await embeddedRegistry()
})
afterAll(() => registry[Symbol.asyncDispose]())

test('--timeout, --errors and what the configuration says hold for a line of the session', async () => {
  await using folder = await temporaryFolder()
  await using terminal = new TestTerminal({ home: folder.path, columns: 100 })
  await terminal.shows('❯')
  terminal.type(`watch ${registry.host} --timeout 100ms\r`)
  await terminal.shows('DEADLINE_EXCEEDED (exit 124)')
  terminal.type(`tags ${registry.host}/none --errors json\r`)
  await terminal.shows('{"code":"REPOSITORY_NOT_FOUND"')
  terminal.type('set defaults.output json\r')
  await terminal.shows('config.toml')
  terminal.type('set defaults.timeout 100ms\r')
  await terminal.shows('{"key":"defaults.timeout"')
  terminal.type(`\u000Cwatch ${registry.host}\r`)
  await terminal.shows('not done after 0.1 s')
  terminal.type('exit\r')
  expect(await terminal.ended).toBe(0)
})

test('of a large paste that is given up the scrollback keeps the beginning', async () => {
  await using folder = await temporaryFolder()
  await using terminal = new TestTerminal({ home: folder.path })
  await terminal.shows('❯')
  terminal.type(`\u001B[200~${'x'.repeat(60_000)}\u001B[201~`)
  await terminal.shows('xxx')
  terminal.type('\u0003')
  await terminal.shows('60,000 characters')
  expect(terminal.everything.split('\n').length).toBeLessThan(100)
})
