import { readFile, writeFile } from 'node:fs/promises'
import { temporaryFolder } from '@ocish/testing'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { loadConfig } from './config.ts'
import { editConfig, keyPath } from './edit-config.ts'
import { readUsers } from './serve.ts'
import { settingsView } from './settings-view.ts'

let folder: Awaited<ReturnType<typeof temporaryFolder>>
beforeEach(async () => {
  folder = await temporaryFolder()
})
afterEach(() => folder.remove())

async function edited(before: string, key: string, value: string | undefined): Promise<string> {
  const file = folder.join('config.toml')
  await writeFile(file, before)
  await editConfig(file, keyPath(key), value)
  return readFile(file, 'utf8')
}

test('a value is written where it belongs, and comments stay', async () => {
  expect(await edited('', 'defaults.output', 'json')).toBe('[defaults]\noutput = "json"\n')
  const before = '# mine\n[defaults]\nconcurrency = 3 # slow line\n\n[limits]\nglob = 5\n'
  expect(await edited(before, 'defaults.concurrency', '4')).toBe(before.replace('= 3', '= 4'))
  expect(await edited(before, 'defaults.output', 'json')).toBe(
    before.replace('# slow line\n', '# slow line\noutput = "json"\n'),
  )
  expect(await edited(before, 'limits.glob', undefined)).toBe(before.replace('glob = 5\n', ''))
  expect(await edited('', 'registries.ghcr.io.plain-http', 'true')).toBe(
    '[registries."ghcr.io"]\nplain-http = true\n',
  )
})

test('what a key cannot have, and a form that is not understood, change nothing', async () => {
  for (const [key, value] of [
    ['defaults.output', 'jsno'],
    ['defaults.nope', 'x'],
    ['defaults', 'x'],
    ['registries.ghcr.io', 'x'],
    ['defaults.concurrency', 'many'],
  ] as const)
    await expect(edited('[limits]\nglob = 5\n', key, value)).toFailWith('CONFIG_INVALID')
  await expect(edited('defaults = { output = "json" }\n', 'defaults.output', 'csv')).toFailWith(
    'CONFIG_INVALID',
  )
  expect(await readFile(folder.join('config.toml'), 'utf8')).toBe('defaults = { output = "json" }\n')
})

test('the users of a server', async () => {
  await writeFile(folder.join('users'), '# who\nann:se:cret\n\nbob:x\n')
  expect(await readUsers(folder.join('users'))).toEqual({ ann: 'se:cret', bob: 'x' })
  await writeFile(folder.join('broken'), 'ann\n')
  await expect(readUsers(folder.join('broken'))).toFailWith('INPUT_INVALID')
  await expect(readUsers(folder.join('none'))).toFailWith('FILE_NOT_FOUND')
})

test('an unknown key comes with the nearest', async () => {
  const error = await edited('', 'defaults.outptu', 'json').catch((cause: unknown) => cause)
  expect(error).toMatchObject({ code: 'CONFIG_INVALID', details: { closest: ['defaults.output'] } })
})

test('set shows what holds where nobody said anything', async () => {
  const config = await loadConfig({ folder: folder.path, home: folder.path, cwd: folder.path, env: {} })
  const values = Object.fromEntries(
    settingsView(config)
      .list()
      .map(({ key, value }) => [key, value]),
  )
  expect(values).toMatchObject({ 'limits.glob': 1000, 'defaults.retries': 5, 'defaults.color': 'auto' })
})

test('a project that says where credentials go is told that it may not', async () => {
  await writeFile(folder.join('.ocish.toml'), '[registries."ghcr.io"]\nbase = "x"\n')
  const loading = loadConfig({ folder: folder.join('none'), home: folder.path, cwd: folder.path, env: {} })
  await expect(loading).rejects.toMatchObject({
    code: 'CONFIG_INVALID',
    message: expect.stringContaining('nothing for a project to say'),
  })
})
