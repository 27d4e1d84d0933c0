import type { CommonFlags } from '@ocish/shell'
import { expect, test } from 'vitest'
import { testCommands } from '../prompt/world.test-kit.ts'
import { callFlagsOf, checkProgress, lineFlagsOf, withFlags } from './line-flags.ts'
import { Reader } from './reading.ts'

const reader = new Reader(() => testCommands)
const of = (line: string, started: Partial<CommonFlags> = {}, defaults = {}): Partial<CommonFlags> =>
  lineFlagsOf(reader.read(line).bound, started, defaults)

test('a line comes before the session, and the session before the configuration', () => {
  const defaults = { output: 'yaml', timeout: 1000, color: 'never' } as const
  expect(of('tags a/b', {}, defaults)).toEqual(defaults)
  expect(of('tags a/b', { output: 'csv' }, defaults)).toMatchObject({ output: 'csv', timeout: 1000 })
  expect(of('tags a/b -o json --timeout 5s', { output: 'csv' }, defaults)).toMatchObject({
    output: 'json',
    timeout: 5000,
    color: 'never',
  })
})

test('what is off or empty says nothing', () => {
  expect(of('tags a/b')).toEqual({})
  expect(of('tags a/b -q', { quiet: false, header: [] })).toEqual({ quiet: true })
})

test('of several calls the first one that says it counts', () => {
  expect(of('tags a/b --timeout 1s | first 1 --timeout 2s').timeout).toBe(1000)
})

test('a call has its own flags', () => {
  const { bound } = reader.read('tags a/b --limit 3')
  const [stage] = bound.stages.values()
  expect(callFlagsOf(stage!.call!.common, { limit: 5, output: 'json' }, {})).toMatchObject({
    limit: 3,
    output: 'json',
  })
})

test.each([
  ['never', true, false],
  ['always', false, true],
  ['auto', true, true],
] as const)('--color %s on a terminal with colour %s: %s', (color, before, after) => {
  const look = { width: 80, color: before, ascii: false, now: 0 }
  expect(withFlags(look, { color })).toEqual({ ...look, color: after })
})

test('progress for programs is refused, not passed over', () => {
  expect(() => checkProgress(reader.read('tags a/b --progress none').bound)).not.toThrow()
  expect(() => checkProgress(reader.read('tags a/b --progress json').bound)).toThrow(
    expect.objectContaining({ code: 'USAGE_CONFLICT' }),
  )
})
