import { expect, test } from 'vitest'
import { lookOf } from './look.ts'

const flags = { color: 'auto', ascii: false } as const
const screen = { isTTY: true, columns: 100 }

test('a screen has a width and colours, a pipe neither', () => {
  expect(lookOf(screen, flags, {})).toMatchObject({ width: 100, color: true, ascii: false })
  expect(lookOf({}, flags, {})).toMatchObject({ width: Number.POSITIVE_INFINITY, color: false })
  expect(lookOf({ isTTY: true, columns: 0 }, flags, {}).width).toBe(80)
})

test.each([
  [{ NO_COLOR: '1' }, false],
  [{ NO_COLOR: '' }, true],
  [{ TERM: 'dumb' }, false],
  [{ FORCE_COLOR: '0' }, false],
])('%o: colours %s', (env, color) => {
  expect(lookOf(screen, flags, env).color).toBe(color)
})

test('flags and FORCE_COLOR decide for a pipe as well', () => {
  expect(lookOf({}, flags, { FORCE_COLOR: '1' }).color).toBe(true)
  expect(lookOf({}, { ...flags, color: 'always' }, { NO_COLOR: '1' }).color).toBe(true)
  expect(lookOf(screen, { ...flags, color: 'never' }, {}).color).toBe(false)
})

test.each([
  [{ LANG: 'C' }, true],
  [{ LANG: 'de_DE.ISO-8859-1' }, true],
  [{ LC_ALL: 'C.UTF-8', LANG: 'C' }, false],
  [{}, false],
])('%o: only ASCII %s', (env, ascii) => {
  expect(lookOf(screen, flags, env).ascii).toBe(ascii)
})
