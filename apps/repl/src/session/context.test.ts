import { expect, test } from 'vitest'
import { contextAfter, inContext } from './context.ts'

const rules = { context: 'ghcr.io/team', names: new Set(['corp']) }

test.each([
  ['app', 'ghcr.io/team/app'],
  ['app:1.0', 'ghcr.io/team/app:1.0'],
  ['app@sha256:00', 'ghcr.io/team/app@sha256:00'],
  ['app:1.0//', 'ghcr.io/team/app:1.0//'],
  ['app:1.0//etc/os-release', 'ghcr.io/team/app:1.0//etc/os-release'],
  ['sub/lib:0.1//a', 'ghcr.io/team/sub/lib:0.1//a'],
  ['localhost:5000/app//a', 'localhost:5000/app//a'],
  ['quay.io/x/y:1', 'quay.io/x/y:1'],
  ['localhost:5000/app', 'localhost:5000/app'],
  ['quay.io', 'quay.io'],
  ['corp/app', 'corp/app'],
  ['./file', './file'],
  ['../file', '../file'],
  ['~/file', '~/file'],
  ['-', '-'],
  ['oci:layout:1', 'oci:layout:1'],
  ['docker://quay.io/x', 'docker://quay.io/x'],
])('%s is %s there', (word, whole) => {
  expect(inContext(word, rules)).toBe(whole)
  expect(inContext(word, { ...rules, context: '' })).toBe(word)
})

test.each([
  ['..', 'ghcr.io'],
  ['../..', ''],
  ['../other', 'ghcr.io/other'],
  ['-', 'before'],
  ['/', ''],
  ['sub', 'ghcr.io/team/sub'],
  ['quay.io/x/', 'quay.io/x'],
])('cd %s goes to %s', (word, place) => {
  expect(contextAfter(word, 'ghcr.io/team', 'before', rules)).toBe(place)
})
