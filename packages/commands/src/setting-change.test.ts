import { expect, test } from 'vitest'
import { run as alias } from './alias.ts'
import type { Services, ServiceSetting, Settings } from './services.ts'
import { run as set } from './set.ts'

/** The configuration file of somebody, in memory. */
async function changed(
  command: typeof set,
  args: Readonly<Record<string, string>>,
  options: { readonly rm?: boolean; readonly dryRun?: boolean } = {},
): Promise<{ rows: unknown[]; written: [string, string | undefined][]; notes: string[] }> {
  const written: [string, string | undefined][] = []
  const notes: string[] = []
  const settings: Settings = {
    aliases: new Map(),
    list: () => [],
    write: async (key, value): Promise<ServiceSetting> => {
      written.push([key, value])
      return { key, value: value ?? null, source: 'file' }
    },
  }
  const run = { dryRun: options.dryRun === true, yes: true, offline: false, concurrency: 4 }
  const services = { settings, options: run, note: (text: string) => notes.push(text) }
  const { signal } = new AbortController()
  const call = { args, flags: { rm: options.rm === true }, options: {}, signal }
  const rows = await Array.fromAsync(command(call, services as unknown as Services))
  return { rows, written, notes }
}

test('a value is written, and --rm takes it out', async () => {
  const key = 'defaults.output'
  expect((await changed(set, { key, value: 'json' })).written).toEqual([[key, 'json']])
  expect((await changed(set, { key }, { rm: true })).written).toEqual([[key, undefined]])
  const { rows, written } = await changed(alias, { name: 't', words: 'tags' })
  expect(written).toEqual([['aliases.t', 'tags']])
  expect(rows).toEqual([{ key: 't', value: 'tags', source: 'file' }])
})

test('a dry run says what would happen, and writes nothing', async () => {
  const planned = await changed(set, { key: 'defaults.output', value: 'json' }, { dryRun: true })
  expect(planned).toEqual({ rows: [], written: [], notes: ['would set defaults.output'] })
  const removed = await changed(alias, { name: 't' }, { dryRun: true, rm: true })
  expect(removed).toEqual({ rows: [], written: [], notes: ['would remove the alias t'] })
})

test('a value and --rm exclude each other', async () => {
  await expect(changed(set, { key: 'k', value: 'v' }, { rm: true })).toFailWith('USAGE_CONFLICT')
  await expect(changed(alias, { name: 't', words: 'tags' }, { rm: true })).toFailWith('USAGE_CONFLICT')
})
