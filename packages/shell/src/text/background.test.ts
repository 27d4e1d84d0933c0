import { expect, test } from 'vitest'
import { hasLightBackground } from './background.ts'
import type { Text } from './safe.ts'
import { paint, type Tone } from './theme.ts'

test.each([
  ['0;15', true],
  ['0;default;15', true],
  ['0;7', true],
  ['15;0', false],
  ['7;8', false],
  ['15;default', false],
  ['0;155', false],
  ['', false],
  [undefined, false],
])('COLORFGBG=%s: light %s', (value, light) => {
  expect(hasLightBackground({ COLORFGBG: value })).toBe(light)
})

const tones: readonly Tone[] = ['warn', 'accent', 'changed']

test.each(tones)('%s is neither yellow nor cyan on a light background', (tone) => {
  expect(paint('x' as Text, tone, { color: true })).toMatch(/\[3[36]m/)
  expect(paint('x' as Text, tone, { color: true, light: true })).toMatch(/\[3[45]m/)
  expect(paint('x' as Text, tone, { color: false, light: true })).toBe('x')
})
